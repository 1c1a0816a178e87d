"""Look up and write the entries of polls, many rows to a statement."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from monitor.domain.articles.article import NewArticle
from monitor.domain.feeds.match_entries import KnownEntry
from monitor.domain.feeds.polled import Revised
from storage.outbox.add import add_deliveries
from storage.outbox.rewrites import rewrites_showing
from storage.schema.content import articles, identities, sightings, texts
from storage.sql.upserts import adding, batches, padded, replacing, url_key

_KEYS_PER_LOOKUP = 500
"""SQLite before 3.32 takes 999 values a statement; the cost per key has levelled off by then."""
_KNOWN = (
    select(identities.c.hash, identities.c.article_id, articles.c.content_hash, articles.c.url)
    .outerjoin(articles, articles.c.id == identities.c.article_id)
    .where(identities.c.hash.in_(bindparam("keys", expanding=True)))
)
_STORE = articles.insert().returning(articles.c.id, sort_by_parameter_order=True)
_STORE_TEXT = texts.insert().inline()
_TAKE = adding(identities)
_ELSEWHERE = select(articles.c.id).where(
    articles.c.id.in_(bindparam("ids", expanding=True)), articles.c.feed_key != bindparam("feed_key")
)
_SIGHT = adding(sightings)
_REVISE = (
    update(articles).where(articles.c.id == bindparam("revised_id")).values(attempt=0, revision=articles.c.revision + 1)
)
_CORRECT_LINK = update(articles).where(articles.c.id == bindparam("corrected_id"))
_STILL_THERE = select(articles.c.id).where(articles.c.id.in_(bindparam("ids", expanding=True)))
_REPLACE_ENTRY_TEXT = replacing(texts, "article_id", ("entry_text",))


def known_entries(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, KnownEntry]:
    """Return the article of each known key, with the content it was last read with.

    Articles that retention deleted are still named, without content.
    """
    found: dict[bytes, KnownEntry] = {}
    for batch in batches(keys, _KEYS_PER_LOOKUP):
        rows = connection.execute(_KNOWN, {"keys": padded(batch)})
        found.update(
            (bytes(key), KnownEntry(article_id=article_id, content_hash=content, url=url))
            for key, article_id, content, url in rows
        )
    return found


def add_articles(connection: Connection, new: Sequence[NewArticle]) -> list[NewArticle]:
    """Store the articles that share no identity with a stored or earlier one.

    Return those. One that does share an identity is the article that has it: it gives it its other identities. A poll
    has looked its keys up already, so that what it calls new mostly is: the lookup is repeated only after a conflict.
    """
    return _add(connection, new, {})


def _add(connection: Connection, new: Sequence[NewArticle], taken: dict[bytes, int]) -> list[NewArticle]:
    fresh, keys, aliases = _apart(new, taken)
    add_aliases(connection, aliases)
    ids = _insert(connection, fresh)
    claims = {key: article_id for article_id, own in zip(ids, keys, strict=True) for key in own}
    lost = _claim(connection, claims)
    if not lost:
        return fresh
    for batch in batches([key for key, article_id in claims.items() if article_id in lost]):
        connection.execute(delete(identities).where(identities.c.hash.in_(batch), identities.c.article_id.in_(lost)))
    connection.execute(delete(articles).where(articles.c.id.in_(lost)))
    kept = [article for article_id, article in zip(ids, fresh, strict=True) if article_id not in lost]
    beaten = [article for article_id, article in zip(ids, fresh, strict=True) if article_id in lost]
    known = known_entries(connection, [key for article in beaten for key in article.identities])
    return kept + _add(connection, beaten, {key: entry.article_id for key, entry in known.items()})


def _apart(
    new: Sequence[NewArticle], taken: dict[bytes, int]
) -> tuple[list[NewArticle], list[set[bytes]], list[tuple[int, tuple[bytes, ...]]]]:
    """Part the new from the known: articles, their identities, and aliases of others."""
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


def _insert(connection: Connection, fresh: Sequence[NewArticle]) -> Sequence[int]:
    """Insert articles and the texts their feeds carried; return their ids."""
    if not fresh:
        return []
    rows = [
        {
            "url": article.entry.url,
            "url_key": url_key(article.entry.url),
            "outlet": article.outlet,
            "feed_key": article.feed_key,
            "title": article.entry.title,
            "summary": article.entry.summary,
            "author": article.entry.author,
            "tags": list(article.entry.tags),
            "language": article.entry.language,
            "published": article.entry.published,
            "first_seen": article.first_seen,
            "baseline": article.baseline,
            "content_hash": article.content_hash,
            "stage": article.stage.value,
            "due": article.first_seen,
            "attempt": 0,
            "revision": 0,
        }
        for article in fresh
    ]
    ids = list(connection.execute(_STORE, rows).scalars())
    texts_given = [
        {"article_id": article_id, "entry_text": article.entry.text}
        for article_id, article in zip(ids, fresh, strict=True)
        if article.entry.text and article.entry.text != article.entry.summary
    ]
    if texts_given:
        connection.execute(_STORE_TEXT, texts_given)
    return ids


def _claim(connection: Connection, claims: dict[bytes, int]) -> set[int]:
    """Take keys; return the articles of which a key belongs to another.

    In the order of the keys, so that two processes that want the same ones wait for, but never block, each other.
    """
    rows = [{"hash": key, "article_id": claims[key]} for key in sorted(claims)]
    if not rows or connection.execute(_TAKE.on(connection), rows).rowcount == len(rows):
        return set()
    known = known_entries(connection, list(claims))
    return {article_id for key, article_id in claims.items() if known[key].article_id != article_id}


def add_aliases(connection: Connection, aliases: Iterable[tuple[int, tuple[bytes, ...]]]) -> None:
    """Add identities to known articles; one that belongs to an article stays there."""
    _claim(connection, {key: article_id for article_id, keys in aliases for key in keys})


def add_sightings(connection: Connection, feed_key: str, article_ids: Collection[int], now: datetime) -> None:
    """Remember that articles of other feeds are in this feed too; skip deleted ones."""
    for batch in batches(list(article_ids)):
        elsewhere = connection.execute(_ELSEWHERE, {"ids": batch, "feed_key": feed_key})
        rows = [
            {"article_id": article_id, "feed_key": feed_key, "first_seen": now} for article_id in elsewhere.scalars()
        ]
        if rows:
            connection.execute(_SIGHT.on(connection), rows)


def revise(connection: Connection, revised: Sequence[Revised], now: datetime) -> None:
    """Start changed articles again, whatever their stage.

    The new revision tells a step that is running on one that it came late.
    """
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
    moved = [
        {"corrected_id": item.article_id, "url": item.url, "url_key": url_key(item.url)}
        for item in revised
        if item.url is not None
    ]
    if moved:
        connection.execute(_CORRECT_LINK, moved)
        corrected = [item.article_id for item in revised if item.url is not None]
        add_deliveries(connection, rewrites_showing(connection, corrected, "link", now), {}, now)
    revised_ids = [item.article_id for item in revised]
    present = set(connection.execute(_STILL_THERE, {"ids": revised_ids}).scalars())
    texts_now = [
        {"article_id": item.article_id, "entry_text": item.text if item.text != item.summary else None}
        for item in revised
        if item.article_id in present
    ]
    if texts_now:
        connection.execute(_REPLACE_ENTRY_TEXT.on(connection), texts_now)
