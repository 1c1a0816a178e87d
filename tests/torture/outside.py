"""The world outside as a process of its own, so that it does not count: feeds, their pages, and a fake Slack.

    python -m tests.torture.outside TOPICS A_DAY

prints the ports of feeds and Slack. Each feed has `A_DAY` entries a day. Each line that is read is the hour it now is,
counted from 0; the answer is the number of messages in Slack so far.
"""

import asyncio
import json
import random
import sys
from dataclasses import dataclass
from functools import cache

from aiohttp import web

from tests.support.fake_slack import FakeSlack

SHOWN = 10
"""Entries in a feed, as in many a real one."""

CHANNELS = 20
_SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnprstvwz" for vowel in "aeiou"]


def newest(feed: int, hour: int, a_day: int) -> int:
    """The number of a feed's last entry in an hour, feeds taking turns; -1 before there is any."""
    return ((hour + 1) * a_day + feed % 24) // 24 - 1


def matches(feed: int, number: int) -> bool:
    """Whether an entry is about a topic."""
    return (feed + number) % 10 == 0


@cache
def _words(seed: str, count: int) -> str:
    chance = random.Random(seed)
    return " ".join("".join(chance.choices(_SYLLABLES, k=chance.randint(3, 5))) for _ in range(count))


@dataclass
class Feeds:
    """What every feed shows in the present hour (-1 before the first), having `a_day` entries a day."""

    topics: int
    a_day: int
    hour: int = -1

    async def feed(self, request: web.Request) -> web.Response:
        """The last entries."""
        feed = int(request.match_info["feed"])
        last = newest(feed, self.hour, self.a_day)
        items = "".join(self._item(feed, n) for n in range(last, max(-1, last - SHOWN), -1))
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


async def _main(topics: int, a_day: int) -> None:
    feeds = Feeds(topics, a_day)
    runner = await feeds.start()
    async with FakeSlack() as slack:
        slack.pace.enforced = False
        for number in range(CHANNELS):
            slack.workspace.add_channel(f"c{number}")
        print(json.dumps({"feeds": feeds.port, "slack": slack.api_url}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            feeds.hour = int(line)
            print(sum(1 for _ in slack.workspace.all_messages()), flush=True)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2])))
