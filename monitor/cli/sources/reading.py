"""Options that say how a source is read: its kind, and the recipe of a list page."""

from collections.abc import Callable, Mapping
from typing import ParamSpec, TypedDict, TypeVar

import click

from monitor.domain.catalog import ListRecipe, SourceKind

P = ParamSpec("P")
R = TypeVar("R")


class SourceReading(TypedDict):
    """The fields of a source that say how it is read."""

    kind: SourceKind
    recipe: ListRecipe | None


_OPTIONS = (
    click.option("--kind", type=click.Choice([kind.value for kind in SourceKind]), help="The kind of document there."),
    click.option("--links", help="Of a list page: selector of the links, or a pattern of their addresses."),
    click.option("--title", help="Of a list page: selector of the title in a link's row."),
    click.option("--date", help="Of a list page: selector of the date in a link's row."),
    click.option("--date-format", help="Of a list page: how dates are written, such as %d.%m.%Y."),
)


def recipe_options(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command the options; it gets them as keywords for `reading_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def reading_of(given: Mapping[str, str | None]) -> SourceReading:
    """Return the kind and recipe that options name; without --kind, --links means a list page."""
    links = given.get("links")
    kind = SourceKind(given.get("kind") or (SourceKind.LIST if links else SourceKind.FEED))
    if links and kind is not SourceKind.LIST:
        raise click.UsageError("--links goes with --kind list")
    if not links and (given.get("title") or given.get("date") or given.get("date_format")):
        raise click.UsageError("--title, --date and --date-format go with --links")
    recipe = None
    if links:
        recipe = ListRecipe(
            links=links, title=given.get("title"), date=given.get("date"), date_format=given.get("date_format")
        )
    return {"kind": kind, "recipe": recipe}
