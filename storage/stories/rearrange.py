"""Join two stories into one, or split articles off a story, in one transaction.

The articles moved are placed anew: their fingerprints take the next sequences, so that every index learns the change as
it learns articles, and an index rebuilt from the rows has the same stories.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from monitor.domain.alerts.alert import DeliveryKind, DeliveryState, NewDelivery
from monitor.domain.ledger import Note
from storage.counters import count
from storage.history.audit import AuditEntry, add_audit
from storage.ledger import note_rows, write_note_rows
from storage.outbox.add import add_deliveries, carry
from storage.schema.content import alerts, articles, fingerprints, stories
from storage.schema.outbox import deliveries, delivery_alerts, interactions, silences
from storage.sql.database import Database
from storage.sql.transaction_locks import STORIES, exclusive

PLACED = "placed"
"""The counter that numbers placings, as in `storage.articles.pending_writes`."""

_MESSAGES = (DeliveryKind.ALERT.value, DeliveryKind.DIGEST.value)
_MOVE_ARTICLE = update(articles).where(articles.c.id == bindparam("moved")).values(story_id=bindparam("into"))
_MOVE_FINGERPRINT = (
    update(fingerprints)
    .where(fingerprints.c.article_id == bindparam("moved"))
    .values(story_id=bindparam("into"), sequence=bindparam("next_sequence"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rearranged:
    """The outcome of joining or splitting: the story that now holds the articles moved, or why nothing was done."""

    story: int = 0
    moved: int = 0
    refused: str = ""


class SqlStoryChanges:
    """Joining and splitting stories as people ask for it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def join(self, first: int, second: int, author: str, now: datetime, *, origin: str = "cli") -> Rearranged:
        """Join two stories; the older one stays. `origin`: where from, web or cli."""

        def work(connection: Connection) -> Rearranged:
            done = join_stories(connection, first, second, author, now)
            details: dict[str, object] = {"joined": max(first, second), "articles": done.moved}
            _audit(connection, done, f"story:{done.story}", "story.merge", author, origin, details, now)
            return done

        return await self._database.run(work)

    async def split(
        self, story: int, article_ids: Sequence[int], author: str, now: datetime, *, origin: str = "cli"
    ) -> Rearranged:
        """Move articles of a story into a story of their own. `origin`: where from, web or cli."""

        def work(connection: Connection) -> Rearranged:
            done = split_story(connection, story, article_ids, author, now)
            details: dict[str, object] = {"into": done.story, "articles": sorted(set(article_ids))}
            _audit(connection, done, f"story:{story}", "story.split", author, origin, details, now)
            return done

        return await self._database.run(work)


def _audit(
    connection: Connection,
    done: Rearranged,
    subject: str,
    action: str,
    who: str,
    origin: str,
    details: dict[str, object],
    now: datetime,
) -> None:
    """Record what a person did to a story, unless it was refused."""
    if not done.refused:
        entry = AuditEntry(at=now, who=who, origin=origin, action=action, subject=subject, details=details)
        add_audit(connection, entry)


def join_stories(connection: Connection, first: int, second: int, author: str, now: datetime) -> Rearranged:
    """Move all articles and alerts of the younger of two stories into the older.

    A message of the younger that has not left never leaves; one that has is edited to name the older story, and what
    follows stands in the older story's message.
    """
    exclusive(connection, STORIES)
    into, gone = min(first, second), max(first, second)
    found = {row.id: row for row in connection.execute(select(stories).where(stories.c.id.in_([into, gone])))}
    if into == gone:
        return Rearranged(refused="a story cannot be joined with itself")
    for number in (into, gone):
        if number not in found:
            return Rearranged(refused=f"there is no story {number}")
        if found[number].joined_into is not None:
            return Rearranged(refused=f"story {number} was joined into story {found[number].joined_into} before")
    moved = list(connection.scalars(select(articles.c.id).where(articles.c.story_id == gone).order_by(articles.c.id)))
    _move(connection, moved, into)
    connection.execute(
        update(stories).where(or_(stories.c.id == gone, stories.c.joined_into == gone)).values(joined_into=into)
    )
    connection.execute(
        update(stories)
        .where(stories.c.id == into)
        .values(
            first_seen=min(found[into].first_seen, found[gone].first_seen),
            last_seen=max(found[into].last_seen, found[gone].last_seen),
        )
    )
    connection.execute(update(silences).where(silences.c.story_id == gone).values(story_id=into))
    _join_alerts(connection, gone, into, now)
    _note(connection, moved, f"story {gone} was joined into story {into} by {author}", now)
    return Rearranged(story=into, moved=len(moved))


def split_story(
    connection: Connection, story: int, article_ids: Sequence[int], author: str, now: datetime
) -> Rearranged:
    """Move articles of a story into a new one, with the alerts raised on them."""
    exclusive(connection, STORIES)
    held = set(connection.scalars(select(articles.c.id).where(articles.c.story_id == story)))
    moved = sorted(set(article_ids))
    strangers = [number for number in moved if number not in held]
    if not held:
        return Rearranged(refused=f"there is no story {story} with articles")
    if strangers or not moved:
        return Rearranged(refused=f"story {story} has no article {', '.join(map(str, strangers)) or 'of these'}")
    if len(moved) == len(held):
        return Rearranged(refused=f"story {story} would have no article left")
    first = connection.execute(
        select(func.min(articles.c.first_seen).label("first"), func.max(articles.c.first_seen).label("last")).where(
            articles.c.id.in_(moved)
        )
    ).one()
    title = connection.scalar(select(articles.c.title).where(articles.c.id == moved[0]))
    row = {"title": title, "first_seen": first.first, "last_seen": first.last}
    into: int = connection.execute(stories.insert().returning(stories.c.id), row).scalar_one()
    _move(connection, moved, into)
    connection.execute(
        update(alerts)
        .where(alerts.c.story_id == story, alerts.c.article_id.in_(moved))
        .values(story_id=into, revision=alerts.c.revision + 1, updated_at=now)
    )
    _note(connection, moved, f"split off story {story} into story {into} by {author}", now)
    return Rearranged(story=into, moved=len(moved))


def _move(connection: Connection, article_ids: Sequence[int], into: int) -> None:
    """Place articles anew, in the order of their first placing."""
    if not article_ids:
        return
    connection.execute(_MOVE_ARTICLE, [{"moved": number, "into": into} for number in article_ids])
    placed = list(
        connection.scalars(
            select(fingerprints.c.article_id)
            .where(fingerprints.c.article_id.in_(article_ids))
            .order_by(fingerprints.c.sequence)
        )
    )
    if placed:
        first = count(connection, PLACED, len(placed)) - len(placed) + 1
        connection.execute(
            _MOVE_FINGERPRINT,
            [{"moved": number, "into": into, "next_sequence": first + at} for at, number in enumerate(placed)],
        )


def _join_alerts(connection: Connection, gone: int, into: int, now: datetime) -> None:
    """Give the older story the younger's alerts; of a topic that both have, the older's stays."""
    older = {row.topic: row for row in connection.execute(select(alerts).where(alerts.c.story_id == into))}
    for row in connection.execute(select(alerts).where(alerts.c.story_id == gone).order_by(alerts.c.id)).all():
        carriers = connection.execute(
            select(deliveries)
            .join(delivery_alerts, delivery_alerts.c.delivery_id == deliveries.c.id)
            .where(delivery_alerts.c.alert_id == row.id)
            .order_by(deliveries.c.id)
        ).all()
        kept = older.get(row.topic)
        if kept is None:
            kept_id, severity = row.id, row.severity
            connection.execute(update(alerts).where(alerts.c.id == row.id).values(story_id=into, updated_at=now))
        else:
            kept_id, severity = kept.id, max(row.severity, kept.severity)
            connection.execute(
                update(alerts)
                .where(alerts.c.id == kept_id)
                .values(severity=severity, revision=alerts.c.revision + 1, updated_at=now)
            )
            connection.execute(update(interactions).where(interactions.c.alert_id == row.id).values(alert_id=kept_id))
        for carrier in carriers:
            _redirect(connection, carrier.id, row.id, kept_id, gone, into, now)
        if kept is not None:
            connection.execute(delete(alerts).where(alerts.c.id == row.id))


def _redirect(
    connection: Connection, carrier_id: int, alert_id: int, kept_id: int, gone: int, into: int, now: datetime
) -> None:
    """Let one delivery of the younger story follow the alert that stays."""
    carrier = connection.execute(select(deliveries).where(deliveries.c.id == carrier_id)).one()
    first = connection.execute(
        select(deliveries.c.id)
        .join(delivery_alerts, delivery_alerts.c.delivery_id == deliveries.c.id)
        .join(alerts, alerts.c.id == delivery_alerts.c.alert_id)
        .where(
            alerts.c.story_id == into,
            delivery_alerts.c.alert_id != alert_id,
            deliveries.c.receiver == carrier.receiver,
            deliveries.c.kind.in_(_MESSAGES),
            deliveries.c.id != carrier.id,
            deliveries.c.state.in_(
                [DeliveryState.SENT.value, DeliveryState.SENDING.value, DeliveryState.PENDING.value]
            ),
        )
        .order_by(deliveries.c.id)
        .limit(1)
    ).scalar_one_or_none()
    if first is None:
        # The older story has no message of its own to this receiver: the younger's goes on for both.
        carry(connection, carrier.id, [kept_id])
        return
    carry(connection, first, [kept_id])
    connection.execute(
        delete(delivery_alerts).where(
            delivery_alerts.c.delivery_id == carrier.id, delivery_alerts.c.alert_id == alert_id
        )
    )
    left = connection.scalar(
        select(func.count()).select_from(delivery_alerts).where(delivery_alerts.c.delivery_id == carrier.id)
    )
    if carrier.state == DeliveryState.PENDING.value and not left:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id == carrier.id)
            .values(state=DeliveryState.ROLLED_UP.value, failure=f"its story was joined into story {into}")
        )
    elif carrier.state == DeliveryState.SENT.value and carrier.kind == DeliveryKind.ALERT.value and not left:
        pointer = NewDelivery(
            receiver=carrier.receiver,
            kind=DeliveryKind.UPDATE,
            group_key=f"joined:{gone}:{carrier.id}",
            due=now,
            alert_ids=(kept_id,),
            text=f"The same event as story {into}, which goes on in the message above.",
            thread_of=carrier.id,
        )
        add_deliveries(connection, [pointer], {}, now)


def _note(connection: Connection, article_ids: Sequence[int], text: str, now: datetime) -> None:
    note = Note(step="story", text=text)
    write_note_rows(connection, [row for number in article_ids for row in note_rows(number, [note], now)])
