"""What the program asks of its workers, by names it can use without loading a parser itself.

A worker imports this module to find the function, so it imports nothing heavy but what the function needs.
"""

from datetime import datetime

from monitor.domain.articles import Text
from monitor.domain.failures import Failure
from monitor.domain.feeds import ParsedFeed

PRELOAD = ("monitor.adapters.worker_calls", "monitor.adapters.worker_warmth")
"""What the fork server imports once, so that a new worker starts in milliseconds."""


def parse_feed(body: bytes, url: str, charset: str | None, media_type: str, now: datetime) -> ParsedFeed | Failure:
    """The feed in `body`, or why there is none."""
    from monitor.adapters.feed_reading import read_feed

    return read_feed(body, url, charset, media_type, now)


def extract_page(body: bytes, url: str, charset: str | None, now: datetime) -> Text | Failure:
    """The article in the page `body`, or why there is none."""
    from monitor.adapters.page_reading import read_page

    return read_page(body, url, charset, now)
