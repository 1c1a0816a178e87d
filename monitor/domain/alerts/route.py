"""Who is told of an alert, when, and in which message: an alert change becomes rows of the outbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.alerts.alert import Alert, AlertChange, DeliveryKind, NewDelivery
from monitor.domain.alerts.schedules import is_open, next_digest, next_opening
from monitor.domain.catalog import Catalog, Receiver, Severity, Topic

UPDATE_SPACING = timedelta(minutes=1)
"""How long after one edit of a message the next may follow: a growing story coalesces its updates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """How loudly a receiver hears of a severity: the louder, the higher the rank."""

    rank: int
    kind: DeliveryKind
    group_key: str
    due: datetime
    recurring: bool = False
    spacing: timedelta = timedelta(0)


def route(
    change: AlertChange, *, story_id: int, alert: Alert | None, topic: Topic, catalog: Catalog, now: datetime
) -> tuple[NewDelivery, ...]:
    """The deliveries of one alert change. `alert` is the alert as it was, None when `change` raises it.

    Windows: `alert:STORY:TOPIC` leaves at once and once; `group` collects for `group_wait`; `opening:TIME` waits for
    the active hours and `digest:TIME` for the digest; `update:STORY:TOPIC` and `reply:STORY:TOPIC` recur.
    """
    return tuple(
        delivery
        for receiver in receivers_of(topic, catalog)
        for delivery in _for_receiver(change, story_id, alert, receiver, now)
    )


def receivers_of(topic: Topic, catalog: Catalog) -> tuple[Receiver, ...]:
    """The topic's own receivers, else its watchlist's; names that are not configured are passed over."""
    names = topic.receivers or next((w.receivers for w in catalog.watchlists if w.name == topic.watchlist), ())
    found = (catalog.receiver(name) for name in dict.fromkeys(names))
    return tuple(receiver for receiver in found if receiver is not None)


def _for_receiver(
    change: AlertChange, story_id: int, alert: Alert | None, receiver: Receiver, now: datetime
) -> Iterator[NewDelivery]:
    told = _how_told(receiver, change.severity, story_id, change.topic, now)
    if told is None:
        return
    before = _how_told(receiver, alert.severity, story_id, change.topic, now) if alert else None
    if alert is None or before is None or before.rank < told.rank:
        yield _first_message(told, receiver, change, louder=before is not None)
    elif told.kind is DeliveryKind.DIGEST and told.rank == _DIGEST:
        if change.news:
            yield _first_message(told, receiver, change, louder=False)
    else:
        yield from _later_messages(change, story_id, alert, receiver, now)


_DIGEST, _OPENING, _GROUP, _AT_ONCE = range(4)


def _how_told(receiver: Receiver, severity: Severity, story_id: int, topic: str, now: datetime) -> _Told | None:
    """None when the severity is below what the receiver wants to hear of."""
    if severity < receiver.min_severity:
        return None
    at_once = _Told(rank=_AT_ONCE, kind=DeliveryKind.ALERT, group_key=f"alert:{story_id}:{topic}", due=now)
    if receiver.break_through is not None and severity >= receiver.break_through:
        return at_once
    if receiver.digest is not None:
        due = next_digest(receiver.digest, now)
        return _Told(
            rank=_DIGEST, kind=DeliveryKind.DIGEST, group_key=f"digest:{due.isoformat()}", due=due, recurring=True
        )
    if receiver.active_hours is not None and not is_open(receiver.active_hours, now):
        due = next_opening(receiver.active_hours, now)
        group_key = f"opening:{due.isoformat()}"
        return _Told(rank=_OPENING, kind=DeliveryKind.DIGEST, group_key=group_key, due=due, recurring=True)
    if receiver.group_wait > timedelta(0):
        return _Told(
            rank=_GROUP,
            kind=DeliveryKind.ALERT,
            group_key="group",
            due=now + receiver.group_wait,
            recurring=True,
            spacing=receiver.group_interval,
        )
    return at_once


def _first_message(told: _Told, receiver: Receiver, change: AlertChange, *, louder: bool) -> NewDelivery:
    """A message that alerts; one that was told more quietly before gets a window of its own."""
    return NewDelivery(
        receiver=receiver.name,
        kind=told.kind,
        group_key=f"{told.group_key}:{change.severity.word}" if louder and not told.recurring else told.group_key,
        due=told.due,
        topics=(change.topic,),
        recurring=told.recurring,
        spacing=told.spacing,
    )


def _later_messages(
    change: AlertChange, story_id: int, alert: Alert, receiver: Receiver, now: datetime
) -> Iterator[NewDelivery]:
    """The edit in place, silent and so at any hour, and for real news an answer in the thread, when people listen."""
    name = f"{story_id}:{change.topic}"
    yield NewDelivery(
        receiver=receiver.name,
        kind=DeliveryKind.UPDATE,
        group_key=f"update:{name}",
        due=now,
        topics=(change.topic,),
        recurring=True,
        spacing=UPDATE_SPACING,
    )
    rises = change.severity > alert.severity
    if not (rises or change.news):
        return
    yield NewDelivery(
        receiver=receiver.name,
        kind=DeliveryKind.REPLY,
        group_key=f"reply:{name}:{change.severity.word}" if rises else f"reply:{name}",
        due=_when_listening(receiver, change.severity, now),
        topics=(change.topic,),
        text="\n".join(filter(None, (_rise(alert.severity, change.severity), change.news))),
        broadcast=rises,
        recurring=not rises,
        spacing=receiver.group_interval,
    )


def _rise(before: Severity, after: Severity) -> str:
    return f"Severity rose from {before.word} to {after.word}." if after > before else ""


def _when_listening(receiver: Receiver, severity: Severity, now: datetime) -> datetime:
    breaks_through = receiver.break_through is not None and severity >= receiver.break_through
    if receiver.active_hours is None or breaks_through:
        return now
    return next_opening(receiver.active_hours, now)
