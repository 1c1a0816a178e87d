"""Stories for people: the list of those that alerted, with filters and counts, and one story whole."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from monitor.domain.alerts.alert import Alert
from monitor.domain.alerts.interactions import Action
from monitor.domain.catalog import Severity
from monitor.domain.status.story_view import PersonsAction, ReportLine, StoryCard, StoryCards, StoryFilter, StoryView
from monitor.domain.stories.independence import independent_outlets
from monitor.domain.stories.values import SourceText
from storage.outbox.read import delivery_of, silences_in_force
from storage.schema.content import alerts, articles, feeds, ledger, matches, stories
from storage.schema.outbox import deliveries, delivery_alerts, interactions
from storage.stories.alerts import alert_of

LOOKED_BACK = timedelta(days=7)
"""How far back the list goes unless a filter says otherwise."""

MOST_ALERTS = 2_000
"""Alerts read for one list; filters and counts are over these, the newest ones."""

MOST_REPORTS = 500
"""Reports shown of one story; a flood may have thousands."""

PAGE = 30

_CARD_COLUMNS = (
    *("id", "story_id", "outlet", "origin", "copy_of"),
    *("first_seen", "published", "title", "url", "language"),
)

Facet = Callable[[StoryCard, Row[Any]], Iterable[str]]


def alerted_stories(connection: Connection, wanted: StoryFilter, now: datetime, *, limit: int = PAGE) -> StoryCards:
    """Return stories that alerted, latest change first, with the counts for each filter."""
    cards = _all_cards(connection, wanted.since or now - LOOKED_BACK, now)
    found = [card for card in cards if _passes(card, wanted, "")]
    version = f"{cards[0][0].changed_at.timestamp():.6f}-{len(cards)}" if cards else "0"
    left = found
    if wanted.before is not None:
        left = [pair for pair in found if (pair[0].changed_at, pair[0].id) < wanted.before]
    shown = [card for card, _ in left[:limit]]
    return StoryCards(
        cards=with_reports(connection, shown),
        facets={name: _counted(cards, wanted, name) for name in _FACETS},
        total=len(found),
        next=(shown[-1].changed_at, shown[-1].id) if len(left) > limit else None,
        version=version,
    )


def latest_change(connection: Connection) -> str:
    """Return a text that differs whenever an alert was raised, changed or acknowledged."""
    row = connection.execute(
        select(func.max(alerts.c.updated_at), func.max(alerts.c.id), func.max(alerts.c.acknowledged_at))
    ).one()
    clicks = connection.execute(select(func.max(interactions.c.id))).scalar_one()
    return "-".join(str(item.timestamp() if isinstance(item, datetime) else item or 0) for item in (*row, clicks))


def raised_alerts(
    connection: Connection,
    topic: str,
    severity: str,
    since: datetime,
    before: tuple[datetime, int] | None,
    limit: int,
) -> tuple[list[Alert], tuple[datetime, int] | None]:
    """Return alerts raised since then, latest first, and where the next page begins. Raises ValueError."""
    wanted = select(alerts).where(alerts.c.raised_at >= since)
    if topic:
        wanted = wanted.where(alerts.c.topic == topic)
    if severity:
        named = {one.word: one for one in Severity}
        if severity not in named:
            raise ValueError(severity)
        wanted = wanted.where(alerts.c.severity == int(named[severity]))
    if before is not None:
        earlier = and_(alerts.c.raised_at == before[0], alerts.c.id < before[1])
        wanted = wanted.where(or_(alerts.c.raised_at < before[0], earlier))
    rows = connection.execute(wanted.order_by(alerts.c.raised_at.desc(), alerts.c.id.desc()).limit(limit + 1)).all()
    found = [alert_of(row) for row in rows[:limit]]
    return found, (found[-1].raised_at, found[-1].id) if len(rows) > limit else None


def story_view(connection: Connection, story_id: int, now: datetime) -> StoryView | None:
    """Return one story with everything that belongs to it; None when it is not stored."""
    row = connection.execute(select(stories).where(stories.c.id == story_id)).one_or_none()
    if row is None:
        return None
    raised = [alert_of(found) for found in connection.execute(select(alerts).where(alerts.c.story_id == story_id))]
    ids = [alert.id for alert in raised]
    muted = any(s.mutes(alert, now) for s in silences_in_force(connection, now) for alert in raised)
    card = StoryCard(
        id=row.id,
        title=row.title,
        alerts=tuple(raised),
        severity=max((alert.severity for alert in raised), default=Severity.LOW),
        state=_state(raised, _irrelevant(connection, ids), muted=muted),
        changed_at=max((alert.updated_at for alert in raised), default=row.last_seen),
        receivers=tuple(_receivers(connection, ids)),
    )
    sent = select(deliveries).where(
        deliveries.c.id.in_(select(delivery_alerts.c.delivery_id).where(delivery_alerts.c.alert_id.in_(ids)))
    )
    acted = select(interactions).where(interactions.c.alert_id.in_(ids)).order_by(interactions.c.id)
    return StoryView(
        card=with_reports(connection, [card])[0],
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        reports=tuple(_reports(connection, story_id)),
        messages=tuple(delivery_of(found) for found in connection.execute(sent.order_by(deliveries.c.id))),
        actions=tuple(
            PersonsAction(id=done.id, action=done.action, topic=done.topic or "", author=done.author, at=done.at)
            for done in connection.execute(acted)
        ),
        joined_into=row.joined_into,
    )


def with_reports(connection: Connection, cards: Sequence[StoryCard]) -> tuple[StoryCard, ...]:
    """Add what the stories' reports say: first and latest, outlets, independent ones. One statement for all."""
    rows: Iterable[Row[Any]] = connection.execute(
        select(*(articles.c[name] for name in _CARD_COLUMNS))
        .where(articles.c.story_id.in_([card.id for card in cards]))
        .order_by(articles.c.id)
    )
    by_story: dict[int, list[Row[Any]]] = {}
    for row in rows:
        by_story.setdefault(row.story_id, []).append(row)
    return tuple(_with_reports(card, by_story.get(card.id, [])) for card in cards)


def _with_reports(card: StoryCard, rows: list[Row[Any]]) -> StoryCard:
    if not rows:
        return card
    first = min(rows, key=lambda row: (row.published or row.first_seen, row.id))
    latest = next((row for row in reversed(rows) if row.copy_of is None), rows[-1])
    return replace(
        card,
        first_outlet=first.outlet,
        first_url=first.url,
        at=first.published or first.first_seen,
        outlets=len({row.outlet for row in rows}),
        independent=len(independent_outlets([_voice(row) for row in rows])),
        reports=len(rows),
        language=first.language,
        latest_outlet=latest.outlet if latest.id != first.id else "",
        latest_title=latest.title if latest.id != first.id else "",
        latest_at=(latest.published or latest.first_seen) if latest.id != first.id else None,
    )


def _voice(row: Row[Any]) -> SourceText:
    text = row.id if row.copy_of is None else row.copy_of
    return SourceText(text=text, origin=row.origin or row.outlet, first=row.first_seen, last=row.first_seen)


def _all_cards(connection: Connection, since: datetime, now: datetime) -> list[tuple[StoryCard, Row[Any]]]:
    """Stories with an alert changed since then, latest change first, each with a row of the article that alerted."""
    rows = connection.execute(
        select(alerts, articles.c.outlet, articles.c.language, stories.c.title)
        .join_from(alerts, stories, alerts.c.story_id == stories.c.id)
        .join(articles, alerts.c.article_id == articles.c.id, isouter=True)
        .where(alerts.c.updated_at >= since, stories.c.joined_into.is_(None))
        .order_by(alerts.c.updated_at.desc(), alerts.c.id.desc())
        .limit(MOST_ALERTS)
    ).all()
    ids = [row.id for row in rows]
    receivers: dict[int, list[tuple[str, str]]] = {}
    for alert_id, receiver, state in _deliveries_by_alert(connection, ids):
        receivers.setdefault(alert_id, []).append((receiver, state))
    irrelevant, silences = _irrelevant(connection, ids), silences_in_force(connection, now)
    by_story: dict[int, list[Row[Any]]] = {}
    for row in rows:
        by_story.setdefault(row.story_id, []).append(row)
    cards = []
    for story_id, own in by_story.items():
        raised = [alert_of(row) for row in own]
        muted = any(silence.mutes(alert, now) for silence in silences for alert in raised)
        card = StoryCard(
            id=story_id,
            title=own[0].title,
            alerts=tuple(raised),
            severity=max(alert.severity for alert in raised),
            state=_state(raised, irrelevant, muted=muted),
            changed_at=own[0].updated_at,
            receivers=tuple(dict.fromkeys(pair for row in own for pair in receivers.get(row.id, []))),
        )
        cards.append((card, own[0]))
    return cards


def _state(raised: Sequence[Any], irrelevant: set[int], *, muted: bool) -> str:
    if raised and all(alert.id in irrelevant for alert in raised):
        return "not relevant"
    if muted:
        return "muted"
    return "acknowledged" if raised and all(alert.acknowledged_by for alert in raised) else "open"


_FACETS: dict[str, Facet] = {
    "topic": lambda card, _row: card.topics,
    "severity": lambda card, _row: (card.severity.word,),
    "state": lambda card, _row: (card.state,),
    "receiver": lambda card, _row: dict.fromkeys(receiver for receiver, _ in card.receivers),
    "outlet": lambda _card, row: (row.outlet,) if row.outlet else (),
    "language": lambda _card, row: (row.language,) if row.language else (),
}


def _passes(pair: tuple[StoryCard, Row[Any]], wanted: StoryFilter, but: str) -> bool:
    """Whether the story passes every filter, that of the facet `but` aside."""
    return all(
        not value or name == but or value in _FACETS[name](*pair)
        for name, value in ((name, getattr(wanted, name)) for name in _FACETS)
    )


def _counted(
    cards: Sequence[tuple[StoryCard, Row[Any]]], wanted: StoryFilter, name: str
) -> tuple[tuple[str, int], ...]:
    counts = Counter(value for pair in cards if _passes(pair, wanted, name) for value in _FACETS[name](*pair))
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _deliveries_by_alert(connection: Connection, alert_ids: Sequence[int]) -> Iterable[tuple[int, str, str]]:
    rows = connection.execute(
        select(delivery_alerts.c.alert_id, deliveries.c.receiver, deliveries.c.state, deliveries.c.id)
        .join_from(delivery_alerts, deliveries)
        .where(delivery_alerts.c.alert_id.in_(alert_ids), deliveries.c.kind.in_(("alert", "digest")))
        .order_by(deliveries.c.id)
    )
    return ((row.alert_id, row.receiver, row.state) for row in rows)


def _receivers(connection: Connection, alert_ids: Sequence[int]) -> Iterable[tuple[str, str]]:
    return dict.fromkeys((receiver, state) for _, receiver, state in _deliveries_by_alert(connection, alert_ids))


def _irrelevant(connection: Connection, alert_ids: Sequence[int]) -> set[int]:
    """Return the alerts that a person called not relevant, and nobody has called relevant since."""
    verdicts = connection.execute(
        select(interactions.c.alert_id, interactions.c.action)
        .where(
            interactions.c.action.in_((Action.IRRELEVANT.value, Action.RELEVANT.value)),
            interactions.c.alert_id.in_(alert_ids),
        )
        .order_by(interactions.c.id)
    )
    last = {row.alert_id: row.action for row in verdicts}
    return {alert_id for alert_id, action in last.items() if action == Action.IRRELEVANT.value}


def _reports(connection: Connection, story_id: int) -> Iterable[ReportLine]:
    rows = connection.execute(
        select(articles, feeds.c.tier)
        .join_from(articles, feeds, articles.c.feed_key == feeds.c.key, isouter=True)
        .where(articles.c.story_id == story_id)
        .order_by(articles.c.id)
        .limit(MOST_REPORTS)
    ).all()
    ids = [row.id for row in rows]
    reasons: dict[int, str] = {}
    noted = select(ledger.c.article_id, ledger.c.text).where(ledger.c.article_id.in_(ids), ledger.c.step == "story")
    for note in connection.execute(noted.order_by(ledger.c.id)):
        reasons[note.article_id] = note.text
    topics: dict[int, list[tuple[str, float]]] = {}
    found = select(matches.c.article_id, matches.c.topic, matches.c.score).where(
        matches.c.article_id.in_(ids), matches.c.near.is_(False)
    )
    for match in connection.execute(found.order_by(matches.c.score.desc())):
        topics.setdefault(match.article_id, []).append((match.topic, match.score))
    outlets = {row.id: row.outlet for row in rows}
    voices: list[SourceText] = []
    known: tuple[str, ...] = ()
    for row in rows:
        voices.append(_voice(row))
        before, known = known, independent_outlets(voices)
        yield ReportLine(
            article_id=row.id,
            outlet=row.outlet,
            title=row.title,
            url=row.url,
            at=row.published or row.first_seen,
            published=row.published,
            language=row.language,
            tier=2 if row.tier is None else row.tier,
            copy_of=row.copy_of,
            copied_outlet=outlets.get(row.copy_of, "") if row.copy_of else "",
            independent=row.copy_of is None and len(known) > len(before),
            reason=reasons.get(row.id, ""),
            topics=tuple(topics.get(row.id, ())),
        )
