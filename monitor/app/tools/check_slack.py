"""Ask Slack what works, for `wirewatch slack test` and `wirewatch check --online`."""

from collections.abc import AsyncIterator
from pathlib import Path

from monitor.adapters.slack.check import SlackCheck, SlackCheckResult
from monitor.adapters.slack.client import SlackCalls
from monitor.app.configuration import opened
from monitor.app.notifiers import notifiers, secret
from monitor.app.runtime.clock import SystemClock
from monitor.config.models.settings import Settings
from monitor.domain.alerts.alert import DeliveryKind, Receipt
from monitor.domain.catalog import Channel, Receiver
from monitor.domain.delivery.message import Message


async def try_slack(config: Path | None, names: tuple[str, ...]) -> AsyncIterator[SlackCheckResult]:
    """Post a test message to the named receivers, else to every one that is not a console; say what is missing.

    Raises ConfigurationInvalid.
    """
    source, secrets = opened(config)
    catalog = source.current()
    chosen = tuple(
        receiver
        for receiver in catalog.receivers
        if (receiver.name in names if names else receiver.channel is not Channel.CONSOLE)
    )
    known = ", ".join(receiver.name for receiver in catalog.receivers) or "there are none"
    for unknown in sorted(set(names) - {receiver.name for receiver in chosen}):
        yield SlackCheckResult(works=False, text=f"{unknown} is not a receiver in receivers.yml ({known})")
    if any(receiver.channel is Channel.SLACK for receiver in chosen) or not chosen:
        async for finding in _try_app(source.settings, chosen, secrets.slack_app_token):
            yield finding
    for receiver in chosen:
        if receiver.channel is not Channel.SLACK:
            message = Message(kind=DeliveryKind.NOTICE, lines=("Wirewatch can post here. This is a test.",))
            notifier = notifiers(source.settings, SystemClock())[receiver.channel]
            sent = await notifier.post(receiver, message, key="test", thread=None, broadcast=False, plain=False)
            works = isinstance(sent, Receipt)
            answer = "a test message was posted" if isinstance(sent, Receipt) else f"cannot post: {sent.reason}"
            yield SlackCheckResult(works=works, text=f"{receiver.name}: {answer}")


async def credentials_work(config: Path | None) -> AsyncIterator[SlackCheckResult]:
    """Whether Slack accepts the token, and with which scopes; nothing is posted. Raises ConfigurationInvalid."""
    settings = opened(config)[0].settings
    calls = SlackCalls(
        timeout=settings.slack.timeout,
        api_url=settings.slack.api_url,
        proxy=settings.http.proxy,
        ca_file=settings.http.ca_file,
    )
    async for finding in SlackCheck(token=secret("slack_bot_token"), calls=calls, clock=SystemClock()).credentials():
        yield finding


async def _try_app(
    settings: Settings, receivers: tuple[Receiver, ...], app_token: str | None
) -> AsyncIterator[SlackCheckResult]:
    clock = SystemClock()
    calls = SlackCalls(
        timeout=settings.slack.timeout,
        api_url=settings.slack.api_url,
        proxy=settings.http.proxy,
        ca_file=settings.http.ca_file,
    )
    check = SlackCheck(token=secret("slack_bot_token"), calls=calls, clock=clock)
    accepted = True
    async for finding in check.credentials():
        accepted = accepted and (finding.works or finding.text.startswith("scope "))
        yield finding
    if not accepted:
        return
    yield await check.listening(app_token)
    for receiver in receivers:
        if receiver.channel is Channel.SLACK:
            async for finding in check.receiver(receiver):
                yield finding
