"""Values of the deliver step: what one attempt to deliver saw and what it changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.alerts.alert import Alert, Delivery, DeliveryKind, DeliveryState, NewDelivery, Receipt, Silence
from monitor.domain.catalog import Catalog, Channel, Receiver, Severity
from monitor.domain.stories.values import Story
from monitor.domain.volume.episode import Episode


class Policy(StrEnum):
    """Policy for messages whose arrival nobody can check: hold them, or send them again, marked."""

    HOLD = "hold"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Times and policy of sending.

    `timeout`: how long one request may take. `settle`: how long after an attempt of unknown outcome the channel's
    history is believed; it must exceed the time in which Slack may still accept the message. `spacing`: between
    messages to one channel (Slack allows one a second).
    """

    timeout: timedelta = timedelta(seconds=10)
    settle: timedelta = timedelta(seconds=60)
    spacing: timedelta = timedelta(seconds=1)
    policy: Policy = Policy.HOLD

    @property
    def lease(self) -> timedelta:
        """Return how long a throttle stays taken by a sender that died."""
        return self.timeout + 2 * self.spacing


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDelivery:
    """A due delivery and the receiver that gets it: its own, a fallback, or None where it is not configured."""

    delivery: Delivery
    via: Receiver | None

    @property
    def id(self) -> int:
        """Return the delivery's id."""
        return self.delivery.id


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertForSending:
    """An alert with its story as it stands now.

    `doubted_by` found first that it is not relevant; `doubt` says what the text it was judged by lacks.
    """

    alert: Alert
    story: Story
    doubted_by: str | None = None
    doubted_at: datetime | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """Limit on what is sent through a channel, an app's credentials, or to a receiver.

    It is blocked until `blocked_until`; `reason` says why, when for more than the usual spacing, and `failures` counts
    failures in a row.
    """

    name: str
    blocked_until: datetime
    reason: str | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryForSending:
    """A delivery with all that its message says, read at the last moment.

    `silences` are those that may mute its alerts. `standing` is the delivery whose message an update or a reply
    refers to. `waiting` counts alert messages due for this receiver, this one among them; `recent` are the times
    of its posts in the last hour, oldest first. `throttles` are those that are blocked for a reason or have failures.
    `episode` is what a message about quantity tells of.
    """

    delivery: Delivery
    alerts: tuple[AlertForSending, ...] = ()
    silences: tuple[Silence, ...] = ()
    standing: Delivery | None = None
    waiting: int = 0
    recent: tuple[datetime, ...] = ()
    throttles: tuple[Throttle, ...] = ()
    episode: Episode | None = None

    def heard(self, now: datetime) -> tuple[AlertForSending, ...]:
        """Return the alerts that no silence mutes."""
        return tuple(
            entry
            for entry in self.alerts
            if not any(silence.mutes(entry.alert, now, self.delivery.receiver) for silence in self.silences)
        )

    @property
    def severity(self) -> Severity:
        """Return the highest of its alerts' severities."""
        return max((entry.alert.severity for entry in self.alerts), default=Severity.LOW)

    def failures(self, throttle: str) -> int:
        """Return the failures in a row through that throttle."""
        return next((known.failures for known in self.throttles if known.name == throttle), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """Order to move waiting alerts into one message: at most `limit`, oldest first.

    Only alerts below severity `below` are moved.
    """

    into: NewDelivery
    limit: int
    below: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """All that one attempt changes, written in one transaction guarded by the state and attempt of `seen`.

    `throttles` replace what was known of those throttles. `deliveries` are messages it gives rise to.
    """

    seen: Delivery
    state: DeliveryState
    due: datetime
    failure: str | None = None
    receipt: Receipt | None = None
    sent_at: datetime | None = None
    failures: int = 0
    repeat: bool = False
    throttles: tuple[Throttle, ...] = ()
    deliveries: tuple[NewDelivery, ...] = ()
    roll_up: RollUp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryUnreadable:
    """The channel's history could not be read. `permanent`: for this kind of receiver or these rights it never can."""

    reason: str
    permanent: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """The channel's history was read to its end and does not hold the message."""


Found = Receipt | Absent | HistoryUnreadable


def app_throttle(channel: Channel) -> str:
    """Name the throttle of everything sent with the same credentials."""
    return f"app:{channel}"


def channel_throttle(receiver: Receiver) -> str:
    """Name the throttle of one channel; receivers that share a channel share it."""
    # addresses of other kinds are empty here: they may hold passwords
    return f"channel:{receiver.channel}:{receiver.address or receiver.name}"


def receiver_throttle(receiver: Receiver) -> str:
    """Name the throttle that is blocked when a receiver's channel refuses us."""
    return f"receiver:{receiver.name}"


_APPS = {Channel.SLACK: "Slack", Channel.WEBHOOK: "Slack's webhook", Channel.HTTP: "webhooks"}


def throttle_in_words(name: str) -> str:
    """Name what a throttle limits, for people: Slack, channel #desk, receiver desk."""
    kind, _, rest = name.partition(":")
    if kind == "app":
        return next((words for channel, words in _APPS.items() if channel.value == rest), rest.capitalize())
    return f"{kind} {rest.partition(':')[2] if kind == 'channel' else rest}".strip()


def throttles_of(receiver: Receiver) -> tuple[str, str, str]:
    """Name all throttles a message to `receiver` passes, the channel's first."""
    return channel_throttle(receiver), app_throttle(receiver.channel), receiver_throttle(receiver)


def reachable(receiver: Receiver, catalog: Catalog, blocked: Sequence[Throttle]) -> Receiver:
    """Return the receiver, or while it is blocked its first fallback that is not."""
    names = {throttle.name for throttle in blocked}
    seen = {receiver.name}
    current = receiver
    while receiver_throttle(current) in names and current.fallback and current.fallback not in seen:
        following = catalog.receiver(current.fallback)
        if following is None:
            break
        seen.add(following.name)
        current = following
    return current if receiver_throttle(current) not in names else receiver


def notice(catalog: Catalog, *, group_key: str, text: str, now: datetime) -> tuple[NewDelivery, ...]:
    """Return a message to the admin receiver, if one is configured; once for each `group_key`."""
    if catalog.admin_receiver is None:
        return ()
    return (
        NewDelivery(
            receiver=catalog.admin_receiver,
            kind=DeliveryKind.NOTICE,
            group_key=f"notice:{group_key}",
            due=now,
            text=text,
        ),
    )
