"""By what an entry is known again: several keys, each a SHA-256, since no field of a feed can be trusted alone.

| key        | of                               | scope  | why                                                      |
|------------|----------------------------------|--------|----------------------------------------------------------|
| `guid`     | guid                             | feed   | meant for it; survives edited titles and moved addresses |
| `url`      | canonical address                | global | the same article in another feed is a sighting           |
| `shown`    | canonical address                | feed   | tells "met here before" from "met elsewhere"             |
| `baseline` | canonical address                | global | stands in for `url` while the article is only baseline   |
| `dated`    | title and date, or title and text| feed   | survives new guids and tokens in links                   |
| `titled`   | title                            | feed   | evidence only: recurring titles are different articles   |
| `whole`    | guid, address, title, text       | feed   | last resort where the other keys say little              |

Addresses (guids are often addresses) are compared without scheme, "www.", fragment and last slash. A field that several
entries of one document share says nothing about any of them and gives no key: the same guid on all items, a live blog's
one address, a title given twice. Dates are left out where there is neither guid nor address, because such feeds tend to
stamp every item with the time of asking.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from monitor.domain.articles import Entry

_NO_LETTER = re.compile(r"[\W_]+")
_NO_ASCII_LETTER = {code: None for code in range(128) if not chr(code).isalnum()}

_BOILERPLATE = 80
"""An undated text shorter than this may be the same every day and identifies nothing beside another address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of one entry, None where a field is missing or says nothing. `independent`: the guid is more than
    another spelling of the address, so that a new guid at a known address is evidence of a new entry.
    """

    guid: bytes | None = None
    url: bytes | None = None
    shown: bytes | None = None
    baseline: bytes | None = None
    dated: bytes | None = None
    titled: bytes | None = None
    whole: bytes | None = None
    independent: bool = False

    def to_ask(self) -> Iterable[bytes]:
        """Every key under which the entry may be known."""
        keys = (self.guid, self.url, self.shown, self.baseline, self.dated, self.titled, self.whole)
        return (key for key in keys if key is not None)

    def to_keep(self, *, baseline: bool) -> tuple[bytes, ...]:
        """The keys by which it shall be known from now on."""
        address = self.baseline if baseline else self.url
        keys = (self.guid, address, self.shown, self.dated, self.titled, self.whole)
        return tuple(key for key in keys if key is not None)


@dataclass(frozen=True, slots=True)
class _Fields:
    """What the keys are made of, in plain form; "" where it is missing."""

    guid: str
    url: str
    title: str


def keys_of(feed_key: str, entries: Sequence[Entry]) -> tuple[Keys, ...]:
    """The keys of each entry of one document, in its order."""
    rows = [
        _Fields(_address(" ".join((e.guid or "").split())), _address(e.url or ""), _plain(e.title)) for e in entries
    ]
    guids = _shared((row.guid, f"{row.url} {row.title}") for row in rows)
    urls = _shared((row.url, row.title) for row in rows)
    titles = _shared((row.title, row.url or row.guid) for row in rows)
    said = [_Fields(_said(row.guid, guids), _said(row.url, urls), _said(row.title, titles)) for row in rows]
    return tuple(_keys(feed_key, *row) for row in zip(entries, rows, said, strict=True))


def _shared(pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The values that stand beside more than one different rest, and so belong to more than one entry."""
    distinct = Counter(value for value, _ in set(pairs) if value)
    return frozenset(value for value, count in distinct.items() if count > 1)


def _said(value: str, shared: frozenset[str]) -> str:
    return "" if value in shared else value


def _keys(feed: str, entry: Entry, row: _Fields, said: _Fields) -> Keys:
    """`row` is what the entry has, `said` what of it says something about this entry alone."""
    guid = _key("guid", feed, said.guid) if said.guid else None
    dated = _dated(feed, entry, row, said.title)
    alone = guid is None and not said.url and dated is None
    return Keys(
        guid=guid,
        url=_key("url", said.url) if said.url else None,
        shown=_key("shown", feed, said.url) if said.url else None,
        baseline=_key("baseline", said.url) if said.url else None,
        dated=dated,
        titled=_key("titled", feed, said.title) if said.title else None,
        whole=_key("whole", feed, row.guid, row.url, row.title, _plain(_text(entry))) if alone else None,
        independent=guid is not None and not _is_place(said.guid, entry),
    )


def _dated(feed: str, entry: Entry, row: _Fields, title: str) -> bytes | None:
    if not title:
        return None
    if not row.guid and not row.url:
        return _key("undated", feed, title, _plain(_text(entry)))
    if entry.published is not None:
        return _key("dated", feed, title, entry.published.isoformat())
    text = _plain(_text(entry))
    return _key("undated", feed, title, text) if len(text) >= _BOILERPLATE else None


def content_hash(feed_key: str, entry: Entry) -> bytes:
    """What an entry says, in 32 bytes: the first 8 name the feed that says it, the others its letters and digits.

    Space, punctuation, case and dates are not substance.
    """
    text = "" if entry.text == entry.summary else entry.text
    said = _key("content", _letters(entry.title), _letters(entry.summary), _letters(text))
    return hashlib.sha256(feed_key.encode()).digest()[:8] + said[:24]


def said_before(feed_key: str, content: bytes) -> bytes:
    """The key that remembers a content an article once had, so that switching back and forth is no news."""
    return _key("said", feed_key, content.hex())


def body_hash(body: bytes) -> bytes:
    """By which a document is known to be the same as last time."""
    return hashlib.sha256(body).digest()


def _address(text: str) -> str:
    """An http(s) address without what changes when a site moves to https; other texts as they are."""
    place = _place(text)
    if place is None:
        return text
    parts = urlsplit(text)
    # "#!/story" and "#/story" are addresses, other fragments are places on the page
    fragment = f"#{parts.fragment}" if parts.fragment[:1] in ("!", "/") else ""
    return (f"{place}?{parts.query}" if parts.query else place) + fragment


def _is_place(guid: str, entry: Entry) -> bool:
    """Whether the guid is the entry's address again, perhaps with a token or a version behind it."""
    place = guid.partition("?")[0]
    return any(place == _place(address) for address in (entry.link, entry.url) if address)


@lru_cache(maxsize=1_000)  # each address is asked about several times while its document is sorted out
def _place(address: str) -> str | None:
    """Host, port and path of an http(s) address, None for other texts."""
    if not address[:8].lower().startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(address)
        port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
        return (parts.hostname or "").removeprefix("www.") + port + parts.path.rstrip("/")
    except ValueError:
        return None


def _text(entry: Entry) -> str:
    return entry.summary or entry.text


def _plain(text: str) -> str:
    """The text without differences of encoding, case and space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded.translate(_NO_ASCII_LETTER) if folded.isascii() else _NO_LETTER.sub("", folded)


def _key(*parts: str) -> bytes:
    """SHA-256 of the parts, each preceded by its length, so that no two lists of parts give the same bytes."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "replace")
        digest.update(len(raw).to_bytes(8) + raw)
    return digest.digest()
