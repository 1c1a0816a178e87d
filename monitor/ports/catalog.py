"""Give steps the configuration in force."""

from typing import Protocol

from monitor.domain.catalog import Catalog
from monitor.ports.topics import Matcher


class CatalogSource(Protocol):
    """The configuration in force; a step takes one snapshot and keeps to it."""

    def current(self) -> Catalog:
        """Return the last good catalog."""
        ...


class Topics(Protocol):
    """The configuration in force, compiled; a step takes one snapshot and keeps to it."""

    def current(self) -> tuple[Catalog, Matcher]:
        """Return the last good catalog and the matcher compiled from it, of one revision."""
        ...
