"""Read, upgrade, back up, restore and move the store without the daemon."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.app.configuration import opened, opened_store_url
from monitor.app.runtime.clock import SystemClock
from monitor.domain.feeds.coverage import TopicSample
from monitor.domain.status.overview import FeedOverview, Overview
from monitor.engine.cluster.tables import prepare_jobs
from storage.admin import backup as backups
from storage.admin.copy_guard import adopt
from storage.admin.daemon_lock import take_lock
from storage.admin.transfer import Progress, copy_store
from storage.schema.upgrade import check_schema, current, upgrade
from storage.sql.database import Database
from storage.sql.server_time import server_time
from storage.views.coverage import topic_samples
from storage.views.status import read_overview


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """The schema's revision before (None: the database was empty) and after."""

    before: str | None
    after: str


async def upgrade_store(config: Path | None) -> Upgraded:
    """Bring the configured database to this program's schema. Raises ConfigurationInvalid, StoreError."""
    async with _configured(config) as database:
        before = await database.read(current)
        after = await upgrade(database)
        await prepare_jobs(database)
        return Upgraded(before=before, after=after)


async def backup_store(config: Path | None, target: Path) -> None:
    """Write the whole store into the new SQLite file `target`, while a daemon may be at work on it."""
    async with _configured(config) as database:
        await backups.backup(database, target)


async def restore_store(config: Path | None, backup: Path) -> Path | None:
    """Put a backup in the store's place; where the file that was there is kept, if there was one."""
    async with _configured(config) as database:
        return await backups.restore(backup, database)


async def adopt_store(config: Path | None) -> None:
    """Make a copied store the one to work on; no daemon may be running on it. Raises as `upgrade_store`."""
    async with _configured(config) as database:
        lock = take_lock(database)
        try:
            await check_schema(database)
            await adopt(database)
        finally:
            lock.release()


async def move_store(config: Path | None, target_url: str, progress: Progress) -> dict[str, int]:
    """Copy the configured store into the empty database at `target_url`; rows by table. No daemon may be running."""
    async with _configured(config) as source:
        lock = take_lock(source)
        target = Database.open(target_url)
        try:
            return await copy_store(source, target, progress)
        finally:
            await target.close()
            lock.release()


@asynccontextmanager
async def _configured(config: Path | None) -> AsyncIterator[Database]:
    database = Database.open(opened_store_url(config))
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_store(config: Path | None) -> AsyncIterator[Database]:
    """Open the database that the configuration names and check its schema. Raises ConfigurationInvalid, StoreError."""
    database = Database.open(opened_store_url(config))
    try:
        await check_schema(database)
        yield database
    finally:
        await database.close()


async def read_overview_at(config: Path | None) -> Overview:
    """How the work stands on the store that the configuration names."""
    async with open_store(config) as database:
        now = await server_time(database) if database.is_postgres else SystemClock().now()
        return await database.read(lambda connection: read_overview(connection, now))


async def topic_sample(config: Path | None, topic: str) -> TopicSample | None:
    """Return how a configured topic stands, None when there is no such topic. Raises ConfigurationInvalid."""
    source, _ = opened(config)
    if source.current().topic(topic) is None:
        return None
    async with open_store(config) as database:
        now = await server_time(database) if database.is_postgres else SystemClock().now()
        (sample,) = await database.read(lambda connection: topic_samples(connection, [topic], now))
        return sample


async def feeds_health(config: Path | None) -> dict[str, FeedOverview]:
    """Return how each feed does, by key; nothing where there is no store yet. Raises StoreError."""
    path = Database.path_of(opened_store_url(config))
    if path is not None and not path.is_file():
        return {}
    return {feed.key: feed for feed in (await read_overview_at(config)).feeds}
