"""Make the keys by which an entry is recognised.

They are several SHA-256 hashes, since no field of a feed can be trusted alone:

| key        | of                               | scope  | why                                                      |
|------------|----------------------------------|--------|----------------------------------------------------------|
| `guid`     | guid                             | feed   | meant for it; survives edited titles and moved addresses |
| `url`      | canonical address                | global | the same article in another feed is a sighting           |
| `shown`    | canonical address                | feed   | tells "seen in this feed" from "seen in another feed"    |
| `baseline` | canonical address                | global | stands in for `url` while the article is only baseline   |
| `dated`    | title and date, or title and text| feed   | survives new guids and tokens in links                   |
| `titled`   | title                            | feed   | evidence only: recurring titles are different articles   |
| `whole`    | guid, address, title, text       | feed   | last resort where the other keys say little              |

Addresses (guids are often addresses) are compared without scheme, "www.", fragment and last slash. A field that
several entries of one document share identifies none of them and gives no key: the same guid on all items, a live
blog's one address, a title given twice, the title and address of a page of notices. Dates are left out where there is
neither guid nor address, because such feeds tend to stamp every item with the time of the request.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from monitor.domain.articles.article import Entry

_NO_ASCII_LETTER = bytes(code for code in range(128) if not chr(code).isalnum())
_ASCII = bytes(range(128))
_BEYOND_ASCII = bytes(range(128, 256))
_LOWER = bytes(range(256)).lower()
_FEW = 12
"""Different characters beyond ASCII up to which each is replaced; with more of them all text is folded."""
_WORDS = re.compile(r"\w+")
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
_PLAIN_PLACE = re.compile(r"https?://(?:www\.)?([a-z0-9.-]*)((?:/[^?#\x00-\x20]*)?)(?=[?#]|\Z)")
_AFTER_PLACE = re.compile(r"(?:\?([^#\x00-\x20]*))?(?:#([^\x00-\x20]*))?")
"""Addresses of this shape need no taking apart: lower-case name, no port, no password, nothing a parser would drop."""

_NOTICES = 200
"""Texts and dates at one address that are told apart: more than any page of notices lists, few enough to stay quick."""
_BOILERPLATE = 80
"""Characters below which an undated text may be the same every day ("Read more"), and so identifies nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryKeys:
    """Hold the keys of one entry, None where a field is missing or identifies nothing.

    `independent`: the guid is more than another spelling of the address, so that a new guid at a known address is
    evidence of a new entry. `content` names title and text (see `content_hash`); `said` is the key under which this
    feed's earlier wordings of an article are remembered.
    """

    content: bytes
    said: bytes

    guid: bytes | None = None
    url: bytes | None = None
    shown: bytes | None = None
    baseline: bytes | None = None
    dated: bytes | None = None
    titled: bytes | None = None
    whole: bytes | None = None
    independent: bool = False

    def lookups(self) -> Iterable[bytes]:
        """Return every key under which the store may know the entry or its content."""
        keys = (self.guid, self.url, self.shown, self.baseline, self.dated, self.titled, self.whole, self.said)
        return (key for key in keys if key is not None)

    def to_keep(self, *, baseline: bool) -> tuple[bytes, ...]:
        """Return the keys by which the entry is recognised from now on."""
        address = self.baseline if baseline else self.url
        keys = (self.guid, address, self.shown, self.dated, self.titled, self.whole)
        return tuple(key for key in keys if key is not None)


@dataclass(frozen=True, slots=True)
class _Fields:
    """Hold the fields that keys are made of, in plain form; "" where one is missing.

    `number` tells apart entries of one address and title whose text and date both differ.
    """

    guid: str
    url: str
    title: str
    independent: bool
    number: int


def keys_of(feed_key: str, entries: Sequence[Entry]) -> tuple[EntryKeys, ...]:
    """Return the keys of each entry of one document, in its order."""
    rows = [_fields(entry, number) for entry, number in zip(entries, _numbers(entries), strict=True)]
    # a guid of its own vouches for the entry whatever else changes; one that repeats the address does not
    guids = _shared((row.guid, f"{row.url} {row.title} {0 if row.independent else row.number}") for row in rows)
    urls = _shared((row.url, f"{row.title} {row.number}") for row in rows)
    titles = _shared((row.title, row.url or row.guid) for row in rows)
    numbered = _shared((row.title, str(row.number)) for row in rows)
    feed = _framed(feed_key)
    found = []
    for entry, row in zip(entries, rows, strict=True):
        guid = None if row.guid in guids or not row.guid else _hash(_GUID + feed + _framed(row.guid))
        url = None if row.url in urls or not row.url else _framed(row.url)
        title = "" if row.title in titles else row.title
        dated = _dated(feed, entry, row, title)
        content = content_hash(feed_key, entry)
        found.append(
            EntryKeys(
                content=content,
                said=said_before(feed_key, content),
                guid=guid,
                url=_hash(_URL + url) if url else None,
                shown=_hash(_SHOWN + feed + url) if url else None,
                baseline=_hash(_BASELINE + url) if url else None,
                dated=dated,
                titled=_hash(_TITLED + feed + _framed(title)) if title and title not in numbered else None,
                whole=_whole(feed, entry, row) if guid is None and url is None and dated is None else None,
                independent=guid is not None and row.independent,
            )
        )
    return tuple(found)


def _fields(entry: Entry, number: int) -> _Fields:
    guid = _address(" ".join((entry.guid or "").split()))
    # a guid that is the entry's address again, perhaps with a token or a version behind it, is no evidence of its own
    place = guid.partition("?")[0]
    independent = not any(place == _place(address) for address in (entry.link, entry.url) if address)
    return _Fields(guid, _address(entry.url or ""), _plain(entry.title), independent, number)


def _numbers(entries: Sequence[Entry]) -> list[int]:
    """Count the entries of one address and title that differ in text and date.

    The number of each entry in its group, 0 for most.

    A page of notices repeats title and address; the next notice differs in text and date. An edited article that a
    feed lists twice keeps one of the two.
    """
    groups: dict[tuple[str | None, str], dict[str | datetime, int]] = {}
    found = []
    for entry in entries:
        seen = groups.setdefault((entry.url, entry.title), {})
        text, date = _text(entry), entry.published
        if date is None or not seen:
            number = 0
        else:
            number = seen.get(text, seen.get(date, max(seen.values()) + 1 if len(seen) < _NOTICES else 0))
        seen.setdefault(text, number)
        if date is not None:
            seen.setdefault(date, number)
        found.append(number)
    return found


def _shared(pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the values that stand beside more than one different rest.

    Those belong to more than one entry.
    """
    values = [value for value, _ in set(pairs) if value]
    if len(set(values)) == len(values):
        return frozenset()
    return frozenset(value for value, count in Counter(values).items() if count > 1)


def _whole(feed: bytes, entry: Entry, row: _Fields) -> bytes:
    return _hash(_WHOLE + feed + b"".join(map(_framed, (row.guid, row.url, row.title, _plain(_text(entry))))))


def _dated(feed: bytes, entry: Entry, row: _Fields, title: str) -> bytes | None:
    if not title:
        return None
    if not row.guid and not row.url:
        return _hash(_UNDATED + feed + _framed(title) + _framed(_plain(_text(entry))))
    if entry.published is not None:
        return _hash(_DATED + feed + _framed(title) + _framed(entry.published.isoformat()))
    text = _plain(_text(entry))
    return _hash(_UNDATED + feed + _framed(title) + _framed(text)) if len(text) >= _BOILERPLATE else None


def content_hash(feed_key: str, entry: Entry) -> bytes:
    """Hash what an entry says to 32 bytes.

    The first 8 name the feed that says it, the others its letters and digits.

    Space, punctuation, case and dates are not substance.
    """
    text = "" if entry.text == entry.summary else entry.text
    said = (_letters(entry.title), _letters(entry.summary), _letters(text))
    return _feed_mark(feed_key) + _hash(_CONTENT + b"".join(len(raw).to_bytes(8) + raw for raw in said))[:24]


@lru_cache(maxsize=100)
def _feed_mark(feed_key: str) -> bytes:
    return _hash(feed_key.encode())[:8]


def said_before(feed_key: str, content: bytes) -> bytes:
    """Return the key that remembers a content, so that switching back is no news."""
    return _hash(_framed("said") + _framed(feed_key) + _framed(content.hex()))


def body_hash(body: bytes) -> bytes:
    """Hash a document, to see at the next poll whether it is the same.

    BLAKE2b takes a third of SHA-256's time: documents are long, and most processors have no SHA instructions.
    """
    return hashlib.blake2b(body, digest_size=32).digest()


def _address(text: str) -> str:
    """Return an address without what changes when a site moves to https."""
    place = _place(text)
    if place is None:
        return text
    if "?" not in text and "#" not in text:
        return place
    query, fragment = _after_place(text)
    # "#!/story" and "#/story" are addresses, other fragments are places on the page
    return (f"{place}?{query}" if query else place) + (f"#{fragment}" if fragment[:1] in ("!", "/") else "")


def _after_place(text: str) -> tuple[str, str]:
    """Return query and fragment of an address."""
    plain = _PLAIN_PLACE.match(text)
    after = _AFTER_PLACE.fullmatch(text, plain.end()) if plain else None
    if after is not None:
        return after[1] or "", after[2] or ""
    parts = urlsplit(text)
    return parts.query, parts.fragment


@lru_cache(maxsize=1_000)  # each address is looked at several times for one document
def _place(address: str) -> str | None:
    """Return host, port and path of an http(s) address, None for other texts."""
    plain = _PLAIN_PLACE.match(address)
    return plain[1] + plain[2].rstrip("/") if plain else _odd_place(address)


def _odd_place(address: str) -> str | None:
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


def _folded(text: str) -> str:
    # of ASCII the fold is its lower case, at a tenth of the work
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def _plain(text: str) -> str:
    """Return the text without differences of encoding, case and space."""
    return " ".join(_folded(text).split())


def _letters(text: str) -> bytes:
    """Return the letters and digits only, folded, as UTF-8.

    Most texts have little beyond ASCII, mostly quotation marks and dashes: only those are looked at, once a character.
    """
    kept = text.encode("utf-8", "ignore").translate(_LOWER, _NO_ASCII_LETTER)
    if kept.isascii():
        return kept
    chars = frozenset(kept.translate(None, _ASCII).decode())
    plan = _plan(chars) if len(chars) <= _FEW else None
    if plan is None:
        return _letters_of_all(text)
    deleted, replaced = plan
    if deleted:
        return kept.translate(None, _BEYOND_ASCII)
    for char, letter in replaced:
        kept = kept.replace(char, letter)
    return kept


@lru_cache(maxsize=1_000)
def _plan(chars: frozenset[str]) -> tuple[bool, tuple[tuple[bytes, bytes], ...]] | None:
    """Decide what to do with the characters beyond ASCII: delete all, or replace some.

    None when one of them does not stand alone.
    """
    letters = {char.encode(): letter for char in chars if (letter := _letter(char)) is not None}
    if len(letters) < len(chars):
        return None
    return not any(letters.values()), tuple((char, letter) for char, letter in letters.items() if letter != char)


def _letters_of_all(text: str) -> bytes:
    kept = _folded(text).encode("utf-8", "ignore").translate(None, _NO_ASCII_LETTER)
    return "".join(_WORDS.findall(kept.decode())).encode()


@lru_cache(maxsize=10_000)
def _letter(char: str) -> bytes | None:
    """Return the letters of a character, None when its neighbours may matter.

    Marks and parts of syllables are composed with what stands before them (https://www.unicode.org/reports/tr15/).
    """
    composed = unicodedata.normalize("NFKC", char)
    if any(unicodedata.category(part).startswith("M") or _JAMO.match(part) for part in composed):
        return None
    letters = _letters_of_all(char)
    return letters if _letters_of_all(letters.decode()) == letters else None


def _framed(part: str) -> bytes:
    """Return UTF-8 after its length, so that no two lists give the same bytes."""
    raw = part.encode("utf-8", "replace")
    return len(raw).to_bytes(8) + raw


def _hash(parts: bytes) -> bytes:
    return hashlib.sha256(parts).digest()


_KINDS = ("guid", "url", "shown", "baseline", "dated", "undated", "titled", "whole", "content")
_GUID, _URL, _SHOWN, _BASELINE, _DATED, _UNDATED, _TITLED, _WHOLE, _CONTENT = map(_framed, _KINDS)
