"""Define the port of pages that are read again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from monitor.domain.articles.article import Text
from monitor.domain.articles.rereads import Reread, Version
from monitor.domain.feeds.feed import Validators
from monitor.domain.ledger import Note


class RereadStore(Protocol):
    """Read and write what the reread step needs."""

    async def due(self, now: datetime, limit: int, skip: Collection[int]) -> Sequence[Reread]:
        """Return pages due to be read again, longest due first, without the articles in `skip`."""
        ...

    async def due_ids(self, now: datetime, limit: int, skip: Collection[int]) -> Sequence[int]:
        """Return the ids of the articles `due` would find."""
        ...

    async def still_due(self, ids: Collection[int], now: datetime) -> Sequence[Reread]:
        """Return those of the articles `ids` whose page is still due."""
        ...

    async def versions(self, article_id: int) -> Sequence[Version]:
        """Return the versions of an article's page, the first one first; none while it never changed."""
        ...

    async def copies(self, article_id: int) -> Sequence[str]:
        """Return the texts of the articles that are copies of the same text as this one."""
        ...

    async def advance(
        self, seen: Reread, due: datetime | None, validators: Validators, notes: Sequence[Note], now: datetime
    ) -> bool:
        """Leave the article as it is and read its page again at `due`, or no more.

        Returns False when `seen` is no longer the row's state.
        """
        ...

    async def revise(
        self,
        seen: Reread,
        text: Text,
        due: datetime | None,
        validators: Validators,
        notes: Sequence[Note],
        now: datetime,
    ) -> bool:
        """Keep the changed text and its version and pass the article on to triage, besides what `advance` does.

        Returns False when `seen` is no longer the row's state.
        """
        ...
