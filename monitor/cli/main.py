"""Define the command group that all commands join."""

from importlib import import_module

import click
from click.exceptions import NoSuchCommand

from monitor import __version__

_SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Watching": {
        "demo": ("demo.command:demo", "A news day in half a minute, on this machine alone."),
        "run": ("run:run_command", "Run the daemon until it is stopped (Ctrl-C or SIGTERM)."),
        "worker": ("run:worker_command", "Run a worker of a cluster (PostgreSQL)."),
        "status": ("status:status", "What runs, what is late or broken and since when."),
        "health": ("status:health", "Does the daemon run? Exit 0, or 1 with the reason."),
    },
    "Alerts": {
        "alerts": ("alerts:alerts", "List and show alerts; decide about held messages."),
        "stories": ("inspect.stories:stories", "List and show stories; join or split them."),
        "silence": ("silence:silence", "Mute a topic or a story for a while."),
        "slack": ("slack:slack", "Test the connection to Slack."),
    },
    "Configuration": {
        "check": ("check:check", "Is the configuration valid? Every problem at once."),
        "feeds": ("feeds:feeds", "List, add, test and remove feeds; OPML in and out."),
        "topics": ("topics:topics", "List topics; get help with writing them."),
    },
    "Trying things out": {
        "match": ("match:match", "What matches these texts and why, near misses too."),
        "extract": ("extract:extract", "What is read from these pages: title, text, date."),
        "replay": ("replay:replay", "Run documents through the daemon's code, in order."),
    },
    "Looking back": {
        "search": ("inspect.search:search", "Find articles by their words, or by a query."),
        "why": ("inspect.why:why", "Why an article alerted, or why it did not."),
        "backtest": ("inspect.backtest:backtest", "Which alerts an edit would have gained and lost."),
        "audit": ("inspect.audit:audit", "Who did what, when and from where."),
        "export": ("inspect.export:export", "The stored articles as documents for replay."),
    },
    "The store": {"db": ("db:db", "Upgrade, back up, restore or move the store.")},
}
"""Where each command is and its line of help, in the order in which a newcomer meets them.

A command is imported when it is called: `health`, which Docker calls every minute, and the help need a fraction of what
the daemon imports.
"""

_COMMANDS = {name: place for section in _SECTIONS.values() for name, (place, _) in section.items()}

_NAME_WIDTH = 10


class _Sections(click.Group):
    """A group that lists its commands by purpose and imports them when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every name."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"monitor.cli.{module}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command; an unknown one gets the nearest name."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand:  # click knows no names of commands that are not imported
            raise NoSuchCommand(args[0], possibilities=list(_COMMANDS), ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections."""
        for title, commands in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:{_NAME_WIDTH}}", help_) for name, (_, help_) in commands.items()])


@click.group(
    cls=_Sections,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Begin with:
  wirewatch demo        a news day in half a minute, nothing to set up
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
