"""A cluster is upgraded while it works: a version later the schema has a step more, and both work side by side."""

import shutil
from pathlib import Path

import pytest

from storage.schema.upgrade import newest
from tests.support.cluster_world import ROOT, ClusterWorld, Member, cluster_world

pytestmark = pytest.mark.postgres

STEP = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None

def upgrade() -> None:
    op.add_column("articles", sa.Column("of_{revision}", sa.Text))
    op.create_table("new_in_{revision}", sa.Column("id", sa.Integer, primary_key=True))
"""


class Version:
    """A program some versions later than ours: its sources, with a step of the schema more for each version."""

    def __init__(self, folder: Path, later: int) -> None:
        self.name, self.source = f"99.{later}", folder / f"version-{later}"
        for package in ("monitor", "storage"):
            shutil.copytree(ROOT / package, self.source / package)
        (self.source / "monitor/__init__.py").write_text(f'__version__ = "{self.name}"\n')
        self.schema = newest()
        for number in range(later):
            before, self.schema = self.schema, f"99{number:02}"
            path = self.source / f"storage/migrations/versions/{self.schema}_later.py"
            path.write_text(STEP.format(revision=self.schema, before=before))


async def ended(world: ClusterWorld, member: Member) -> int | None:
    """The exit code of a process that ends by itself."""
    await world.until(lambda: member.process.returncode is not None)
    return member.process.returncode


async def passed(world: ClusterWorld, articles: int) -> None:
    """All articles so far all the way through, and each process of the cluster took part or could have."""
    await world.until(lambda: world.triaged() == articles and world.settle_down())
    world.hold_invariants()


async def versions(world: ClusterWorld, *wanted: str) -> None:
    """Until the living processes are of these versions."""
    alive = "SELECT version FROM processes WHERE seen_at > now() - interval '30 seconds' ORDER BY version"
    await world.until(lambda: [row[0] for row in world.ask(alive)] == sorted(wanted))


async def test_old_and_new_side_by_side_with_a_migration_in_between(tmp_path: Path, postgres_url: str) -> None:
    from monitor import __version__ as old

    new = Version(tmp_path, 1)
    async with cluster_world(tmp_path, postgres_url) as world:
        leader, worker = await world.lead(), await world.start("worker")
        await versions(world, old, old)
        world.publish(5)
        await passed(world, 5)

        early = await world.start("worker", source=new.source)
        assert await ended(world, early) == 78
        assert "run `wirewatch db upgrade`" in early.said()

        assert await ended(world, await world.start("db", "upgrade", source=new.source)) == 0
        assert world.ask("SELECT version_num FROM alembic_version") == [(new.schema,)]
        newcomer = await world.start("worker", source=new.source)
        await versions(world, old, old, new.name)
        world.publish(10, start=10)
        await passed(world, 15)

        assert await worker.stopped() < 10
        late = await world.start("worker")
        await versions(world, old, old, new.name)
        assert await leader.stopped() < 10
        leader = await world.lead(source=new.source)
        await versions(world, old, new.name, new.name)
        world.publish(10, start=30)
        await passed(world, 25)
        assert all(member.process.returncode is None for member in (leader, newcomer, late))


async def test_a_program_two_schemas_behind_stops_and_does_not_start_again(tmp_path: Path, postgres_url: str) -> None:
    one, two = Version(tmp_path, 1), Version(tmp_path, 2)
    async with cluster_world(tmp_path, postgres_url) as world:
        await world.lead()
        assert await ended(world, await world.start("db", "upgrade", source=two.source)) == 0
        for member in (world.members[0], await world.start("worker"), await world.start("db", "upgrade")):
            assert await ended(world, member) == 78
            assert f"the database has schema {two.schema}, made by a newer program" in member.said()
        before = await world.start("worker", source=one.source)
        await versions(world, one.name)
        assert before.process.returncode is None
