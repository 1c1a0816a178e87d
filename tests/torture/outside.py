"""The world outside as a process of its own, so that it does not count: feeds, their pages, and a fake Slack.

    python -m tests.torture.outside TOPICS

prints the ports of feeds and Slack. Each line it reads is the number of the newest entry that every feed shows from
then on; it answers with the number of messages in Slack so far.
"""

import asyncio
import json
import random
import sys
from dataclasses import dataclass
from functools import cache

from aiohttp import web

from tests.fake_slack import FakeSlack

SHOWN = 10
"""Entries in a feed, as in many a real one."""

CHANNELS = 20
_SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnprstvwz" for vowel in "aeiou"]


def matches(feed: int, number: int) -> bool:
    """Whether an entry is about a topic."""
    return (feed + number) % 10 == 0


@cache
def _words(seed: str, count: int) -> str:
    chance = random.Random(seed)
    return " ".join("".join(chance.choices(_SYLLABLES, k=chance.randint(3, 5))) for _ in range(count))


@dataclass
class Feeds:
    """What every feed shows; `newest` is the number of its last entry, -1 before there is any."""

    topics: int
    newest: int = -1

    async def feed(self, request: web.Request) -> web.Response:
        """The last entries."""
        feed = int(request.match_info["feed"])
        items = "".join(self._item(feed, n) for n in range(self.newest, max(-1, self.newest - SHOWN), -1))
        body = f"<rss version='2.0'><channel><title>Feed {feed}</title>{items}</channel></rss>"
        return web.Response(text=body, content_type="application/rss+xml")

    async def page(self, request: web.Request) -> web.Response:
        """An entry's page."""
        feed, number = int(request.match_info["feed"]), int(request.match_info["number"])
        paragraphs = "".join(f"<p>{_words(f'{feed}/{number}/{p}', 60)}.</p>" for p in range(6))
        text = f"<p>{self._lead(feed, number)}</p>{paragraphs}"
        body = f"<html><head><title>Entry</title></head><body><nav>Home</nav><article>{text}</article></body></html>"
        return web.Response(text=body, content_type="text/html")

    def _item(self, feed: int, number: int) -> str:
        title = _words(f"{feed}/{number}", 6)
        return (
            f"<item><guid isPermaLink='false'>{feed}-{number}</guid><title>{title}</title>"
            f"<link>http://127.0.0.1:{self.port}/{feed}/{number}</link>"
            f"<description>{self._lead(feed, number)}</description></item>"
        )

    def _lead(self, feed: int, number: int) -> str:
        term = f"tariff{feed // 10 % self.topics}" if matches(feed, number) else "nothing"
        return f"{_words(f'{feed}/{number}/lead', 25)} {term}"

    async def start(self) -> web.AppRunner:
        """Serve on a free port, `port`."""
        app = web.Application()
        app.router.add_get("/{feed:\\d+}.xml", self.feed)
        app.router.add_get("/{feed:\\d+}/{number:\\d+}", self.page)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = int(runner.addresses[0][1])
        return runner


async def _main(topics: int) -> None:
    feeds = Feeds(topics)
    runner = await feeds.start()
    async with FakeSlack() as slack:
        slack.pace.enforced = False
        for number in range(CHANNELS):
            slack.workspace.add_channel(f"c{number}")
        print(json.dumps({"feeds": feeds.port, "slack": slack.api_url}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            feeds.newest = int(line)
            print(sum(1 for _ in slack.workspace.all_messages()), flush=True)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
