"""Parse durations on the command line, written as in the configuration."""

from datetime import timedelta

import click

from monitor.config.models.durations import parse_duration


class Duration(click.ParamType[timedelta]):
    """`90s`, `15m`, `1h`, `7d`, and `2w`."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the duration, or fail with a usage error that says what to write."""
        if isinstance(value, timedelta):
            return value
        try:
            if str(value).endswith("w"):  # people count back in weeks; the configuration has no such unit
                return 7 * parse_duration(f"{str(value)[:-1]}d")
            return parse_duration(str(value))
        except ValueError as refused:
            self.fail(str(refused), param, ctx)


DURATION = Duration()
