"""Turn a parser's findings into the plain, bounded entries everyone else sees."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urljoin

from monitor.adapters.feeds.dates import DocumentDates, within_reason
from monitor.adapters.text.html_to_text import lines, one_line, plain, plain_line, storable
from monitor.adapters.text.limits import LABEL, SUMMARY, TEXT, TITLE, cut
from monitor.domain.articles.article import Entry
from monitor.domain.feeds.canonical_url import canonical, is_web_address

ADDRESS = 4_096
GUID = 4_096
TAGS = 50
ENTRIES = 5_000
"""Caps of a feed, in characters (ADDRESS, GUID), tags and entries: several times the largest in our corpora."""

_MARKUP = 4 * TEXT
"""Characters of markup that are looked at: more of it is tags, scripts and styles than text."""
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/[^\x00-\x20\x7f-\uffff\\<>\"{}|^`]*)?")
"""An address with nothing in it to repair: most are."""
_MARKUP_ANYWAY = re.compile(r"<(?:p|br|img|a|div|span|ul|li|table)\b", re.IGNORECASE)
"""Elements that a text declared as plain holds only when the declaration is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """An item with its fields as the parser gave them.

    Texts may be HTML and links relative. `literal` names those of title, summary and content that are plain text, in
    which "<" is a character. `dates` are the dates it gives, best first; `source` is address or name of the paper an
    aggregator took it from.
    """

    guid: str = ""
    link: str = ""
    enclosure: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    literal: frozenset[str] = frozenset()
    dates: Sequence[str] = ()
    author: str = ""
    tags: Sequence[str] = ()
    language: str = ""
    base: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A document as a parser read it; `sound`: it is well-formed, nothing is lost."""

    title: str = ""
    language: str = ""
    entries: Sequence[RawEntry] = ()
    sound: bool = True
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = field(default_factory=frozenset)
    skip_days: frozenset[int] = field(default_factory=frozenset)
    update_period: timedelta | None = None


def finish(raw: RawFeed, *, url: str, now: datetime) -> tuple[Entry, ...]:
    """Make the feed's entries plain and bounded; even an empty one is kept."""
    language = language_code(raw.language)
    dates = DocumentDates(language)
    return tuple(_entry(entry, url, now, language, dates) for entry in raw.entries[:ENTRIES])


def _entry(raw: RawEntry, base: str, now: datetime, language: str | None, dates: DocumentDates) -> Entry:
    title = raw.title[: 20 * TITLE]
    title = one_line(storable(title)) if _is_literal(raw, "title", title) else plain_line(title)
    summary = _plain(raw, "summary", raw.summary)
    content = _plain(raw, "content", raw.content) if raw.content and raw.content != raw.summary else ""
    text = content if len(content) > len(summary) else summary
    permalink = raw.guid if "://" in raw.guid[:12] else ""
    link = next(
        filter(None, (absolute(address, raw.base, base) for address in (raw.link, permalink, raw.enclosure))), None
    )
    moments = (within_reason(dates.read(date), now) for date in raw.dates)
    return Entry(
        guid=_guid(raw, link, base),
        link=link,
        url=canonical(link) if link else None,
        title=cut(title, TITLE),
        summary=cut(summary or content, SUMMARY),
        text=cut(text, TEXT),
        published=next((moment for moment in moments if moment is not None), None),
        author=cut(plain_line(raw.author[: 10 * LABEL]), LABEL),
        tags=_labels(raw.tags),
        language=language_code(raw.language) or language,
        source=_source(raw, base),
    )


def _plain(raw: RawEntry, name: str, markup: str) -> str:
    markup = markup[:_MARKUP]
    return lines(storable(markup)) if _is_literal(raw, name, markup) else plain(markup)


def _is_literal(raw: RawEntry, name: str, text: str) -> bool:
    return name in raw.literal and not _MARKUP_ANYWAY.search(text)


def _guid(raw: RawEntry, link: str | None, base: str) -> str | None:
    """Return the identifier the feed gives; None when it only repeats the link."""
    guid = raw.guid.strip()[:GUID]
    if not guid or guid == raw.link.strip() or guid.replace(" ", "%20") == link:
        return None
    repeats = "/" in guid and "://" not in guid and absolute(guid, raw.base, base) == link
    return None if repeats else storable(guid)


def _source(raw: RawEntry, base: str) -> str | None:
    if "://" in raw.source[:12]:
        return absolute(raw.source, raw.base, base)
    return cut(plain_line(raw.source[: 10 * LABEL]), LABEL) or None


def absolute(link: str, *bases: str) -> str | None:
    """Return the web address a link means, by the nearest base that is one itself."""
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
    given = [tag for tag in tags if tag][:TAGS]
    seen = dict.fromkeys(plain_line(tag[: 10 * LABEL])[:LABEL] for tag in given)
    return tuple(tag for tag in seen if tag)


def language_code(label: str) -> str | None:
    """Return the primary subtag of a language label, "pt-BR" being "pt"."""
    if not label:
        return None
    primary = label.strip().replace("_", "-").split("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3 else None
