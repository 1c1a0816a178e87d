"""List and show alerts: `wirewatch alerts list|show`."""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.cli.common import FOUND, awaited, config_option, json_option, leave
from monitor.cli.durations import DURATION
from monitor.cli.match_output import quoted
from monitor.domain.alerts.alert import Delivery, DeliveryState
from monitor.domain.strings.visible import visible
from storage.views.alerts import ListedAlert, SqlAlerts
from storage.views.deliveries import SqlSent

_STATES = click.Choice([state.value for state in DeliveryState])

_WIDE = 240
"""Columns of a table that goes to a file or another program: nothing is folded."""

_WORST_FIRST = (
    DeliveryState.HELD,
    DeliveryState.DEAD,
    DeliveryState.SENDING,
    DeliveryState.PENDING,
    DeliveryState.MUTED,
    DeliveryState.SENT,
    DeliveryState.ROLLED_UP,
)
"""An alert's own state is that of the delivery which most needs a person."""


@click.command(
    "list",
    epilog="""\b
Examples:
  wirewatch alerts list --since 7d --topic tariffs
  wirewatch alerts list --state held --state dead
  wirewatch alerts list --json | jq -r '[.severity, .topic, .title] | @tsv'
""",
)
@click.option("--since", type=DURATION, default="1d", show_default=True, help="How far back, such as 12h or 7d.")
@click.option("--topic", help="Only alerts of this topic.")
@click.option(
    "--state", "states", multiple=True, type=_STATES, help="Only those with a message in this state; may be repeated."
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Show at most this many.")
@json_option
@config_option
@awaited
async def list_alerts(
    since: timedelta, topic: str | None, states: tuple[str, ...], limit: int, as_json: bool, given: Path | None
) -> None:
    """List alerts, newest first: severity, topic, story, headline, outlets and what became of the messages.

    Notices about the program itself follow; they belong to no alert.
    """
    wanted = [DeliveryState(state) for state in states]
    async with open_store(given) as database:
        begin = SystemClock().now() - since
        found = await SqlAlerts(database).list(since=begin, topic=topic, states=wanted, limit=limit)
        notices = [] if topic else await SqlSent(database).notices(begin, wanted, limit)
    if as_json:
        for line in (
            *map(_alert_pairs, found),
            *({**_delivery_pairs(notice), "title": notice.text} for notice in notices),
        ):
            click.echo(json.dumps(line, ensure_ascii=False))
        return
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    if found:
        console.print(_table(found))
    for notice in notices:
        console.print(f"{escape(_delivery_line(notice))}\n      [dim]{escape(visible(notice.text))}[/]")
    if not found and not notices:
        hours = since.total_seconds() / 3600
        span = f"{hours / 24:g} days" if hours >= 48 else f"{hours:g} hours"
        console.print(f"no alerts in the last {span}{f' of {escape(topic)}' if topic else ''}")


@click.command("show", epilog="Example:  wirewatch alerts show 12")
@click.argument("alert_id", type=int, metavar="ID")
@json_option
@config_option
@awaited
async def show_alert(alert_id: int, as_json: bool, given: Path | None) -> None:
    """Show one alert: what matched, the reports of its story, and each message with its state."""
    async with open_store(given) as database:
        found = await SqlAlerts(database).show(alert_id)
    if found is None:
        leave(FOUND, f"there is no alert {alert_id}; see `wirewatch alerts list`")
    if as_json:
        pairs = {
            **_alert_pairs(found),
            "evidence": [{"field": e.field.value, "term": e.term, "quote": e.quote} for e in found.evidence],
            "reports": [
                {
                    "article": report.article_id,
                    "outlet": report.outlet,
                    "title": report.title,
                    "url": report.url,
                    "at": _time(report.at),
                    "copy_of": report.copy_of,
                }
                for report in found.reports
            ],
        }
        click.echo(json.dumps(pairs, ensure_ascii=False))
        return
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    for line in _lines(found):
        console.print(line)


def _table(found: Sequence[ListedAlert]) -> Table:
    table = Table(
        "id", "story", "time", "severity", "topic", "headline", "outlets", "messages", box=None, pad_edge=False
    )
    for alert in found:
        table.add_row(
            str(alert.id),
            str(alert.story_id),
            f"{alert.raised_at:%Y-%m-%d %H:%M}",
            alert.severity.word,
            escape(alert.topic),
            escape(visible(alert.title)),
            _outlets(alert),
            escape(", ".join(_states_by_receiver(alert))) or "no receiver",
        )
    return table


def _states_by_receiver(alert: ListedAlert) -> Iterator[str]:
    """Yield each receiver with the state that most needs a person, and the number to requeue or release by."""
    for receiver in dict.fromkeys(delivery.receiver for delivery in alert.deliveries):
        mine = [delivery for delivery in alert.deliveries if delivery.receiver == receiver]
        worst = min(mine, key=lambda delivery: _WORST_FIRST.index(delivery.state))
        number = f" (message {worst.id})" if worst.state in (DeliveryState.HELD, DeliveryState.DEAD) else ""
        yield f"{receiver} {worst.state.value}{number}"


def _outlets(alert: ListedAlert) -> str:
    copies = f" + {alert.copies} {'copy' if alert.copies == 1 else 'copies'}" if alert.copies else ""
    return f"{alert.outlets}{copies}"


def _lines(alert: ListedAlert) -> Iterator[str]:
    yield f"[bold]{escape(visible(alert.title))}[/]"
    yield f"{alert.severity.word} · {escape(alert.topic)} · score {alert.score:.2f} · story {alert.story_id}"
    published = f" · published {alert.published:%Y-%m-%d %H:%M} UTC" if alert.published else ""
    yield f"{escape(alert.outlet)}{published} · raised {alert.raised_at:%Y-%m-%d %H:%M} UTC"
    if alert.url:
        yield escape(alert.url)
    for evidence in alert.evidence:
        yield f"  {quoted(evidence)}"
    if alert.news:
        yield f"new: {escape(visible(alert.news))}"
    if alert.acknowledged_by:
        yield f"acknowledged by {escape(alert.acknowledged_by)}"
    yield f"\n[bold]reports[/] ({_outlets(alert)} outlets)"
    for report in alert.reports:
        copied = " [dim](copy)[/]" if report.copy_of else ""
        yield f"  {report.at:%m-%d %H:%M}  {escape(report.outlet)}: {escape(visible(report.title))}{copied}"
    yield "\n[bold]messages[/]" if alert.deliveries else "\nno messages"
    for delivery in alert.deliveries:
        yield f"  {escape(_delivery_line(delivery))}"


def _delivery_line(delivery: Delivery) -> str:
    when = f"sent {delivery.sent_at:%Y-%m-%d %H:%M}" if delivery.sent_at else f"due {delivery.due:%Y-%m-%d %H:%M}"
    failure = f": {visible(delivery.failure)}" if delivery.failure else ""
    return f"{delivery.id}  {delivery.kind.value} to {delivery.receiver}: {delivery.state.value}, {when}{failure}"


def _alert_pairs(alert: ListedAlert) -> dict[str, object]:
    states = {delivery.state for delivery in alert.deliveries}
    # the state of the delivery that most needs a person; `none` for an alert nobody receives
    state = next((state.value for state in _WORST_FIRST if state in states), "none")
    return {
        "id": alert.id,
        "kind": "alert",
        "state": state,
        "topic": alert.topic,
        "severity": alert.severity.word,
        "score": round(alert.score, 4),
        "story": alert.story_id,
        "title": alert.title,
        "outlet": alert.outlet,
        "url": alert.url,
        "published": _time(alert.published),
        "raised_at": _time(alert.raised_at),
        "updated_at": _time(alert.updated_at),
        "acknowledged_by": alert.acknowledged_by,
        "outlets": alert.outlets,
        "copies": alert.copies,
        "deliveries": [_delivery_pairs(delivery) for delivery in alert.deliveries],
    }


def _delivery_pairs(delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "kind": delivery.kind.value,
        "receiver": delivery.receiver,
        "state": delivery.state.value,
        "due": _time(delivery.due),
        "sent_at": _time(delivery.sent_at),
        "attempts": delivery.attempt,
        "failure": delivery.failure,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
