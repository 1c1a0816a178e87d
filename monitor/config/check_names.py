"""Check across files that names exist and are given once."""

from collections.abc import Iterable

from monitor.config.document import ConfigFile, Owner
from monitor.config.draft_catalog import Parts, ReceiverPart, TopicPart
from monitor.config.models.fields import suggest
from monitor.config.to_domain import child
from monitor.config.yaml.folder import RECEIVERS_FILE
from monitor.config.yaml.nodes import Node, Scalar


def cross_check(parts: Parts) -> None:
    """Report in each file every unknown name and every name given twice."""
    _once(parts, "key", "the feed key is already given in line {line}", warning=False)
    _once(parts, "url", "the same address is already polled as the feed in line {line}", warning=True)
    _receivers(parts)
    _watchlists(parts)
    _routes(parts)
    _admin(parts)


def _once(parts: Parts, key: str, message: str, *, warning: bool) -> None:
    """Report values of `key` that an earlier feed has too; feeds with other problems count as well."""
    lines: dict[str, int] = {}
    for listed in parts.feeds.listed:
        value = child(listed.node, key)
        if not isinstance(value, Scalar):
            continue
        document = listed.document
        if value.value in lines:
            where = message.format(line=lines[value.value])
            document.report(value.start, where, listed.owner, warning=warning)
        lines.setdefault(value.value, document.source.place(listed.node.start).line)


def _receivers(parts: Parts) -> None:
    for name, part in parts.receivers.receivers.items():
        receiver, document, node = part.receiver, part.document, part.node
        if document is None or node is None:
            continue
        _known(parts, document, child(node, "fallback"), receiver.fallback)
        _known(parts, document, child(node, "escalate", "to"), receiver.escalate_to)
        if name == receiver.escalate_to:
            at = child(node, "escalate", "to") or node
            document.report(at.start, "a receiver cannot escalate to itself")
        if _returns(parts.receivers.receivers, name):
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


def _routes(parts: Parts) -> None:
    """Check the names in routes: receivers, topics and watchlists must exist."""
    topics = [topic.topic.key for watchlist in parts.watchlists for topic in watchlist.topics]
    watchlists = [watchlist.name for watchlist in parts.watchlists]
    for part in parts.receivers.routes:
        document, node = part.document, part.node
        _known_all(parts, document, child(node, "to"), part.route.receivers)
        for kind, names, known in (
            ("topic", part.route.topics, topics),
            ("watchlist", part.route.watchlists, watchlists),
        ):
            at = child(node, "when", kind)
            for index, name in enumerate(names):
                if at is not None and name not in known:
                    document.report(
                        (child(at, index) or at).start, f"there is no {kind} {name!r}{suggest(name, known)}"
                    )


def _admin(parts: Parts) -> None:
    """Check the admin receiver of wirewatch.yml: it must exist, and must not differ from that of receivers.yml."""
    document, at, names = parts.settings.document, parts.settings.admin_at, parts.receivers.names
    name = parts.settings.settings.admin_receiver if parts.settings.settings else None
    if name is None or document is None or at is None or names is None:
        return
    if name not in names:
        document.report(at.start, f"no receiver is named {name!r}{suggest(name, [*names])}")
    elif parts.receivers.admin not in (None, name):
        document.report(at.start, f"{RECEIVERS_FILE} names {parts.receivers.admin!r} as admin: keep one of the two")


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
            topic = part.topic
            first = topics.setdefault(topic.key, part)
            if first is not part:
                message = f"the topic {topic.key!r} is already at {first.topic.place}"
                document.report(part.key.start, message, part.owner)
            _known_all(parts, document, child(part.node, "receivers"), topic.receivers, part.owner)
            if not child(part.node, "receivers") and not child(document.root, "receivers"):
                message = f"the topic {topic.key!r} has no receivers: name some here or for the watchlist"
                document.report(part.key.start, message, part.owner, warning=True)


def _known_all(
    parts: Parts, document: ConfigFile, node: Node | None, names: Iterable[str], owner: Owner | None = None
) -> None:
    for index, name in enumerate(names):
        _known(parts, document, child(node, index) or node if node else None, name, owner)


def _known(parts: Parts, document: ConfigFile, node: Node | None, name: str | None, owner: Owner | None = None) -> None:
    names = parts.receivers.names
    if name is None or node is None or names is None or name in names:
        return
    hint = suggest(name, sorted(names))
    document.report(node.start, f"no receiver is named {name!r}{hint}", owner)
