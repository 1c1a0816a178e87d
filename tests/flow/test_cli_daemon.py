"""`wirewatch run` as a process: how it starts, what it says, and how it leaves."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.news_server import outlets

ROOT = Path(__file__).parents[2]
TOPIC = {"tariffs": {"title": "Tariffs", "severity": "high", "query": "tariff"}}
LONGEST_STOP = 10.0


@dataclass
class Hanging:
    """Accepts connections, reads a little, and never answers."""

    port: int = 0
    asked: threading.Event = field(default_factory=threading.Event)


@contextmanager
def hanging_server() -> Iterator[Hanging]:
    listening = socket.create_server(("127.0.0.1", 0))
    hanging, kept = Hanging(port=listening.getsockname()[1]), []

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            kept.append(connection)
            connection.recv(1)
            hanging.asked.set()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield hanging
    finally:
        listening.close()
        for connection in kept:
            connection.close()


class Folder:
    """A configuration folder and a data folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings: dict[str, Any] = {
            "database": f"sqlite:///{path}/data/wirewatch.db",
            "http": {"allow_networks": ["127.0.0.0/8"], "allow_ports": [], "per_host": {"delay": "0s"}},
            "web": {"listen": "127.0.0.1:0"},
            "poll": {"backfill": "all"},
            "workers": 1,
        }
        self.feeds: list[dict[str, Any]] = []
        self.receivers: dict[str, Any] = {"desk": {"console": True}}

    def feed(self, key: str, address: str) -> None:
        self.feeds.append({"key": key, "url": f"http://{address}/feed.xml"})
        self.settings["http"]["allow_ports"].append(int(address.rsplit(":", 1)[1]))

    def write(self) -> None:
        config = self.path / "config"
        (config / "watchlists").mkdir(parents=True)
        watchlist = {"receivers": list(self.receivers), "topics": TOPIC}
        for name, content in (
            ("wirewatch.yml", self.settings),
            ("feeds.yml", {"feeds": self.feeds}),
            ("receivers.yml", {"receivers": self.receivers}),
            ("watchlists/desk.yml", watchlist),
        ):
            (config / name).write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@contextmanager
def wirewatch(folder: Folder, *words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    known = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", *words],
        cwd=folder.path,
        env=known | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said_until(process: subprocess.Popen[str], words: str) -> str:
    """What the process logged up to the line with `words`."""
    said = ""
    assert process.stderr is not None
    for line in process.stderr:
        said += line
        if words in line:
            return said
    pytest.fail(f"it ended without saying {words!r}:\n{said}")


def leaves(process: subprocess.Popen[str], by: signal.Signals) -> str:
    """Tell it to stop; what it said from then on."""
    process.send_signal(by)
    _, said = process.communicate(timeout=LONGEST_STOP)
    assert "Traceback" not in said
    assert process.returncode == 0, said
    return said


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_leaves_while_a_feed_hangs(by: signal.Signals, folder: Folder) -> None:
    with hanging_server() as hanging:
        folder.feed("hanging", f"127.0.0.1:{hanging.port}")
        folder.write()
        with wirewatch(folder, "run") as process:
            said_until(process, "watches 1 feeds for 1 topics")
            assert hanging.asked.wait(20)
            assert "stopped" in leaves(process, by)


@pytest.mark.case(119)
def test_it_leaves_while_slack_hangs(folder: Folder) -> None:
    with hanging_server() as hanging, outlets("North") as (north,):
        north.publish("one", "A new tariff", "The council imposed a tariff on lathes.\n\n" * 20)
        folder.feed("north", north.address)
        folder.receivers = {"desk": {"slack": "C1"}}
        folder.settings["slack"] = {"api_url": f"http://127.0.0.1:{hanging.port}/", "settle": "60s"}
        folder.write()
        with wirewatch(folder, "run", SLACK_BOT_TOKEN="xoxb-invented") as process:
            assert hanging.asked.wait(40)
            leaves(process, signal.SIGTERM)


@pytest.mark.case(125)
def test_one_daemon_on_a_store_without_a_token_and_with_its_port_taken(folder: Folder) -> None:
    """What is missing costs what needs it, no more; a second daemon refuses with 78."""
    folder.receivers = {"desk": {"slack": "#desk"}}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        folder.settings["web"]["listen"] = f"127.0.0.1:{taken.getsockname()[1]}"
        folder.write()
        with wirewatch(folder, "run") as first:
            said = said_until(first, "$SLACK_BOT_TOKEN is not set: what is for desk waits in the outbox")
            assert "no status page: cannot listen on" in said
            with wirewatch(folder, "run") as second, wirewatch(folder, "status") as status:
                _, refusal = second.communicate(timeout=60)
                shown, _ = status.communicate(timeout=60)
            assert second.returncode == 78
            assert f"in use by process {first.pid}" in refusal
            assert status.returncode == 1
            assert "$SLACK_BOT_TOKEN is not set" in shown
            leaves(first, signal.SIGTERM)


@pytest.mark.case(143)
def test_an_own_network_outage_is_one_line_and_no_feeds_fault(folder: Folder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for number in range(2, 32):
        folder.feed(f"feed-{number}", f"127.0.0.{number}:{port}")
    folder.write()
    with wirewatch(folder, "run") as process:
        said = said_until(process, "our own network seems to be down")
        said += leaves(process, signal.SIGTERM)
    assert said.count("our own network seems to be down") == 1
    assert said.count("cannot connect") <= 3


@pytest.mark.case(146)
def test_a_data_folder_that_cannot_be_made_is_said_with_78(folder: Folder) -> None:
    folder.write()
    (folder.path / "data").write_text("in the way")
    with wirewatch(folder, "run") as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 78
    assert "cannot make the folder" in said
    assert "Traceback" not in said
