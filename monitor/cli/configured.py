"""What commands about the configuration share: the folder they work on, and how they show problems."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import click

from monitor.domain.catalog import Problem

FOUND = 1
"""Exit code: the work found a problem it was asked to look for."""

INVALID = 2
"""Exit code: wrong usage or invalid configuration."""

config_option = click.option(
    "--config",
    "given",
    type=click.Path(path_type=Path, file_okay=False),
    help="The configuration folder.  [default: $WIREWATCH_CONFIG, else config]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, on standard output.")


def show(problems: Iterable[Problem], *, as_json: bool, check: str = "configuration") -> None:
    """Every problem on a line of its own: `file:line:column: message`, or as JSON."""
    for problem in problems:
        click.echo(json.dumps(_pairs(problem, check), ensure_ascii=False) if as_json else str(problem))


def leave(code: int, message: str) -> NoReturn:
    """Say why on stderr, and exit."""
    click.echo(message, err=True)
    sys.exit(code)


def _pairs(problem: Problem, check: str) -> dict[str, object]:
    return {
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "level": "warning" if problem.warning else "error",
        "check": check,
        "message": problem.message,
    }
