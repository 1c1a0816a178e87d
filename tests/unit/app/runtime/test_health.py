"""Heartbeat, health and metrics: what the daemon says of itself to the outside."""

import asyncio
import re
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.adapters.http.heartbeat import beat
from monitor.adapters.metrics import Metrics
from monitor.app.runtime.health import STALLED_AFTER, Health
from monitor.domain.failures import Failure
from monitor.domain.status.overview import FeedOverview, Overview, Queue
from monitor.engine.runner import Progress

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Watch:
    """An outside watch that counts the calls."""

    status: int = 200
    calls: list[str] = field(default_factory=list)


@pytest.fixture
def watch() -> Any:
    counted = Watch()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            counted.calls.append(self.path)
            self.send_response(counted.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield counted, f"http://127.0.0.1:{server.server_port}/ping"
        server.shutdown()


@dataclass
class Runner:
    progress: Progress = field(default_factory=Progress)


def health(url: str | None) -> tuple[Health, dict[str, Progress]]:
    runners = {name: Runner() for name in ("poll", "extract", "triage", "deliver")}
    unused: Any = None
    made = Health(
        runners=runners,
        source=unused,
        topics=unused,
        processes=unused,
        clock=unused,
        heartbeat_url=url,
        started_at=NOW,
    )
    return made, {name: runner.progress for name, runner in runners.items()}


@pytest.mark.case(140)
@pytest.mark.parametrize("wedged", [("poll",), ("deliver",), ("poll", "deliver")])
async def test_the_heartbeat_stops_when_polling_or_delivery_stands_still(watch: Any, wedged: tuple[str, ...]) -> None:
    counted, url = watch
    life, progress = health(url)
    for moment in (1.0, 2.0):
        for step in progress.values():
            step.checked_at = moment
        await life.beat()
    assert len(counted.calls) == 2
    for name, step in progress.items():
        if name not in wedged:
            step.checked_at = 3.0
    await life.beat()
    assert len(counted.calls) == 2


@pytest.mark.case(140)
async def test_a_step_that_stands_still_fails_the_health_check() -> None:
    life, progress = health(None)
    now = asyncio.get_running_loop().time()
    for step in progress.values():
        step.checked_at = now
    assert life.stalled() == ()
    progress["deliver"].checked_at = now - STALLED_AFTER - 1
    (told,) = life.stalled()
    assert told.startswith("the deliver step has not checked for due rows")


@pytest.mark.case(141)
@pytest.mark.parametrize("status", [404, 500])
async def test_a_heartbeat_that_is_refused_is_a_value_and_is_logged_once(
    watch: Any, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    counted, url = watch
    counted.status = status
    life, progress = health(url)
    for moment in (1.0, 2.0, 3.0):
        for step in progress.values():
            step.checked_at = moment
        await life.beat()
    assert len(counted.calls) == 3
    assert [record.message for record in caplog.records] == [
        f"the heartbeat could not be sent: unexpected answer: answered {status}"
    ]


@pytest.mark.case(141)
async def test_a_heartbeat_that_nobody_answers_ends_by_itself() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert isinstance(await beat(f"http://127.0.0.1:{port}/"), Failure)


def overview(feeds: int) -> Overview:
    return Overview(
        at=NOW,
        queues=(Queue(step="poll", due=3, oldest_due=NOW - timedelta(seconds=30)),),
        feeds=tuple(
            FeedOverview(key=f"feed-{number}", title="", polled_at=NOW, succeeded_at=NOW, due=NOW, entries_last=1)
            for number in range(feeds)
        ),
    )


@pytest.mark.case(147)
def test_the_metrics_keep_the_naming_rules() -> None:
    """What promtool's lint asks: a help text, a prefix, base units, `_total` for counters and for nothing else."""
    metrics = Metrics()
    metrics.show(overview(3))
    for family in text_string_to_metric_families(metrics.page().decode()):
        if family.name.endswith("_created"):
            continue
        assert family.name.startswith("wirewatch_"), family.name
        assert family.documentation.endswith("."), family.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", family.name)
        assert not re.search(r"_(milliseconds|minutes|hours|ms|kb|mb)(_|$)", family.name)
        assert (family.type == "counter") == any(
            s.name.endswith("_total") for s in family.samples
        ) or not family.samples
        assert {label for sample in family.samples for label in sample.labels} <= {
            "feed", "kind", "le", "result", "state", "step", "topic", "verdict", "version",
        }  # fmt: skip


@pytest.mark.case(147)
def test_series_do_not_grow_beyond_the_feeds_there_are() -> None:
    metrics = Metrics()
    metrics.show(overview(1000))
    many = sum(len(family.samples) for family in text_string_to_metric_families(metrics.page().decode()))
    assert 1000 < many <= 5000
    metrics.show(overview(1))
    few = sum(len(family.samples) for family in text_string_to_metric_families(metrics.page().decode()))
    assert many - few == 999
