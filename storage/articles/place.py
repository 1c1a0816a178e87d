"""Place and judge articles in one transaction, under the stories lock.

Two writers can therefore never open two stories for one event, nor raise one alert twice. The slow parts, matching and
fingerprinting, are done before; the lock is held for the few statements here, which many articles share, and the two
pure decisions of each judge.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, select

from monitor.domain.alerts.verdict import Judge, Verdict
from monitor.domain.articles.article import Article
from monitor.domain.stories.values import Fingerprint, Placed
from storage.articles.pending_writes import PendingWrites
from storage.articles.rereads import read_again
from storage.articles.rows import as_seen
from storage.outbox.add import add_deliveries
from storage.schema.content import fingerprints
from storage.sql.transaction_locks import STORIES, exclusive
from storage.stories.alerts import write_alerts
from storage.stories.rearrange import join_stories
from storage.stories.stories import facts_of

_PLACED = select(fingerprints).where(fingerprints.c.sequence > bindparam("after")).order_by(fingerprints.c.sequence)
_PLACED_SINCE = _PLACED.where(fingerprints.c.at >= bindparam("since"))
_PART_PLACED_SINCE = _PLACED_SINCE.limit(bindparam("most", type_=Integer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """An article to be placed and judged.

    `after` is the highest sequence the judge has learnt, `revision` the catalog it judges by.
    """

    seen: Article
    fingerprint: Fingerprint
    after: int
    judge: Judge
    revision: str
    now: datetime


def place_all(connection: Connection, wanted: Sequence[Placing]) -> list[Verdict | None]:
    """Place and judge articles in order, and write the verdicts; None for one changed meanwhile.

    Each judge also learns of those placed before it here. A verdict names the story, also a new one.
    """
    exclusive(connection, STORIES)
    unchanged = as_seen(connection, [placing.seen for placing in wanted])
    news = list(placed_after(connection, min(placing.after for placing in wanted)))
    pending = PendingWrites(connection, len(unchanged))
    verdicts: list[Verdict | None] = []
    for placing in wanted:
        if placing.seen.id not in unchanged:
            verdicts.append(None)
            continue
        unchanged.remove(placing.seen.id)
        verdict, placed = _place(connection, pending, placing, news)
        news.append(placed)
        other = placing.judge.same_event(placed, verdict.placement)
        if other is not None:
            pending.write()
            joined = join_stories(connection, placed.story_id, other, "wirewatch", placing.now)
            pending.renumber()
            news += placed_after(connection, placed.sequence)
            verdict = replace(verdict, placement=replace(verdict.placement, story_id=joined.story))
        verdicts.append(verdict)
    pending.write()
    return verdicts


def _place(
    connection: Connection, pending: PendingWrites, placing: Placing, news: Sequence[Placed]
) -> tuple[Verdict, Placed]:
    seen, judge, now = placing.seen, placing.judge, placing.now
    placement = judge.locate([placed for placed in news if placed.sequence > placing.after])
    story_id = pending.story(seen, placement, now)
    placed = Placed(
        sequence=pending.next_sequence(),
        article_id=seen.id,
        story_id=story_id,
        copy_of=placement.copy_of,
        outlet=seen.outlet,
        at=now,
        fingerprint=placing.fingerprint,
    )
    own = pending.add_placed(seen, placed, placing.revision)
    facts = None
    if judge.matched:
        pending.write()
        facts = facts_of(connection, story_id, seen.id, own, is_new=story_id != placement.story_id)
    verdict = judge.judge(facts, placement)
    alert_ids = write_alerts(connection, story_id, seen.id, verdict.alerts, now) if verdict.alerts else {}
    add_deliveries(connection, verdict.deliveries, alert_ids, now)
    if verdict.alerts:
        read_again(connection, seen, now)
    pending.add_verdict(seen, verdict, now)
    return replace(verdict, placement=replace(placement, story_id=story_id)), placed


def placed_after(connection: Connection, after: int) -> Sequence[Placed]:
    """Read what was placed after the sequence `after`, in order."""
    return _read(connection, _PLACED, {"after": after})


def placed_since(connection: Connection, since: datetime, after: int, limit: int | None) -> Sequence[Placed]:
    """Read what was placed since `since` and after the sequence `after`, at most `limit`."""
    asked = {"since": since, "after": after}
    if limit is None:
        return _read(connection, _PLACED_SINCE, asked)
    return _read(connection, _PART_PLACED_SINCE, {**asked, "most": limit})


def _read(connection: Connection, statement: Select[Any], asked: dict[str, Any]) -> list[Placed]:
    return [
        Placed(
            sequence=row.sequence,
            article_id=row.article_id,
            story_id=row.story_id,
            copy_of=row.copy_of,
            outlet=row.outlet,
            at=row.at,
            fingerprint=Fingerprint(version=row.version, content=bytes(row.content)),
        )
        for row in connection.execute(statement, asked)
    ]
