"""Which entries of a document are new, which are known, and which say something else than before.

An entry is known, in this order: by its guid; by its address, unless a guid of its own and its title are both new where
this feed has shown the address before (a live blog, an alert page: a new entry at an old address); by title and date.
When half of the document and at least five entries are strangers under known titles, which say the same as before or
claim to be old, the site was re-keyed and they are known by their titles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.articles.article import Entry
from monitor.domain.feeds.identity import Keys, content_hash, keys_of, said_before
from monitor.domain.feeds.polled import Revised

REKEYED_AT_LEAST = 5
REKEYED_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A document sorted out. `new` are entries with the keys to keep and their content; the others as in `Polled`."""

    new: tuple[tuple[Entry, tuple[bytes, ...], bytes], ...] = ()
    aliases: tuple[tuple[int, tuple[bytes, ...]], ...] = ()
    sightings: tuple[int, ...] = ()
    revised: tuple[Revised, ...] = ()
    rekeyed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A document's entries with their keys and contents, and (later) what the store knows of them.

    `document` is its hash. `known` are articles by key, `hashes` the contents they were last read with.
    """

    feed_key: str
    document: bytes | None = None
    entries: tuple[Entry, ...] = ()
    keys: tuple[Keys, ...] = ()
    contents: tuple[bytes, ...] = ()
    known: Mapping[bytes, int] = field(default_factory=dict)
    hashes: Mapping[int, bytes] = field(default_factory=dict)

    def to_ask(self) -> frozenset[bytes]:
        """Every key the store must be asked about first."""
        return frozenset(key for keys in self.keys for key in keys.to_ask())

    def to_ask_further(self) -> frozenset[bytes]:
        """The keys of contents that differ from what this feed last said: did it say them before?"""
        if not self.hashes:
            return frozenset()
        return frozenset(
            said_before(self.feed_key, content)
            for keys, content in zip(self.keys, self.contents, strict=True)
            if any(changed(self.hashes.get(self.known.get(key, 0)), content) for key in keys.to_ask())
        )


def changed(before: bytes | None, content: bytes) -> bool:
    """Whether the feed that an article was read from now says something else; other feeds may use other words."""
    return before is not None and before != content and before[:8] == content[:8]


def look_at(feed_key: str, document: bytes, entries: Sequence[Entry]) -> Look:
    """The first look, before the store is asked."""
    return Look(
        feed_key=feed_key,
        document=document,
        entries=tuple(entries),
        keys=keys_of(feed_key, entries),
        contents=tuple(content_hash(feed_key, entry) for entry in entries),
    )


@dataclass(slots=True)
class _Sorting:
    """The document being sorted out: what is known, and what its earlier entries have claimed."""

    look: Look
    since: datetime | None
    claimed: set[bytes] = field(default_factory=set)
    new: list[tuple[Entry, tuple[bytes, ...], bytes]] = field(default_factory=list)
    aliases: list[tuple[int, tuple[bytes, ...]]] = field(default_factory=list)
    sightings: list[int] = field(default_factory=list)
    revised: dict[int, Revised] = field(default_factory=dict)

    def owner(self, keys: Keys, entry: Entry) -> int | None:
        """The article the entry is, by any key but its title alone."""
        by_address = self._by_address(keys, entry)
        candidates = (self._known(keys.guid), by_address, self._known(keys.dated), self._known(keys.whole))
        return next((article for article in candidates if article is not None), None)

    def _by_address(self, keys: Keys, entry: Entry) -> int | None:
        shown = self._known(keys.shown)
        if shown is not None and keys.independent and keys.titled is not None and keys.titled not in self.look.known:
            return None
        article = self._known(keys.url)
        if article is None:
            article = shown
        if article is None and not self._is_news_since(entry):
            article = self._known(keys.baseline)
        return article

    def _is_news_since(self, entry: Entry) -> bool:
        """Whether it came out after this feed's own baseline: another feed's baseline must not hide it then."""
        return self.since is not None and entry.published is not None and entry.published > self.since

    def _known(self, key: bytes | None) -> int | None:
        return None if key is None else self.look.known.get(key)

    def met(self, article: int, entry: Entry, keys: Keys, content: bytes) -> None:
        """Note a known article: further keys, that it is in this feed too, that it says something else."""
        elsewhere = article in (self._known(keys.url), self._known(keys.baseline))
        if elsewhere and keys.shown not in self.look.known and keys.guid not in self.look.known:
            self.sightings.append(article)
        before = self.look.hashes.get(article)
        extra: tuple[bytes, ...] = ()
        if before is not None and changed(before, content):
            remembered = said_before(self.look.feed_key, content)
            if remembered not in self.look.known and article not in self.revised:
                self.revised[article] = _revised(article, entry, content)
                extra = (remembered, said_before(self.look.feed_key, before))
        met_before = keys.url in self.look.known or keys.baseline in self.look.known
        kept = (key for key in keys.to_keep(baseline=True) if not (met_before and key == keys.baseline))
        fresh = self._unclaimed((*kept, *extra))
        if fresh:
            self.aliases.append((article, fresh))

    def moved(self, strangers: Sequence[tuple[Entry, Keys, bytes]], last_read: datetime | None) -> dict[bytes, int]:
        """The strangers' titles that are known from before the site was re-keyed; none if it was not."""
        found: dict[bytes, int] = {}
        for entry, keys, content in strangers:
            article = self._known(keys.titled)
            if article is not None and keys.titled is not None:
                same = self.look.hashes.get(article) == content
                old = entry.published is not None and last_read is not None and entry.published <= last_read
                if same or old:
                    found[keys.titled] = article
        return found if len(found) >= max(REKEYED_AT_LEAST, REKEYED_SHARE * len(self.look.keys)) else {}

    def add(self, entry: Entry, keys: Keys, content: bytes, *, baseline: bool) -> None:
        """Note a new article, unless an earlier entry of the document is the same."""
        strong = [key for key in (keys.guid, keys.url, keys.dated, keys.whole) if key is not None]
        if any(key in self.claimed for key in strong):
            return
        kept = self._unclaimed(keys.to_keep(baseline=baseline))
        self.new.append((entry, kept or (said_before(self.look.feed_key, content),), content))
        self.claimed.update(strong)

    def _unclaimed(self, keys: tuple[bytes, ...]) -> tuple[bytes, ...]:
        fresh = tuple(dict.fromkeys(key for key in keys if key not in self.look.known and key not in self.claimed))
        self.claimed.update(fresh)
        return fresh


def recognise(
    look: Look, *, since: datetime | None, last_read: datetime | None, is_baseline: Sequence[bool]
) -> Recognised:
    """Sort a document out. `since` is the feed's own baseline, None while this is it; `is_baseline` by entry;
    `last_read` when the feed was last read well.
    """
    sorting = _Sorting(look, since)
    rows = list(zip(look.entries, look.keys, look.contents, strict=True))
    owners = [sorting.owner(keys, entry) for entry, keys, _ in rows]
    strangers = [row for row, owner in zip(rows, owners, strict=True) if owner is None]
    moved = sorting.moved(strangers, last_read) if since is not None else {}
    for (entry, keys, content), owner, baseline in zip(rows, owners, is_baseline, strict=True):
        article = owner if owner is not None else moved.get(keys.titled) if keys.titled else None
        if article is None:
            sorting.add(entry, keys, content, baseline=baseline)
        else:
            sorting.met(article, entry, keys, content)
    return Recognised(
        new=tuple(sorting.new),
        aliases=tuple(sorting.aliases),
        sightings=tuple(dict.fromkeys(sorting.sightings)),
        revised=tuple(sorting.revised.values()),
        rekeyed=len(moved),
    )


def _revised(article: int, entry: Entry, content: bytes) -> Revised:
    return Revised(article_id=article, title=entry.title, summary=entry.summary, content_hash=content, text=entry.text)
