"""Warm up the fork server, so that no worker begins cold.

Libraries load parts of themselves at first use (dateparser, tables of languages): on a slow machine that alone takes
longer than a feed may. Importing this module reads a small feed and a small page in each of the ways there are.
"""

from datetime import UTC, datetime

from monitor.adapters.feeds.read import read_feed
from monitor.adapters.pages.read import read_page

_ITEM = (
    b"<item><title>The bridge opens</title><link>https://a.example/1</link><pubDate>day 1 of 2</pubDate>"
    b"<description>&lt;p&gt;The &lt;b&gt;mayor&lt;/b&gt; cut a ribbon.&lt;/p&gt;</description></item>"
)
_FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title>' + _ITEM + b"</channel></rss>"
_ILL_FORMED = _FEED.replace(b"</channel>", b"<x>&nbsp;")
_PAGE = (
    b'<html lang="en"><head><title>The bridge opens</title></head><body><article><h1>The bridge opens</h1>'
    + b"".join(
        b"<p>Cart %d went over the new bridge at half past %d, after the mayor had gone.</p>" % (n, n)
        for n in range(12)
    )
    + b"</article></body></html>"
)
_NOW = datetime(2026, 1, 1, tzinfo=UTC)

for _body in (_FEED, _ILL_FORMED):
    read_feed(_body, "https://a.example/feed", None, "application/rss+xml", _NOW)
read_page(_PAGE, "https://a.example/1", None, _NOW)
