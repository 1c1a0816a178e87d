"""Mute topics and stories for a while: `wirewatch silence`."""

import getpass
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import click

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.cli.common import FOUND, awaited, config_option, json_option, leave
from monitor.cli.durations import DURATION
from monitor.config.environment import config_dir
from monitor.config.loader import load
from monitor.config.models.fields import suggest
from monitor.domain.alerts.alert import Silence
from monitor.domain.catalog import Severity
from monitor.domain.strings.visible import visible
from storage.outbox.silences import SqlSilences
from storage.views.alerts import ListedAlert, SqlAlerts

_PREVIEWED = timedelta(days=1)
_MOST = 10_000
_SHOWN = 5
"""Alerts named in a preview; the rest is counted."""


@click.group()
def silence() -> None:
    """Mute a topic or a story for a while."""


@silence.command(
    epilog="""\b
Examples:
  wirewatch silence add --topic tariffs --for 2h --reason "known, being written"
  wirewatch silence add --story 1234 --for 7d --reason "not ours"
  wirewatch silence add --topic tariffs --receiver desk --except-critical --for 1d --reason "strike week" --preview
"""
)
@click.option("--topic", help="The topic's key, as in `wirewatch topics list`.")
@click.option("--story", type=int, help="The story's number, as in `wirewatch alerts list`.")
@click.option("--receiver", help="Only for this receiver; by default for all.")
@click.option("--except-critical", is_flag=True, help="Let critical alerts pass.")
@click.option("--for", "span", type=DURATION, required=True, help="How long: 90m, 2h, 7d.")
@click.option("--reason", required=True, help="Why, for whoever wonders.")
@click.option("--author", help="Who; by default the user of this terminal.")
@click.option("--preview", is_flag=True, help="Show what would be muted, and change nothing.")
@config_option
@awaited
async def add(
    topic: str | None,
    story: int | None,
    receiver: str | None,
    except_critical: bool,
    span: timedelta,
    reason: str,
    author: str | None,
    preview: bool,
    given: Path | None,
) -> None:
    """Mute a topic, a story, or a topic within a story; messages that already wait are stopped too.

    A topic, story or receiver that does not exist is refused.
    """
    if topic is None and story is None:
        raise click.UsageError("name what to mute: --topic, --story or both")
    _check_names(given, topic, receiver)
    wanted = Silence(
        id=0,
        topic=topic,
        story_id=story,
        until=SystemClock().now() + span,
        reason=reason,
        author=author or getpass.getuser(),
        created_at=SystemClock().now(),
        receiver=receiver,
        mutes_critical=not except_critical,
    )
    muted, added = await _add(given, wanted, preview=preview)
    if added is not None:
        click.echo(_line(added))
    verb, count = "would mute" if preview else "mutes", str(len(muted)) if muted else "none"
    click.echo(f"{verb} {count} of the alerts of the last day{':' if muted else ''}")
    for alert in muted[:_SHOWN]:
        click.echo(f"  {alert.severity.word} {alert.topic}: {visible(alert.title)}")
    if len(muted) > _SHOWN:
        click.echo(f"  and {len(muted) - _SHOWN} more")


@silence.command("list", epilog="Example:  wirewatch silence list")
@json_option
@config_option
@awaited
async def list_silences(as_json: bool, given: Path | None) -> None:
    """List what is muted now."""
    async with open_store(given) as database:
        store = SqlSilences(database)
        found = await store.in_force(SystemClock().now())
        titles = await store.titles(found)
    for muted in found:
        pairs = {
            "id": muted.id,
            "topic": muted.topic,
            "story": muted.story_id,
            "receiver": muted.receiver,
            "mutes_critical": muted.mutes_critical,
            "until": muted.until.isoformat(),
            "reason": muted.reason,
            "author": muted.author,
        }
        click.echo(json.dumps(pairs, ensure_ascii=False) if as_json else _line(muted, titles))
    if not found and not as_json:
        click.echo("nothing is muted")


@silence.command(epilog="Example:  wirewatch silence end 3")
@click.argument("silence_id", type=int, metavar="ID")
@config_option
@awaited
async def end(silence_id: int, given: Path | None) -> None:
    """End a silence now."""
    async with open_store(given) as database:
        ended = await SqlSilences(database).end(silence_id, SystemClock().now(), who=getpass.getuser())
    if not ended:
        leave(FOUND, f"there is no silence {silence_id} in force")
    click.echo(f"silence {silence_id} has ended")


def _check_names(given: Path | None, topic: str | None, receiver: str | None) -> None:
    """Exit with a usage error when no topic has this key, or no receiver this name."""
    if topic is None and receiver is None:
        return
    loaded = load(config_dir(given))
    catalog = loaded.catalog or loaded.salvaged
    if catalog is None:
        return
    topics = [known.key for known in catalog.topics]
    receivers = [known.name for known in catalog.receivers]
    for kind, name, known in (("topic", topic, topics), ("receiver", receiver, receivers)):
        if name is not None and name not in known:
            raise click.UsageError(f"there is no {kind} {name!r}{suggest(name, known)}")


async def _add(given: Path | None, wanted: Silence, *, preview: bool) -> tuple[list[ListedAlert], Silence | None]:
    """Add the silence unless it is a preview; return the alerts of the last day that it covers, and the silence."""
    story = wanted.story_id
    async with open_store(given) as database:
        store = SqlSilences(database)
        if story is not None and await store.story_title(story) is None:
            raise click.UsageError(f"there is no story {story}; `wirewatch alerts list` shows the numbers of stories")
        begin = wanted.created_at - _PREVIEWED
        recent = await SqlAlerts(database).list(since=begin, topic=wanted.topic, states=(), limit=_MOST)
        muted = [alert for alert in recent if _covers(wanted, alert)]
        if preview:
            return muted, None
        added = await store.add(
            topic=wanted.topic,
            story_id=story,
            until=wanted.until,
            reason=wanted.reason,
            author=wanted.author,
            now=wanted.created_at,
            receiver=wanted.receiver,
            mutes_critical=wanted.mutes_critical,
        )
        return muted, added


def _covers(wanted: Silence, alert: ListedAlert) -> bool:
    receivers = {delivery.receiver for delivery in alert.deliveries}
    return (
        wanted.story_id in (None, alert.story_id)
        and (wanted.receiver is None or wanted.receiver in receivers)
        and (wanted.mutes_critical or alert.severity < Severity.CRITICAL)
    )


def _line(muted: Silence, titles: Mapping[int, str] | None = None) -> str:
    what = visible(muted.what(titles or {}))
    return f"{muted.id}: {what} until {muted.until:%Y-%m-%d %H:%M} UTC, by {muted.author}: {muted.reason}"
