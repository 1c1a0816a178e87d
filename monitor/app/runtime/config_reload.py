"""Take up edits of the configuration while the daemon runs."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.adapters.metrics import Metrics
from monitor.app.runtime.compiled_topics import CompiledTopics
from monitor.app.runtime.edit_effect import EditEffects, explosive, kept
from monitor.app.runtime.edit_effect import sentences as effect_sentences
from monitor.config.changes import sentences
from monitor.config.loader import load_files
from monitor.config.reload import ConfigSource, EditVerdict, ReloadOutcome
from monitor.config.yaml.folder import Files
from monitor.domain.catalog import Catalog
from monitor.domain.delivery.attempt import notice
from monitor.ports import Clock, FeedStore
from storage.history.audit import AuditEntry, SqlAudit
from storage.history.config_revisions import RevisionState, SqlConfigRevisions
from storage.outbox.notices import SqlNotices

log = logging.getLogger(__name__)

_SHOWN = 10
"""Problems quoted in a notice; the log and `wirewatch check` list all of them."""
BEFORE_TAKING_UP = 10.0
"""Seconds for which an edit waits for its effect; a longer computation goes on while the edit is in force."""


@dataclass(slots=True, kw_only=True)
class Reloading:
    """Reads the files again and takes up what changed.

    Of several processes on a store one `leads`: it notifies people, makes the feeds' rows agree, computes the effect of
    an edit, and holds an explosive one where `hold_explosive` says so.
    """

    source: ConfigSource
    topics: CompiledTopics
    feeds: FeedStore
    notices: SqlNotices
    clock: Clock
    metrics: Metrics
    effects: EditEffects
    revisions: SqlConfigRevisions
    audit: SqlAudit
    process: str
    leads: bool = True
    hold_explosive: bool = False
    _held: str | None = None
    _may_hold: bool = False
    _background: asyncio.Task[bool] | None = None

    async def start(self) -> None:
        """Keep the configuration in force; go on holding one that was held when the last process ended."""
        if not self.leads:
            return
        catalog = self.source.current()
        if self.hold_explosive and await self.revisions.state_of(catalog.revision) is RevisionState.HELD:
            before = await self.revisions.in_force_at(self.clock.now())
            loaded = load_files(Files(self.source.root, dict(before.files))) if before else None
            if loaded is not None and loaded.catalog is not None:
                self._held = catalog.revision
                await self.topics.pin(loaded.catalog)
                log.warning("configuration %s is still held: `wirewatch topics release` lets it in", catalog.revision)
                return
        await self._keep(catalog, (), RevisionState.IN_FORCE)

    async def check(self) -> bool:
        """Read the files if they changed; True when a new catalog is in force."""
        released = await self._released()
        outcome = await asyncio.to_thread(self.source.look)
        if outcome is None:
            return released
        self.metrics.reload_ok.set(outcome.verdict is not EditVerdict.REFUSED)
        if outcome.verdict is EditVerdict.REFUSED:
            problems = [str(problem) for problem in outcome.problems if not problem.warning]
            for problem in problems:
                log.error("configuration: %s", problem)
            log.error("the edit is refused; the configuration from before stays in force")
            more = [f"and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
            more += owners_of(outcome)
            await self._notify(
                outcome,
                "The last edit of the configuration is refused; the version before it stays in force.\n"
                + "\n".join([*problems[:_SHOWN], *more]),
            )
            return released
        return await self._taken(outcome)

    async def _released(self) -> bool:
        """Take up the held configuration once a person has released it."""
        if self._held is None or await self.revisions.state_of(self._held) is not RevisionState.RELEASED:
            return False
        log.info("configuration %s was released and is in force", self._held[:12])
        self._held = None
        return await self.topics.refresh()

    async def _taken(self, outcome: ReloadOutcome) -> bool:
        before, after = self.topics.current()[0], outcome.catalog
        changes = sentences(outcome.changes)
        held = self.leads and await self._weigh(before, after, outcome, changes)
        self._held = after.revision if held else None
        if not held:
            await self.topics.refresh()
        if self.leads:
            await self.feeds.sync(after.feeds, self.clock.now())
        self.metrics.reload_at.set(outcome.at.timestamp())
        for sentence in changes:
            log.info("configuration: %s", sentence)
        for problem in outcome.problems:
            log.warning("configuration: %s", problem)
        if outcome.needs_restart:
            log.warning("wirewatch.yml changed: most of its keys take effect with the next restart")
        if outcome.verdict is EditVerdict.REPAIRED:
            await self._notify(outcome, "The configuration is valid again and in force.")
        return not held

    async def _weigh(self, before: Catalog, after: Catalog, outcome: ReloadOutcome, changes: list[str]) -> bool:
        """Compute and report the effect of an edit; True when the edit is explosive and is to be held.

        An explosive edit is announced before it comes into force, so before its first alert.
        """
        self._may_hold = self.hold_explosive
        computing = asyncio.create_task(self._report(before, after, outcome, changes), name="effect of the edit")
        done, _ = await asyncio.wait({computing}, timeout=BEFORE_TAKING_UP)
        if done:
            return computing.result()
        self._may_hold = False  # the edit comes into force now; its effect is reported when it is known
        self._background = computing
        return False

    async def _report(self, before: Catalog, after: Catalog, outcome: ReloadOutcome, changes: list[str]) -> bool:
        now = self.clock.now()
        effect = await self.effects.of(before, after, now)
        if effect is None:
            await self._keep(after, changes, RevisionState.IN_FORCE)
            return False
        lines = list(effect_sentences(effect, now))
        for line in lines:
            log.info("effect of the edit: %s", line)
        loud = explosive(effect, now)
        hold = bool(loud) and self._may_hold
        await self._keep(after, changes, RevisionState.HELD if hold else RevisionState.IN_FORCE)
        await self.revisions.keep_effect(after.revision, kept(effect))
        heads = [
            f"The edit multiplies the alerts of {key}: {effect.topics[key].after} instead of "
            f"{effect.topics[key].before}."
            for key in loud
        ]
        if hold:
            heads.append("It is held; `wirewatch topics release` lets it in.")
        await self._notify(outcome, "\n".join([*heads, "Effect of the edit:", *lines]), about="effect")
        return hold

    async def _keep(self, catalog: Catalog, changes: Sequence[str], state: RevisionState) -> None:
        now = self.clock.now()
        contents = self.source.files_in_force.contents
        files = {name: content for name, content in contents.items() if isinstance(content, bytes)}
        await self.revisions.keep(catalog.revision, files, process=self.process, changes=changes, state=state, now=now)
        if changes:
            entry = AuditEntry(
                at=now,
                who=self.process,
                origin="daemon",
                action="configuration.held" if state is RevisionState.HELD else "configuration.taken",
                subject=f"configuration:{catalog.revision}",
                details={"changes": list(changes)},
            )
            await self.audit.add(entry)

    async def _notify(self, outcome: ReloadOutcome, text: str, about: str = "edit") -> None:
        if not self.leads:
            return
        group_key = f"config:{about}:{outcome.at.isoformat()}"
        await self.notices.tell(notice(outcome.catalog, group_key=group_key, text=text, now=outcome.at), outcome.at)


def owners_of(outcome: ReloadOutcome) -> list[str]:
    """Return one line that names the owners of the watchlists with problems, if they have any."""
    broken = {problem.place.file for problem in outcome.problems if not problem.warning}
    owners = dict.fromkeys(w.owner for w in outcome.catalog.watchlists if w.owner and w.file in broken)
    return [f"Owner: {', '.join(owners)}"] if owners else []
