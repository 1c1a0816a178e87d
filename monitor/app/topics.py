"""The catalog in force and the matcher compiled from it, swapped together."""

import asyncio
import logging
from collections.abc import Callable

from monitor.domain.catalog import Catalog
from monitor.ports import CatalogSource, Matcher

log = logging.getLogger(__name__)


class CompiledTopics:
    """Holds one (catalog, matcher) pair; a new catalog is compiled in a thread while the old pair goes on serving."""

    def __init__(self, source: CatalogSource, compile_: Callable[[Catalog], Matcher]) -> None:
        self._source = source
        self._compile = compile_
        catalog = source.current()
        self._pair = (catalog, compile_(catalog))

    def current(self) -> tuple[Catalog, Matcher]:
        """The last good catalog and its matcher."""
        return self._pair

    async def refresh(self) -> bool:
        """Take up the source's catalog if it is another one; whether it was."""
        catalog = self._source.current()
        if catalog.revision == self._pair[0].revision:
            return False
        matcher = await asyncio.to_thread(self._compile, catalog)
        self._pair = (catalog, matcher)
        log.info("now running configuration %s with %d topics", catalog.revision[:12], len(catalog.topics))
        return True
