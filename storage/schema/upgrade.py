"""Bring a database to the schema this program knows, or refuse to touch one it does not know.

All missing steps run in one transaction: a program killed in the middle leaves the old schema, complete. Each step is
a file of `migrations/versions`, named after its revision; alembic, a tenth of what the program takes to start, is only
loaded when one is missing.
"""

import secrets
from pathlib import Path

from sqlalchemy import Connection, inspect, select, text

from storage.schema.content import meta
from storage.sql.database import Database
from storage.sql.errors import SchemaMissing, SchemaTooNew
from storage.sql.transaction_locks import SCHEMA, exclusive
from storage.sql.upserts import upsert

OLDEST_PROGRAM = "oldest_program"
"""In `meta`: the schema revision of the oldest program that may still work with the database: the one before the newest
step, so that old and new run side by side while a cluster is upgraded. A step that says otherwise has an attribute
`oldest_program`: its own revision, when the version before cannot live with it; an earlier one, when a version brings
several steps."""

INSTANCE = "instance"
"""In `meta`: a random name given to the database when it was made; a copied or restored file keeps it."""


_STEPS = Path(__file__).parents[1] / "migrations" / "versions"
_REVISION = text("SELECT version_num FROM alembic_version")


async def upgrade(database: Database) -> str:
    """Run the steps that are missing; return the schema's revision. Raises SchemaTooNew, having changed nothing."""
    return await database.run(upgrade_now)


async def check_schema(database: Database) -> None:
    """Raise SchemaMissing or SchemaTooNew unless the schema is one that this program can work with."""
    await database.read(_check)


def refuse_too_new(database: Database) -> None:
    """Raise SchemaTooNew when a newer program has changed the schema beyond what this one can work with.

    For a daemon at work, in a thread of its own.
    """
    database.run_now(_too_new)


def newest() -> str:
    """Return the revision of the schema this program knows."""
    return max(_known())


def current(connection: Connection) -> str | None:
    """Return the revision of the database's schema; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(_REVISION).scalar_one_or_none()
    return revision


def instance(connection: Connection) -> str:
    """Return the random name given to the database when it was made; empty for one without tables of ours."""
    if current(connection) is None:
        return ""
    name: str | None = connection.execute(select(meta.c.value).where(meta.c.key == INSTANCE)).scalar_one_or_none()
    return name or ""


def upgrade_now(connection: Connection) -> str:
    """Run `upgrade` inside the transaction of `connection`."""
    exclusive(connection, SCHEMA)
    if _too_new(connection):
        return str(current(connection))
    if current(connection) != newest():
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(_STEPS.parent).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        # a new database gets its name, and every one the schema of the oldest program that may work beside this one
        connection.execute(
            upsert(connection, meta).values(key=INSTANCE, value=secrets.token_hex(16)).on_conflict_do_nothing()
        )
        step = ScriptDirectory.from_config(config).get_revision("head")
        before = step.down_revision if isinstance(step.down_revision, str) else step.revision
        oldest: str = getattr(step.module, "oldest_program", before)
        allowed = upsert(connection, meta).values(key=OLDEST_PROGRAM, value=oldest)
        connection.execute(
            allowed.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": allowed.excluded["value"]})
        )
    return newest()


def _check(connection: Connection) -> None:
    if current(connection) is None:
        raise SchemaMissing("the database is empty: run `wirewatch db upgrade`")
    if current(connection) != newest() and not _too_new(connection):
        raise SchemaMissing(
            f"the database has schema {current(connection)}, this program needs {newest()}: run `wirewatch db upgrade`"
        )


def _too_new(connection: Connection) -> bool:
    """Tell whether a newer program upgraded the database but left it usable; raise SchemaTooNew if it did not."""
    found, known = current(connection), _known()
    if found is None or found in known:
        return False
    oldest = connection.execute(select(meta.c.value).where(meta.c.key == OLDEST_PROGRAM)).scalar_one_or_none()
    if oldest in known:
        return True
    raise SchemaTooNew(
        f"the database has schema {found}, made by a newer program; this one knows schemas up to {newest()}. "
        "Nothing was changed. Run the newer program, or restore a backup made before the upgrade."
    )


def _known() -> frozenset[str]:
    """Return the revisions this program has steps for; they are numbered."""
    return frozenset(path.name[:4] for path in _STEPS.glob("[0-9][0-9][0-9][0-9]_*.py"))
