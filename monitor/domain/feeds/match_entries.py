"""Sort a document's entries into new, known, and known but changed ones.

An entry is known, in this order: by its guid; by title and date where it says the same; by its address, unless a guid
of its own and its title are both new where this feed has shown the address before (a live blog, an alert page: a new
entry at an old address); by title and date alone. When half of the document and at least five entries are strangers
under known titles, which say the same as before or claim to be old, the site was re-keyed and they are known by their
titles.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.articles.article import Entry
from monitor.domain.feeds.identity import EntryKeys, keys_of, said_before
from monitor.domain.feeds.polled import Revised

REKEYED_AT_LEAST = 5
"""Fewer strangers under known titles are chance: headlines such as "Weather" recur."""
REKEYED_SHARE = 0.5
"""A site that names its entries anew does so for most of the document; recurring titles are a few of it."""
RESTLESS_AT_LEAST = 3
RESTLESS_SHARE = 0.5
"""At least three known entries, and half of those that have the key, must come with a new one before the feed is judged
to make it up at every request (a session in the guid, a token in the link): such keys are not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """The article of a key, its last content and its address; None once it was deleted."""

    article_id: int
    content_hash: bytes | None = None
    url: str | None = None


KnownEntries = Mapping[bytes, KnownEntry]
"""The store's knowledge of a document's entries, by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKeys:
    """A document's hash and its entries with the keys of each."""

    feed_key: str
    document: bytes
    entries: tuple[Entry, ...] = ()
    keys: tuple[EntryKeys, ...] = ()

    @classmethod
    def of(cls, feed_key: str, document: bytes, entries: Sequence[Entry]) -> "DocumentKeys":
        """Make the keys of each of a document's entries."""
        return cls(feed_key=feed_key, document=document, entries=tuple(entries), keys=keys_of(feed_key, entries))

    def lookups(self) -> frozenset[bytes]:
        """Return every key to look up in the store."""
        return frozenset(key for keys in self.keys for key in keys.lookups())


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry that is not known, with the keys to keep for it."""

    entry: Entry
    identities: tuple[bytes, ...]
    content: bytes
    baseline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A document sorted out: new entries, and changes of known ones (see `Polled`)."""

    new: tuple[NewEntry, ...] = ()
    aliases: tuple[tuple[int, tuple[bytes, ...]], ...] = ()
    sightings: tuple[int, ...] = ()
    revised: tuple[Revised, ...] = ()
    rekeyed: int = 0


def changed(before: bytes | None, content: bytes) -> bool:
    """Return whether the feed an article was read from says something else now.

    Other feeds may use other words for it.
    """
    return before is not None and before != content and before[:8] == content[:8]


@dataclass(slots=True)
class EntryMatcher:
    """Sort one document out.

    `known` is the store's knowledge of it, `claimed` are keys its earlier entries have taken. `since` is
    the feed's own baseline, None while this poll is it; `last_read` when the feed was last read well.
    """

    document: DocumentKeys
    known: KnownEntries
    since: datetime | None
    last_read: datetime | None
    claimed: set[bytes] = field(default_factory=set)
    new: list[NewEntry] = field(default_factory=list)
    aliases: list[tuple[int, tuple[bytes, ...]]] = field(default_factory=list)
    sightings: list[int] = field(default_factory=list)
    revised: dict[int, Revised] = field(default_factory=dict)

    def sort(self, is_baseline: Sequence[bool]) -> Recognised:
        """Sort all entries; `is_baseline` says for each whether it is only baseline."""
        rows = list(zip(self.document.entries, self.document.keys, strict=True))
        owners = [self._owner(keys, entry) for entry, keys in rows]
        strangers = [row for row, owner in zip(rows, owners, strict=True) if owner is None]
        moved = self._moved(strangers) if self.since is not None else {}
        restless = self._restless(keys for (_, keys), owner in zip(rows, owners, strict=True) if owner is not None)
        for (entry, keys), owner, baseline in zip(rows, owners, is_baseline, strict=True):
            if owner is not None:
                self._recognise(owner, entry, keys, restless)
            elif keys.titled in moved:
                self._recognise(moved[keys.titled], entry, keys, frozenset())
            else:
                self._add(entry, keys, baseline=baseline)
        return Recognised(
            new=tuple(self.new),
            aliases=tuple(self.aliases),
            sightings=tuple(dict.fromkeys(self.sightings)),
            revised=tuple(self.revised.values()),
            rekeyed=len(moved),
        )

    def _article(self, key: bytes | None) -> int | None:
        found = None if key is None else self.known.get(key)
        return None if found is None else found.article_id

    def _owner(self, keys: EntryKeys, entry: Entry) -> int | None:
        """Return the article the entry is, by any key but its title alone."""
        dated = None if keys.dated is None else self.known.get(keys.dated)
        unchanged = dated.article_id if dated is not None and dated.content_hash == keys.content else None
        by_address = self._by_address(keys, entry)
        candidates = (self._article(keys.guid), unchanged, by_address, self._article(keys.dated))
        return next((article for article in candidates if article is not None), self._article(keys.whole))

    def _by_address(self, keys: EntryKeys, entry: Entry) -> int | None:
        shown = self._article(keys.shown)
        if shown is not None and keys.independent and keys.titled is not None and keys.titled not in self.known:
            return None
        article = self._article(keys.url)
        if article is None:
            article = shown
        # another feed's baseline must not hide what came out after this feed's own
        news = self.since is not None and entry.published is not None and entry.published > self.since
        return self._article(keys.baseline) if article is None and not news else article

    def _moved(self, strangers: Sequence[tuple[Entry, EntryKeys]]) -> dict[bytes | None, int]:
        """Return the strangers' titles known from before the site was re-keyed, if it was."""
        found: dict[bytes | None, int] = {}
        for entry, keys in strangers:
            titled = None if keys.titled is None else self.known.get(keys.titled)
            if titled is not None:
                same = titled.content_hash == keys.content
                old = entry.published is not None and self.last_read is not None and entry.published <= self.last_read
                if same or old:
                    found[keys.titled] = titled.article_id
        return found if len(found) >= max(REKEYED_AT_LEAST, REKEYED_SHARE * len(self.document.keys)) else {}

    def _restless(self, recognised: Iterable[EntryKeys]) -> frozenset[str]:
        """Return which of guid and address change at every request.

        Judged by the entries that the other one identifies: where both are new, the site was re-keyed.
        """
        rows = list(recognised)
        found = set()
        for name, other in (("guid", "shown"), ("shown", "guid")):
            here = [keys for keys in rows if getattr(keys, name) is not None and getattr(keys, other) in self.known]
            fresh = sum(getattr(keys, name) not in self.known for keys in here)
            if fresh >= max(RESTLESS_AT_LEAST, RESTLESS_SHARE * len(here)):
                found.add(name)
        return frozenset(found)

    def _recognise(self, article: int, entry: Entry, keys: EntryKeys, restless: frozenset[str]) -> None:
        """Note a known article: further keys, a sighting in this feed, a change."""
        elsewhere = article in (self._article(keys.url), self._article(keys.baseline))
        here = keys.shown in self.known or keys.guid in self.known
        if elsewhere and not here:
            self.sightings.append(article)
        stored = next(self.known[key] for key in keys.lookups() if self._article(key) == article)
        before = stored.content_hash
        extra: tuple[bytes, ...] = ()
        link = entry.url if self._is_corrected_link(stored, entry, keys, restless) else None
        reworded = before is not None and changed(before, keys.content) and keys.said not in self.known
        if before is not None and (reworded or link) and article not in self.revised:
            self.revised[article] = Revised(
                article_id=article,
                title=entry.title,
                summary=entry.summary,
                content_hash=keys.content,
                text=entry.text,
                url=link,
            )
            if reworded:
                extra = (keys.said, said_before(self.document.feed_key, before))
        unwanted = {keys.guid} if "guid" in restless else set()
        if "shown" in restless:
            unwanted |= {keys.url, keys.shown, keys.baseline}
        if keys.url in self.known or keys.baseline in self.known:
            unwanted.add(keys.baseline)
        if here and keys.titled in self.known:
            # only the date has moved: feeds that stamp entries with the time of the request would add a key a poll
            unwanted.add(keys.dated)
        fresh = self._unclaimed((*(key for key in keys.to_keep(baseline=True) if key not in unwanted), *extra))
        if fresh:
            self.aliases.append((article, fresh))

    def _is_corrected_link(self, stored: KnownEntry, entry: Entry, keys: EntryKeys, restless: frozenset[str]) -> bool:
        """Return whether an entry known by a guid of its own leads to a new page.

        Only the feed an article came from corrects it. Another query alone is a token that changes at every request.
        """
        if stored.content_hash is None or stored.content_hash[:8] != keys.content[:8] or "shown" in restless:
            return False
        if not keys.independent or self._article(keys.guid) != stored.article_id or entry.url is None:
            return False
        unknown = keys.url is not None and not {keys.url, keys.shown, keys.baseline} & self.known.keys()
        return unknown and entry.url.partition("?")[0] != (stored.url or "").partition("?")[0]

    def _add(self, entry: Entry, keys: EntryKeys, *, baseline: bool) -> None:
        """Note a new article, unless an earlier entry of the document is the same."""
        strong = [key for key in (keys.guid, keys.url, keys.dated, keys.whole) if key is not None]
        if any(key in self.claimed for key in strong):
            return
        # an entry whose every key is claimed by others is still remembered by what it says
        kept = self._unclaimed(keys.to_keep(baseline=baseline)) or (keys.said,)
        self.new.append(NewEntry(entry=entry, identities=kept, content=keys.content, baseline=baseline))
        self.claimed.update(strong)

    def _unclaimed(self, keys: tuple[bytes, ...]) -> tuple[bytes, ...]:
        fresh = tuple(dict.fromkeys(key for key in keys if key not in self.known and key not in self.claimed))
        self.claimed.update(fresh)
        return fresh
