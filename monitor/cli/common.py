"""Share options, output and exit codes between commands."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click

from monitor.app.configuration import ConfigurationInvalid
from monitor.domain.catalog import Problem
from storage.sql.errors import StoreError

Given = ParamSpec("Given")
Result = TypeVar("Result")

FOUND = 1
"""Exit code: the work found a problem it was asked to look for."""

INVALID = 2
"""Exit code: wrong usage or invalid configuration."""

UNUSABLE = 78
"""Exit code: the environment is unusable (EX_CONFIG of sysexits.h)."""

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
        pairs = {
            "file": problem.place.file,
            "line": problem.place.line,
            "column": problem.place.column,
            "level": "warning" if problem.warning else "error",
            "check": check,
            "message": problem.message,
        }
        click.echo(json.dumps(pairs, ensure_ascii=False) if as_json else str(problem))


def leave(code: int, message: str) -> NoReturn:
    """Say why on stderr, and exit."""
    click.echo(message, err=True)
    sys.exit(code)


def run(work: Coroutine[Any, Any, Result], *, expected: tuple[type[StoreError], ...] = ()) -> Result:
    """Run a command's work; what people can fix ends in a message and an exit code, not in a traceback.

    The `expected` store errors are raised: the command has an answer of its own to them.
    """
    try:
        return asyncio.run(work)
    except ConfigurationInvalid as invalid:
        for problem in invalid.problems:
            click.echo(str(problem), err=True)
        leave(INVALID, f"wirewatch: {invalid}")
    except StoreError as unusable:
        if isinstance(unusable, expected):
            raise
        leave(UNUSABLE, f"wirewatch: {unusable}")
    except KeyboardInterrupt:
        sys.exit(130)


def awaited(command: Callable[Given, Coroutine[Any, Any, Result]]) -> Callable[Given, Result]:
    """Make a command of a coroutine function: each call goes through `run`."""

    @wraps(command)
    def call(*given: Given.args, **named: Given.kwargs) -> Result:
        return run(command(*given, **named))

    return call
