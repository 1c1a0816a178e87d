"""Make and check the tables of jobs, which the cluster engine's library brings along."""

from monitor.engine.cluster.jobs import TABLE, schema
from storage.schema.library_tables import ForeignSchema, bring_up, is_up
from storage.sql.database import Database
from storage.sql.errors import SchemaMissing


async def prepare_jobs(database: Database) -> None:
    """Make or upgrade the tables of jobs, on PostgreSQL; other databases need none. Raises StoreError."""
    if database.is_postgres:
        await bring_up(database, _foreign())


async def check_jobs(database: Database) -> None:
    """Raise SchemaMissing unless the tables of jobs are there and new enough."""
    if not await is_up(database, _foreign()):
        raise SchemaMissing("the tables of jobs are missing or older than this program: run `wirewatch db upgrade`")


def _foreign() -> ForeignSchema:
    whole, steps = schema()
    return ForeignSchema(table=TABLE, whole=whole, steps=steps)
