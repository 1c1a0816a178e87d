"""Define the command group that all commands join."""

from importlib import import_module

import click

from monitor import __version__

_SECTIONS: dict[str, dict[str, str]] = {
    "Watching": {
        "demo": "demo.command:demo",
        "run": "run:run_command",
        "worker": "run:worker_command",
        "status": "status:status",
        "health": "status:health",
    },
    "Telling people": {"alerts": "alerts:alerts", "silence": "silence:silence", "slack": "slack:slack"},
    "Configuration": {"check": "check:check", "feeds": "feeds:feeds", "topics": "topics:topics"},
    "Trying things out": {"match": "match:match", "extract": "extract:extract", "replay": "replay:replay"},
    "Looking back": {"why": "inspect.why:why", "backtest": "inspect.backtest:backtest"},
    "The store": {"db": "db:db"},
}
"""Where each command is, in the order in which a newcomer meets them. A command is imported when it is asked for:
Docker asks `health` every minute, which needs a fraction of what the daemon needs."""

_COMMANDS = {name: place for section in _SECTIONS.values() for name, place in section.items()}

_NAME_WIDTH = 10
_LINE = 100


class _Sections(click.Group):
    """Lists the commands by what they are for, and imports them when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"monitor.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections."""
        for title, names in _SECTIONS.items():
            with formatter.section(title):
                commands = [self.get_command(ctx, name) for name in names]
                rows = [(f"{c.name:{_NAME_WIDTH}}", c.get_short_help_str(_LINE)) for c in commands if c]
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
