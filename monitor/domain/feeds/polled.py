"""The outcome of one poll, as it is stored."""

from dataclasses import dataclass, field

from monitor.domain.alerts.alert import NewDelivery
from monitor.domain.articles.article import NewArticle, Stage
from monitor.domain.feeds.feed import FeedState
from monitor.domain.ledger import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A known article whose entry changed: it is extracted and triaged again.

    `text` is the longest plain text the feed carries now; `stage` where the article starts again; `url` the corrected
    address, None where it stays.
    """

    article_id: int
    title: str
    summary: str
    content_hash: bytes
    text: str = ""
    url: str | None = None
    stage: Stage = Stage.EXTRACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """The changes of one poll, written in one transaction guarded by `seen_polls`.

    `aliases` adds identities to known articles; `sightings` are known articles of other feeds found in this one.
    `notes` are about the feed, not about one of its articles.
    `deliveries` are notices of feed trouble for the outbox, written in the same transaction.
    """

    feed_key: str
    seen_polls: int
    state: FeedState
    articles: tuple[NewArticle, ...] = ()
    aliases: tuple[tuple[int, tuple[bytes, ...]], ...] = ()
    sightings: tuple[int, ...] = ()
    revised: tuple[Revised, ...] = ()
    notes: tuple[Note, ...] = field(default_factory=tuple)
    deliveries: tuple[NewDelivery, ...] = ()
