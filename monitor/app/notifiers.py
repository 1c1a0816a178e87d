"""The ways to tell people, by kind of receiver."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from rich.console import Console

from monitor.adapters.console import ConsoleNotifier
from monitor.adapters.receivers.apprise import AppriseNotifier
from monitor.adapters.receivers.webhook import HttpNotifier
from monitor.adapters.slack.client import SlackCalls
from monitor.adapters.slack.notifier import SlackNotifier
from monitor.adapters.slack.webhook import WebhookNotifier
from monitor.config.environment import environment_secrets
from monitor.config.models.settings import Settings
from monitor.domain.catalog import Catalog, Channel
from monitor.domain.delivery.attempt import Policy, Rules
from monitor.domain.feeds.outage import Network
from monitor.ports import Clock, Notifier

_NEEDED = {
    Channel.SLACK: ("slack_bot_token", "SLACK_BOT_TOKEN"),
    Channel.WEBHOOK: ("slack_webhook_url", "SLACK_WEBHOOK_URL"),
}


def notifiers(settings: Settings, clock: Clock, console: Console | None = None) -> Mapping[Channel, Notifier]:
    """Return one notifier for each kind of channel.

    Tokens are read anew for each call, so that a new one needs no restart.
    """
    calls = SlackCalls(
        timeout=settings.slack.timeout,
        api_url=settings.slack.api_url,
        proxy=settings.http.proxy,
        ca_file=settings.http.ca_file,
    )
    return {
        Channel.CONSOLE: ConsoleNotifier(console or Console(highlight=False)),
        Channel.SLACK: SlackNotifier(token=secret("slack_bot_token"), calls=calls, clock=clock),
        Channel.WEBHOOK: WebhookNotifier(url=secret("slack_webhook_url"), calls=calls, clock=clock),
        Channel.HTTP: HttpNotifier(
            clock=clock,
            timeout=settings.slack.timeout,
            resolve=from_environment,
            proxy=settings.http.proxy,
            ca_file=settings.http.ca_file,
        ),
        Channel.APPRISE: AppriseNotifier(resolve=from_environment),
    }


def rules(settings: Settings) -> Rules:
    """Return how messages are sent, from wirewatch.yml."""
    return Rules(
        timeout=settings.slack.timeout,
        settle=settings.slack.settle,
        policy=Policy(settings.slack.unknown),
    )


def interactive() -> bool:
    """Tell whether anybody listens to buttons; looked up anew for each message."""
    return secret("slack_app_token")() is not None


def surroundings(catalog: Catalog, network: Network) -> Iterator[str]:
    """Yield, in words, why a running daemon cannot work: no network, no credentials."""
    if network.down_since is not None:
        yield f"no feed can be reached since {network.down_since:%Y-%m-%d %H:%M} UTC: our own network seems to be down"
    for channel, (field, variable) in _NEEDED.items():
        names = [receiver.name for receiver in catalog.receivers if receiver.channel is channel]
        if names and secret(field)() is None:
            yield f"${variable} is not set: what is for {', '.join(names)} waits in the outbox"


def from_environment(value: str) -> str | None:
    """Return the value, or what `$VARIABLE` or the file that `VARIABLE_FILE` names holds; None where neither is set."""
    if not value.startswith("$"):
        return value
    name = value[1:].strip("{}")
    given = os.environ.get(name, "").strip()
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not given and path:
        try:
            given = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
    return given or None


def secret(name: str) -> Callable[[], str | None]:
    """Return a function that reads that secret anew, from the environment or its file."""

    def read() -> str | None:
        value: str | None = getattr(environment_secrets()[0], name)
        return value

    return read
