"""The daemon ends at one place again and again. The short version dies anywhere, in `crash/test_chaos.py`."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.harness import Chaos, Plan, Result
from tests.chaos.victim import FAILPOINTS
from tests.support.fake_slack.faults import CHAOS
from tests.torture import share

RECONCILING = ("before reconciling", "found, not marked")
"""Places that are passed only after an outcome was unknown."""


def died(plan: Plan, folder: Path) -> Result:
    """What came of a run on SQLite, which has to be sound."""
    result = asyncio.run(Chaos(plan, f"sqlite:///{folder}/chaos.db", print).run())
    assert result.sound, f"lost {result.lost}, doubled {result.doubled}, rows {result.states}"
    return result


def deaths(place: str, count: int, faults: int = 1) -> Plan:
    """So many deaths at that place; `faults`: how many times as often as usual Slack fails. The feeds keep everything:
    a daemon that dies in every triage seldom comes to polling."""
    return Plan(
        entries=12 * count,
        kills=count,
        channels=6,
        places=(place,),
        at_failpoints=1.0,
        life=30.0,
        patience=900.0,
        window=12 * count,
        faults={fault: faults * rate for fault, rate in CHAOS.items()},
    )


@pytest.mark.torture
@pytest.mark.case(105)
@pytest.mark.parametrize("place", [place for place in FAILPOINTS if place not in RECONCILING])
def test_fifty_deaths_at_one_place(place: str, tmp_path: Path, figure: Callable[[str], None]) -> None:
    result = died(deaths(place, share(50)), tmp_path)
    figure(f"{result.kills[place]} deaths {place!r}, {result.posted} messages: 0 lost, 0 doubled")


@pytest.mark.torture
@pytest.mark.case(106)
@pytest.mark.parametrize("place", RECONCILING)
def test_a_hundred_deaths_while_reconciling(place: str, tmp_path: Path, figure: Callable[[str], None]) -> None:
    result = died(deaths(place, share(100), faults=4), tmp_path)
    figure(f"{result.kills[place]} deaths {place!r}, {result.posted} messages: 0 lost, 0 doubled")
