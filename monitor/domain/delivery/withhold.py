"""Reasons not to post a delivery whose turn has come: silenced, overtaken, or one of too many."""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.domain.alerts.alert import Delivery, DeliveryKind, DeliveryState, NewDelivery
from monitor.domain.alerts.route import JOIN
from monitor.domain.catalog import Channel, Receiver
from monitor.domain.delivery.attempt import DeliveryForSending, RollUp, Settlement
from monitor.domain.delivery.outcomes import settled

BACKLOG = 50
"""Alert messages waiting for one receiver beyond which they leave as digests."""

ROLLED_UP_AT_ONCE = 200
"""Alerts one digest takes from a backlog: 15 in the message and the rest in ten answers of its thread."""

_HOUR = timedelta(hours=1)


def before_sending(sending: DeliveryForSending, receiver: Receiver, now: datetime) -> Settlement | None:
    """Return why this delivery is not to be posted after all, or None when it is."""
    delivery = sending.delivery
    if delivery.kind is DeliveryKind.NOTICE:
        return None
    if delivery.episode_id is not None:
        return _of_episode(sending, receiver, now)
    if not sending.alerts:
        return settled(delivery, DeliveryState.ROLLED_UP, now, "its alerts are no longer stored")
    if delivery.kind in (DeliveryKind.UPDATE, DeliveryKind.REPLY):
        waits = _without_standing(sending, receiver, now)
        if waits is not None:
            return waits
    if delivery.kind is not DeliveryKind.UPDATE and not sending.heard(now):
        return settled(delivery, DeliveryState.MUTED, now, "silenced")
    if delivery.kind is DeliveryKind.ALERT:
        return _crowded(sending, receiver, now)
    return None


def _of_episode(sending: DeliveryForSending, receiver: Receiver, now: datetime) -> Settlement | None:
    """Return why a message about quantity is not to be posted; its edits and answers need a message that stands."""
    delivery, episode = sending.delivery, sending.episode
    if episode is None:
        return settled(delivery, DeliveryState.ROLLED_UP, now, "its episode is no longer stored")
    if delivery.kind in (DeliveryKind.UPDATE, DeliveryKind.REPLY):
        waits = _without_standing(sending, receiver, now)
        if waits is not None:
            return waits
    muted = any(episode.muted_by(silence, now, delivery.receiver) for silence in sending.silences)
    if muted and delivery.kind is not DeliveryKind.UPDATE:
        return settled(delivery, DeliveryState.MUTED, now, "silenced")
    return None


def _without_standing(sending: DeliveryForSending, receiver: Receiver, now: datetime) -> Settlement | None:
    delivery, standing = sending.delivery, sending.standing
    if delivery.group_key.startswith(JOIN) and (standing is None or standing.state in _NEVER_SEEN):
        return _as_alert(delivery, now)
    if standing is None or standing.state in (DeliveryState.MUTED, DeliveryState.DEAD, DeliveryState.ROLLED_UP):
        return settled(delivery, DeliveryState.ROLLED_UP, now, "there is no message to change")
    if standing.state is DeliveryState.SENDING:
        return settled(delivery, DeliveryState.PENDING, max(standing.due, now + timedelta(seconds=1)), None)
    if standing.state is not DeliveryState.SENT:
        return settled(delivery, DeliveryState.ROLLED_UP, now, "the message itself has yet to leave and will say it")
    if delivery.kind is DeliveryKind.UPDATE and standing.ts is None and receiver.channel is not Channel.CONSOLE:
        return settled(delivery, DeliveryState.ROLLED_UP, now, "nobody knows where the message stands")
    return None


_NEVER_SEEN = (DeliveryState.MUTED, DeliveryState.DEAD, DeliveryState.HELD)
"""States of a message that nobody has seen for certain: a topic that joins its story has to alert by itself."""


def _as_alert(delivery: Delivery, now: datetime) -> Settlement:
    """Alert of a topic that was to join a message nobody has seen."""
    alert = NewDelivery(
        receiver=delivery.receiver,
        kind=DeliveryKind.ALERT,
        group_key=f"alert:{delivery.group_key.removeprefix(JOIN)}",
        due=now,
        alert_ids=delivery.alert_ids,
    )
    changed = settled(delivery, DeliveryState.ROLLED_UP, now, "its story was not sent before: it becomes an alert")
    return replace(changed, deliveries=(alert,))


def _crowded(sending: DeliveryForSending, receiver: Receiver, now: datetime) -> Settlement | None:
    """Roll a flood up into a digest: when too many wait, or the receiver's hour is full."""
    if receiver.break_through is not None and sending.severity >= receiver.break_through:
        return None
    recent = [moment for moment in sending.recent if moment > now - _HOUR]
    if receiver.max_per_hour is not None and len(recent) >= receiver.max_per_hour:
        due = recent[-receiver.max_per_hour] + _HOUR
        return _rolled_up(sending, receiver, "overflow", due, "more than its receiver wants in an hour")
    if sending.waiting > BACKLOG:
        return _rolled_up(sending, receiver, "backlog", now, "too many were waiting")
    return None


def _rolled_up(sending: DeliveryForSending, receiver: Receiver, group_key: str, due: datetime, why: str) -> Settlement:
    into = NewDelivery(
        receiver=sending.delivery.receiver, kind=DeliveryKind.DIGEST, group_key=group_key, due=due, recurring=True
    )
    roll_up = RollUp(into=into, limit=ROLLED_UP_AT_ONCE, below=receiver.break_through)
    changed = settled(sending.delivery, DeliveryState.ROLLED_UP, due, f"went into a digest: {why}")
    return replace(changed, roll_up=roll_up)
