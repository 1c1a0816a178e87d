"""Hold the catalog in force and the matcher compiled from it, swapped together."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from monitor.config.check_queries import collector_paused
from monitor.domain.catalog import Catalog
from monitor.domain.topics.matcher import compile_catalog
from monitor.ports import CatalogSource, Matcher

log = logging.getLogger(__name__)


class CompiledTopics:
    """Hold one (catalog, matcher) pair; a thread makes the next matcher while this pair goes on serving.

    `compile_` makes the matcher of a catalog: `ConfigSource.matcher` uses what loading has compiled.
    """

    def __init__(self, source: CatalogSource, compile_: Callable[[Catalog], Matcher]) -> None:
        self._source = source
        self._compile = compile_
        catalog = source.current()
        self._pair = (catalog, self._compiled(catalog, ()))

    def current(self) -> tuple[Catalog, Matcher]:
        """Return the last good catalog and its matcher."""
        return self._pair

    async def pin(self, catalog: Catalog) -> None:
        """Serve `catalog` until the next `refresh`, whatever the source says."""
        matcher = await asyncio.to_thread(compile_catalog, catalog)
        self._pair = (catalog, matcher)

    async def refresh(self) -> bool:
        """Take up the source's catalog if it is another one, and tell whether it was."""
        catalog = self._source.current()
        if catalog.revision == self._pair[0].revision:
            return False
        matcher = await asyncio.to_thread(self._compiled, catalog, self._pair[1].languages)
        self._pair = (catalog, matcher)
        log.info("now running configuration %s with %d topics", catalog.revision[:12], len(catalog.topics))
        return True

    def _compiled(self, catalog: Catalog, languages: Sequence[str | None]) -> Matcher:
        """Return a matcher that is ready for articles in `languages`."""
        with collector_paused():
            matcher = self._compile(catalog)
            matcher.prepare(languages)
            return matcher
