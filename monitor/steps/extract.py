"""Read one article's page, or go on with the feed's text.

The feed's text is used where the page fails or says less.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.domain.articles.agencies import agency_credited, credit_in
from monitor.domain.articles.article import Article, Method, Stage, Text
from monitor.domain.articles.edits import edited, is_edit
from monitor.domain.articles.front_page import is_front_page
from monitor.domain.articles.headings import first_words, without_heading
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.fetch import Fetched
from monitor.domain.ledger import Note
from monitor.domain.strings.marked import plain
from monitor.domain.strings.spans import in_words
from monitor.ports import ArticleStore, CatalogSource, Clock, Extractor, Fetcher, LanguageDetector

STEP = "extract"
DELAYS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))
"""How long a page that failed for a while is left alone before each further try: news does not wait for long."""
WAIT_AT_MOST = timedelta(minutes=15)
"""However long a server asks to be left alone, the alert goes out on the feed's text after this."""
TEMPORARY = frozenset(
    {
        Reason.DNS,
        Reason.CONNECT,
        Reason.TIMEOUT,
        Reason.TRUNCATED,
        Reason.BROKEN_REPLY,
        Reason.RATE_LIMITED,
        Reason.SERVER,
        Reason.OFFLINE,
    }
)
"""What may have passed in a minute; everything else will be the same next time."""


async def compare_here(article: Article, text: Text) -> Text | None:
    """Compare without a thread: for tests and tools."""
    return edited(article, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """Perform the second step.

    It never loses an article: whatever the page is, the article goes on to triage. `compare` is `edited`, off the
    event loop: two long texts take tenths of a second.
    """

    store: ArticleStore
    fetcher: Fetcher
    extractor: Extractor
    languages: LanguageDetector
    catalog: CatalogSource
    clock: Clock
    compare: Callable[[Article, Text], Awaitable[Text | None]] = compare_here

    async def due(self, limit: int, skip: Collection[int] = ()) -> Sequence[Article]:
        """Return articles waiting for this step, longest due first, without those in `skip`."""
        return await self.store.due(Stage.EXTRACT, self.clock.now(), limit, skip)

    async def due_keys(self, limit: int, skip: Collection[int] = ()) -> Sequence[int]:
        """Return the ids of the articles `due` would return."""
        return await self.store.due_ids(Stage.EXTRACT, self.clock.now(), limit, skip)

    async def still_due(self, keys: Collection[int]) -> Sequence[Article]:
        """Return those of the articles `keys` that still wait for this step."""
        return await self.store.still_due(Stage.EXTRACT, keys, self.clock.now())

    def key(self, row: Article) -> int:
        """Return the article's id."""
        return row.id

    async def next_in(self) -> None:
        """Return None: the step before triggers this one."""

    async def run(self, row: Article) -> bool:
        """Read a due article's text; True when it is now due for triage."""
        article = row
        feed = self.catalog.current().feed(article.feed_key)
        found = await self._page(article) if article.url and (feed is None or feed.full_text) else None
        may_pass = isinstance(found, Failure) and found.reason in TEMPORARY and not found.permanent
        if isinstance(found, Failure) and may_pass and article.attempt < len(DELAYS):
            return await self._postpone(article, found)
        text, note = _chosen(article, found)
        claimed = (feed.language if feed else None) or article.language or text.language
        text = replace(text, language=self.languages.detect(f"{text.title}\n{text.body}", claimed))
        if is_edit(article):
            return await self._compare(article, text, note)
        return await self.store.record_text(article, text, (note,), self.clock.now())

    async def _compare(self, article: Article, text: Text, note: Note) -> bool:
        """Pass on an article read before only when its text changed in substance."""
        changed = await self.compare(article, text)
        if changed is None:
            same = Note(step=STEP, text="Read again after an edit: nothing of substance changed.")
            await self.store.settle(article, (note, same), self.clock.now())
            return False
        revised = Note(step=STEP, text=f"Read again after an edit: {'; '.join(map(plain, changed.changes))}.")
        return await self.store.record_text(article, changed, (note, revised), self.clock.now())

    async def _page(self, article: Article) -> Text | Failure:
        page = await self.fetcher.page(article.url or "")
        return page if isinstance(page, Failure) else await article_on(page, article, self.extractor)

    async def _postpone(self, article: Article, failure: Failure) -> bool:
        now = self.clock.now()
        wait = min(WAIT_AT_MOST, max(DELAYS[article.attempt], failure.retry_after or timedelta()))
        tries = f"try {article.attempt + 1} of {len(DELAYS) + 1}"
        again = in_words(wait)
        note = Note(step=STEP, text=f"The page could not be read ({failure}; {tries}); again in {again}.")
        await self.store.postpone(article, now + wait, (note,), now)
        return False


def _chosen(article: Article, found: Text | Failure | None) -> tuple[Text, Note]:
    """Return the text to go on with, and the line of the ledger that says why."""
    given = article.feed_text or article.summary
    if isinstance(found, Failure):
        return _from_feed(article, given, f"page not read: {found}"), _without_page(
            f"No text from the page ({found})", given
        )
    if found is None:
        return _from_feed(article, given), _without_page("The page was not asked for", given)
    if len(found.body) < len(given):
        doubt = "the page says less than the feed"
        return _from_feed(article, given, doubt), _without_page(
            f"The page has {len(found.body):,} characters, less", given
        )
    text = page_text(article, found)
    doubts = f"; {', '.join(found.doubts)}" if found.doubts else ""
    return text, _note(f"The page was read: {len(found.body):,} characters{doubts}.", Method.PAGE, found.body)


async def article_on(page: Fetched, article: Article, extractor: Extractor) -> Text | Failure:
    """Return the article on the page of an answer, as it stands there, or why there is none."""
    kind = page.media_type
    if kind and not (kind.startswith("text/") or "html" in kind or "xml" in kind):
        return Failure(reason=Reason.NOT_A_PAGE, detail=kind, permanent=True)
    if is_front_page(page.url, article.url or ""):
        return Failure(reason=Reason.NOT_A_PAGE, detail="the front page of a site", permanent=True)
    return await extractor.extract(page.body, url=page.url, charset=page.charset, title=article.title)


def page_text(article: Article, found: Text) -> Text:
    """Return the text of a page as it is kept: under the feed's headline, without the page's own above it."""
    return replace(
        found,
        title=article.title or found.title or first_words(found.body),
        body=without_heading(found.body, article.title, found.title),
        published=article.published or found.published,
        author=article.author or found.author,
        credit=found.credit or _credited(article.author),
        page_title=found.title,
    )


def _from_feed(article: Article, given: str, *doubts: str) -> Text:
    return Text(
        title=article.title or first_words(given),
        body=given,
        method=Method.FEED,
        published=article.published,
        author=article.author,
        credit=credit_in(given) or _credited(article.author),
        doubts=doubts,
    )


def _credited(author: str) -> str | None:
    return author if agency_credited(author) else None


def _without_page(why: str, given: str) -> Note:
    return _note(f"{why}; going on with the feed's {len(given):,} characters.", Method.FEED, given)


def _note(text: str, method: Method, body: str) -> Note:
    return Note(step=STEP, text=text, facts={"method": method.value, "characters": len(body)})
