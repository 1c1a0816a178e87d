"""What a cluster is started with by mistake: clear words, exit codes, nothing written."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.support.cluster_world import ClusterWorld, cluster_world

pytestmark = pytest.mark.postgres


async def refusal(world: ClusterWorld, *arguments: str, url: str | None = None) -> tuple[int | None, str]:
    """The exit code and what was said."""
    member = await world.start(*arguments, url=url)
    await world.until(lambda: member.process.returncode is not None, 60)
    return member.process.returncode, member.said()


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


async def test_addresses_that_lead_nowhere_and_databases_of_other_kinds(tmp_path: Path, postgres_url: str) -> None:
    async with cluster_world(tmp_path, postgres_url) as world:
        url = make_url(postgres_url)
        absent = url.set(database="no_such_database").render_as_string(hide_password=False)
        code, said = await refusal(world, "worker", url=absent)
        assert code == 78
        assert 'database "no_such_database" does not exist' in said
        code, said = await refusal(world, "worker", url="postgresql://u:hidden-word@127.0.0.1:1/x")
        assert code == 78
        assert "127.0.0.1" in said
        assert "hidden-word" not in said
        code, said = await refusal(world, "run", "--engine", "cluster", url=f"sqlite:///{tmp_path}/store.db")
        assert code == 78
        assert "the cluster engine needs PostgreSQL" in said
        assert "Traceback" not in "".join(member.said() for member in world.members)


async def test_schemas_that_are_missing_older_newer_or_not_ours_to_make(
    tmp_path: Path, empty_postgres_url: str, postgres_url: str
) -> None:
    async with cluster_world(tmp_path, empty_postgres_url) as world:
        code, said = await refusal(world, "worker")
        assert code == 78
        assert "run `wirewatch db upgrade`" in said
        assert not world.count("pg_tables", "schemaname = 'public'")
        code, said = await refusal(world, "worker", url=postgres_url)
        assert code == 78
        assert "the tables of jobs are missing" in said
        execute(postgres_url, "UPDATE alembic_version SET version_num = '0001'")
        code, said = await refusal(world, "worker", url=postgres_url)
        assert code == 78
        assert "has schema 0001" in said
        execute(
            postgres_url,
            "UPDATE alembic_version SET version_num = '9999'",
            "UPDATE meta SET value = '\"9999\"' WHERE key = 'oldest_program'",
        )
        for arguments in (("worker",), ("run", "--engine", "cluster")):
            code, said = await refusal(world, *arguments, url=postgres_url)
            assert code == 78
            assert "made by a newer program" in said
        assert "Traceback" not in "".join(member.said() for member in world.members)


async def test_a_user_without_rights(tmp_path: Path, empty_postgres_url: str) -> None:
    name = "wirewatch_guest"
    execute(empty_postgres_url, f"DROP ROLE IF EXISTS {name}", f"CREATE ROLE {name} LOGIN PASSWORD 'guest'")
    url = make_url(empty_postgres_url).set(username=name, password="guest")
    async with cluster_world(tmp_path, empty_postgres_url) as world:
        guest = url.render_as_string(hide_password=False)
        code, said = await refusal(world, "run", "--engine", "cluster", url=guest)
        assert code == 78
        assert "permission denied for schema public" in said
    execute(empty_postgres_url, f"DROP ROLE {name}")


async def test_another_configuration_folder_and_a_wrong_clock(tmp_path: Path, postgres_url: str) -> None:
    async with cluster_world(tmp_path, postgres_url) as world:
        await world.lead()
        other = tmp_path / "other"
        (other / "watchlists").mkdir(parents=True)
        for name in ("wirewatch.yml", "receivers.yml", "watchlists/desk.yml"):
            (other / name).write_text((tmp_path / name).read_text())
        (other / "feeds.yml").write_text('{"feeds": []}')
        stranger = await world.start("worker", config=other)
        await world.until(lambda: "it is paused until its folder" in stranger.said())
        late = await world.start("-c", SLOW_CLOCK, python=True)
        await world.until(lambda: "off the database's" in late.said())
        assert "-60 s" in late.said()
        world.publish(10)
        await world.until(lambda: world.triaged() == 10 and world.settle_down())
        world.hold_invariants()
        revisions = world.ask("SELECT DISTINCT catalog_revision FROM articles")
        assert revisions == [(world.ask("SELECT value->>'revision' FROM meta WHERE key = 'catalog'")[0][0],)]
        (other / "feeds.yml").write_text((tmp_path / "feeds.yml").read_text())
        await world.until(lambda: "resumed: the configuration" in stranger.said(), 30)


SLOW_CLOCK = """
import sys
from datetime import UTC, datetime, timedelta
from monitor.app.runtime import clock
from monitor.__main__ import main

class Late:
    def now(self):
        return datetime.now(UTC) - timedelta(minutes=1)

import monitor.cli.run
monitor.cli.run.SystemClock = Late
sys.argv = ["wirewatch", "worker"]
main()
"""
