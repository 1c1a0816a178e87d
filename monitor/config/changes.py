"""Say in words what differs between two catalogs."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.domain.catalog import Catalog

_NAMED = 5
"""More names than this in one sentence are counted instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogChange:
    """Names of one kind that were added, removed or changed, in the order of the files."""

    kind: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """One sentence for each sort of change: `topics added: tariffs, summit`."""
        sorts = (("added", self.added), ("removed", self.removed), ("changed", self.changed))
        return [f"{self.kind} {sort}: {_listing(names)}" for sort, names in sorts if names]


def diff(old: Catalog | None, new: Catalog) -> tuple[CatalogChange, ...]:
    """Return the feeds, receivers and topics added, removed or changed between two catalogs.

    A topic changes with the vocabulary of its watchlist. Places do not count: a line added above a topic is no change.
    """
    before = old or Catalog(revision="")
    kinds = (
        ("feeds", {feed.key: feed for feed in before.feeds}, {feed.key: feed for feed in new.feeds}),
        ("receivers", {r.name: r for r in before.receivers}, {r.name: r for r in new.receivers}),
        ("topics", _meanings(before), _meanings(new)),
    )
    found = [
        CatalogChange(
            kind=kind,
            added=tuple(key for key in now if key not in was),
            removed=tuple(key for key in was if key not in now),
            changed=tuple(key for key in now if key in was and was[key] != now[key]),
        )
        for kind, was, now in kinds
    ]
    if old is not None and before.admin_receiver != new.admin_receiver:
        found.append(CatalogChange(kind="admin receiver", changed=(new.admin_receiver or "none",)))
    if old is not None and before.routes != new.routes:
        found.append(CatalogChange(kind="routes", changed=(f"{len(new.routes)} now",)))
    return tuple(change for change in found if change.sentences())


def changed_topics(old: Catalog, new: Catalog) -> tuple[str, ...]:
    """Return the keys of topics added, removed or changed in meaning, in the order of the files."""
    before, after = _meanings(old), _meanings(new)
    return tuple(key for key in {**after, **before} if before.get(key) != after.get(key))


def sentences(changes: Iterable[CatalogChange]) -> list[str]:
    """Return all changes in words; one sentence says so when there are none."""
    return [sentence for change in changes for sentence in change.sentences()] or [
        "read again; no feed, receiver or topic changed"
    ]


def _meanings(catalog: Catalog) -> dict[str, object]:
    found: dict[str, object] = {}
    for watchlist in catalog.watchlists:
        terms = tuple((v.name, tuple(sorted(v.terms.items()))) for v in watchlist.vocabularies)
        for topic in watchlist.topics:
            own = (
                topic.watchlist,
                topic.title,
                topic.description,
                topic.owner,
                topic.query,
                topic.severity,
                topic.threshold,
                topic.min_outlets,
                topic.steps,
                topic.options,
                topic.volume,
            )
            found[topic.key] = (own, topic.receivers or watchlist.receivers, terms)
    return found


def _listing(names: tuple[str, ...]) -> str:
    if len(names) <= _NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED:,} more"
