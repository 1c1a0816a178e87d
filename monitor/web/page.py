"""The status page: one HTML document without scripts, every text escaped."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from monitor import __version__
from monitor.domain.status.overview import AlertOverview, FeedOverview, Overview, Queue, WorkerOverview
from monitor.domain.strings.spans import ago

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--bad:#c0392b;--good:#2e8b57}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:0} h2{font-size:1rem;margin:2rem 0 .4rem} p.sub{margin:.2rem 0;opacity:.7}
table{border-collapse:collapse;width:100%} th,td{text-align:left;padding:.3rem .8rem .3rem 0;
border-bottom:1px solid var(--line);vertical-align:top} th{font-weight:600;opacity:.7;font-size:.85rem}
td.n{text-align:right;font-variant-numeric:tabular-nums} .bad{color:var(--bad)} .good{color:var(--good)}
.tiles{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0} .tile{border:1px solid var(--line);border-radius:.5rem;
padding:.6rem 1rem;min-width:7rem} .tile b{display:block;font-size:1.3rem} .tile span{opacity:.7;font-size:.85rem}
"""


def render(overview: Overview) -> str:
    """The whole page."""
    return "".join(_document(overview))


def _document(overview: Overview) -> Iterator[str]:
    troubled = sum(feed.trouble is not None for feed in overview.feeds)
    held = overview.outbox.get("held", 0) + overview.outbox.get("dead", 0)
    yield f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Wirewatch</title><style>{_STYLE}</style>"
    yield f"</head><body><h1>Wirewatch</h1><p class=sub>version {__version__}, {overview.at:%d %B %Y %H:%M:%S} UTC</p>"
    yield "<div class=tiles>"
    yield _tile("feeds", len(overview.feeds))
    yield _tile("in trouble", troubled, bad=troubled > 0)
    yield _tile("articles", overview.articles)
    yield _tile("stories", overview.stories)
    yield _tile("waiting to be sent", overview.outbox.get("pending", 0) + overview.outbox.get("sending", 0))
    yield _tile("sent", overview.outbox.get("sent", 0))
    yield _tile("held or dead", held, bad=held > 0)
    yield "</div>"
    yield from _alerts(overview.alerts)
    yield from _queues(overview.queues, overview.at)
    yield from _closed(overview.closed)
    yield from _workers(overview.workers, overview.at)
    yield from _feeds(overview.feeds, overview.at)
    yield "</body></html>"


def _tile(name: str, count: int, *, bad: bool = False) -> str:
    return f"<div class=tile><b{' class=bad' if bad else ''}>{count:,}</b><span>{name}</span></div>"


def _table(title: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f"<h2>{title}</h2><table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
    yield "</table>"


def _alerts(alerts: tuple[AlertOverview, ...]) -> Iterator[str]:
    if alerts:
        yield from _table(
            "Latest alerts",
            ("raised", "severity", "topic", "story", "outlets", "deliveries"),
            (
                (
                    f"{alert.raised_at:%d %b %H:%M}",
                    escape(alert.severity),
                    escape(alert.topic),
                    _linked(alert.title, alert.url),
                    str(alert.outlets),
                    escape(", ".join(f"{receiver}: {state}" for receiver, state in alert.deliveries)),
                )
                for alert in alerts
            ),
        )


def _queues(queues: tuple[Queue, ...], now: datetime) -> Iterator[str]:
    rows = ((queue.step, f"{queue.due:,}", ago(queue.oldest_due, now)) for queue in queues)
    yield from _table("Steps", ("step", "due", "oldest due since"), rows)


def _closed(closed: tuple[tuple[str, str], ...]) -> Iterator[str]:
    if closed:
        rows = ((escape(lane), f"<span class=bad>{escape(reason)}</span>") for lane, reason in closed)
        yield from _table("Not delivering", ("where", "why"), rows)


def _workers(workers: tuple[WorkerOverview, ...], now: datetime) -> Iterator[str]:
    yield from _table(
        "Processes",
        ("name", "version", "running since", "last seen", "configuration"),
        (
            (
                escape(worker.name),
                escape(worker.version),
                f"{worker.started_at:%d %b %H:%M}",
                ago(worker.seen_at, now),
                escape(worker.revision[:12])
                + "".join(f"<br><span class=bad>{escape(p)}</span>" for p in worker.problems),
            )
            for worker in workers
        ),
    )


def _feeds(feeds: tuple[FeedOverview, ...], now: datetime) -> Iterator[str]:
    yield from _table(
        "Feeds",
        ("feed", "title", "last good poll", "entries", "state"),
        (
            (
                escape(feed.key),
                escape(feed.title),
                ago(feed.succeeded_at, now),
                str(feed.entries_last if feed.entries_last is not None else ""),
                _state(feed, now),
            )
            for feed in sorted(feeds, key=lambda feed: (feed.trouble is None, feed.key))
        ),
    )


def _state(feed: FeedOverview, now: datetime) -> str:
    if feed.trouble is None:
        return "<span class=good>well</span>" if feed.succeeded_at else "not yet polled"
    since = f", since {ago(feed.since, now)}" if feed.since else ""
    return f"<span class=bad>{escape(feed.trouble)}{since}</span>"


def _linked(title: str, url: str | None) -> str:
    text = escape(title or "(no title)")
    if url and urlsplit(url).scheme in ("http", "https"):
        return f'<a href="{escape(url)}" rel="noreferrer noopener">{text}</a>'
    return text
