"""The catalog in force and the matcher compiled from it, swapped together."""

import asyncio
import gc
import logging
from collections.abc import Callable, Sequence

from monitor.domain.catalog import Catalog
from monitor.ports import CatalogSource, Matcher

log = logging.getLogger(__name__)


class CompiledTopics:
    """Holds one (catalog, matcher) pair; a new catalog is compiled in a thread while the old pair goes on serving."""

    def __init__(self, source: CatalogSource, compile_: Callable[[Catalog], Matcher]) -> None:
        self._source = source
        self._compile = compile_
        catalog = source.current()
        self._pair = (catalog, self._compiled(catalog, ()))

    def current(self) -> tuple[Catalog, Matcher]:
        """The last good catalog and its matcher."""
        return self._pair

    async def refresh(self) -> bool:
        """Take up the source's catalog if it is another one; whether it was."""
        catalog = self._source.current()
        if catalog.revision == self._pair[0].revision:
            return False
        matcher = await asyncio.to_thread(self._compiled, catalog, self._pair[1].languages)
        self._pair = (catalog, matcher)
        log.info("now running configuration %s with %d topics", catalog.revision[:12], len(catalog.topics))
        return True

    def _compiled(self, catalog: Catalog, languages: Sequence[str | None]) -> Matcher:
        """Compile, ready for articles in `languages`, with the garbage collector at rest, and keep it from the outcome.

        Thousands of topics are a million objects without a cycle: each full collection would walk through all of them
        and hold up every thread for tenths of a second.
        """
        gc.disable()
        try:
            matcher = self._compile(catalog)
            matcher.prepare(languages)
            return matcher
        finally:
            gc.freeze()
            gc.enable()
