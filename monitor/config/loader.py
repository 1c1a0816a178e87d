"""Load the configuration folder into one frozen catalog, with every problem of every file at once."""

from dataclasses import dataclass, replace
from pathlib import Path

from monitor.config.check_names import cross_check
from monitor.config.check_queries import check_queries, with_shared
from monitor.config.document import ConfigFinding, Owner, shorten
from monitor.config.draft_catalog import Parts
from monitor.config.models.fields import suggest
from monitor.config.models.settings import Settings
from monitor.config.sections import read_feeds, read_receivers, read_settings, read_vocabularies, read_watchlist
from monitor.config.yaml.folder import (
    FEEDS_FILE,
    MAIN_FILES,
    RECEIVERS_FILE,
    SETTINGS_FILE,
    WATCHLISTS_DIR,
    Content,
    Files,
    UnreadableFile,
    read_files,
    read_one,
)
from monitor.config.yaml.source import file_problem
from monitor.domain.catalog import Catalog, Feed, Problem, Watchlist
from monitor.domain.topics.matcher import CompiledCatalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Hold what one load of the folder gave.

    `catalog` and `settings` are None when anything is wrong with what they come from. `salvaged` is the catalog
    without the feeds and topics that have problems, where all problems are theirs: enough to start with when there is
    no last good catalog. `compiled` has the topics of both. `feeds` are those that could be read, whatever else is
    wrong. `problems` holds warnings too.
    """

    revision: str
    files: Files
    settings: Settings | None
    catalog: Catalog | None
    salvaged: Catalog | None
    compiled: CompiledCatalog | None
    feeds: tuple[Feed, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that are not mere warnings."""
        return tuple(problem for problem in self.problems if not problem.warning)


def load(root: Path) -> Loaded:
    """Read, check and build everything in the folder. Never raises on any content."""
    return load_files(read_files(root))


def load_files(files: Files) -> Loaded:
    """Check and build what was read; examples kept in files are read now and join the contents."""
    contents = {name: content for name, content in files.contents.items() if name not in files.examples}
    files = replace(files, contents=contents)

    def read_example(path: str) -> Content:
        if path not in contents:
            contents[path] = read_one(files.root / path, files.root) or UnreadableFile("no such file")
        return contents[path]

    settings = read_settings(files)
    limit = (settings.settings or Settings()).limits.config_bytes
    feeds, receivers = read_feeds(files, limit), read_receivers(files)
    shared, of_vocabularies = read_vocabularies(files, limit)
    watchlists = [read_watchlist(files, name, limit, read_example) for name in files.watchlists]
    parts = Parts(
        settings=settings,
        feeds=feeds,
        receivers=receivers,
        watchlists=[with_shared(part, shared) for part, _ in watchlists if part is not None],
        shared=shared,
    )
    cross_check(parts)
    compiled = check_queries(parts.watchlists, shared)
    by_file = [
        settings.findings,
        feeds.findings,
        receivers.findings,
        *of_vocabularies,
        *(findings for _, findings in watchlists),
    ]
    return _loaded(files, parts, compiled, _folder_findings(files), by_file)


def load_settings(root: Path) -> tuple[Settings | None, tuple[Problem, ...]]:
    """Read wirewatch.yml alone, in a tenth of the time, for commands that need no more; with its problems."""
    if not root.is_dir():
        return None, (file_problem(str(root), "there is no such folder"),)
    content = read_one(root / SETTINGS_FILE, root)
    part = read_settings(Files(root, {} if content is None else {SETTINGS_FILE: content}))
    return part.settings, tuple(finding.problem for finding in shorten(part.findings))


def _folder_findings(files: Files) -> list[ConfigFinding]:
    """Return what is wrong with the folder as a whole: unreadable, misnamed or missing files."""
    if files.trouble:
        return [ConfigFinding(file_problem(str(files.root), files.trouble))]
    found = []
    for name in files.strange:
        message = f"no part of the program reads this file{suggest(name, list(MAIN_FILES))}"
        found.append(ConfigFinding(file_problem(files.display(name), message)))
    missing = [name for name in (FEEDS_FILE, RECEIVERS_FILE) if name not in files.contents]
    if not files.watchlists:
        missing.append(f"{WATCHLISTS_DIR}/*.yml")
    return found + [
        ConfigFinding(file_problem(files.display(name), "there is no such file", warning=True)) for name in missing
    ]


def _loaded(
    files: Files,
    parts: Parts,
    compiled: CompiledCatalog,
    folder: list[ConfigFinding],
    by_file: list[list[ConfigFinding]],
) -> Loaded:
    errors = [finding for found in [folder, *by_file] for finding in found if not finding.problem.warning]
    bad = {finding.owner for finding in errors if finding.owner is not None}
    fatal = parts.settings.settings is None or any(finding.owner is None for finding in errors)
    salvaged = None if fatal else _catalog(files.revision, parts, bad)
    return Loaded(
        revision=files.revision,
        files=files,
        settings=parts.settings.settings,
        catalog=None if errors else salvaged,
        salvaged=salvaged,
        compiled=compiled,
        feeds=tuple(part.feed for part in parts.feeds.feeds),
        problems=tuple(
            finding.problem for finding in [*folder, *(finding for found in by_file for finding in shorten(found))]
        ),
    )


def _catalog(revision: str, parts: Parts, without: set[Owner]) -> Catalog:
    return Catalog(
        revision=revision,
        feeds=tuple(part.feed for part in parts.feeds.feeds if part.owner not in without),
        receivers=tuple(part.receiver for part in parts.receivers.receivers.values()),
        watchlists=tuple(
            Watchlist(
                name=part.name,
                file=part.document.source.name,
                receivers=part.receivers,
                vocabularies=part.vocabularies,
                topics=tuple(topic.topic for topic in part.topics if topic.owner not in without),
                description=part.description,
                owner=part.owner,
            )
            for part in parts.watchlists
        ),
        admin_receiver=parts.admin,
        join_wait=parts.receivers.join_wait,
        routes=tuple(part.route for part in parts.receivers.routes),
    )
