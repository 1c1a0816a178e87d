"""New, known and changed entries of one poll, many rows to a statement."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from monitor.domain.articles.article import NewArticle
from monitor.domain.feeds.polled import Revised
from storage.schema.content import articles, identities, sightings, texts
from storage.sql.bulk import Rows
from storage.sql.upserts import KEYS_PER_STATEMENT, adding, batches, replacing, upserting, url_key

_ASK_SQLITE = f"SELECT hash, article_id FROM identities WHERE hash IN ({','.join('?' * KEYS_PER_STATEMENT)})"  # noqa: S608
_ASK_POSTGRES = "SELECT hash, article_id FROM identities WHERE hash = ANY(%s)"

_COLUMNS = (
    *("url", "url_key", "outlet", "feed_key", "title", "summary", "author", "tags", "language", "published"),
    *("first_seen", "baseline", "content_hash", "stage", "due", "attempt", "revision"),
)
_STORE = articles.insert().returning(articles.c.id, sort_by_parameter_order=True)
_STORE_NUMBERED = Rows(articles.insert().inline(), ("id", *_COLUMNS))
_LAST_NUMBER = "SELECT seq FROM sqlite_sequence WHERE name = 'articles'"
_GIVE_BACK_SQLITE = "DELETE FROM identities WHERE hash = ? AND article_id = ?"
_TAKE_SQLITE = "INSERT INTO identities (hash, article_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
_STORE_TEXT = Rows(texts.insert().inline(), ("article_id", "entry_text"))
_CLAIM = upserting(identities, lambda new: new.on_conflict_do_nothing().returning(identities.c.hash))
_ELSEWHERE = select(articles.c.id).where(
    articles.c.id.in_(bindparam("ids", expanding=True)), articles.c.feed_key != bindparam("feed_key")
)
_SIGHT = adding(sightings)
_REVISE = (
    update(articles).where(articles.c.id == bindparam("revised_id")).values(attempt=0, revision=articles.c.revision + 1)
)
_STILL_THERE = select(articles.c.id).where(articles.c.id.in_(bindparam("ids", expanding=True)))
_REPLACE_ENTRY_TEXT = replacing(texts, "article_id", ("entry_text",))


def owners(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, int]:
    """The article each known key belongs to.

    The most frequent question of all, so it is put in the driver's own words, at half the processor time.
    """
    found: dict[bytes, int] = {}
    for batch in batches(keys):
        if connection.dialect.name == "postgresql":
            rows = connection.exec_driver_sql(_ASK_POSTGRES, (batch,))
        else:
            filled = batch + batch[-1:] * (KEYS_PER_STATEMENT - len(batch))
            rows = connection.exec_driver_sql(_ASK_SQLITE, tuple(filled))
        found.update((bytes(key), article_id) for key, article_id in rows)
    return found


def add_articles(connection: Connection, new: Sequence[NewArticle]) -> list[NewArticle]:
    """Store those of `new` that share no identity with a stored article or an earlier one in `new`; which they were.

    One that does share an identity is the article that has it: it gives it its other identities.
    """
    if connection.dialect.name == "sqlite" and (strangers := _add_strangers(connection, new)) is not None:
        return strangers
    fresh, keys, aliases = _apart(new, owners(connection, [key for article in new for key in article.identities]))
    add_aliases(connection, aliases)
    ids = _insert(connection, fresh)
    claims = _claims(ids, keys)
    lost = _claim(connection, claims)
    if not lost:
        return fresh
    _withdraw(connection, lost, [key for key, article_id in claims.items() if article_id in lost])
    kept = [article for article_id, article in zip(ids, fresh, strict=True) if article_id not in lost]
    beaten = [article for article_id, article in zip(ids, fresh, strict=True) if article_id in lost]
    return kept + add_articles(connection, beaten)


def _add_strangers(connection: Connection, new: Sequence[NewArticle]) -> list[NewArticle] | None:
    """`add_articles` for the only writer, who need not ask first: new ones mostly are new. None, and nothing done, when
    one of their keys is known."""
    if not new:
        return []
    fresh, keys, _ = _apart(new, {})
    ids = _next_ids(connection, len(fresh))
    rows = sorted(_claims(ids, keys).items())
    if rows and connection.exec_driver_sql(_TAKE_SQLITE, rows).rowcount < len(rows):
        connection.exec_driver_sql(_GIVE_BACK_SQLITE, rows)
        return None
    _insert(connection, fresh, ids)
    return fresh


def _claims(ids: Sequence[int], keys: Sequence[set[bytes]]) -> dict[bytes, int]:
    return {key: article_id for article_id, own in zip(ids, keys, strict=True) for key in own}


def _apart(
    new: Sequence[NewArticle], taken: dict[bytes, int]
) -> tuple[list[NewArticle], list[set[bytes]], list[tuple[int, tuple[bytes, ...]]]]:
    """The really new ones, the identities of each, and the identities that the others add to known articles."""
    every = [key for article in new for key in article.identities]
    if not taken and len(set(every)) == len(every):
        return list(new), [set(article.identities) for article in new], []
    fresh: list[NewArticle] = []
    keys: list[set[bytes]] = []
    aliases: list[tuple[int, tuple[bytes, ...]]] = []
    place: dict[bytes, int] = {}
    for article in new:
        owner = next((taken[key] for key in article.identities if key in taken), None)
        if owner is not None:
            aliases.append((owner, article.identities))
            continue
        at = next((place[key] for key in article.identities if key in place), len(fresh))
        if at == len(fresh):
            fresh.append(article)
            keys.append(set())
        keys[at].update(article.identities)
        place.update(dict.fromkeys(article.identities, at))
    return fresh, keys, aliases


def _withdraw(connection: Connection, lost: Collection[int], keys: Sequence[bytes]) -> None:
    """Take back articles that another process stored first, with the keys they did get."""
    for batch in batches(keys):
        ours = identities.c.article_id.in_(lost)
        connection.execute(delete(identities).where(identities.c.hash.in_(batch), ours))
    connection.execute(delete(articles).where(articles.c.id.in_(lost)))


def _insert(connection: Connection, fresh: Sequence[NewArticle], ids: Sequence[int] = ()) -> Sequence[int]:
    """Insert articles, numbered `ids` where that is known beforehand; their ids."""
    if not fresh:
        return ids
    rows = [_article_row(article) for article in fresh]
    if ids or connection.dialect.name == "sqlite":
        ids = ids or _next_ids(connection, len(fresh))
        _STORE_NUMBERED.write(connection, [{"id": number, **row} for number, row in zip(ids, rows, strict=True)])
    else:
        ids = list(connection.execute(_STORE, rows).scalars())
    texts_given = [
        {"article_id": article_id, "entry_text": article.entry.text}
        for article_id, article in zip(ids, fresh, strict=True)
        if article.entry.text and article.entry.text != article.entry.summary
    ]
    _STORE_TEXT.write(connection, texts_given)
    return ids


def _next_ids(connection: Connection, count: int) -> list[int]:
    """The numbers SQLite's one writer will give its next articles; it need not ask them back afterwards."""
    last = connection.exec_driver_sql(_LAST_NUMBER).scalar() or 0
    return list(range(last + 1, last + 1 + count))


def _article_row(article: NewArticle) -> dict[str, Any]:
    entry = article.entry
    return {
        "url": entry.url,
        "url_key": url_key(entry.url),
        "outlet": article.outlet,
        "feed_key": article.feed_key,
        "title": entry.title,
        "summary": entry.summary,
        "author": entry.author,
        "tags": list(entry.tags),
        "language": entry.language,
        "published": entry.published,
        "first_seen": article.first_seen,
        "baseline": article.baseline,
        "content_hash": article.content_hash,
        "stage": article.stage.value,
        "due": article.first_seen,
        "attempt": 0,
        "revision": 0,
    }


def _claim(connection: Connection, claims: dict[bytes, int]) -> set[int]:
    """Take the keys; the articles of which another process took one in this very moment.

    In the order of the keys, so that two processes that want the same ones wait for, but never block, each other.
    """
    if connection.dialect.name == "sqlite":
        return _claim_alone(connection, claims)
    lost: set[int] = set()
    for batch in batches(sorted(claims)):
        rows = [{"hash": key, "article_id": claims[key]} for key in batch]
        won = {bytes(key) for key in connection.execute(_CLAIM.on(connection), rows).scalars()}
        lost.update(claims[key] for key in batch if key not in won)
    return lost


def _claim_alone(connection: Connection, claims: dict[bytes, int]) -> set[int]:
    """`_claim` for the only writer, in the driver's own words: who lost a key is asked only when a key was not free."""
    rows = sorted(claims.items())
    if not rows or connection.exec_driver_sql(_TAKE_SQLITE, rows).rowcount == len(rows):
        return set()
    owned = owners(connection, list(claims))
    return {article_id for key, article_id in rows if owned[key] != article_id}


def add_aliases(connection: Connection, aliases: Iterable[tuple[int, tuple[bytes, ...]]]) -> None:
    """Add identities to known articles; one that already belongs to an article stays with it."""
    _claim(connection, {key: article_id for article_id, keys in aliases for key in keys})


def add_sightings(connection: Connection, feed_key: str, article_ids: Collection[int], now: datetime) -> None:
    """Remember that articles first met elsewhere are in this feed too; those deleted meanwhile are passed over."""
    for batch in batches(list(article_ids)):
        elsewhere = connection.execute(_ELSEWHERE, {"ids": batch, "feed_key": feed_key})
        rows = [
            {"article_id": article_id, "feed_key": feed_key, "first_seen": now} for article_id in elsewhere.scalars()
        ]
        if rows:
            connection.execute(_SIGHT.on(connection), rows)


def revise(connection: Connection, revised: Sequence[Revised], now: datetime) -> None:
    """Start changed articles again, whatever they were doing: their revision tells a running step that it came late."""
    if not revised:
        return
    rows = [
        {
            "revised_id": item.article_id,
            "title": item.title,
            "summary": item.summary,
            "content_hash": item.content_hash,
            "stage": item.stage.value,
            "due": now,
        }
        for item in revised
    ]
    connection.execute(_REVISE, rows)
    _replace_entry_texts(connection, revised)


def _replace_entry_texts(connection: Connection, revised: Sequence[Revised]) -> None:
    ids = [item.article_id for item in revised]
    kept = set(connection.execute(_STILL_THERE, {"ids": ids}).scalars())
    rows = [
        {"article_id": item.article_id, "entry_text": item.text if item.text != item.summary else None}
        for item in revised
        if item.article_id in kept
    ]
    if rows:
        connection.execute(_REPLACE_ENTRY_TEXT.on(connection), rows)
