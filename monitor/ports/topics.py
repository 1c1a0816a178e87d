"""The topic matcher."""

from collections.abc import Sequence
from typing import Protocol

from monitor.domain.topics.values import Document, Matches


class Matcher(Protocol):
    """All topics of one catalog, compiled."""

    @property
    def revision(self) -> str:
        """The revision of the catalog it was compiled from."""
        ...

    @property
    def languages(self) -> Sequence[str | None]:
        """The languages of the articles met so far, None for an unknown one."""
        ...

    def prepare(self, languages: Sequence[str | None]) -> None:
        """Make ready what the first article in each of these languages would have to wait for."""
        ...

    def match(self, document: Document, *, only: str | None = None) -> Matches:
        """Return matches and near misses; pure, never raises on any text.

        `only` asks one topic by its key; a miss then always says what is missing.
        """
        ...
