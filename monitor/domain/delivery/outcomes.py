"""Decide what an attempt changes: the rules of the outbox, without any I/O.

An attempt ends in one of three ways. *Accepted*: sent. *Not sent*, for certain: pending again, or its receiver is
blocked where trying again cannot help. *Unknown*: it stays `sending` until the channel's history can be believed.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.domain.alerts.alert import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    NewDelivery,
    NotSent,
    Outcome,
    Receipt,
    Unknown,
)
from monitor.domain.catalog import Catalog, Channel, Receiver
from monitor.domain.delivery.attempt import (
    Absent,
    DeliveryForSending,
    Found,
    Policy,
    Rules,
    Settlement,
    Throttle,
    app_throttle,
    channel_throttle,
    notice,
    receiver_throttle,
)
from monitor.domain.delivery.ranking import pages

MAX_REFUSALS = 5
"""Refusals of one message after which it is dead."""

BLOCKED_FOR = timedelta(minutes=15)
"""How long a receiver that refused us is blocked before it is tried again."""

CREDENTIALS_REST = timedelta(minutes=1)
"""How often refused credentials are tried again; new ones are taken up at once."""

UNREADABLE_REST = timedelta(seconds=30)
_PATIENCE = 3
"""Attempts of unknown outcome after which a message lets the others go first, if those arrive."""

_TOLERATED = 2
"""Unknown outcomes in a row that slow nobody down: with several channels at work one fault may well count twice."""

_LONGEST_THROTTLE_REST = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=5)


def after_attempt(
    sending: DeliveryForSending, outcome: Outcome, receiver: Receiver, catalog: Catalog, rules: Rules, now: datetime
) -> Settlement:
    """Settle a delivery posted to `receiver`: its own, or the fallback that stood in."""
    match outcome:
        case Receipt():
            return _accepted(sending, outcome, receiver, rules, now)
        case NotSent():
            return _refused(sending, outcome, receiver, catalog, rules, now)
        case Unknown():
            return _unknown(sending, outcome, receiver, rules, now)


def after_reading(
    sending: DeliveryForSending, found: Found, receiver: Receiver, catalog: Catalog, rules: Rules, now: datetime
) -> Settlement:
    """Settle a delivery of unknown outcome after reading its channel's history, or failing to."""
    delivery = sending.delivery
    if isinstance(found, Receipt):
        return _accepted(sending, found, receiver, rules, now, at=delivery.attempted_at)
    if isinstance(found, Absent):
        # it takes its old place in the queue, unless it fails again and again while others arrive
        alone = delivery.attempt >= _PATIENCE and not sending.failures(app_throttle(receiver.channel))
        due = now + _backoff(delivery.attempt) if alone else min(delivery.created_at, now)
        return settled(delivery, DeliveryState.PENDING, due, delivery.failure)
    if not found.permanent:
        rest = max(found.retry_after or UNREADABLE_REST, timedelta(seconds=1))
        return settled(delivery, DeliveryState.SENDING, now + rest, found.reason)
    if rules.policy is Policy.REPEAT or receiver.channel is Channel.CONSOLE:
        return replace(settled(delivery, DeliveryState.PENDING, now, found.reason), repeat=True)
    held = settled(delivery, DeliveryState.HELD, now, f"may or may not have arrived: {found.reason}")
    text = (
        f"A message to {delivery.receiver} may or may not have arrived ({found.reason}), so it is held: "
        f"wirewatch alerts release {delivery.id} if it did arrive, "
        f"wirewatch alerts requeue {delivery.id} sends it again."
    )
    return replace(
        held, deliveries=notice(catalog, group_key=f"held:{delivery.id}:{delivery.attempt}", text=text, now=now)
    )


def unconfigured(delivery: Delivery, catalog: Catalog, now: datetime) -> Settlement:
    """Hold a delivery whose receiver is no longer configured, and notify an operator."""
    changed = settled(delivery, DeliveryState.HELD, now, f"receiver {delivery.receiver} is not configured")
    text = (
        f"Receiver {delivery.receiver} is no longer configured, and messages for it are held. "
        "Configure it again and wirewatch alerts requeue them, or let them be."
    )
    return replace(
        changed, deliveries=notice(catalog, group_key=f"gone:{delivery.receiver}:{now.date()}", text=text, now=now)
    )


def _accepted(
    sending: DeliveryForSending,
    receipt: Receipt,
    receiver: Receiver,
    rules: Rules,
    now: datetime,
    at: datetime | None = None,
) -> Settlement:
    delivery = sending.delivery
    changed = settled(delivery, DeliveryState.SENT, now, None)
    more: tuple[NewDelivery, ...] = ()
    if delivery.kind is DeliveryKind.DIGEST:
        more = tuple(
            NewDelivery(
                receiver=delivery.receiver,
                kind=DeliveryKind.REPLY,
                group_key=f"more:{delivery.id}:{number}",
                due=now,
                alert_ids=alert_ids,
                thread_of=delivery.id,
            )
            for number, alert_ids in enumerate(pages(sending.heard(now)), start=1)
        )
    cleared = tuple(
        Throttle(name=name, blocked_until=now)
        for name in (app_throttle(receiver.channel), receiver_throttle(receiver))
        if sending.failures(name)
    )
    return replace(
        changed,
        receipt=receipt,
        sent_at=at or now,
        throttles=(_spaced(delivery, receiver, rules, now), *cleared),
        deliveries=more,
    )


def _refused(
    sending: DeliveryForSending, answer: NotSent, receiver: Receiver, catalog: Catalog, rules: Rules, now: datetime
) -> Settlement:
    delivery = sending.delivery
    again = settled(delivery, DeliveryState.PENDING, now, answer.reason)
    spaced = _spaced(delivery, receiver, rules, now)
    if not answer.begun:
        return replace(again, throttles=(spaced,))
    if answer.scope is NotSent.Scope.THREAD and delivery.kind is DeliveryKind.REPLY:
        return replace(_without_thread(delivery, answer, now), throttles=(spaced,))
    if answer.scope in (NotSent.Scope.MESSAGE, NotSent.Scope.THREAD):
        return replace(_message_refused(sending, answer, catalog, now), throttles=(spaced,))
    if answer.scope is NotSent.Scope.RECEIVER and answer.permanent:
        blocked = Throttle(
            name=receiver_throttle(receiver), blocked_until=now + BLOCKED_FOR, reason=answer.reason, failures=1
        )
        text = (
            f"Receiver {receiver.name} cannot be reached ({answer.reason}); its messages "
            + (f"go to {receiver.fallback} meanwhile." if receiver.fallback else "wait.")
            + f" It is tried again every {BLOCKED_FOR.seconds // 60} minutes."
        )
        notices = notice(catalog, group_key=f"blocked:{receiver.name}:{answer.reason}:{now.date()}", text=text, now=now)
        return replace(again, throttles=(spaced, blocked), deliveries=notices)
    return replace(again, throttles=(spaced, _pause(sending, answer, receiver, now)))


def _without_thread(delivery: Delivery, answer: NotSent, now: datetime) -> Settlement:
    """Post in the channel what its thread does not take; the message names its story there."""
    news = NewDelivery(
        receiver=delivery.receiver,
        kind=DeliveryKind.NEWS,
        group_key=f"news:{delivery.id}",
        due=now,
        text=delivery.text,
        alert_ids=delivery.alert_ids,
        episode_id=delivery.episode_id,
    )
    why = f"its thread cannot be answered ({answer.reason}): posted in the channel"
    return replace(settled(delivery, DeliveryState.ROLLED_UP, now, why), deliveries=(news,))


def _pause(sending: DeliveryForSending, answer: NotSent, receiver: Receiver, now: datetime) -> Throttle:
    """Return the throttle that has to wait, and until when.

    A rate limit concerns the channel; when another channel of the same app is waiting for one already, it is the app's.
    """
    app = app_throttle(receiver.channel)
    if answer.scope is NotSent.Scope.APP:
        failures = sending.failures(app) + 1
        rest = CREDENTIALS_REST if answer.permanent else _throttle_rest(failures + _TOLERATED)
        return Throttle(
            name=app, blocked_until=now + (answer.retry_after or rest), reason=answer.reason, failures=failures
        )
    own = channel_throttle(receiver)
    others = any(
        throttle.name.startswith(f"channel:{receiver.channel}:")
        and throttle.name != own
        and throttle.reason
        and throttle.blocked_until > now
        for throttle in sending.throttles
    )
    failures = sending.failures(own) + 1
    until = now + (answer.retry_after or _throttle_rest(failures + _TOLERATED))
    return Throttle(name=app if others else own, blocked_until=until, reason=answer.reason, failures=failures)


def _message_refused(sending: DeliveryForSending, answer: NotSent, catalog: Catalog, now: datetime) -> Settlement:
    delivery = sending.delivery
    failures = delivery.failures + 1
    if delivery.kind is DeliveryKind.UPDATE and answer.permanent:
        return settled(delivery, DeliveryState.ROLLED_UP, now, answer.reason)
    if failures < MAX_REFUSALS:
        # the second try leaves out all layout, and follows at once
        rest = _backoff(failures) if failures > 1 else timedelta(0)
        return replace(settled(delivery, DeliveryState.PENDING, now + rest, answer.reason), failures=failures)
    dead = settled(delivery, DeliveryState.DEAD, now, answer.reason)
    text = (
        f"A message to {delivery.receiver} was refused {failures} times ({answer.reason}) and is no longer tried: "
        f"wirewatch alerts requeue {delivery.id} tries it again."
    )
    return replace(
        dead, failures=failures, deliveries=notice(catalog, group_key=f"dead:{delivery.id}", text=text, now=now)
    )


def _unknown(
    sending: DeliveryForSending, outcome: Unknown, receiver: Receiver, rules: Rules, now: datetime
) -> Settlement:
    """Keep the delivery `sending`; only an edit, which may be made twice, is made again.

    The queue does not wait, unless one outcome after another is unknown: then ever longer.
    """
    delivery = sending.delivery
    app = app_throttle(receiver.channel)
    failures = sending.failures(app) + 1
    pause = _throttle_rest(failures)
    throttles = (
        _spaced(delivery, receiver, rules, now),
        Throttle(name=app, blocked_until=now + pause, reason=outcome.reason if pause else None, failures=failures),
    )
    if delivery.kind is DeliveryKind.UPDATE:
        changed = settled(delivery, DeliveryState.PENDING, now + _backoff(failures), outcome.reason)
    else:
        changed = settled(delivery, DeliveryState.SENDING, now + rules.settle, outcome.reason)
    return replace(changed, throttles=throttles)


def settled(seen: Delivery, state: DeliveryState, due: datetime, failure: str | None) -> Settlement:
    """Return a settlement that changes the state, the due time and the reason alone."""
    return Settlement(seen=seen, state=state, due=due, failure=failure, failures=seen.failures, repeat=seen.repeat)


def _spaced(delivery: Delivery, receiver: Receiver, rules: Rules, now: datetime) -> Throttle:
    """Return the channel's throttle, open again one spacing after the post began."""
    return Throttle(name=channel_throttle(receiver), blocked_until=(delivery.attempted_at or now) + rules.spacing)


def _backoff(failures: int) -> timedelta:
    """Return 4 s, 8 s, 16 s ... at most five minutes."""
    return min(timedelta(seconds=2.0 ** min(failures + 1, 10)), _LONGEST_PAUSE)


def _throttle_rest(failures: int) -> timedelta:
    """Return nothing at first, then 2 s, 4 s, 8 s ... at most a minute, in which Slack's return is noticed."""
    if failures <= _TOLERATED:
        return timedelta(0)
    return min(timedelta(seconds=2.0 ** min(failures - _TOLERATED, 10)), _LONGEST_THROTTLE_REST)
