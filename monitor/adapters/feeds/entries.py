"""What a parser found in a feed, and how it becomes the plain, bounded entries everyone else sees."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urljoin

from monitor.adapters.feeds.dates import within_reason
from monitor.adapters.text.html_to_text import plain, plain_line, storable
from monitor.adapters.text.limits import LABEL, SUMMARY, TEXT, TITLE, cut
from monitor.domain.articles.article import Entry
from monitor.domain.feeds.canonical_url import canonical, is_web_address

ADDRESS = 4_096
GUID = 4_096
TAGS = 50
ENTRIES = 5_000
"""Caps of a feed, in characters (ADDRESS, GUID), tags and entries."""

_MARKUP = 4 * TEXT
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/[^\x00-\x20\x7f-\uffff\\<>\"{}|^`]*)?")
"""An address with nothing in it to repair: most are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """An item with its fields as the parser gave them: text or HTML, links absolute or not."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    author: str = ""
    tags: Sequence[str] = ()
    language: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A document as a parser read it. `sound`: it was well-formed, so nothing can have been lost in it."""

    title: str = ""
    language: str = ""
    entries: Sequence[RawEntry] = ()
    sound: bool = True
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = field(default_factory=frozenset)
    skip_days: frozenset[int] = field(default_factory=frozenset)
    update_period: timedelta | None = None


def finish(raw: RawFeed, *, url: str, now: datetime) -> tuple[Entry, ...]:
    """The feed's entries, plain and bounded, every one of them: even one without title, link and text is kept."""
    return tuple(_entry(entry, url, now, raw.language) for entry in raw.entries[:ENTRIES])


def _entry(raw: RawEntry, base: str, now: datetime, language: str) -> Entry:
    title = plain_line(raw.title[: 20 * TITLE])
    summary = plain(raw.summary[:_MARKUP])
    content = plain(raw.content[:_MARKUP]) if raw.content and raw.content != raw.summary else ""
    text = content if len(content) > len(summary) else summary
    link = absolute(raw.link, raw.base, base) or absolute(raw.guid if "://" in raw.guid[:12] else "", "", base)
    return Entry(
        guid=_guid(raw, link, base),
        link=link,
        url=canonical(link) if link else None,
        title=cut(title, TITLE),
        summary=cut(summary or content, SUMMARY),
        text=cut(text, TEXT),
        published=within_reason(raw.published, now),
        author=cut(plain_line(raw.author[: 10 * LABEL]), LABEL),
        tags=_labels(raw.tags),
        language=language_code(raw.language or language),
    )


def _guid(raw: RawEntry, link: str | None, base: str) -> str | None:
    """The identifier the feed gives; None when there is none or it only repeats the link."""
    guid = raw.guid.strip()[:GUID]
    if not guid or guid == raw.link.strip() or guid.replace(" ", "%20") == link:
        return None
    repeats = "/" in guid and "://" not in guid and absolute(guid, raw.base, base) == link
    return None if repeats else storable(guid)


def absolute(link: str, *bases: str) -> str | None:
    """The http or https address a link means, by the nearest base that is one itself; None when there is none."""
    if _PLAIN_ADDRESS.fullmatch(link) and len(link) <= ADDRESS:
        return link
    cleaned = "".join(storable(link).split("\n")).strip()
    if not cleaned or len(cleaned) > ADDRESS:
        return None
    for base in ("", *bases):
        try:
            joined = urljoin(base, cleaned)
        except ValueError:
            return None
        if is_web_address(joined):
            return joined.replace(" ", "%20")[:ADDRESS]
    return None


def _labels(tags: Iterable[str]) -> tuple[str, ...]:
    seen = dict.fromkeys(plain_line(tag[: 10 * LABEL])[:LABEL] for tag in list(tags)[:TAGS])
    return tuple(tag for tag in seen if tag)


def language_code(label: str) -> str | None:
    """The primary subtag of a language label in lower case, "pt-BR" being "pt"; None when it is none."""
    if not label:
        return None
    primary = label.strip().replace("_", "-").split("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3 else None
