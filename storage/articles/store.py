"""Read and write articles for extract and triage.

Placing an article is in `storage.articles.place`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, and_, bindparam, case, func, select, update

from monitor.domain.alerts.verdict import Judge, Verdict
from monitor.domain.articles.article import Article, Stage, Text
from monitor.domain.ledger import Note
from monitor.domain.stories.values import Fingerprint, Placed
from storage.articles.place import Placing, place_all, placed_since
from storage.articles.revisions import keep_version
from storage.articles.rows import article_of, as_seen, keep_texts, set_if_unchanged, with_texts
from storage.ledger import note_rows, write_note_rows, write_notes
from storage.schema.content import articles
from storage.sql.batching import in_transactions
from storage.sql.database import Database
from storage.sql.types import Words
from storage.sql.upserts import padded

_WAITING = and_(articles.c.stage == bindparam("stage"), articles.c.due <= bindparam("now"))
_IN_ORDER = (articles.c.due, articles.c.id)
_MOST = bindparam("most", type_=Integer)
_DUE = with_texts().where(_WAITING).order_by(*_IN_ORDER).limit(_MOST)
_DUE_IDS = select(articles.c.id).where(_WAITING).order_by(*_IN_ORDER).limit(_MOST)
_STILL_DUE = with_texts().where(_WAITING, articles.c.id.in_(bindparam("ids", expanding=True))).order_by(*_IN_ORDER)


_PASS_ON = (
    update(articles)
    .where(articles.c.id == bindparam("passed"))
    .values(
        language=func.coalesce(bindparam("found_language", type_=Words), articles.c.language),
        # an entry without a title is headed by its page's, or by its first words
        title=case((articles.c.title == "", bindparam("found_title", type_=Words)), else_=articles.c.title),
    )
)


class SqlArticleStore:
    """`ArticleStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read = in_transactions(database, _record_texts)
        self._placed = in_transactions(database, place_all, prepare=_prepare, undo=_unlearn)

    async def due(self, stage: Stage, now: datetime, limit: int, skip: Collection[int]) -> Sequence[Article]:
        """Return articles waiting in `stage`, longest due first, without those in `skip`."""
        asked = {"stage": stage.value, "now": now, "most": limit + len(skip)}
        rows = await self._database.read(lambda connection: connection.execute(_DUE, asked).all())
        return [article_of(row) for row in rows if row.id not in skip][:limit]

    async def due_ids(self, stage: Stage, now: datetime, limit: int, skip: Collection[int]) -> Sequence[int]:
        """Return the ids of what `due` would find, without reading texts."""
        asked = {"stage": stage.value, "now": now, "most": limit + len(skip)}
        ids = await self._database.read(lambda connection: connection.scalars(_DUE_IDS, asked).all())
        return [article_id for article_id in ids if article_id not in skip][:limit]

    async def still_due(self, stage: Stage, ids: Collection[int], now: datetime) -> Sequence[Article]:
        """Return those of the articles `ids` that wait in `stage`, longest due first."""
        asked = {"stage": stage.value, "now": now, "ids": padded(ids)}
        rows = await self._database.read(lambda connection: connection.execute(_STILL_DUE, asked).all())
        return [article_of(row) for row in rows]

    async def record_text(self, seen: Article, text: Text, notes: Sequence[Note], now: datetime) -> bool:
        """Store the text and pass the article on to triage; False when `seen` is outdated."""
        return await self._read.do(_Read(seen=seen, text=text, notes=notes, now=now))

    async def postpone(self, seen: Article, due: datetime, notes: Sequence[Note], now: datetime) -> bool:
        """Postpone the article to `due`, counting the attempt; False when `seen` is outdated."""
        return await self._database.run(lambda connection: _postpone(connection, seen, due, notes, now))

    async def settle(self, seen: Article, notes: Sequence[Note], now: datetime) -> bool:
        """Mark the article done as it is; False when `seen` is outdated."""
        return await self._database.run(lambda connection: _settle(connection, seen, notes, now))

    async def window(self, since: datetime, after: int = 0, limit: int | None = None) -> Sequence[Placed]:
        """Read what was placed since, in order; in parts with `after` and `limit`."""
        return await self._database.read(lambda connection: placed_since(connection, since, after, limit))

    def between_placings(self, work: Callable[[], None]) -> None:
        """Run `work`, which changes what judges share, while none of them is in use."""
        self._placed.between(work)

    async def place(
        self, seen: Article, fingerprint: Fingerprint, after: int, judge: Judge, revision: str, now: datetime
    ) -> Verdict | None:
        """Place and judge an article under the stories lock; None when `seen` is outdated."""
        placing = Placing(seen=seen, fingerprint=fingerprint, after=after, judge=judge, revision=revision, now=now)
        return await self._placed.do(placing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """An article whose text is to be stored."""

    seen: Article
    text: Text
    notes: Sequence[Note]
    now: datetime


def _record_texts(connection: Connection, wanted: Sequence[_Read]) -> list[bool]:
    """Store the texts of articles that are unchanged; return which were."""
    unchanged = as_seen(connection, [item.seen for item in wanted])
    fresh = {item.seen.id: item for item in wanted if item.seen.id in unchanged}
    if fresh:
        connection.execute(_PASS_ON, [_passed_on(item) for item in fresh.values()])
        keep_texts(connection, [(item.seen.id, item.text) for item in fresh.values()])
        for item in fresh.values():
            keep_version(connection, item.seen, item.text, "feed", item.now)
        notes = [row for item in fresh.values() for row in note_rows(item.seen.id, item.notes, item.now)]
        write_note_rows(connection, notes)
    return [fresh.get(item.seen.id) is item for item in wanted]


def _passed_on(item: _Read) -> dict[str, object]:
    return {
        "passed": item.seen.id,
        "stage": Stage.TRIAGE.value,
        "due": item.now,
        "attempt": 0,
        "found_language": item.text.language,
        "found_title": item.text.title,
    }


def _prepare(placings: Sequence[Placing]) -> None:
    """Prepare the judges before the stories lock is taken."""
    for placing in placings:
        placing.judge.prepare()


def _unlearn(placings: Sequence[Placing]) -> None:
    """Make judges forget articles of a transaction that was rolled back.

    Judges that share an index have learnt of each other's articles.
    """
    after = max(placing.after for placing in placings)
    for placing in placings:
        placing.judge.unlearn(after)


def _postpone(connection: Connection, seen: Article, due: datetime, notes: Sequence[Note], now: datetime) -> bool:
    if not set_if_unchanged(connection, seen, {"due": due, "attempt": seen.attempt + 1}):
        return False
    write_notes(connection, seen.id, notes, now)
    return True


def _settle(connection: Connection, seen: Article, notes: Sequence[Note], now: datetime) -> bool:
    if not set_if_unchanged(connection, seen, {"stage": Stage.DONE.value, "due": None, "attempt": 0}):
        return False
    write_notes(connection, seen.id, notes, now)
    return True
