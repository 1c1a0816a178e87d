"""One configuration for a cluster: who names it, who follows, who pauses."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.app.runtime.config_agreement import Agreement
from monitor.domain.catalog import Catalog, Feed
from storage.cluster.active_config import InForce
from tests.support.delivery_world import HandClock


@dataclass
class Row:
    """The row that names the configuration in force, without a database."""

    in_force: InForce | None = None
    named: list[str] = field(default_factory=list)

    async def read(self, asking: str, seen_since: datetime) -> InForce | None:
        return self.in_force

    async def put(self, revision: str, by: str, now: datetime) -> None:
        self.named.append(revision)
        self.in_force = InForce(revision=revision, by=by, held=False)


@dataclass
class Folder:
    """A configuration that tests edit."""

    revision: str

    def current(self) -> Catalog:
        return Catalog(revision=self.revision, feeds=(Feed(key=self.revision, url="https://a.example/feed"),))


@dataclass
class Rows:
    """The feeds' rows."""

    synced: list[str] = field(default_factory=list)

    async def sync(self, feeds: Collection[Feed], now: datetime) -> None:
        self.synced += [feed.key for feed in feeds]


class Process:
    """One process's part, and whether it works."""

    def __init__(self, revision: str, *, leads: bool = False, in_force: InForce | None = None) -> None:
        self.works = False
        self.folder, self.row, self.feeds, self.clock = Folder(revision), Row(in_force), Rows(), HandClock()
        self.agreement = Agreement(
            name="me",
            leads=leads,
            source=self.folder,  # type: ignore[arg-type]
            shared=self.row,  # type: ignore[arg-type]
            feeds=self.feeds,  # type: ignore[arg-type]
            clock=self.clock,
            pause=lambda: setattr(self, "works", False),
            resume=lambda: setattr(self, "works", True),
        )

    async def look(self, after: float = 0.0) -> bool:
        self.clock.advance(timedelta(seconds=after))
        await self.agreement.check()
        return self.works


def held(revision: str) -> InForce:
    return InForce(revision=revision, by="leader", held=True)


async def test_the_leader_names_its_configuration_and_makes_the_feeds_agree() -> None:
    process = Process("new", leads=True, in_force=held("old"))
    assert await process.look()
    assert process.row.named == process.feeds.synced == ["new"]
    assert await process.look()
    assert process.row.named == ["new"], "once"
    process.folder.revision = "edited"
    assert await process.look()
    assert process.row.named == ["new", "edited"]


async def test_a_worker_with_the_configuration_in_force_takes_part() -> None:
    process = Process("r", in_force=held("r"))
    assert await process.look()
    assert process.row.named == []
    assert process.agreement.problem is None


async def test_a_worker_with_another_configuration_pauses_from_the_first_moment_and_says_so() -> None:
    process = Process("mine", in_force=held("theirs"))
    assert not await process.look()
    assert process.agreement.problem is not None
    assert "theirs of leader is in force" in process.agreement.problem
    process.folder.revision = "theirs"
    assert await process.look()
    assert process.agreement.problem is None


async def test_an_edit_has_time_to_spread() -> None:
    process = Process("old", in_force=held("old"))
    assert await process.look()
    process.row.in_force = held("new")
    assert await process.look(2)
    assert await process.look(7)
    assert not await process.look(4)
    process.folder.revision = "new"
    assert await process.look(2)


async def test_a_worker_names_its_configuration_when_nobody_alive_uses_the_one_in_force() -> None:
    process = Process("mine", in_force=InForce(revision="theirs", by="gone", held=False))
    assert await process.look()
    assert process.row.named == process.feeds.synced == ["mine"]


async def test_a_worker_alone_in_a_new_store_begins() -> None:
    process = Process("mine")
    assert await process.look()
    assert process.row.named == ["mine"]


async def test_a_leader_gives_way_to_a_later_one() -> None:
    process = Process("first", leads=True)
    assert await process.look()
    process.row.in_force = held("second")
    assert await process.look()
    assert not await process.look(11)
