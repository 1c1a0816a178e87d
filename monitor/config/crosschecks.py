"""What can only be judged with all files read: names that must exist, and names that must be given once."""

from collections.abc import Iterable

from monitor.config.build import child
from monitor.config.document import Document, Owner
from monitor.config.fields import suggest
from monitor.config.nodes import Node
from monitor.config.parts import Parts, ReceiverPart, TopicPart, WatchlistPart


def cross_check(parts: Parts) -> None:
    """Note in the documents every unknown name and every name given twice."""
    _feeds(parts)
    _receivers(parts)
    _watchlists(parts)


def _feeds(parts: Parts) -> None:
    keys: dict[str, str] = {}
    urls: dict[str, str] = {}
    for part in parts.feeds:
        document = part.document
        key_node, url_node = part.node.pairs["key"][1], part.node.pairs["url"][1]
        here = f"line {document.source.place(part.node.start).line}"
        if part.feed.key in keys:
            message = f"the feed key {part.feed.key!r} is already given in {keys[part.feed.key]}"
            document.report(key_node.start, message, part.owner)
        elif part.feed.url in urls:
            message = f"the same address is already polled as the feed in {urls[part.feed.url]}"
            document.report(url_node.start, message, part.owner, warning=True)
        keys.setdefault(part.feed.key, here)
        urls.setdefault(part.feed.url, here)


def _receivers(parts: Parts) -> None:
    for name, part in parts.receivers.items():
        receiver, document, node = part.receiver, part.document, part.node
        if document is None or node is None:
            continue
        _known(parts, document, child(node, "fallback"), receiver.fallback)
        _known(parts, document, child(node, "escalate", "to"), receiver.escalate_to)
        if name == receiver.escalate_to:
            at = child(node, "escalate", "to") or node
            document.report(at.start, "a receiver cannot escalate to itself")
        if _returns(parts.receivers, name):
            at = child(node, "fallback") or node
            document.report(at.start, f"the fallbacks lead back to {name!r}")


def _returns(receivers: dict[str, ReceiverPart], name: str) -> bool:
    seen: set[str] = set()
    here = receivers[name].receiver.fallback
    while here is not None and here in receivers and here not in seen:
        if here == name:
            return True
        seen.add(here)
        here = receivers[here].receiver.fallback
    return False


def _watchlists(parts: Parts) -> None:
    names: dict[str, str] = {}
    topics: dict[str, TopicPart] = {}
    for watchlist in parts.watchlists:
        document = watchlist.document
        at = child(document.root, "watchlist") or document.root
        if watchlist.name in names:
            document.report(at.start, f"the watchlist {watchlist.name!r} is already in {names[watchlist.name]}")
        names.setdefault(watchlist.name, document.source.name)
        _known_all(parts, document, child(document.root, "receivers"), watchlist.receivers)
        for part in watchlist.topics:
            _topic(parts, watchlist, part, topics)


def _topic(parts: Parts, watchlist: WatchlistPart, part: TopicPart, seen: dict[str, TopicPart]) -> None:
    document, topic = part.document, part.topic
    first = seen.setdefault(topic.key, part)
    if first is not part:
        document.report(part.key.start, f"the topic {topic.key!r} is already at {first.topic.place}", part.owner)
    _known_all(parts, document, child(part.node, "receivers"), topic.receivers, part.owner)
    if not topic.receivers and not watchlist.receivers:
        message = f"the topic {topic.key!r} tells nobody: name receivers here or for the watchlist"
        document.report(part.key.start, message, part.owner, warning=True)


def _known_all(
    parts: Parts, document: Document, node: Node | None, names: Iterable[str], owner: Owner | None = None
) -> None:
    for index, name in enumerate(names):
        _known(parts, document, child(node, index) or node if node else None, name, owner)


def _known(parts: Parts, document: Document, node: Node | None, name: str | None, owner: Owner | None = None) -> None:
    if name is None or node is None or not parts.receivers_known or name in parts.receivers:
        return
    hint = suggest(name, list(parts.receivers))
    document.report(node.start, f"no receiver is named {name!r}{hint}", owner)
