"""Compose messages as values, before adapters decide their looks.

All texts are as the feeds gave them; escaping and cutting is the renderer's work (`monitor.adapters`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.alerts.alert import Delivery, DeliveryKind, Evidence, Silence
from monitor.domain.catalog import Catalog, Receiver, Severity
from monitor.domain.delivery.attempt import AlertForSending, DeliveryForSending
from monitor.domain.delivery.leads import best_member, best_others, first_member
from monitor.domain.delivery.ranking import fitting, ranked
from monitor.domain.stories.values import StoryMember
from monitor.domain.volume.episode import Episode
from monitor.domain.volume.wording import body, headline


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReport:
    """One outlet's report: its headline in the original language, when it was published, and where to read it."""

    headline: str
    url: str | None
    outlet: str
    at: datetime
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicTag:
    """A topic under which a story alerts. `doubted_by` finds the story not relevant to it."""

    alert_id: int
    topic: str
    title: str
    severity: Severity
    doubted_by: str | None = None
    doubted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A story as people see it, with the topics it matches, the most severe first.

    `evidence`, `score` and `threshold` are the lead report's own. `independent` counts reports once for each text
    really written, `outlets` everyone who ran one. `doubt` says what the lead's text lacks. `acknowledged_by` is set
    once somebody took every topic. `mute` is the silence of the story or a topic of it that ends last.
    """

    story_id: int
    tags: tuple[TopicTag, ...]
    lead: CardReport
    score: float | None = None
    threshold: float | None = None
    evidence: tuple[Evidence, ...] = ()
    others: tuple[CardReport, ...] = ()
    outlets: int = 1
    independent: int = 1
    doubt: str = ""
    news: str = ""
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    mute: Silence | None = None

    @property
    def severity(self) -> Severity:
        """Return the highest severity of its topics."""
        return max(tag.severity for tag in self.tags)

    @property
    def alert_id(self) -> int:
        """Return the alert that buttons name; they act on its whole story."""
        return self.tags[0].alert_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. Cards stand in the order of their rank; `more` counts the stories left to the thread.

    `named`: replies name their story, for they stand outside its thread or in one that stories share. `note` is a line
    of the program's own (a possible repeat, a stand-in for another receiver); `lines` are the body of an answer or a
    notice. `interactive`: buttons may be shown. `title`, `period` and `summary` head a message of several stories;
    `zone` is the receiver's. A message about quantity has a `title`, `lines` and the `links` of its stories.
    """

    kind: DeliveryKind
    cards: tuple[Card, ...] = ()
    lines: tuple[str, ...] = ()
    note: str = ""
    more: int = 0
    interactive: bool = False
    named: bool = False
    title: str = ""
    period: tuple[datetime, datetime] | None = None
    summary: str = ""
    zone: str = "UTC"
    receiver: str = ""
    delivery_id: int = 0
    links: tuple[CardReport, ...] = ()

    @property
    def single(self) -> bool:
        """Tell whether it is the living message of one story."""
        return len(self.cards) == 1 and not self.more and self.kind is not DeliveryKind.DIGEST


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
    zone = zone_of_receiver(catalog.receiver(delivery.receiver), catalog)
    if sending.episode is not None and delivery.kind in (DeliveryKind.VOLUME, DeliveryKind.UPDATE):
        return _of_episode(sending.episode, delivery, zone, via)
    kind, origin = delivery.kind, delivery
    stories = ranked(sending.alerts if kind is DeliveryKind.UPDATE else sending.heard(now))
    if kind is DeliveryKind.UPDATE and sending.standing is not None:
        kind, origin = sending.standing.kind, sending.standing
    reply = kind in (DeliveryKind.REPLY, DeliveryKind.NEWS)
    shown = stories if reply else stories[: fitting(stories)]
    living = kind is DeliveryKind.ALERT and len(stories) == 1
    several = kind is DeliveryKind.DIGEST or (kind is DeliveryKind.ALERT and len(stories) > 1)
    standing = sending.standing
    shared = standing is not None and (standing.stories or len(standing.alert_ids)) > 1
    return Message(
        kind=kind,
        cards=tuple(card(story, catalog, sending, now, living=living) for story in shown),
        lines=tuple(dict.fromkeys(line for line in delivery.text.splitlines() if line.strip())),
        note=_note(delivery, via),
        more=len(stories) - len(shown),
        interactive=interactive and kind in (DeliveryKind.ALERT, DeliveryKind.DIGEST),
        named=reply and (shared or not in_thread),
        title=_TITLES.get(origin.group_key.partition(":")[0], "") if several else "",
        period=_period(stories) if several else None,
        summary=_summary(stories, catalog) if several else "",
        zone=zone,
        receiver=delivery.receiver,
        delivery_id=delivery.id,
    )


def _of_episode(episode: Episode, delivery: Delivery, zone: str, via: str | None) -> Message:
    """Return the living message of a spike, an absence or a first name."""
    return Message(
        kind=DeliveryKind.VOLUME,
        title=headline(episode),
        lines=tuple(body(episode, lambda moment: in_zone(moment, zone))),
        links=tuple(
            CardReport(headline=story.title, url=story.url, outlet=story.outlet, at=story.at)
            for story in episode.figures.stories
        ),
        note=_note(delivery, via),
        zone=zone,
        receiver=delivery.receiver,
        delivery_id=delivery.id,
    )


def card(
    entries: Sequence[AlertForSending], catalog: Catalog, sending: DeliveryForSending, now: datetime, *, living: bool
) -> Card:
    """Return a story as people see it.

    Its `living` message is led by the first report for as long as it stands, a list by the best report.
    """
    story = entries[0].story
    alerts = sorted((entry.alert for entry in entries), key=lambda alert: (-alert.severity, alert.id))
    topics = {alert.topic for alert in alerts}
    lead_id = min(alerts, key=lambda alert: alert.id).article_id
    member = first_member(story, lead_id) if living else best_member(story, lead_id, topics)
    # an alert quotes the report it was raised on: under any other byline its quote would be false
    own = [alert for alert in alerts if member is not None and alert.article_id == member.article_id]
    telling = own[0] if own else None
    topic = catalog.topic(telling.topic) if telling else None
    silences = [s for s in sending.silences for a in alerts if s.mutes(a, now, sending.delivery.receiver)]
    taken = [alert for alert in alerts if alert.acknowledged_by]
    latest = max((alert for alert in alerts if alert.news), key=lambda alert: alert.updated_at, default=None)
    doubts = {entry.alert.article_id: entry.doubt for entry in entries}
    return Card(
        story_id=story.id,
        tags=tuple(_tag(entry, catalog) for entry in sorted(entries, key=lambda e: (-e.alert.severity, e.alert.id))),
        lead=_report(member)
        if member
        else CardReport(headline=story.title, url=None, outlet="", at=alerts[0].raised_at),
        score=telling.score if telling else None,
        threshold=topic.threshold if topic else None,
        evidence=telling.evidence if telling else (),
        others=tuple(_report(other) for other in best_others(story, topics, member.article_id if member else 0)),
        outlets=max(1, len({one.outlet for one in story.members})),
        independent=max(1, len({one.origin for one in story.members if one.copy_of is None})),
        doubt=doubts.get(member.article_id, "") if member else "",
        news=latest.news if latest else "",
        acknowledged_by=taken[-1].acknowledged_by if len(taken) == len(alerts) else None,
        acknowledged_at=taken[-1].acknowledged_at if len(taken) == len(alerts) else None,
        mute=max(silences, key=lambda silence: silence.until, default=None),
    )


def zone_of_receiver(receiver: Receiver | None, catalog: Catalog) -> str:
    """Return the zone a receiver names for its hours or digest, else the first that any receiver names, else UTC."""
    for one in (*([receiver] if receiver else []), *catalog.receivers):
        for part in (one.active_hours, one.digest):
            if part is not None:
                return part.zone
    return "UTC"


def in_zone(moment: datetime, zone: str) -> str:
    """Return the moment in the zone's wall clock, in words: 2 Mar 18:02 CET."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %H:%M %Z}"


def _tag(entry: AlertForSending, catalog: Catalog) -> TopicTag:
    topic = catalog.topic(entry.alert.topic)
    return TopicTag(
        alert_id=entry.alert.id,
        topic=entry.alert.topic,
        title=topic.title if topic else entry.alert.topic,
        severity=entry.alert.severity,
        doubted_by=entry.doubted_by,
        doubted_at=entry.doubted_at,
    )


def _report(member: StoryMember) -> CardReport:
    # a feed's clock may run ahead: nothing was published after it was seen
    at = min(member.published, member.at) if member.published else member.at
    return CardReport(headline=member.title, url=member.url, outlet=member.outlet, at=at, language=member.language)


_TITLES = {
    "digest": "Digest",
    "opening": "Outside your active hours",
    "overflow": "More than your hourly limit",
    "backlog": "Messages that had to wait",
}
"""Titles of messages of several stories, by the first word of the delivery's group key."""


def _period(stories: Sequence[Sequence[AlertForSending]]) -> tuple[datetime, datetime] | None:
    """Return when the first of the stories alerted, and when the last did."""
    moments = [entry.alert.raised_at for story in stories for entry in story]
    return (min(moments), max(moments)) if moments and max(moments) - min(moments) > timedelta(0) else None


def _summary(stories: Sequence[Sequence[AlertForSending]], catalog: Catalog) -> str:
    """Return counts of stories by severity and by topic: "2 high, 3 medium · Tariffs 4, Pipelines 1"."""
    severities = Counter(max(entry.alert.severity for entry in story) for story in stories)
    topics = Counter(key for story in stories for key in {entry.alert.topic for entry in story})
    by_severity = ", ".join(f"{severities[level]} {level.word}" for level in sorted(severities, reverse=True))
    named = ((topic.title if (topic := catalog.topic(key)) else key, count) for key, count in topics.most_common())
    return f"{by_severity} · " + ", ".join(f"{title} {count}" for title, count in named)


def _note(delivery: Delivery, via: str | None) -> str:
    parts = []
    if via is not None and via != delivery.receiver:
        parts.append(f"For {delivery.receiver}, which cannot be reached.")
    if delivery.repeat:
        parts.append("Possible repeat: an earlier attempt may have arrived.")
    return " ".join(parts)
