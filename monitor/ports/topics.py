"""Define the port of the topic matcher."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from monitor.domain.topics.learning.model import Opinion
from monitor.domain.topics.values import Document, Matches


class Matcher(Protocol):
    """Match documents against all topics of one catalog."""

    @property
    def revision(self) -> str:
        """Return the revision of the catalog it was compiled from."""
        ...

    @property
    def languages(self) -> Sequence[str | None]:
        """Return the languages of the articles met so far, None for an unknown one."""
        ...

    def prepare(self, languages: Sequence[str | None]) -> None:
        """Build the word tables of these languages before their first article."""
        ...

    def match(self, document: Document, *, only: str | None = None) -> Matches:
        """Return matches and near misses; pure, never raises on any text.

        `only` asks one topic by its key; a miss then always says what is missing.
        """
        ...


class Opinions(Protocol):
    """What people's verdicts on earlier articles say of an article that matched."""

    def of(self, document: Document, matches: Matches) -> Mapping[str, Opinion]:
        """Return an opinion for each matched topic that has verdicts enough."""
        ...
