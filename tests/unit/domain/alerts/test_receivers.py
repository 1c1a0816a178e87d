"""Routes decide where alerts go, before topics and watchlists do."""

from dataclasses import dataclass

import pytest

from monitor.domain.alerts.receivers import receivers_of
from monitor.domain.catalog import Catalog, Channel, Receiver, Route, Severity, Topic, Watchlist

TOPIC = Topic(key="ferries", watchlist="sea", title="Ferries", query="ferry", severity=Severity.MEDIUM)


@dataclass(frozen=True, kw_only=True)
class Facts:
    severity: Severity = Severity.MEDIUM
    outlet: str = "quay.example"
    language: str | None = "en"


def names(*routes: Route, topic: Topic = TOPIC, **facts: object) -> list[str]:
    catalog = Catalog(
        revision="",
        receivers=tuple(Receiver(name=name, channel=Channel.CONSOLE) for name in ("desk", "asia", "duty")),
        watchlists=(Watchlist(name="sea", file="f", receivers=("desk",), topics=(topic,)),),
        routes=routes,
    )
    return [receiver.name for receiver in receivers_of(topic, catalog, Facts(**facts))]  # type: ignore[arg-type]


def test_without_a_route_the_topic_decides() -> None:
    assert names() == ["desk"]
    assert names(Route(receivers=("asia",), languages=("zh",))) == ["desk"]


@pytest.mark.parametrize(
    ("route", "facts"),
    [
        (Route(receivers=("asia",), languages=("zh",)), {"language": "zh-Hant"}),
        (Route(receivers=("asia",), outlets=("quay.example",)), {"outlet": "en.quay.example"}),
        (Route(receivers=("asia",), topics=("ferries",)), {}),
        (Route(receivers=("asia",), watchlists=("sea",)), {}),
        (Route(receivers=("asia",), min_severity=Severity.HIGH), {"severity": Severity.CRITICAL}),
    ],
)
def test_a_route_whose_condition_holds_decides(route: Route, facts: dict[str, object]) -> None:
    assert names(route, **facts) == ["asia"]


@pytest.mark.parametrize(
    ("route", "facts"),
    [
        (Route(receivers=("asia",), languages=("zh",)), {"language": None}),
        (Route(receivers=("asia",), outlets=("quay.example",)), {"outlet": "notquay.example"}),
        (Route(receivers=("asia",), languages=("en",), min_severity=Severity.HIGH), {}),
    ],
)
def test_a_route_of_which_one_condition_fails_does_not(route: Route, facts: dict[str, object]) -> None:
    assert names(route, **facts) == ["desk"]


def test_the_first_decides_unless_it_continues() -> None:
    first, second = Route(receivers=("asia",)), Route(receivers=("duty",))
    assert names(first, second) == ["asia"]
    assert names(Route(receivers=("asia",), goes_on=True), second) == ["asia", "duty"]
    assert names(Route(receivers=("asia",), goes_on=True)) == ["asia", "desk"]
