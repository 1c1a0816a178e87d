"""Record what people did with alerts: each click once, with its consequences."""

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from monitor.domain.alerts.alert import Alert
from monitor.domain.alerts.interactions import Action, Consequence, MissedArticle
from storage.history.audit import AuditEntry, add_audit
from storage.outbox.add import add_deliveries
from storage.outbox.rewrites import rewrites
from storage.schema.content import alerts
from storage.schema.outbox import deliveries, interactions, silences
from storage.sql.database import Database
from storage.sql.upserts import upsert
from storage.stories.alerts import alert_of


class SqlInteractions:
    """Clicks in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def alert(self, alert_id: int) -> Alert | None:
        """Return the alert as it stands."""
        row = await self._database.read(
            lambda connection: connection.execute(select(alerts).where(alerts.c.id == alert_id)).one_or_none()
        )
        return None if row is None else alert_of(row)

    async def receiver_of(self, channel: str, ts: str) -> str | None:
        """Return the receiver whose message stands at `ts` of a channel; None when there is none."""
        statement = select(deliveries.c.receiver).where(deliveries.c.channel == channel, deliveries.c.ts == ts)
        return await self._database.read(lambda connection: connection.execute(statement.limit(1)).scalar_one_or_none())

    async def missed(self, missed: MissedArticle) -> None:
        """Keep the verdict that an article should have alerted on a topic."""
        row = {
            "key": f"missed:{missed.topic}:{missed.article_id or missed.at.isoformat()}:{missed.author}",
            "action": Action.MISSED.value,
            "article_id": missed.article_id,
            "topic": missed.topic,
            "author": missed.author,
            "text": missed.page,
            "at": missed.at,
        }
        done = AuditEntry(
            at=missed.at,
            who=missed.author,
            origin="slack",
            action="verdict.missed",
            subject=f"topic:{missed.topic}",
            details={"article": missed.article_id},
        )

        def work(connection: Connection) -> None:
            new = upsert(connection, interactions).values(row).on_conflict_do_nothing().returning(interactions.c.id)
            if connection.execute(new).scalar_one_or_none() is not None:
                add_audit(connection, done)

        await self._database.run(work)

    async def record(self, consequence: Consequence) -> bool:
        """Write a click's consequence, and have every message of the alert rewritten; False when it was known."""
        return await self._database.run(lambda connection: _record(connection, consequence))


def _record(connection: Connection, done: Consequence) -> bool:
    row = {
        "key": done.click.key,
        "action": done.click.action.value,
        "alert_id": done.alert.id,
        "article_id": done.alert.article_id,
        "topic": done.alert.topic,
        "author": done.click.author,
        "text": done.click.until.value if done.click.until else "",
        "at": done.at,
    }
    new = upsert(connection, interactions).values(row).on_conflict_do_nothing().returning(interactions.c.id)
    if connection.execute(new).scalar_one_or_none() is None:
        return False
    add_audit(connection, _entry(done))
    if done.acknowledges:
        first = (alerts.c.story_id == done.alert.story_id, alerts.c.acknowledged_by.is_(None))
        connection.execute(
            update(alerts).where(*first).values(acknowledged_by=done.click.author, acknowledged_at=done.at)
        )
    if done.silence is not None:
        muted = {
            "topic": done.silence.topic,
            "story_id": done.silence.story_id,
            "until": done.silence.until,
            "reason": done.silence.reason,
            "author": done.click.author,
            "created_at": done.at,
            "receiver": done.silence.receiver,
            "mutes_critical": done.silence.mutes_critical,
        }
        connection.execute(silences.insert().values(muted))
    if done.withdraws is not None:
        opposite = {"alert": done.alert.id, "opposite": done.withdraws.value, "withdrawn": _WITHDRAWN}
        connection.execute(_WITHDRAW_VERDICTS, opposite)
    if done.unmutes:
        connection.execute(_END_MUTES, {"story": done.alert.story_id, "about": done.alert.topic, "now": done.at})
    add_deliveries(connection, rewrites(connection, done.alert.story_id, done.alert.id, "click", done.at), {}, done.at)
    return True


def _entry(done: Consequence) -> AuditEntry:
    """Return the line of the audit log about a click."""
    details: dict[str, object] = {"alert": done.alert.id, "topic": done.alert.topic}
    if done.silence is not None:
        details["until"] = done.silence.until.isoformat()
    if done.silence is not None and done.silence.receiver:
        details["receiver"] = done.silence.receiver
    return AuditEntry(
        at=done.at,
        who=done.click.author,
        origin=done.click.origin,
        action=f"click.{done.click.action.value}",
        subject=f"story:{done.alert.story_id}",
        details=details,
    )


_WITHDRAWN = "withdrawn"
"""The action of a verdict that was taken back: it counts for nothing and stays for the record."""

_WITHDRAW_VERDICTS = (
    update(interactions)
    .where(interactions.c.alert_id == bindparam("alert"), interactions.c.action == bindparam("opposite"))
    .values(action=bindparam("withdrawn"))
)

_END_MUTES = (
    update(silences)
    .where(
        silences.c.until > bindparam("now"),
        or_(
            silences.c.story_id == bindparam("story"),
            and_(silences.c.story_id.is_(None), silences.c.topic == bindparam("about")),
        ),
    )
    .values(until=bindparam("now"))
)
