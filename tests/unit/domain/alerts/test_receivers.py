"""Routes decide where alerts go, before topics and watchlists do."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from monitor.domain.alerts.alert import Alert, AlertChange, AlertKind, DeliveryKind
from monitor.domain.alerts.receivers import receivers_of
from monitor.domain.alerts.route import route
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


def test_a_severity_that_rises_into_a_route_makes_a_first_message_there() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    catalog = Catalog(
        revision="",
        receivers=tuple(Receiver(name=name, channel=Channel.CONSOLE) for name in ("desk", "asia", "duty")),
        watchlists=(Watchlist(name="sea", file="f", receivers=("desk",), topics=(TOPIC,)),),
        routes=(
            Route(receivers=("duty",), min_severity=Severity.HIGH, goes_on=True),
            Route(receivers=("asia",), languages=("zh",)),
        ),
    )

    def change(kind: AlertKind, severity: Severity) -> AlertChange:
        return AlertChange(
            kind=kind,
            topic="ferries",
            watchlist="sea",
            severity=severity,
            score=2.0,
            evidence=(),
            outlet="quay.example",
            language="zh",
        )

    new = change(AlertKind.NEW, Severity.MEDIUM)
    first = route([new], story_id=7, before=(), catalog=catalog, now=now)
    assert [(sent.receiver, sent.kind) for sent in first] == [("asia", DeliveryKind.ALERT)]
    alert = Alert(
        id=1,
        story_id=7,
        topic="ferries",
        watchlist="sea",
        severity=Severity.MEDIUM,
        score=2.0,
        article_id=1,
        raised_at=now,
        updated_at=now,
        outlet="quay.example",
        language="zh",
    )
    risen = change(AlertKind.UPDATE, Severity.HIGH)
    later = route([risen], story_id=7, before=(alert,), catalog=catalog, now=now)
    assert ("duty", DeliveryKind.ALERT) in {(sent.receiver, sent.kind) for sent in later}
    assert {sent.kind for sent in later if sent.receiver == "asia"} == {DeliveryKind.UPDATE, DeliveryKind.REPLY}
