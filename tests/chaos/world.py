"""The world around the daemon: feeds that publish on a schedule, and the configuration that reads them."""

import json
import random
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from time import time

from aiohttp import web

_LETTERS = "bcdfghjklmnprstvwz"
_VOWELS = "aeiou"
OLD_AGAIN = 5
"""Entries of long ago that every poll shows once more."""


@dataclass
class Entry:
    """One entry; its title carries a mark found again in Slack, its words are its own, so that it is its own story."""

    number: int
    feed: int
    text: str

    @property
    def mark(self) -> str:
        """What tells it from every other entry."""
        return f"mark{self.number:06d}"


@dataclass
class News:
    """`count` entries over `feeds` feeds, published in order: `rate` a second, as far as they are released. A feed
    shows its last `window`."""

    count: int
    feeds: int
    rate: float
    seed: int
    window: int = 40
    entries: list[Entry] = field(default_factory=list)
    port: int = 0
    _site: web.AppRunner | None = None
    _before: int = 0
    _until: int = 0
    _since: float = 0.0

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        words = [_word(chance) for _ in range(4_000)]
        self.entries = [
            Entry(number, number % self.feeds, " ".join(chance.choices(words, k=30))) for number in range(self.count)
        ]
        self._chance = chance

    @property
    def published(self) -> int:
        """How many entries are out."""
        return min(self._until, self._before + int((time() - self._since) * self.rate))

    def end(self) -> None:
        """What is not released yet never comes out."""
        self.count = self._until

    @property
    def released(self) -> int:
        """How many will be out, if nothing more is released."""
        return self._until

    def release(self, until: int) -> None:
        """Let the entries before number `until` come out, from now on."""
        self._before, self._until, self._since = self.published, until, time()

    async def __aenter__(self) -> "News":
        app = web.Application()
        app.router.add_get("/{feed}.xml", self._feed)
        self._site = web.AppRunner(app, access_log=None)
        await self._site.setup()
        site = web.TCPSite(self._site, "127.0.0.1", 0)
        await site.start()
        self.port = self._site.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._site is not None
        await self._site.cleanup()

    async def _feed(self, request: web.Request) -> web.Response:
        """The last entries, and some old ones once more; nothing, to who has seen the last."""
        feed = int(request.match_info["feed"])
        out = self.entries[feed : self.published : self.feeds]
        tag = f'"{len(out)}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304)
        shown = out[-self.window :] + self._chance.sample(out, min(OLD_AGAIN, len(out)))
        items = "".join(_item(entry) for entry in shown)
        body = f'<rss version="2.0"><channel><title>Feed {feed}</title>{items}</channel></rss>'
        return web.Response(body=body.encode(), content_type="application/rss+xml", headers={"ETag": tag})


def write_config(folder: Path, news: News, api_url: str, database: str) -> None:
    """A configuration in which the entries of each feed alert in a channel of their own."""
    (folder / "watchlists").mkdir(parents=True)
    settings = {
        "database": database,
        "workers": 1,
        "http": {
            "allow_networks": ["127.0.0.0/8"],
            "allow_ports": [news.port],
            "per_host": {"concurrency": 8, "delay": "0s"},
        },
        "poll": {"minimum_every": "1s", "backfill": "all"},
        "slack": {"api_url": api_url, "timeout": "1s", "settle": "3s"},
        "web": {"listen": "127.0.0.1:0"},
        "logging": {"level": "warning"},
    }
    numbers = range(news.feeds)
    feeds = [
        {"key": f"f{n}", "url": f"http://127.0.0.1:{news.port}/{n}.xml", "every": "6s", "full_text": False}
        for n in numbers
    ]
    topics = {
        f"t{n}": {"title": f"Talks {n}", "query": f"talks{n}", "severity": "high", "receivers": [f"r{n}"]}
        for n in numbers
    }
    _write(folder / "wirewatch.yml", settings)
    _write(folder / "feeds.yml", {"feeds": feeds})
    _write(folder / "receivers.yml", {"receivers": {f"r{n}": {"slack": f"#c{n}"} for n in numbers}})
    _write(folder / "watchlists" / "w.yml", {"watchlist": "w", "receivers": ["r0"], "topics": topics})


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _item(entry: Entry) -> str:
    return (
        f"<item><guid>{entry.mark}</guid><link>https://outlet{entry.feed}.example/{entry.mark}</link>"
        f"<title>{entry.mark} talks{entry.feed} {' '.join(entry.text.split()[:6])}</title>"
        f"<description>talks{entry.feed} {entry.text}</description><pubDate>{formatdate()}</pubDate></item>"
    )


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(_LETTERS) + chance.choice(_VOWELS) for _ in range(chance.randint(3, 5)))
