"""The state machine in its two lengths, and over programs known to be wrong, which it must see."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Connection, update

from monitor.domain.alerts.alert import Delivery
from monitor.domain.feeds.match_entries import EntryMatcher
from monitor.steps.deliver import Deliver
from storage.outbox import store as outbox
from storage.schema.outbox import deliveries
from tests.chaos.victim import deliver_in
from tests.torture import share
from tests.torture.machine import AnyOrder


def run(template: Path, examples: int, steps: int, **more: Any) -> None:
    AnyOrder.template = template
    profile = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )
    run_state_machine_as_test(AnyOrder, settings=profile)


@pytest.mark.case(8, 41, 42, 43, 44, 45, 104, 105, 106, 108, 132, 134, 139)
def test_any_order_of_events_tells_each_thing_once(sqlite_template: Path) -> None:
    run(sqlite_template, 8, 30, derandomize=True)


@pytest.mark.torture
@pytest.mark.case(104, 105, 106, 108, 132, 134, 139)
def test_thousands_of_orders_of_events_tell_each_thing_once(sqlite_template: Path, figure) -> None:
    examples = share(2_000)
    run(sqlite_template, examples, 50)
    figure(f"{examples:,} random orders of 50 events each: nothing lost, doubled or unasked")


def in_order(order: str) -> Callable[[pytest.MonkeyPatch], None]:
    """The naive orders of the crash tests."""

    def wound(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(Deliver, "attempt", Deliver.attempt)
        deliver_in(order)

    return wound


def without_compare_and_set(patch: pytest.MonkeyPatch) -> None:
    def set_anyway(connection: Connection, seen: Delivery, values: dict[str, object]) -> bool:
        return connection.execute(update(deliveries).where(deliveries.c.id == seen.id).values(values)).rowcount == 1

    patch.setattr(outbox, "_set_if_unchanged", set_anyway)
    patch.setattr(outbox, "_open", lambda *_: True)


def by_guid_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EntryMatcher, "_owner", lambda self, keys, entry: self._article(keys.guid))
    patch.setattr(EntryMatcher, "_moved", lambda *_: {})


WOUNDS = {
    "send then mark": in_order("send then mark"),
    "mark then send": in_order("mark then send"),
    "no settling": in_order("no settling"),
    "no compare-and-set": without_compare_and_set,
    "known by guid alone": by_guid_alone,
}


@pytest.mark.torture
@pytest.mark.parametrize("wound", WOUNDS)
def test_a_wrong_program_is_seen(sqlite_template: Path, wound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    WOUNDS[wound](monkeypatch)
    with pytest.raises(AssertionError):
        run(sqlite_template, 100, 40, phases=[Phase.generate])
