"""Templates: one environment that escapes everything, with the filters that pages share."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from monitor import __version__
from monitor.domain.strings.marked import plain
from monitor.domain.strings.spans import ago, in_words

FOLDER = Path(__file__).parent

SEVERITIES = ("critical", "high", "medium", "low")


def make_environment() -> Environment:
    """Return the environment of all templates: HTML is escaped, an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        when=when,
        ago=ago,
        span=in_words,
        number=number,
        safe_url=safe_url,
        host=host,
        short_path=short_path,
        pretty=pretty,
        plain=plain,
    )
    environment.globals.update(version=__version__, severities=SEVERITIES, with_query=with_query, bars=bars)
    environment.globals["ui"] = environment.get_template("macros.html").module
    return environment


def page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """Return a rendered page; `request.state.frame` holds what every page shows (banner, reader, token)."""
    frame: Mapping[str, object] = request.state.frame
    body = ENVIRONMENT.get_template(template).render(
        path=request.url.path, query=dict(request.query_params), **{**frame, **values}
    )
    return HTMLResponse(body, status_code=status)


def when(at: datetime | None, style: str = "time") -> Markup:
    """Return a `<time>` element in UTC; page.js shows it in the reader's zone and leaves UTC to hovering.

    `style` is "time" (hours, with the day when it is not today), "day" or "full".
    """
    if at is None:
        return Markup('<span class="faint">never</span>')
    utc = at.astimezone(UTC)
    shown = {"time": f"{utc:%d %b %H:%M}", "day": f"{utc:%d %b %Y}", "full": f"{utc:%d %b %Y %H:%M:%S}"}[style]
    element = Markup('<time datetime="{}" title="{:%Y-%m-%d %H:%M:%S} UTC" data-style="{}">{} UTC</time>')
    return element.format(utc.isoformat(), utc, style, shown)


def number(value: float | None) -> str:
    """Return a count with thousands separated, or a score with up to two decimals; an en dash for None."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}".rstrip("0").rstrip(".")


def bars(days: Sequence[Sequence[object]], column: int) -> list[tuple[str, object]]:
    """Return one column of (day, count, ...) rows as the macro `bars` draws it."""
    return [(f"{day[0]:%d %b}", day[column]) for day in days]


def short_path(path: object) -> str:
    """Return a file's place without the folders that lead to the configuration."""
    return "/".join(str(path).split("/")[-2:])


def pretty(query: str) -> str:
    """Return a query of one line broken before the operators that stand outside brackets; others as written."""
    query = query.strip()
    if "\n" in query or len(query) <= LINE:
        return query
    depth, lines, quoted = 0, [""], False
    for word in re.split(r'( |[()"])', query):
        quoted ^= word == '"'
        depth += 0 if quoted else (word == "(") - (word == ")")
        if (
            depth == 0
            and not quoted
            and word in ("AND", "OR", "NOT", "MAYBE", "LESS")
            and lines[-1].strip() not in _OPERATORS
        ):
            lines.append("")
        lines[-1] += word
    return "\n".join(line.strip() for line in lines)


LINE = 72
"""Characters of a query that is shown in one line."""

_OPERATORS = ("AND", "OR", "")


def safe_url(url: str | None) -> str | None:
    """Return the address when a browser may follow it, else None: `javascript:` and `data:` must never run."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname else None
    except ValueError:
        return None


def host(url: str | None) -> str:
    """Return the host of an address without `www.`, for display."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def with_query(path: str, query: Mapping[str, str], **changes: object) -> str:
    """Return `path` with the query's fields changed; an empty value or None drops a field."""
    fields = {**query, **changes}
    kept = {name: str(value) for name, value in fields.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


ENVIRONMENT = make_environment()
