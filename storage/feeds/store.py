"""Read and write what polling needs: due feeds, known keys, the outcome of a poll."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, Update, bindparam, case, select, update

from monitor.domain.catalog import Feed
from monitor.domain.feeds.feed import FeedForPoll, FeedState
from monitor.domain.feeds.match_entries import KnownEntries
from monitor.domain.feeds.polled import Polled
from monitor.domain.feeds.sync import due_again, enlisted
from storage.feeds.entries import add_aliases, add_articles, add_sightings, known_entries, revise
from storage.feeds.rows import feed_for_poll, is_read_otherwise, settings_row, state_of, state_row
from storage.ledger import write_feed_notes
from storage.outbox.add import add_deliveries
from storage.schema.content import feeds
from storage.sql.batching import in_transactions
from storage.sql.database import Database
from storage.sql.upserts import batches, padded, upsert

_SYNCED_TOGETHER = 500
"""Rows a statement of `sync`; larger ones save nothing more."""

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


class SqlFeedStore:
    """`FeedStore` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._polls = in_transactions(database, _record, weight=lambda polled: len(polled.articles))
        self._lookups = in_transactions(database, _known_to_each, weight=len, reading=True)

    async def sync(self, wanted: Collection[Feed], now: datetime) -> None:
        """Make the rows of `feeds` agree with the configuration; leave the rest alone."""
        await self._database.run(lambda connection: _sync(connection, wanted, now))

    async def due(self, now: datetime, limit: int, skip: Collection[str]) -> Sequence[FeedForPoll]:
        """Return due feeds, longest overdue first, without those in `skip`."""
        parameters = {"now": now, "most": limit + len(skip)}
        rows = await self._database.read(lambda connection: connection.execute(_DUE, parameters).all())
        return [feed_for_poll(row) for row in rows if row.key not in skip][:limit]

    async def due_keys(self, now: datetime, limit: int, skip: Collection[str]) -> Sequence[str]:
        """Return the keys of the feeds that `due` would return."""
        parameters = {"now": now, "most": limit + len(skip)}
        keys = await self._database.read(lambda connection: connection.scalars(_DUE_KEYS, parameters).all())
        return [key for key in keys if key not in skip][:limit]

    async def still_due(self, keys: Collection[str], now: datetime) -> Sequence[FeedForPoll]:
        """Return the feeds of `keys` that are due, longest overdue first."""
        parameters = {"now": now, "keys": padded(keys)}
        rows = await self._database.read(lambda connection: connection.execute(_STILL_DUE, parameters).all())
        return [feed_for_poll(row) for row in rows]

    async def known(self, identities: Collection[bytes]) -> KnownEntries:
        """Return the article and content of each known identity, deleted articles too."""
        return await self._lookups.do(identities) if identities else {}

    async def record(self, polled: Polled) -> int | None:
        """Write a poll in one transaction; return the number of new articles.

        None when another poll of the feed came first.
        """
        return await self._polls.do(polled)


def _known_to_each(connection: Connection, lookups: Sequence[Collection[bytes]]) -> list[KnownEntries]:
    found = known_entries(connection, list({key for keys in lookups for key in keys}))
    return [{key: found[key] for key in keys if key in found} for keys in lookups]


def _record(connection: Connection, polls: Sequence[Polled]) -> list[int | None]:
    """Write polls; the number of new articles of each, None where another came first."""
    fresh = _set_states(connection, polls)
    added = add_articles(connection, [article for polled in fresh.values() for article in polled.articles])
    # all at once, for the order of the keys keeps two processes from blocking each other
    add_aliases(connection, [alias for polled in fresh.values() for alias in polled.aliases])
    for polled in fresh.values():
        now = polled.state.polled_at or polled.state.due
        add_sightings(connection, polled.feed_key, polled.sightings, now)
        revise(connection, polled.revised, now)
        write_feed_notes(connection, polled.feed_key, polled.notes, now)
        add_deliveries(connection, polled.deliveries, {}, now)
    number = Counter(article.feed_key for article in added)
    return [number[polled.feed_key] if fresh.get(polled.feed_key) is polled else None for polled in polls]


def _set_states(connection: Connection, polls: Sequence[Polled]) -> dict[str, Polled]:
    """Set states where nobody came before; return those polls by feed.

    A feed retired meanwhile stays retired.
    """
    if len(polls) == 1:
        changed = connection.execute(_SET_STATE, _state_row(polls[0])).rowcount
        return {polls[0].feed_key: polls[0]} if changed else {}
    found = connection.execute(_COUNTED, {"keys": padded(polled.feed_key for polled in polls)})
    counted = {row.key: row.polls for row in found}
    fresh = {polled.feed_key: polled for polled in polls if counted.get(polled.feed_key) == polled.seen_polls}
    if fresh:
        connection.execute(_SET_STATE, [_state_row(polled) for polled in fresh.values()])
    return fresh


def _state_row(polled: Polled) -> dict[str, Any]:
    row = {f"to_{name}": value for name, value in state_row(polled.state).items()}
    return {**row, "of_key": polled.feed_key, "of_polls": polled.seen_polls}


def _set_state_statement() -> Update:
    # built once: with its two dozen columns it takes longer to build than to execute
    names = state_row(FeedState(due=datetime.min.replace(tzinfo=UTC)))
    values: dict[str, Any] = {name: bindparam(f"to_{name}", type_=feeds.c[name].type) for name in names}
    values["due"] = case((feeds.c.configured, values["due"]), else_=None)
    is_as_seen = (feeds.c.key == bindparam("of_key"), feeds.c.polls == bindparam("of_polls"))
    return update(feeds).where(*is_as_seen).values(values)


_SET_STATE = _set_state_statement()


def _sync(connection: Connection, wanted: Collection[Feed], now: datetime) -> None:
    rows = {row.key: row for row in connection.execute(select(feeds).with_for_update())}
    enabled = {feed.key: feed for feed in wanted if feed.enabled}
    new = [feed for feed in enabled.values() if _is_new(feed, rows.get(feed.key))]
    for batch in batches([_enlisted_row(feed, rows.get(feed.key), now) for feed in new], _SYNCED_TOGETHER):
        statement = upsert(connection, feeds)
        columns = {column.name: statement.excluded[column.name] for column in feeds.c if column.name != "key"}
        statement = statement.on_conflict_do_update(index_elements=[feeds.c.key], set_=columns)
        connection.execute(statement, batch)
    _change(connection, [feed for feed in enabled.values() if feed.key in rows], rows, now)
    gone = [key for key, row in rows.items() if row.configured and key not in enabled]
    for keys in batches(gone, _SYNCED_TOGETHER):
        connection.execute(update(feeds).where(feeds.c.key.in_(keys)).values(configured=False, due=None))


def _is_new(feed: Feed, row: Row[Any] | None) -> bool:
    return row is None or not row.configured or row.url != feed.url or is_read_otherwise(feed, row)


def _enlisted_row(feed: Feed, row: Row[Any] | None, now: datetime) -> dict[str, Any]:
    known = None if row is None else state_of(row, now)
    # a document read in another way has other entries: it starts anew, as at another address
    url = None if row is None or is_read_otherwise(feed, row) else row.url
    return {**settings_row(feed), **state_row(enlisted(feed, url, known, now))}


def _change(connection: Connection, feeds_kept: Collection[Feed], rows: Mapping[str, Row[Any]], now: datetime) -> None:
    """Write changed settings; a changed interval counts at once, not after a poll.

    Times that only a wrong clock can have written are repaired.
    """
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
