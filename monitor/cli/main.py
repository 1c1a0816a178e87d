"""The command group that all commands join."""

import click

from monitor import __version__
from monitor.cli.alerts import alerts
from monitor.cli.check import check
from monitor.cli.db import db
from monitor.cli.demo.command import demo
from monitor.cli.extract import extract
from monitor.cli.feeds import feeds
from monitor.cli.match import match
from monitor.cli.replay import replay
from monitor.cli.run import run_command, worker_command
from monitor.cli.silence import silence
from monitor.cli.slack import slack
from monitor.cli.status import health, status
from monitor.cli.topics import topics

_SECTIONS: dict[str, tuple[click.Command, ...]] = {
    "Watching": (demo, run_command, worker_command, status, health),
    "Telling people": (alerts, silence, slack),
    "Configuration": (check, feeds, topics),
    "Trying things out": (match, extract, replay),
    "The store": (db,),
}
"""The order in which a newcomer meets the commands; each help text begins with one line that fits beside its name."""

_NAME_WIDTH = 10
_LINE = 100


class _Sections(click.Group):
    """Lists the commands by what they are for."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections."""
        for title, commands in _SECTIONS.items():
            with formatter.section(title):
                rows = [(f"{command.name:{_NAME_WIDTH}}", command.get_short_help_str(_LINE)) for command in commands]
                formatter.write_dl(rows)


@click.group(
    cls=_Sections,
    epilog="""\b
Begin with:
  wirewatch demo        a news day in a minute, nothing to set up
  wirewatch check       is the configuration in config/ valid?
  wirewatch run         the daemon

\b
Exit codes: 0 done, 1 a problem was found, 2 wrong usage or invalid configuration,
78 the environment is unusable (such as a folder that cannot be written).
""",
)
@click.version_option(__version__, prog_name="wirewatch")
def main() -> None:
    """Wirewatch watches the news for people who must not miss a development."""


for section in _SECTIONS.values():
    for command in section:
        main.add_command(command)
