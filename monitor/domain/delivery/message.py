"""Compose messages as values, before adapters decide their looks.

All texts are as the feeds gave them; escaping and cutting is the renderer's work (`monitor.adapters`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.alerts.alert import Delivery, DeliveryKind, Evidence, Silence
from monitor.domain.catalog import Catalog, Severity
from monitor.domain.delivery.attempt import AlertForSending, DeliveryForSending
from monitor.domain.delivery.ranking import fitting, ranked
from monitor.domain.stories.values import Story, StoryMember

OTHER_REPORTS = 3
"""Links to further reports shown beside the lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReport:
    """One outlet's report: its headline in the original language, and where to read it."""

    headline: str
    url: str | None
    outlet: str
    at: datetime
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An alert as people see it.

    `independent` counts reports once for each text really written, `outlets` everyone who ran one. `mute` is the
    silence of the story or its topic that ends last; `doubted_by` finds it not relevant.
    """

    alert_id: int
    story_id: int
    topic: str
    topic_title: str
    severity: Severity
    score: float
    lead: CardReport
    evidence: tuple[Evidence, ...] = ()
    others: tuple[CardReport, ...] = ()
    reports: int = 1
    outlets: int = 1
    independent: int = 1
    news: str = ""
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    mute: Silence | None = None
    doubted_by: str | None = None
    doubted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. Cards stand in the order of their rank; `more` counts those left to the thread.

    `named`: replies name their story, for they stand outside its thread or in one that stories share. `note` is a line
    of the program's own (a possible repeat, a stand-in for another receiver); `lines` are the body of an answer or a
    notice. `interactive`: buttons may be shown.
    """

    kind: DeliveryKind
    cards: tuple[Card, ...] = ()
    lines: tuple[str, ...] = ()
    note: str = ""
    more: int = 0
    interactive: bool = False
    named: bool = False

    @property
    def single(self) -> bool:
        """Tell whether it is the living message of one story."""
        return len(self.cards) == 1 and not self.more


def compose(
    sending: DeliveryForSending,
    catalog: Catalog,
    now: datetime,
    *,
    via: str | None = None,
    interactive: bool = False,
    in_thread: bool = True,
) -> Message:
    """Compose the message of a delivery; an update has the kind of the message it rewrites.

    `in_thread`: a reply stands in the thread of its message.
    """
    delivery = sending.delivery
    kind = delivery.kind
    alerts = ranked(sending.alerts if kind is DeliveryKind.UPDATE else sending.heard(now))
    if kind is DeliveryKind.UPDATE and sending.standing is not None:
        kind = sending.standing.kind
    reply = kind in (DeliveryKind.REPLY, DeliveryKind.NEWS)
    shown = alerts if reply else alerts[: fitting(alerts)]
    shared = sending.standing is not None and len(sending.standing.alert_ids) > 1
    return Message(
        kind=kind,
        cards=tuple(card(entry, catalog, sending.silences, now) for entry in shown),
        lines=tuple(dict.fromkeys(line for line in delivery.text.splitlines() if line.strip())),
        note=_note(delivery, via),
        more=len(alerts) - len(shown),
        interactive=interactive and kind in (DeliveryKind.ALERT, DeliveryKind.DIGEST),
        named=reply and (shared or not in_thread),
    )


def card(entry: AlertForSending, catalog: Catalog, silences: Sequence[Silence], now: datetime) -> Card:
    """Return an alert as people see it."""
    alert, story = entry.alert, entry.story
    topic = catalog.topic(alert.topic)
    lead = _lead(entry)
    mutes = [silence for silence in silences if silence.mutes(alert, now)]
    return Card(
        alert_id=alert.id,
        story_id=story.id,
        topic=alert.topic,
        topic_title=topic.title if topic else alert.topic,
        severity=alert.severity,
        score=alert.score,
        lead=lead,
        evidence=alert.evidence,
        others=tuple(_report(member) for member in best_others(story, alert.topic, alert.article_id)),
        reports=max(1, len(story.members)),
        outlets=max(1, len({member.outlet for member in story.members})),
        independent=max(1, len({member.origin for member in story.members if member.copy_of is None})),
        news=alert.news,
        acknowledged_by=alert.acknowledged_by,
        acknowledged_at=alert.acknowledged_at,
        mute=max(mutes, key=lambda silence: silence.until, default=None),
        doubted_by=entry.doubted_by,
        doubted_at=entry.doubted_at,
    )


def best_others(story: Story, topic: str, lead_id: int) -> tuple[StoryMember, ...]:
    """Return the next best reports: of outlets not yet shown, better tier and score first."""
    lead = next((member for member in story.members if member.article_id == lead_id), None)
    shown = {lead.outlet, lead.origin} if lead else set()
    chosen: list[StoryMember] = []
    for member in sorted(story.members, key=lambda m: (m.copy_of is not None, m.tier, -_score(m, topic), m.at)):
        if member.article_id != lead_id and member.url and member.copy_of is None and member.origin not in shown:
            chosen.append(member)
            shown.add(member.origin)
    return tuple(chosen[:OTHER_REPORTS])


def _score(member: StoryMember, topic: str) -> float:
    return max((score for key, score in member.topics if key == topic), default=0.0)


def _lead(entry: AlertForSending) -> CardReport:
    """Return the report the alert was raised on, or the first left of its story."""
    members = entry.story.members
    member = next((m for m in members if m.article_id == entry.alert.article_id), members[0] if members else None)
    if member is None:
        return CardReport(headline=entry.story.title, url=None, outlet="", at=entry.alert.raised_at)
    return _report(member)


def _report(member: StoryMember) -> CardReport:
    return CardReport(
        headline=member.title, url=member.url, outlet=member.outlet, at=member.at, language=member.language
    )


def _note(delivery: Delivery, via: str | None) -> str:
    parts = []
    if via is not None and via != delivery.receiver:
        parts.append(f"For {delivery.receiver}, which cannot be reached.")
    if delivery.repeat:
        parts.append("Possible repeat: an earlier attempt may have arrived.")
    return " ".join(parts)
