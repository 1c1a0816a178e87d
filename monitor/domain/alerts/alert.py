"""Alerts, deliveries and silences as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.catalog import Severity
from monitor.domain.topics.values import Field


class AlertKind(StrEnum):
    """Kind of an alert change: `NEW` notifies people, `UPDATE` changes the existing message."""

    NEW = "new"
    UPDATE = "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Matched words quoted with their surroundings, as shown to people.

    An ellipsis stands where the surroundings are cut. `quote` runs from the first matched word to the last; `gaps` are
    the spans (start, end) within it that did not match.
    """

    term: str
    field: Field
    before: str
    quote: str
    after: str
    gaps: tuple[tuple[int, int], ...] = ()

    @property
    def pieces(self) -> tuple[tuple[str, bool], ...]:
        """Return `quote` in pieces: each with whether it matched."""
        found, here = [], 0
        for start, end in self.gaps:
            found += [(self.quote[here:start], True), (self.quote[start:end], False)]
            here = end
        return tuple(piece for piece in (*found, (self.quote[here:], True)) if piece[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Decision to notify people: one per story and topic.

    `article_id` is the report it was raised on, `outlet` and `language` are that report's (known to triage, for
    routes), `revision` counts the updates.
    """

    id: int
    story_id: int
    topic: str
    watchlist: str
    severity: Severity
    score: float
    article_id: int
    raised_at: datetime
    updated_at: datetime
    evidence: tuple[Evidence, ...] = ()
    news: str = ""
    revision: int = 0
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    outlet: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """An alert to write: insert (`NEW`) or change (`UPDATE`) the one of this story and topic.

    `outlet` and `language` are those of the report it was raised on. `news` is empty where nothing new is worth saying;
    a `development` is news of a report that is not yet in the story. `edit` says in marked lines what the page of a
    report changed, for the thread, instead of `news`.
    """

    kind: AlertKind
    topic: str
    watchlist: str
    severity: Severity
    score: float
    evidence: tuple[Evidence, ...]
    news: str = ""
    development: bool = False
    edit: str = ""
    outlet: str = ""
    language: str | None = None


class DeliveryKind(StrEnum):
    """Kind of a delivery.

    `ALERT` and `DIGEST` are messages of their own, `UPDATE` rewrites one in place, `REPLY` goes to its thread, `NEWS`
    is a reply whose thread cannot be used, posted to the channel; `NOTICE` notifies an operator about the program;
    `VOLUME` tells of a spike, an absence or a first name of a topic.
    """

    ALERT = "alert"
    UPDATE = "update"
    REPLY = "reply"
    NEWS = "news"
    DIGEST = "digest"
    NOTICE = "notice"
    VOLUME = "volume"


class DeliveryState(StrEnum):
    """State of a delivery: pending -> sending -> sent | held | muted | dead | rolled_up.

    Sending goes back to pending when nothing was sent. `HELD`: unknown whether it arrived, a person must say.
    `DEAD`: refused for good. `ROLLED_UP`: another message carries its alerts, or its message is gone.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    MUTED = "muted"
    DEAD = "dead"
    ROLLED_UP = "rolled_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A message to write into the outbox, known by (`receiver`, `group_key`): the alerts of one key share a message.

    Once the message of a key has left, writing the key again does nothing, unless it is `recurring`: then a new message
    is due at `due` but no sooner than `spacing` after the last one left. While a message is pending, alerts, lines of
    `text` and a broadcast join it.
    `topics` name the alert changes of the same verdict that it carries, `alert_ids` alerts known by their id.
    `thread_of` is the delivery whose message it changes or answers; None: the message in which its alert stands.
    `spacing_most` above `spacing`: each further message of the key waits twice as long as the last, up to that.
    `joins`: from now on its alerts are carried by the message in which their story already stands.
    `episode_id` names the spike, absence or first name it tells of, in place of alerts.
    """

    receiver: str
    kind: DeliveryKind
    group_key: str
    due: datetime
    topics: tuple[str, ...] = ()
    text: str = ""
    broadcast: bool = False
    recurring: bool = False
    spacing: timedelta = timedelta(0)
    alert_ids: tuple[int, ...] = ()
    thread_of: int | None = None
    spacing_most: timedelta = timedelta(0)
    joins: bool = False
    episode_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one receiver: a row of the outbox.

    `key` is the opaque id written into the message's metadata, by which an unknown outcome is looked up.
    `channel` and `ts` are where it stands once sent; `attempted_at` when the last post began; `due` when to look at
    it again, which for one that is `SENDING` means when its outcome, if still unknown, is to be reconciled.
    `attempt` counts posts begun, `failures` those refused for the message's own sake. `repeat`: an earlier post
    may have arrived, and the message has to say so. `via` is the receiver that really got it: its own, or a fallback;
    `address` is where that one was reached at the time; `stories` counts those of its alerts, 0 where unknown.
    """

    id: int
    key: str
    receiver: str
    kind: DeliveryKind
    group_key: str
    state: DeliveryState
    due: datetime
    created_at: datetime
    attempt: int = 0
    attempted_at: datetime | None = None
    sent_at: datetime | None = None
    channel: str | None = None
    ts: str | None = None
    failure: str | None = None
    text: str = ""
    broadcast: bool = False
    failures: int = 0
    repeat: bool = False
    thread_of: int | None = None
    via: str | None = None
    address: str | None = None
    alert_ids: tuple[int, ...] = ()
    stories: int = 0
    episode_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A mute with an end and a reason: of a topic, a story, or both, for one receiver or all.

    Critical alerts pass, unless it `mutes_critical`.
    """

    id: int
    topic: str | None
    story_id: int | None
    until: datetime
    reason: str
    author: str
    created_at: datetime
    receiver: str | None = None
    mutes_critical: bool = True

    def what(self, titles: Mapping[int, str]) -> str:
        """Name the muted topic and story in words; `titles` are of stories, by id."""
        story = ""
        if self.story_id is not None:
            title = titles.get(self.story_id)
            story = f"story {self.story_id}" + (f' "{title}"' if title else "")
        about = " of ".join(part for part in (self.topic and f"topic {self.topic}", story) if part) or "everything"
        for_whom = f" for {self.receiver}" if self.receiver else ""
        return f"{about}{for_whom}" + ("" if self.mutes_critical else ", except critical alerts")

    def mutes(self, alert: Alert, now: datetime, receiver: str | None = None) -> bool:
        """Tell whether it hides `alert` at `now` from `receiver`."""
        return (
            now < self.until
            and self.topic in (None, alert.topic)
            and self.story_id in (None, alert.story_id)
            and self.receiver in (None, receiver)
            and (self.mutes_critical or alert.severity < Severity.CRITICAL)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Place of an accepted message; webhooks give neither channel nor `ts`."""

    channel: str | None = None
    ts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """Certainty that the other side did not take the message.

    `scope` says whom a pause or a stop concerns: nobody, where the request was not even `begun`.
    """

    class Scope(StrEnum):
        """Reach of a refusal: this message, its thread, this channel, or all sent with these credentials."""

        MESSAGE = "message"
        THREAD = "thread"
        RECEIVER = "receiver"
        APP = "app"

    reason: str
    permanent: bool = False
    retry_after: timedelta | None = None
    scope: Scope = Scope.RECEIVER
    begun: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Doubt whether the message was taken; only the channel's history can tell."""

    reason: str


Outcome = Receipt | NotSent | Unknown
