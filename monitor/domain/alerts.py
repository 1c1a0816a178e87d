"""Alerts, deliveries, silences: the decision that someone should know, and the messages that tell them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.catalog import Severity
from monitor.domain.topics.values import Field


class AlertKind(StrEnum):
    """What became of an alert: `NEW`, a person is told; `UPDATE`, the existing message changes."""

    NEW = "new"
    UPDATE = "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A hit quoted with its surroundings, as shown to people."""

    term: str
    field: Field
    before: str
    quote: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """The decision that someone should know: one per story and topic. `article_id` is the report it was raised on.

    `revision` counts the updates.
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
    revision: int = 0
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """An alert to write: insert (`NEW`) or change (`UPDATE`) the one of this story and topic."""

    kind: AlertKind
    topic: str
    watchlist: str
    severity: Severity
    score: float
    evidence: tuple[Evidence, ...]
    news: str = ""


class DeliveryKind(StrEnum):
    """What a delivery does when its time comes."""

    ALERT = "alert"
    UPDATE = "update"
    REPLY = "reply"
    DIGEST = "digest"
    NOTICE = "notice"


class DeliveryState(StrEnum):
    """pending -> sending -> sent | held | muted | dead; sending goes back to pending when nothing was sent."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    MUTED = "muted"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A message to write into the outbox. Unique by (`receiver`, `window`): alerts of one
    pending window share a message.

    `topics` name the alert changes of the same verdict that it carries; `text` is the body of a NOTICE or REPLY.
    """

    receiver: str
    kind: DeliveryKind
    window: str
    due: datetime
    topics: tuple[str, ...] = ()
    text: str = ""
    broadcast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one receiver: a row of the outbox.

    `key` is the opaque id written into the message's metadata, by which an unknown outcome is looked up.
    `channel` and `ts` are where it stands once sent; `attempted_at` when the last post began.
    """

    id: int
    key: str
    receiver: str
    kind: DeliveryKind
    window: str
    state: DeliveryState
    due: datetime
    created_at: datetime
    attempt: int = 0
    attempted_at: datetime | None = None
    channel: str | None = None
    ts: str | None = None
    failure: str | None = None
    text: str = ""
    broadcast: bool = False
    alert_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A mute with an end and a reason, of a topic, a story, or both."""

    id: int
    topic: str | None
    story_id: int | None
    until: datetime
    reason: str
    author: str
    created_at: datetime

    def mutes(self, alert: Alert, now: datetime) -> bool:
        """Whether it hides `alert` at `now`."""
        return now < self.until and self.topic in (None, alert.topic) and self.story_id in (None, alert.story_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A message was accepted: where it stands. Webhooks give neither channel nor `ts`."""

    channel: str | None = None
    ts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """The other side certainly did not take the message. `scope` says whom a pause or a stop concerns."""

    class Scope(StrEnum):
        """Message: only this one is refused. Receiver: this channel. App: everything sent with these credentials."""

        MESSAGE = "message"
        RECEIVER = "receiver"
        APP = "app"

    reason: str
    permanent: bool = False
    retry_after: timedelta | None = None
    scope: Scope = Scope.RECEIVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The message may or may not have been taken; only the channel's history can tell."""

    reason: str


Outcome = Receipt | NotSent | Unknown
