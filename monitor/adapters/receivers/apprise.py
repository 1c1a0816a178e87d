"""Notify over Apprise: email, Teams, Discord, Telegram, ntfy and a hundred more, by one address each.

Plain text, at least once: Apprise says whether a service took a message, and not what became of one it lost.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.adapters.console import lines
from monitor.adapters.workers.threads import in_daemon_thread
from monitor.domain.alerts.alert import NotSent, Outcome, Receipt
from monitor.domain.catalog import Receiver
from monitor.domain.delivery.attempt import Found, HistoryUnreadable
from monitor.domain.delivery.message import Message

_THREADS = 4
"""Calls at once; each receiver has one message under way at most."""

_LONGEST = timedelta(seconds=60)
"""A service that is silent for longer is tried again later."""

_TITLE = 120


class AppriseNotifier:
    """Send plain text to a receiver's Apprise address.

    `resolve` turns a `$VARIABLE` of the configuration into its value, None where it is not set.
    """

    def __init__(self, *, resolve: Callable[[str], str | None]) -> None:
        self._resolve = resolve
        self._slots = asyncio.Semaphore(_THREADS)
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it logs addresses, which hold passwords

    async def post(
        self,
        receiver: Receiver,
        message: Message,
        *,
        key: str,
        thread: str | None,
        broadcast: bool,
        plain: bool,
        begin_by: datetime | None = None,
    ) -> Outcome:
        """Send title and text; what is not certain to have arrived is sent again."""
        url = self._resolve(receiver.url)
        if not url:
            return _refused("its Apprise address names a variable that is not set")
        title, body = _title(message), text(message)
        try:
            async with asyncio.timeout(_LONGEST.total_seconds()):
                return await in_daemon_thread(lambda: _notified(url, title, body), self._slots, "apprise")
        except TimeoutError:
            return NotSent(reason="no answer in time", scope=NotSent.Scope.RECEIVER)

    async def update(
        self, receiver: Receiver, message: Message, *, channel: str, ts: str, key: str, plain: bool
    ) -> Outcome:
        """Refuse: what Apprise sent cannot be edited."""
        return NotSent(reason="what Apprise sent cannot be edited", permanent=True, scope=NotSent.Scope.MESSAGE)

    async def find(self, receiver: Receiver, key: str, *, since: datetime, thread: str | None) -> Found:
        """Answer that nothing can be looked up; no outcome is left unknown here."""
        return HistoryUnreadable(reason="Apprise cannot read back what it sent", permanent=True)


def text(message: Message) -> str:
    """Return the message as plain lines, as the console shows it."""
    return "\n".join(" " * indent + line.plain for line, indent in lines(message)).strip()


def _title(message: Message) -> str:
    if message.title or len(message.cards) > 1:
        count = len(message.cards) + message.more
        return ": ".join(filter(None, (message.title, f"{count} stories")))[:_TITLE]
    if message.cards:
        card = message.cards[0]
        return f"{card.severity.word.capitalize()}: {card.lead.headline}"[:_TITLE]
    return "Wirewatch"


def _notified(url: str, title: str, body: str) -> Outcome:
    import apprise  # takes a second to load, and most set-ups do not need it

    sender = apprise.Apprise()
    try:
        if not sender.add(url):
            return _refused("Apprise does not know this kind of address")
        sent = bool(sender.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT))
    except Exception as error:  # noqa: BLE001  # a hundred plugins, each of which may raise anything
        return NotSent(reason=f"Apprise failed: {type(error).__name__}", scope=NotSent.Scope.RECEIVER)
    return Receipt() if sent else NotSent(reason="the service did not take it", scope=NotSent.Scope.RECEIVER)


def _refused(reason: str) -> NotSent:
    return NotSent(reason=reason, permanent=True, scope=NotSent.Scope.RECEIVER)
