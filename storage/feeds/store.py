"""What polling reads and writes: feeds that are due, keys that are known, and the outcome of a poll."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, case, select, update

from monitor.domain.catalog import Feed
from monitor.domain.feeds.feed import FeedForPoll, FeedState
from monitor.domain.feeds.polled import Polled
from monitor.domain.feeds.sync import due_again, enlisted
from storage.feeds.entries import add_aliases, add_articles, add_sightings, owners, revise
from storage.feeds.rows import feed_for_poll, settings_row, state_of, state_row
from storage.ledger import write_feed_notes
from storage.outbox.add import add_deliveries
from storage.schema.content import articles, feeds
from storage.sql.batching import Gathered
from storage.sql.bulk import Rows
from storage.sql.database import Database
from storage.sql.upserts import batches, padded, upsert

_SYNCED_TOGETHER = 500

_WAITING = select(feeds).where(feeds.c.due <= bindparam("now")).order_by(feeds.c.due)
_DUE = _WAITING.limit(bindparam("most", type_=Integer))
_DUE_KEYS = (
    select(feeds.c.key)
    .where(feeds.c.due <= bindparam("now"))
    .order_by(feeds.c.due)
    .limit(bindparam("most", type_=Integer))
)
_STILL_DUE = _WAITING.where(feeds.c.key.in_(bindparam("keys", expanding=True)))
_COUNTED = (
    select(feeds.c.key, feeds.c.polls)
    .where(feeds.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(feeds.c.key)
    .with_for_update()
)
_CONTENT_HASHES = select(articles.c.id, articles.c.content_hash).where(
    articles.c.id.in_(bindparam("ids", expanding=True)), articles.c.content_hash.is_not(None)
)


class SqlFeedStore:
    """`FeedStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._polls = Gathered(database, _record, weight=lambda polled: len(polled.articles))
        self._questions = Gathered(database, _owners_of_each, weight=len, reading=True)

    async def sync(self, wanted: Collection[Feed], now: datetime) -> None:
        """Make the rows of `feeds` agree with the configuration; rows that agree are not touched."""
        await self._database.run(lambda connection: _sync(connection, wanted, now))

    async def due(self, now: datetime, limit: int, skip: Collection[str]) -> Sequence[FeedForPoll]:
        """Feeds whose time has come, longest overdue first, without those in `skip`."""
        asked = {"now": now, "most": limit + len(skip)}
        rows = await self._database.read(lambda connection: connection.execute(_DUE, asked).all())
        return [feed_for_poll(row) for row in rows if row.key not in skip][:limit]

    async def due_keys(self, now: datetime, limit: int, skip: Collection[str]) -> Sequence[str]:
        """The keys of what `due` would find."""
        asked = {"now": now, "most": limit + len(skip)}
        keys = await self._database.read(lambda connection: connection.scalars(_DUE_KEYS, asked).all())
        return [key for key in keys if key not in skip][:limit]

    async def still_due(self, keys: Collection[str], now: datetime) -> Sequence[FeedForPoll]:
        """Those of the feeds `keys` whose time has come, longest overdue first."""
        asked = {"now": now, "keys": padded(keys)}
        rows = await self._database.read(lambda connection: connection.execute(_STILL_DUE, asked).all())
        return [feed_for_poll(row) for row in rows]

    async def known(self, identities: Collection[bytes]) -> Mapping[bytes, int]:
        """The article each known identity belongs to; articles that retention deleted are still named."""
        return await self._questions.do(identities) if identities else {}

    async def content_hashes(self, article_ids: Collection[int]) -> Mapping[int, bytes]:
        """The hash of the feed entry each article was last read with; deleted articles have none."""
        ids = list(article_ids)
        return await self._database.read(lambda connection: _content_hashes(connection, ids)) if ids else {}

    async def record(self, polled: Polled) -> int | None:
        """Write a poll in one transaction; the number of new articles, or None when another poll came first."""
        return await self._polls.do(polled)


def _owners_of_each(connection: Connection, questions: Sequence[Collection[bytes]]) -> list[dict[bytes, int]]:
    found = owners(connection, list({key for keys in questions for key in keys}))
    return [{key: found[key] for key in keys if key in found} for keys in questions]


def _content_hashes(connection: Connection, ids: Sequence[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for batch in batches(ids):
        rows = connection.execute(_CONTENT_HASHES, {"ids": batch})
        found.update((row.id, row.content_hash) for row in rows)
    return found


def _record(connection: Connection, polls: Sequence[Polled]) -> list[int | None]:
    """The number of new articles of each poll that counts, None for one that another came before."""
    fresh = _set_states(connection, polls)
    added = add_articles(connection, [article for polled in fresh.values() for article in polled.articles])
    # all at once, for the order of the keys keeps two processes from blocking each other
    add_aliases(connection, [alias for polled in fresh.values() for alias in polled.aliases])
    for polled in fresh.values():
        _record_rest(connection, polled)
    number = Counter(article.feed_key for article in added)
    return [number[polled.feed_key] if fresh.get(polled.feed_key) is polled else None for polled in polls]


def _record_rest(connection: Connection, polled: Polled) -> None:
    """What a poll brings beside articles and keys; most bring nothing."""
    now = polled.state.polled_at or polled.state.due
    add_sightings(connection, polled.feed_key, polled.sightings, now)
    revise(connection, polled.revised, now)
    write_feed_notes(connection, polled.feed_key, polled.notes, now)
    add_deliveries(connection, polled.deliveries, {}, now)


def _set_states(connection: Connection, polls: Sequence[Polled]) -> dict[str, Polled]:
    """Compare and set: of each feed the poll that nobody came before. A feed retired meanwhile stays retired."""
    if len(polls) == 1:
        changed = _SET_STATE.write(connection, [_state_row(polls[0])])
        return {polls[0].feed_key: polls[0]} if changed else {}
    found = connection.execute(_COUNTED, {"keys": padded(polled.feed_key for polled in polls)})
    counted = {row.key: row.polls for row in found}
    fresh = {polled.feed_key: polled for polled in polls if counted.get(polled.feed_key) == polled.seen_polls}
    _SET_STATE.write(connection, [_state_row(polled) for polled in fresh.values()])
    return fresh


def _state_row(polled: Polled) -> dict[str, Any]:
    row = {f"to_{name}": value for name, value in state_row(polled.state).items()}
    return {**row, "of_key": polled.feed_key, "of_polls": polled.seen_polls}


def _set_state_statement() -> Rows:
    """Built once: with its two dozen columns it takes longer to build than to execute."""
    names = state_row(FeedState(due=datetime.min.replace(tzinfo=UTC)))
    values: dict[str, Any] = {name: bindparam(f"to_{name}", type_=feeds.c[name].type) for name in names}
    values["due"] = case((feeds.c.configured, values["due"]), else_=None)
    is_as_seen = (feeds.c.key == bindparam("of_key"), feeds.c.polls == bindparam("of_polls"))
    return Rows(update(feeds).where(*is_as_seen).values(values))


_SET_STATE = _set_state_statement()


def _sync(connection: Connection, wanted: Collection[Feed], now: datetime) -> None:
    rows = {row.key: row for row in connection.execute(select(feeds).with_for_update())}
    enabled = {feed.key: feed for feed in wanted if feed.enabled}
    _enlist(connection, [feed for feed in enabled.values() if _is_new(feed, rows.get(feed.key))], rows, now)
    _change(connection, [feed for feed in enabled.values() if feed.key in rows], rows, now)
    _retire(connection, [key for key, row in rows.items() if row.configured and key not in enabled])


def _is_new(feed: Feed, row: Row[Any] | None) -> bool:
    return row is None or not row.configured or row.url != feed.url


def _enlist(connection: Connection, new: Collection[Feed], rows: Mapping[str, Row[Any]], now: datetime) -> None:
    for batch in batches([_enlisted_row(feed, rows.get(feed.key), now) for feed in new], _SYNCED_TOGETHER):
        statement = upsert(connection, feeds)
        columns = {column.name: statement.excluded[column.name] for column in feeds.c if column.name != "key"}
        statement = statement.on_conflict_do_update(index_elements=[feeds.c.key], set_=columns)
        connection.execute(statement, batch)


def _enlisted_row(feed: Feed, row: Row[Any] | None, now: datetime) -> dict[str, Any]:
    known = None if row is None else state_of(row, now)
    return {**settings_row(feed), **state_row(enlisted(feed, row and row.url, known, now))}


def _change(connection: Connection, feeds_kept: Collection[Feed], rows: Mapping[str, Row[Any]], now: datetime) -> None:
    """Settings that changed; a changed interval is heeded from now on, not from the next poll on. Times that only a
    wrong clock can have written are put right."""
    changed = []
    for feed in feeds_kept:
        row, new = rows[feed.key], settings_row(feed)
        if _is_new(feed, row):
            continue
        sooner = row.due is not None and row.settings["every"] != new["settings"]["every"]
        due = now if sooner else due_again(feed, row.due, now)
        if row.settings != new["settings"] or row.tier != new["tier"] or due != row.due:
            changed.append({"b_key": feed.key, "b_settings": new["settings"], "b_tier": new["tier"], "b_due": due})
    statement = update(feeds).where(feeds.c.key == bindparam("b_key"))
    statement = statement.values(settings=bindparam("b_settings"), tier=bindparam("b_tier"), due=bindparam("b_due"))
    if changed:
        connection.execute(statement, changed)


def _retire(connection: Connection, keys: Sequence[str]) -> None:
    for batch in batches(keys, _SYNCED_TOGETHER):
        connection.execute(update(feeds).where(feeds.c.key.in_(batch)).values(configured=False, due=None))
