"""Say at the end of the demo what really happened, and what to do next."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape

from monitor.domain.strings.visible import visible
from storage.views.alerts import ListedAlert, NearMiss


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a demo came to: counts, the alerts in the order raised, and the nearest miss that raised none."""

    seconds: float
    published: int
    read: int
    stories: int
    alerts: Sequence[ListedAlert]
    near: NearMiss | None


def closing_lines(day: Day) -> Iterator[str]:
    """Yield the closing words as rich markup."""
    yield (
        f"In {day.seconds:.0f} seconds {day.published} articles were published and {day.read} read; "
        f"they tell {day.stories} stories."
    )
    notified = len({alert.story_id for alert in day.alerts})
    yield f"[bold]{notified} {'story' if notified == 1 else 'stories'}[/] raised an alert:"
    for alert in day.alerts:
        what = f"{alert.severity.word.upper()} {escape(alert.topic)}: {escape(visible(alert.title))}"
        outlets = f"{alert.outlets} {'outlet' if alert.outlets == 1 else 'outlets'}"
        copies = f", {alert.copies} {'copy' if alert.copies == 1 else 'copies'}" if alert.copies else ""
        yield f"  {what} [dim]({outlets}{copies})[/]"
    quiet = day.read - sum(alert.outlets + alert.copies for alert in {a.story_id: a for a in day.alerts}.values())
    yield f"{max(0, quiet)} articles raised nothing."
    if day.near is not None:
        near = day.near
        yield (
            f'The nearest miss: "{escape(visible(near.title))}" ({escape(near.outlet)}) scored '
            f"{near.score:.1f} of the {near.threshold:g} that {escape(near.topic)} asks for:"
        )
        yield f"  {escape(near.missing)}"


def next_lines(command: str, here: Path) -> Iterator[str]:
    """Yield what to do next, as commands that work in the folder `here`."""
    yield "[bold]Next[/]"
    if (here / "config").is_dir():
        yield f"  {command} check        is the configuration in config/ valid?"
        yield f"  {command} run          watch the real news; alerts appear here"
    else:
        yield f"  mkdir config && {command} run    watch the real news; the folder gets a first configuration"
    yield "  config/watchlists/*.yml    edit a topic while it runs: it takes effect within seconds"
    if (here / "docs" / "slack.md").is_file():
        yield "  docs/slack.md              connect Slack in five minutes"


def command_name() -> str:
    """Return how this program is called from the current folder."""
    if shutil.which("wirewatch"):
        return "wirewatch"
    beside = Path(sys.executable).with_name("wirewatch")
    if not beside.is_file():
        return f"{sys.executable} -m monitor"
    return str(beside.relative_to(Path.cwd())) if beside.is_relative_to(Path.cwd()) else str(beside)
