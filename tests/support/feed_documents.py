"""Feed documents made up for tests: sound ones of each kind, and what breaks readers."""

from datetime import UTC, datetime

from monitor.adapters.feeds.read import read_feed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://herald.example/feeds/world.xml"


def item(number, title=None, extra=""):
    title = f"Envoys meet, day {number}" if title is None else title
    return (
        f"<item><title>{title}</title><link>https://herald.example/{number}</link><guid>id-{number}</guid>"
        f"<description>They met for the {number}. time.</description>{extra}</item>"
    )


def rss(*items, head="", declaration='<?xml version="1.0" encoding="UTF-8"?>', attributes=""):
    return (
        f'{declaration}<rss version="2.0"{attributes}><channel><title>The Herald</title>{head}'
        f"{''.join(items)}</channel></rss>"
    )


def atom(*entries, attributes=""):
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{attributes}><title>The Herald</title>{"".join(entries)}</feed>'


def read(document, charset=None, media_type=""):
    body = document if isinstance(document, bytes) else document.encode("utf-8", "surrogatepass")
    return read_feed(body, URL, charset, media_type, NOW)


def titles(document, **options):
    return [entry.title for entry in read(document, **options).entries]
