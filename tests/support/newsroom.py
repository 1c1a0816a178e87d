"""A whole newsroom for flow tests: outlets, a fake Slack, a configuration folder, and the daemon between them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from monitor.app.configuration import opened
from monitor.app.daemon import Daemon, open_daemon
from monitor.app.runtime.clock import SystemClock
from monitor.ports import Clock
from tests.support.fake_slack import FakeSlack
from tests.support.fake_slack.reading import Seen
from tests.support.news_server import Outlet

TOPICS = {
    "tariffs": {"title": "Tariffs", "severity": "medium", "query": "tariff AND (steel OR lathes)"},
    "ferries": {"title": "Ferries", "severity": "low", "query": "ferry NEAR/6 collision"},
}


class Newsroom:
    """Writes the configuration and runs the daemon on it."""

    def __init__(self, folder: Path, outlets: list[Outlet], slack: FakeSlack) -> None:
        self.folder, self.outlets, self.slack = folder, outlets, slack
        self.settings: dict[str, Any] = {
            "database": f"sqlite:///{folder / 'store.db'}",
            "http": {
                "allow_networks": ["127.0.0.0/8"],
                "allow_ports": [int(outlet.address.rsplit(":", 1)[1]) for outlet in outlets],
                "per_host": {"concurrency": 4, "delay": "0s"},
            },
            "slack": {"api_url": slack.api_url, "timeout": "2s", "settle": "3s"},
            "poll": {"default_every": "0s", "minimum_every": "0s"},
            "web": {"listen": "127.0.0.1:0"},
            "workers": 1,
        }
        self.receivers: dict[str, Any] = {"desk": {"slack": "#desk"}}
        self.topics: dict[str, Any] = dict(TOPICS)
        (folder / "watchlists").mkdir()

    def write(self) -> None:
        """Write everything as it is now."""
        self._write("wirewatch.yml", self.settings)
        feeds = [{"key": f"feed-{n}", "url": o.feed_url, "every": "0s"} for n, o in enumerate(self.outlets)]
        self._write("feeds.yml", {"feeds": feeds})
        self._write("receivers.yml", {"receivers": self.receivers})
        watchlist = {"watchlist": "desk", "receivers": list(self.receivers), "topics": self.topics}
        self._write("watchlists/desk.yml", watchlist)

    def _write(self, name: str, content: dict[str, Any]) -> None:
        (self.folder / name).write_text(json.dumps(content), encoding="utf-8")

    @asynccontextmanager
    async def daemon(self, clock: Clock | None = None) -> AsyncIterator[Daemon]:
        """The daemon on the configuration as written; by the machine's clock, or another."""
        clock = clock or SystemClock()
        source, secrets = opened(self.folder, clock)
        async with open_daemon(source, secrets, clock) as daemon:
            yield daemon

    async def day(self, *rounds: object) -> None:
        """One start of the daemon: poll once, then once more after each change that a round makes."""
        self.write()
        async with self.daemon() as daemon:
            await daemon.run_once()
            for change in rounds:
                assert callable(change)
                change()
                await daemon.run_once()

    def messages(self) -> list[Seen]:
        """What the desk's channel shows, oldest first, without threads."""
        return [message for message in self.slack.seen("#desk") if not message.thread_ts]
