"""The configuration folder to one frozen catalog; every problem of every file at once."""

from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from monitor.config import to_domain as build
from monitor.config.check_names import cross_check
from monitor.config.check_queries import check_queries
from monitor.config.document import EMPTY, Document, Finding, Owner, open_document, shorten
from monitor.config.draft_catalog import FeedPart, ListedFeed, Parts, ReceiverPart, TopicPart, WatchlistPart
from monitor.config.models.fields import suggest
from monitor.config.models.files import FeedItem, FeedsFile, ReceiversFile, TopicItem, WatchlistFile
from monitor.config.models.settings import Settings
from monitor.config.yaml.folder import (
    FEEDS_FILE,
    MAIN_FILES,
    RECEIVERS_FILE,
    SETTINGS_FILE,
    WATCHLISTS_DIR,
    Content,
    Files,
    Unreadable,
    read_files,
    read_one,
)
from monitor.config.yaml.nodes import Listing, Mapping, Node
from monitor.config.yaml.source import file_problem
from monitor.domain.catalog import Catalog, Channel, Feed, Problem, Receiver, Watchlist

_SMALL_FILE = 256_000
"""Limit for files that never grow long: wirewatch.yml and receivers.yml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the folder holds. `catalog` and `settings` are None when anything is wrong with what they come from.

    `salvaged` is the catalog without the feeds and topics that have problems, where all problems are theirs: enough
    to start with when there is no last good catalog. `feeds` are those that could be read, whatever else is wrong.
    `problems` holds warnings too.
    """

    revision: str
    files: Files
    settings: Settings | None
    catalog: Catalog | None
    salvaged: Catalog | None
    feeds: tuple[Feed, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are not mere warnings."""
        return tuple(problem for problem in self.problems if not problem.warning)


def load(root: Path) -> Loaded:
    """Read, check and build everything in the folder. Never raises on any content."""
    return load_files(read_files(root))


def load_files(files: Files) -> Loaded:
    """As `load`, from what was read; examples kept in files are read now and join the contents."""
    contents = {name: content for name, content in files.contents.items() if name not in files.examples}
    return _Loading(replace(files, contents=contents)).finish()


def load_settings(root: Path) -> tuple[Settings | None, tuple[Problem, ...]]:
    """wirewatch.yml alone, in a tenth of the time, for commands that need no more; and what is wrong with it."""
    if not root.is_dir():
        return None, (file_problem(str(root), "there is no such folder"),)
    content = read_one(root / SETTINGS_FILE)
    loading = _Loading(Files(root, {} if content is None else {SETTINGS_FILE: content}))
    settings = loading.settings()
    return settings, tuple(finding.problem for found in loading.documents for finding in shorten(found))


@dataclass(slots=True)
class _Loading:
    """The work in progress of one load."""

    files: Files
    findings: list[Finding] = field(default_factory=list)
    documents: list[list[Finding]] = field(default_factory=list)
    parts: Parts = field(default_factory=Parts)
    admin: str | None = None
    settings_document: Document | None = None
    admin_at: Node | None = None

    def finish(self) -> Loaded:
        settings = self.settings()
        self._folder()
        limit = (settings or Settings()).limits.config_bytes
        self._feeds(limit)
        self._receivers()
        for name in self.files.watchlists:
            self._watchlist(name, limit)
        cross_check(self.parts)
        self._admin(settings)
        check_queries(self.parts.watchlists)
        return self._loaded(settings)

    def _loaded(self, settings: Settings | None) -> Loaded:
        findings = [*self.findings, *(finding for found in self.documents for finding in shorten(found))]
        errors = [
            finding for found in [self.findings, *self.documents] for finding in found if not finding.problem.warning
        ]
        bad = {finding.owner for finding in errors if finding.owner is not None}
        fatal = settings is None or any(finding.owner is None for finding in errors)
        revision = self.files.revision
        salvaged = None if fatal else self._catalog(revision, bad)
        return Loaded(
            revision=revision,
            files=self.files,
            settings=settings,
            catalog=None if errors else salvaged,
            salvaged=salvaged,
            feeds=tuple(part.feed for part in self.parts.feeds),
            problems=tuple(finding.problem for finding in findings),
        )

    def _catalog(self, revision: str, without: set[Owner]) -> Catalog:
        return Catalog(
            revision=revision,
            feeds=tuple(part.feed for part in self.parts.feeds if part.owner not in without),
            receivers=tuple(part.receiver for part in self.parts.receivers.values()),
            watchlists=tuple(
                Watchlist(
                    name=part.name,
                    file=part.document.source.name,
                    receivers=part.receivers,
                    vocabularies=part.vocabularies,
                    topics=tuple(topic.topic for topic in part.topics if topic.owner not in without),
                )
                for part in self.parts.watchlists
            ),
            admin_receiver=self.admin,
        )

    def _folder(self) -> None:
        if self.files.trouble:
            self.findings.append(Finding(file_problem(str(self.files.root), self.files.trouble)))
            return
        for name in self.files.strange:
            message = f"no part of the program reads this file{suggest(name, list(MAIN_FILES))}"
            self.findings.append(Finding(file_problem(self.files.display(name), message)))
        missing = [name for name in (FEEDS_FILE, RECEIVERS_FILE) if name not in self.files.contents]
        if not self.files.watchlists:
            missing.append(f"{WATCHLISTS_DIR}/*.yml")
        for name in missing:
            problem = file_problem(self.files.display(name), "there is no such file", warning=True)
            self.findings.append(Finding(problem))

    def _open(self, name: str, limit: int) -> Document | None:
        content = self.files.contents[name]
        document, found = open_document(self.files.display(name), content, limit)
        self.documents.append(found)
        return document

    def settings(self) -> Settings | None:
        """wirewatch.yml, defaults where it says nothing; None when there is something wrong with it."""
        content = self.files.contents.get(SETTINGS_FILE, b"")
        document, found = open_document(self.files.display(SETTINGS_FILE), content, _SMALL_FILE)
        if document is None and [f.problem.message for f in found] in ([], [EMPTY]):
            return Settings()
        self.documents.append(found)
        if document is None:
            return None
        self.admin_at = build.child(document.root, "admin_receiver")
        self.settings_document = document
        return document.validate(Settings, document.root)

    def _feeds(self, limit: int) -> None:
        document = self._open(FEEDS_FILE, limit) if FEEDS_FILE in self.files.contents else None
        listing = build.child(document.root, "feeds") if document else None
        if document is None:
            return
        if not isinstance(listing, Listing):
            document.validate(FeedsFile, document.root)
            return
        document.validate(FeedsFile, document.root, apart={"feeds": []})
        for index, node in enumerate(listing.items):
            owner = Owner(document.source.name, str(index))
            item = document.validate(FeedItem, node, owner)
            if not isinstance(node, Mapping):
                continue
            self.parts.listed.append(ListedFeed(document, node, owner))
            if item is not None:
                self.parts.feeds.append(FeedPart(build.feed(item), document, node, owner))

    def _receivers(self) -> None:
        if RECEIVERS_FILE not in self.files.contents:
            self.parts.receivers["console"] = ReceiverPart(Receiver(name="console", channel=Channel.CONSOLE))
            self.parts.receiver_names = {"console"}
            return
        document = self._open(RECEIVERS_FILE, _SMALL_FILE)
        if document is None:
            return
        names = build.child(document.root, "receivers")
        self.parts.receiver_names = set(names.pairs) if isinstance(names, Mapping) else None
        model = document.validate(ReceiversFile, document.root) or document.readable(ReceiversFile, document.root)
        if model is None:
            return
        for name, item in model.receivers.items():
            node = build.child(document.root, "receivers", name)
            self.parts.receivers[name] = ReceiverPart(build.receiver(name, item), document, node)
        self.admin = model.admin
        known = self.parts.receiver_names or ()
        if model.admin is not None and model.admin not in known:
            at = build.child(document.root, "admin") or document.root
            document.report(at.start, f"no receiver is named {model.admin!r}{suggest(model.admin, [*known])}")

    def _admin(self, settings: Settings | None) -> None:
        name = settings.admin_receiver if settings else None
        document, at = self.settings_document, self.admin_at
        if name is None or document is None or at is None or self.parts.receiver_names is None:
            return
        if name not in self.parts.receiver_names:
            document.report(at.start, f"no receiver is named {name!r}{suggest(name, [*self.parts.receiver_names])}")
        elif self.admin not in (None, name):
            document.report(at.start, f"{RECEIVERS_FILE} names {self.admin!r} as admin: keep one of the two")
        self.admin = self.admin or name

    def _watchlist(self, name: str, limit: int) -> None:
        document = self._open(name, limit)
        if document is None:
            return
        topics = build.child(document.root, "topics")
        apart: dict[str, object] = {"topics": {}} if isinstance(topics, Mapping) else {}
        names = build.child(document.root, "vocabulary")
        model = document.validate(WatchlistFile, document.root, apart=apart) or document.readable(
            WatchlistFile, document.root, apart=apart | build.rough_vocabulary(names)
        )
        title = model.watchlist if model and model.watchlist else PurePosixPath(name).stem
        part = WatchlistPart(
            name=title,
            document=document,
            receivers=model.receivers if model else (),
            vocabularies=tuple(
                build.vocabulary(document, word, terms, names.pairs[word][0])
                for word, terms in (model.vocabulary if model else {}).items()
                if isinstance(names, Mapping)
            ),
        )
        self.parts.watchlists.append(part)
        if isinstance(topics, Mapping):
            self._topics(part, topics)

    def _topics(self, part: WatchlistPart, topics: Mapping) -> None:
        document = part.document
        for key, node in topics.pairs.values():
            owner = Owner(document.source.name, key.value)
            if not build.is_key(key.value):
                document.report(key.start, f"{key.value[:40]!r} is not a key: no spaces, at most 100 characters", owner)
            item = document.validate(TopicItem, node, owner) or document.readable(TopicItem, node)
            if item is not None:
                topic = build.topic(document, part.name, key, node, item, owner, self._read_example)
                part.topics.append(TopicPart(topic, document, key, node, owner))

    def _read_example(self, path: str) -> Content:
        if path not in self.files.contents:
            self.files.contents[path] = read_one(self.files.root / path) or Unreadable("no such file")
        return self.files.contents[path]
