"""Read the pages behind alerts again, so that people learn of what is corrected or withdrawn.

A page that changed goes on to triage, which writes the answer for the thread.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.articles.article import Method, Text
from monitor.domain.articles.edits import revised
from monitor.domain.articles.rereads import Reread, is_over, next_reading
from monitor.domain.articles.revisions import PageText
from monitor.domain.failures import Failure
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import NotModified
from monitor.domain.ledger import Note
from monitor.domain.strings.marked import plain
from monitor.domain.strings.spans import in_words
from monitor.ports import Clock, Extractor, Fetcher, RereadStore
from monitor.steps.extract import article_on, page_text

STEP = "reread"

Compare = Callable[[Text, Text | Failure, Sequence[PageText], Sequence[str]], Awaitable[Text | None]]


async def _compare_here(
    before: Text, after: Text | Failure, earlier: Sequence[PageText], copies: Sequence[str]
) -> Text | None:
    return revised(before, after, earlier, copies)


@dataclass(frozen=True, slots=True, kw_only=True)
class RereadStep:
    """Perform the fifth step: one conditional request for a page, within the limits of its host.

    `compare` is `edits.revised`, off the event loop: two long texts take tenths of a second.
    """

    store: RereadStore
    fetcher: Fetcher
    extractor: Extractor
    clock: Clock
    compare: Compare = field(default=_compare_here)

    async def due(self, limit: int, skip: Collection[int] = ()) -> Sequence[Reread]:
        """Return pages due to be read again, longest due first, without the articles in `skip`."""
        return await self.store.due(self.clock.now(), limit, skip)

    async def due_keys(self, limit: int, skip: Collection[int] = ()) -> Sequence[int]:
        """Return the ids of the articles `due` would return."""
        return await self.store.due_ids(self.clock.now(), limit, skip)

    async def still_due(self, keys: Collection[int]) -> Sequence[Reread]:
        """Return those of the articles `keys` whose page is still due."""
        return await self.store.still_due(keys, self.clock.now())

    def key(self, row: Reread) -> int:
        """Return the article's id."""
        return row.article.id

    async def next_in(self) -> None:
        """Return None: the engine's tick is soon enough."""

    async def run(self, row: Reread) -> bool:
        """Read a due page again; True when its article is now due for triage."""
        article, before = row.article, row.article.text
        if before is None or is_over(row.alerted_at, self.clock.now()):
            return await self._leave(row, "The page is no longer read again: its time is over.", end=True)
        if before.method is not Method.PAGE:
            return await self._leave(row, "The feed's text has replaced the page's: there is nothing to compare.")
        page = await self.fetcher.page_again(article.url or "", row.validators)
        if isinstance(page, NotModified):
            kept = Validators(
                etag=page.validators.etag or row.validators.etag,
                last_modified=page.validators.last_modified or row.validators.last_modified,
            )
            return await self._leave(row, "The page has not changed since.", kept)
        found = page if isinstance(page, Failure) else await article_on(page, article, self.extractor)
        # a page that could not be read is requested whole the next time
        validators = Validators() if isinstance(page, Failure) or isinstance(found, Failure) else page.validators
        after = found if isinstance(found, Failure) else page_text(article, found)
        earlier = tuple(version.text for version in await self.store.versions(article.id))
        copies = await self.store.copies(article.id) if isinstance(after, Text) else ()
        changed = await self.compare(before, after, earlier, copies)
        if changed is not None:
            return await self._revise(row, changed, validators)
        if isinstance(after, Failure):
            return await self._leave(row, f"The page could not be read again ({after}).", failure=after)
        return await self._leave(row, "Nothing of substance changed on the page.", validators)

    async def _revise(self, row: Reread, text: Text, validators: Validators) -> bool:
        now = self.clock.now()
        label = text.revised.value if text.revised else ""
        said = f"{self._after(row, now)} {label}: {'; '.join(map(plain, text.changes))}."
        return await self.store.revise(
            row, text, next_reading(row.alerted_at, now), validators, (Note(step=STEP, text=said),), now
        )

    async def _leave(
        self,
        row: Reread,
        said: str,
        validators: Validators | None = None,
        *,
        failure: Failure | None = None,
        end: bool = False,
    ) -> bool:
        now = self.clock.now()
        due = None if end else next_reading(row.alerted_at, now)
        if due is not None and failure is not None and failure.retry_after:
            due = max(due, now + failure.retry_after)
        note = Note(step=STEP, text=f"{self._after(row, now)} {said}")
        await self.store.advance(row, due, validators or row.validators, (note,), now)
        return False

    def _after(self, row: Reread, now: datetime) -> str:
        return f"Read again {in_words(now - row.alerted_at)} after the alert."
