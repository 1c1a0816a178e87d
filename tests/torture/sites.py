"""Sites that publish, edit, re-key, hide and show entries, and the fetcher that reads them without a network."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from xml.sax.saxutils import escape

from monitor.adapters.feeds.read import read_feed
from monitor.domain.articles.article import Method, Text
from monitor.domain.catalog import SourceKind
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import ParsedFeed, Validators
from monitor.domain.feeds.fetch import Fetched, NotModified

_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwz", "aeiou"


@dataclass
class Item:
    """One entry. Its title holds a mark by which it is found again in Slack; its other words are its own, so that it
    is a story of its own."""

    mark: str
    guid: str
    link: str
    title: str
    text: str
    page: str
    published: datetime
    shown: bool = True


@dataclass
class Site:
    """One feed. `failing` is how its next answers fail; `honest` says whether it answers 304."""

    key: str
    chance: random.Random
    items: list[Item] = field(default_factory=list)
    failing: Failure | None = None
    honest: bool = True
    dated: bool = True

    @property
    def url(self) -> str:
        """What is configured."""
        return f"https://{self.key}.example/feed"

    @property
    def shown(self) -> list[Item]:
        """What the document holds now, newest first."""
        return [item for item in reversed(self.items) if item.shown]

    def publish(self, terms: Iterable[str], now: datetime) -> Item:
        """A new entry about `terms`."""
        number = len(self.items)
        mark = f"mark{self.key}n{number:04d}"
        item = Item(
            mark=mark,
            guid=f"{self.key}-{number}",
            link=f"https://{self.key}.example/{number}",
            title=f"{mark} {self._words(6)}",
            text=f"{self._words(24)} {' '.join(terms)}",
            page=self._words(20),
            published=now,
        )
        self.items.append(item)
        return item

    def edit(self, item: Item, terms: Iterable[str]) -> None:
        """The entry says more than before."""
        item.text = f"{item.text}. {self._words(8)} {' '.join(terms)}"

    def _words(self, count: int) -> str:
        return " ".join(_word(self.chance) for _ in range(count))

    def document(self) -> bytes:
        """The feed as it stands."""
        items = "".join(self._item(item) for item in self.shown)
        return f"<rss version='2.0'><channel><title>{self.key}</title>{items}</channel></rss>".encode()

    def _item(self, item: Item) -> str:
        date = f"<pubDate>{format_datetime(item.published)}</pubDate>" if self.dated else ""
        return (
            f"<item><title>{escape(item.title)}</title><link>{item.link}</link><description>{escape(item.text)}"
            f"</description><guid isPermaLink='false'>{item.guid}</guid>{date}</item>"
        )


class Sites:
    """All sites, and fetcher, parser, extractor and judge of languages over them, in this process. `fetched` is what
    each site last showed us."""

    def __init__(self, count: int, seed: int) -> None:
        self.all = [Site(f"f{number}", random.Random(f"{seed}-{number}")) for number in range(count)]
        self.fetched: dict[str, tuple[Item, ...]] = {}
        self._by_url = {site.url: site for site in self.all}

    async def feed(
        self, url: str, validators: Validators, kind: SourceKind = SourceKind.FEED
    ) -> Fetched | NotModified | Failure:
        """A conditional GET."""
        site = self._by_url[url]
        if site.failing is not None:
            return site.failing
        body = site.document()
        etag = b'"%s"' % sha256(body).hexdigest()[:16].encode()
        if site.honest and validators.etag == etag:
            return NotModified(url=url)
        self.fetched[site.key] = tuple(site.shown)
        return Fetched(url=url, status=200, body=body, validators=Validators(etag=etag), media_type="text/xml")

    async def page(self, url: str) -> Fetched | Failure:
        """The page of an entry, as long as it is shown."""
        for site in self.all:
            for item in site.items:
                if item.link == url:
                    return Fetched(
                        url=url, status=200, body=f"{item.text}. {item.page}".encode(), media_type="text/html"
                    )
        return Failure(reason=Reason.NOT_FOUND, permanent=True)

    async def page_again(self, url: str, validators: Validators) -> Fetched | NotModified | Failure:
        """The page as it is now, unconditionally."""
        return await self.page(url)

    async def parse(
        self, body: bytes, *, url: str, charset: str | None, media_type: str, **reading: object
    ) -> ParsedFeed | Failure:
        """The real reading, in this process."""
        return read_feed(body, url, charset, media_type, datetime(2036, 1, 1, tzinfo=UTC))

    async def extract(self, body: bytes, *, url: str, charset: str | None, title: str = "") -> Text | Failure:
        """A page is its text."""
        return Text(title="", body=body.decode(), method=Method.PAGE)

    def detect(self, text: str, hint: str | None = None) -> str | None:
        """Everything is written in one language."""
        return "en"


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(chance.randint(3, 5)))


FAILURES = (
    Failure(reason=Reason.SERVER, status=503, retry_after=timedelta(minutes=20)),
    Failure(reason=Reason.TIMEOUT),
    Failure(reason=Reason.NOT_FOUND, status=404),
    Failure(reason=Reason.BROKEN_REPLY),
)
"""How a site may fail."""
