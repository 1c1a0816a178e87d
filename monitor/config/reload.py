"""Apply edits while the program runs; a broken edit leaves the last good catalog in force.

Content, not file events: events never reach a single file bound into a container, and miss renames and the
symlink swaps of Kubernetes. Nothing here waits or runs by itself; the engine calls `look` every second or two.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from monitor.config.changes import CatalogChange, changed_topics, diff
from monitor.config.loader import Loaded, load, load_files
from monitor.config.models.settings import Settings
from monitor.config.yaml.folder import MAIN_FILES, WATCHLISTS_DIR, Files, read_files
from monitor.config.yaml.source import file_problem
from monitor.domain.catalog import Catalog, Problem
from monitor.domain.topics.authoring.checks import check_examples
from monitor.domain.topics.matcher import CatalogMatcher, CompiledCatalog, compile_catalog
from monitor.ports import Clock

LONGEST_UNSETTLED = timedelta(seconds=10)
"""Content that never stands still is taken as it is after this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRefused:
    """The folder cannot be started with: it has `problems` beyond single feeds and topics."""

    problems: tuple[Problem, ...]


class EditVerdict(StrEnum):
    """The outcome of an edit."""

    TAKEN = "taken up"
    REPAIRED = "repaired and taken up"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadOutcome:
    """An edit that was judged. `catalog` is the one in force afterwards; when `REFUSED`, that is the one before.

    `problems` are those of the edit, warnings included. `needs_restart`: wirewatch.yml changed, too.
    """

    verdict: EditVerdict
    at: datetime
    catalog: Catalog
    problems: tuple[Problem, ...] = ()
    changes: tuple[CatalogChange, ...] = ()
    needs_restart: bool = False


@dataclass(slots=True, kw_only=True)
class ConfigSource:
    """The configuration in force (a `CatalogSource`); one caller looks, anyone may read `current`.

    Make one with `open_config`. `look` reads, hashes and, after an edit, loads: do it off the event loop.
    """

    root: Path
    clock: Clock
    settings: Settings
    _catalog: Catalog
    _judged: Loaded
    _present: frozenset[str]
    _compiled: CompiledCatalog | None = None
    _edit: "_Edit | None" = None

    def current(self) -> Catalog:
        """Return the last good catalog."""
        return self._catalog

    def matcher(self, catalog: Catalog) -> CatalogMatcher:
        """Return the matcher of `catalog`; for the one in force, of what loading has compiled."""
        compiled, self._compiled = self._compiled, None
        if compiled is None or catalog is not self._catalog:
            return compile_catalog(catalog)
        return compiled.matcher(catalog)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files as last judged, warnings included; the catalog in force may be older."""
        return self._judged.problems

    @property
    def files_in_force(self) -> Files:
        """The files as last loaded; those of the catalog in force unless an edit was refused since."""
        return self._judged.files

    @property
    def is_current(self) -> bool:
        """Whether the files as last judged are in force, whole."""
        return self._judged.catalog is not None and self._catalog.revision == self._judged.revision

    def look(self) -> ReloadOutcome | None:
        """See whether the files changed, and judge an edit that stood still; None when there is nothing to tell.

        A sound edit is taken up when met twice, so that one half-written is not; a broken one is refused when
        met three times. Refused once, it is not mentioned again.
        """
        files = read_files(self.root, self._judged.files.examples)
        if files.revision == self._judged.revision:
            self._edit = None
            return None
        edit = self._edit or _Edit(revision="", since=self.clock.now())
        if edit.revision != files.revision:
            edit = _Edit(revision=files.revision, since=edit.since)
        edit.met += 1
        self._edit = edit
        if not edit.has_settled(self.clock.now()):
            return None
        edit.loaded = edit.loaded or self._load(files)
        if edit.loaded.catalog is None and edit.met < 3:
            return None
        self._edit = None
        loaded = edit.loaded
        was_current, before = self.is_current, self._catalog
        self._judged = replace(loaded, compiled=None)
        verdict = EditVerdict.REFUSED
        if loaded.catalog is not None:
            verdict = EditVerdict.TAKEN if was_current else EditVerdict.REPAIRED
            self._catalog, self._compiled = loaded.catalog, loaded.compiled
            self._present = _parts(loaded.files)
        return ReloadOutcome(
            verdict=verdict,
            at=self.clock.now(),
            catalog=self._catalog,
            problems=loaded.problems,
            changes=diff(before, self._catalog),
            needs_restart=loaded.settings is not None and _lasting(loaded.settings) != _lasting(self.settings),
        )

    def _load(self, files: Files) -> Loaded:
        loaded = load_files(files)
        gone = sorted(self._present - _parts(files))
        problems = [file_problem(files.display(name), "the file has vanished") for name in gone if not files.trouble]
        if loaded.catalog is not None:
            # a changed topic that fails its own examples is refused
            changed = loaded.catalog.only(changed_topics(self._catalog, loaded.catalog))
            problems += [
                Problem(place=failure.example.place or topic.place, message=str(failure))
                for failure in check_examples(compile_catalog(changed), changed)
                if (topic := loaded.catalog.topic(failure.topic)) is not None and topic.place is not None
            ]
        if not problems:
            return loaded
        return replace(loaded, catalog=None, salvaged=None, problems=(*problems, *loaded.problems))


@dataclass(slots=True, kw_only=True)
class _Edit:
    """Content not yet loaded: how often it was met, and since when it differs from what was loaded."""

    revision: str
    since: datetime
    met: int = 0
    loaded: Loaded | None = None

    def has_settled(self, now: datetime) -> bool:
        return self.met >= 2 or now - self.since >= LONGEST_UNSETTLED


def open_config(root: Path, clock: Clock) -> ConfigSource | ConfigRefused:
    """Load the folder for the first time.

    Feeds and topics with problems are left out and named in `problems`, the others run: a daemon that restarts
    while one topic is broken must not stop watching the rest.
    """
    loaded = load(root)
    catalog = loaded.catalog or loaded.salvaged
    if catalog is None or loaded.settings is None:
        return ConfigRefused(problems=loaded.problems)
    return ConfigSource(
        root=root,
        clock=clock,
        settings=loaded.settings,
        _catalog=catalog,
        _judged=replace(loaded, compiled=None),
        _compiled=loaded.compiled,
        _present=_parts(loaded.files),
    )


def _parts(files: Files) -> frozenset[str]:
    """Return the parts that must not vanish between two loads; a single watchlist may."""
    return frozenset(
        [name for name in MAIN_FILES if name in files.contents] + [WATCHLISTS_DIR] * bool(files.watchlists)
    )


def _lasting(settings: Settings) -> Settings:
    """Return the settings that take effect only at a restart."""
    return settings.model_copy(update={"admin_receiver": None})
