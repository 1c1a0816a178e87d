"""Define entries as feeds give them, articles as kept, texts as pages yield them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Hold an item as the feed gave it, made plain.

    No HTML, no NUL or surrogates, only absolute http(s) links.

    `url` is the canonical address (tracking parameters, AMP, mobile host and fragment removed), `link` the one
    the feed named. `text` is the longest plain text the feed carries (content, else summary).
    `published` is None when the feed gives no usable date (1990 .. now + 1 day). `source` is the address or name of
    the paper an aggregator took it from.
    """

    guid: str | None = None
    link: str | None = None
    url: str | None = None
    title: str = ""
    summary: str = ""
    text: str = ""
    published: datetime | None = None
    author: str = ""
    tags: tuple[str, ...] = ()
    language: str | None = None
    source: str | None = None


class Method(StrEnum):
    """Name where an article's text came from."""

    PAGE = "page"
    FEED = "feed"
    GIVEN = "given"


class RevisionLabel(StrEnum):
    """Name what happened to a page, in the words that people are shown."""

    CORRECTION = "Correction"
    WITHDRAWN = "Withdrawn"
    HEADLINE = "Headline only"
    CHANGED = "Changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Hold the text of an article.

    `doubts` name what a reader should know ("paywall stub", "cut at 200,000 characters"), `changes` what an edit after
    publication changed, in marked lines (`domain.strings.marked`), and `revised` names that edit. `page_title` is the
    page's own headline, which may differ from the feed's.
    """

    title: str
    body: str
    method: Method
    language: str | None = None
    published: datetime | None = None
    author: str = ""
    credit: str | None = None
    doubts: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    revised: RevisionLabel | None = None
    page_title: str = ""


class Stage(StrEnum):
    """Name where an article is on its way; the first two are due work."""

    EXTRACT = "extract"
    TRIAGE = "triage"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    """Describe an entry that was not known, ready to be stored.

    `baseline`: clustered but never alerted on.

    `identities` are 32-byte SHA-256 keys, any of which marks a later entry as this article. `content_hash` is a
    hash of what the entry says: when a later poll finds another, the article is `Revised`.
    """

    identities: tuple[bytes, ...]
    entry: Entry
    outlet: str
    feed_key: str
    first_seen: datetime
    stage: Stage
    baseline: bool = False
    content_hash: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Hold an entry kept: one page, one row.

    `id` is the store's, growing in the order of arrival.

    `revision` counts texts: 0 as first triaged, +1 for each real change re-read later; `text` is the last one read,
    so in the extract stage of a later revision it is the one before. `feed_text` is the longest the feed carried.
    """

    id: int
    url: str | None
    outlet: str
    feed_key: str
    title: str
    summary: str
    first_seen: datetime
    published: datetime | None
    stage: Stage
    attempt: int = 0
    revision: int = 0
    story_id: int | None = None
    baseline: bool = False
    text: Text | None = None
    feed_text: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    language: str | None = None
