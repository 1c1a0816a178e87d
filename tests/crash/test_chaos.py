"""The chaos test's short run: the whole daemon, killed for real. `scripts/chaos` is the long one."""

import asyncio
from pathlib import Path

import pytest

from tests.chaos.harness import Chaos, Plan
from tests.chaos.victim import FAILPOINTS, ORDERS


@pytest.mark.case(104, 119)
def test_a_daemon_killed_in_the_middle_delivers_everything_once(tmp_path: Path) -> None:
    plan = Plan(entries=12, kills=1, channels=6, rate=6.0, at_failpoints=1.0, seed=3)
    result = asyncio.run(Chaos(plan, f"sqlite:///{tmp_path}/chaos.db", print).run())
    assert result.sound, f"lost {result.lost}, doubled {result.doubled}, rows {result.states}"
    assert sum(result.kills.values()) == 1


def test_failpoints_name_what_is_there() -> None:
    assert all(callable(getattr(owner, attribute)) for owner, attribute, _ in FAILPOINTS.values())
    assert ORDERS[0] == "product"
