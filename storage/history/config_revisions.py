"""The configurations that were in force: their files, when each came into force, and what the edit changed."""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, insert, select, update

from storage.schema.history import config_revisions
from storage.sql.database import Database


class RevisionState(StrEnum):
    """What became of a configuration that is valid."""

    IN_FORCE = "in_force"
    HELD = "held"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRevision:
    """One configuration. `effect` is what the edit would have changed in the last days, None until computed."""

    revision: str
    at: datetime
    process: str
    files: Mapping[str, bytes]
    changes: Sequence[str]
    effect: dict[str, object] | None
    state: RevisionState


class SqlConfigRevisions:
    """The configuration revisions in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self,
        revision: str,
        files: Mapping[str, bytes],
        *,
        process: str,
        changes: Sequence[str],
        state: RevisionState,
        now: datetime,
    ) -> None:
        """Keep a configuration that is now in force, or held; nothing is written when it is the newest already."""
        newest = await self.newest()
        if newest is not None and (newest.revision, newest.state) == (revision, state):
            return
        row = {
            "revision": revision,
            "at": now,
            "process": process,
            "files": _packed(files),
            "changes": list(changes),
            "state": state.value,
        }
        await self._database.run(lambda connection: connection.execute(insert(config_revisions), row))

    async def keep_effect(self, revision: str, effect: dict[str, object]) -> None:
        """Keep what the edit to `revision` would have changed."""
        statement = update(config_revisions).where(config_revisions.c.revision == revision).values(effect=effect)
        await self._database.run(lambda connection: connection.execute(statement))

    async def release(self, revision: str) -> bool:
        """Let a held configuration come into force; False when none of that revision is held."""
        held = config_revisions.c.state == RevisionState.HELD.value
        statement = update(config_revisions).where(config_revisions.c.revision == revision, held)
        statement = statement.values(state=RevisionState.RELEASED.value)
        return await self._database.run(lambda connection: connection.execute(statement).rowcount > 0)

    async def newest(self) -> ConfigRevision | None:
        """Return the newest configuration kept, in force or not."""
        return next(iter(await self.latest(1)), None)

    async def latest(self, count: int) -> Sequence[ConfigRevision]:
        """Return the newest configurations, newest first."""
        statement = select(config_revisions).order_by(config_revisions.c.id.desc()).limit(count)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [_revision(row) for row in rows]

    async def in_force_at(self, moment: datetime) -> ConfigRevision | None:
        """Return the configuration in force at a moment; None before the first one kept."""
        statement = (
            select(config_revisions)
            .where(config_revisions.c.at <= moment, config_revisions.c.state != RevisionState.HELD.value)
            .order_by(config_revisions.c.id.desc())
            .limit(1)
        )
        row = await self._database.read(lambda connection: connection.execute(statement).one_or_none())
        return None if row is None else _revision(row)

    async def state_of(self, revision: str) -> RevisionState | None:
        """Return the state of a revision; None when it was never kept."""
        statement = (
            select(config_revisions.c.state)
            .where(config_revisions.c.revision == revision)
            .order_by(config_revisions.c.id.desc())
            .limit(1)
        )
        state = await self._database.read(lambda connection: connection.execute(statement).scalar_one_or_none())
        return None if state is None else RevisionState(state)


def _packed(files: Mapping[str, bytes]) -> bytes:
    named = {name: base64.b64encode(content).decode("ascii") for name, content in files.items()}
    return zlib.compress(json.dumps(named).encode(), 9)


def _revision(row: Row[tuple[object, ...]]) -> ConfigRevision:
    named: dict[str, str] = json.loads(zlib.decompress(row.files))
    return ConfigRevision(
        revision=row.revision,
        at=row.at,
        process=row.process,
        files={name: base64.b64decode(content) for name, content in named.items()},
        changes=tuple(row.changes),
        effect=row.effect,
        state=RevisionState(row.state),
    )
