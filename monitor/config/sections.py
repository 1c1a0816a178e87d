"""Read each file of the configuration folder into parts: values of the domain with the place they came from."""

import ssl
from pathlib import Path, PurePosixPath

from monitor.config import to_domain as build
from monitor.config.document import EMPTY, ConfigFile, ConfigFinding, Owner, open_document
from monitor.config.draft_catalog import (
    FeedPart,
    FeedsPart,
    ListedFeed,
    ReceiverPart,
    ReceiversPart,
    RoutePart,
    SettingsPart,
    SharedVocabulary,
    TopicPart,
    WatchlistPart,
)
from monitor.config.models.feeds_file import FeedItem, FeedsFile
from monitor.config.models.fields import suggest
from monitor.config.models.receivers_file import ReceiversFile
from monitor.config.models.settings import Settings
from monitor.config.models.watchlist_files import TopicItem, VocabularyFile, WatchlistFile
from monitor.config.to_domain import ReadExample
from monitor.config.yaml.folder import FEEDS_FILE, RECEIVERS_FILE, SETTINGS_FILE, Files, UnreadableFile, read_one
from monitor.config.yaml.nodes import Listing, Mapping, Node, walk
from monitor.config.yaml.source import comment_behind
from monitor.domain.catalog import Channel, Receiver

_SMALL_FILE = 256_000
"""Limit in bytes for files that never grow long: wirewatch.yml and receivers.yml."""

CONSOLE = Receiver(name="console", channel=Channel.CONSOLE)
"""The only receiver of a folder without receivers.yml."""


def read_settings(files: Files) -> SettingsPart:
    """Read wirewatch.yml; a missing or empty file means the defaults."""
    content = files.contents.get(SETTINGS_FILE, b"")
    document, findings = open_document(files.display(SETTINGS_FILE), content, _SMALL_FILE)
    if document is not None:
        settings = document.validate(Settings, document.root)
        if settings is not None and settings.http.ca_file and (trouble := _unusable_ca_file(settings.http.ca_file)):
            at = build.child(document.root, "http", "ca_file") or document.root
            document.report(at.start, f"ca_file: {trouble}")
        return SettingsPart(settings, document, build.child(document.root, "admin_receiver"), findings)
    says_nothing = all(finding.problem.message == EMPTY for finding in findings)
    return SettingsPart(Settings() if says_nothing else None, findings=[] if says_nothing else findings)


def _unusable_ca_file(name: str) -> str | None:
    """Return why a file of certificate authorities cannot be used, if so."""
    content = read_one(Path(name))
    if content is None:
        return f"there is no file {name}"
    if isinstance(content, UnreadableFile):
        return f"cannot read {name}: {content.reason}"
    try:
        ssl.create_default_context(cadata=content.decode("ascii", "ignore"))
    except ssl.SSLError:
        return f"{name} holds no certificates (PEM)"
    return None


def read_feeds(files: Files, limit: int) -> FeedsPart:
    """Read feeds.yml of at most `limit` bytes; a feed with a problem does not hide the others."""
    if FEEDS_FILE not in files.contents:
        return FeedsPart()
    document, findings = open_document(files.display(FEEDS_FILE), files.contents[FEEDS_FILE], limit)
    part = FeedsPart(findings=findings)
    if document is None:
        return part
    listing = build.child(document.root, "feeds")
    if not isinstance(listing, Listing):
        document.validate(FeedsFile, document.root)
        return part
    document.validate(FeedsFile, document.root, apart={"feeds": []})
    for index, node in enumerate(listing.items):
        owner = Owner(document.source.name, str(index))
        item = document.validate(FeedItem, node, owner)
        if not isinstance(node, Mapping):
            continue
        part.listed.append(ListedFeed(document, node, owner))
        if item is not None:
            part.feeds.append(FeedPart(build.feed(item), document, node, owner))
    return part


def read_receivers(files: Files) -> ReceiversPart:
    """Read receivers.yml; without the file there is the console."""
    if RECEIVERS_FILE not in files.contents:
        return ReceiversPart(receivers={CONSOLE.name: ReceiverPart(CONSOLE)}, names={CONSOLE.name})
    document, findings = open_document(files.display(RECEIVERS_FILE), files.contents[RECEIVERS_FILE], _SMALL_FILE)
    if document is None:
        return ReceiversPart(findings=findings)
    section = build.child(document.root, "receivers")
    names = set(section.pairs) if isinstance(section, Mapping) else None
    model = document.validate(ReceiversFile, document.root) or document.readable(ReceiversFile, document.root)
    if model is None:
        return ReceiversPart(names=names, findings=findings)
    if model.admin is not None and model.admin not in (names or ()):
        at = build.child(document.root, "admin") or document.root
        document.report(at.start, f"no receiver is named {model.admin!r}{suggest(model.admin, [*(names or ())])}")
    receivers = {
        name: ReceiverPart(build.receiver(name, item), document, build.child(document.root, "receivers", name))
        for name, item in model.receivers.items()
    }
    listed = build.child(document.root, "routes")
    nodes = listed.items if isinstance(listed, Listing) else ()
    routes = [RoutePart(build.route(item), document, node) for item, node in zip(model.routes, nodes, strict=False)]
    return ReceiversPart(
        receivers=receivers,
        names=names,
        admin=model.admin,
        join_wait=model.join_wait,
        routes=routes,
        findings=findings,
    )


def read_vocabularies(files: Files, limit: int) -> tuple[dict[str, SharedVocabulary], list[list[ConfigFinding]]]:
    """Read `vocabularies/*.yml`: the vocabularies that all watchlists share, by name, and the findings of each file."""
    shared: dict[str, SharedVocabulary] = {}
    by_file = []
    for name in files.vocabularies:
        document, findings = open_document(files.display(name), files.contents[name], limit)
        by_file.append(findings)
        section = build.child(document.root, "vocabulary") if document else None
        if document is None:
            continue
        model = document.validate(VocabularyFile, document.root) or document.readable(
            VocabularyFile, document.root, apart=build.rough_vocabulary(section)
        )
        if model is None or not isinstance(section, Mapping):
            continue
        for word, terms in model.vocabulary.items():
            key, node = section.pairs[word]
            _report_cut_texts(document, node, Owner(document.source.name, f"${word}"))
            if first := shared.get(word):
                at = first.vocabulary.place
                document.report(key.start, f"${word} is already at {at}", Owner(document.source.name, f"${word}"))
                continue
            shared[word] = SharedVocabulary(build.vocabulary(document, word, terms, key), document, key)
    return shared, by_file


def read_watchlist(
    files: Files, name: str, limit: int, read_example: ReadExample
) -> tuple[WatchlistPart | None, list[ConfigFinding]]:
    """Read one watchlist of at most `limit` bytes; a topic with a problem does not hide the others."""
    document, findings = open_document(files.display(name), files.contents[name], limit)
    if document is None:
        return None, findings
    topics = build.child(document.root, "topics")
    apart: dict[str, object] = {"topics": {}} if isinstance(topics, Mapping) else {}
    names = build.child(document.root, "vocabulary")
    model = document.validate(WatchlistFile, document.root, apart=apart) or document.readable(
        WatchlistFile, document.root, apart=apart | build.rough_vocabulary(names)
    )
    part = WatchlistPart(
        name=model.watchlist if model and model.watchlist else PurePosixPath(name).stem,
        document=document,
        receivers=model.receivers if model else (),
        description=(model.description if model else None) or "",
        owner=(model.owner if model else None) or "",
        vocabularies=tuple(
            build.vocabulary(document, word, terms, names.pairs[word][0])
            for word, terms in (model.vocabulary if model else {}).items()
            if isinstance(names, Mapping)
        ),
    )
    if isinstance(topics, Mapping):
        part.topics.extend(_topics(document, part.name, topics, read_example))
    for name, (_, terms) in names.pairs.items() if isinstance(names, Mapping) else ():
        _report_cut_texts(document, terms, Owner(document.source.name, f"${name}"))
    return part, findings


def _report_cut_texts(document: ConfigFile, node: Node, owner: Owner) -> None:
    """Report texts that YAML cuts at an unquoted #word, as in `query: steel #TradeWar`."""
    text = document.source.text
    for scalar in walk(node):
        line_end = text.find("\n", scalar.end) % (len(text) + 1)
        cut = comment_behind(text, scalar.end, line_end) if scalar.style not in ("|", ">") else None
        if cut:
            message = (
                f'{cut[:40]!r} is taken for a comment and cut off: quote the text, "{scalar.value[:40]} {cut[:40]}"'
            )
            document.report(scalar.end, message, owner)


def _topics(document: ConfigFile, watchlist: str, topics: Mapping, read_example: ReadExample) -> list[TopicPart]:
    parts = []
    for key, node in topics.pairs.values():
        owner = Owner(document.source.name, key.value)
        if not build.is_key(key.value):
            document.report(key.start, f"{key.value[:40]!r} is not a key: no spaces, at most 100 characters", owner)
        item = document.validate(TopicItem, node, owner) or document.readable(TopicItem, node)
        if item is not None:
            topic = build.topic(document, watchlist, key, node, item, owner, read_example)
            parts.append(TopicPart(topic, document, key, node, owner))
            for text in ("title", "query", "must_match", "must_not_match"):
                if found := build.child(node, text):
                    _report_cut_texts(document, found, owner)
    return parts
