"""An edit of the watchlists says what it would have changed, and an explosive one can be held."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.main import main
from storage.history.config_revisions import SqlConfigRevisions
from tests.support.fake_slack import BOT_TOKEN, FakeSlack
from tests.support.news_server import outlets
from tests.support.newsroom import Newsroom

SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
OVENS = {"title": "Ovens", "severity": "low", "query": "oven AND bakery"}
STORIES = 22


def invented(number: int) -> str:
    """Return a text of invented words, so that each article is a story of its own."""
    chance = random.Random(number)
    words = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(60)]
    return f"The bakery of {words[0].title()} has a new oven. " + " ".join(words) + "."


@pytest.fixture
async def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Newsroom]:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    async with FakeSlack() as slack:
        slack.workspace.add_channel("desk")
        slack.workspace.add_channel("admin")
        with outlets("Harbour Wire") as papers:
            room = Newsroom(tmp_path, papers, slack)
            room.receivers["admin"] = {"slack": "#admin"}
            room.settings["admin_receiver"] = "admin"
            yield room


async def read_the_past(newsroom: Newsroom) -> None:
    """Let the daemon read a day of articles that no topic matches."""

    def publish() -> None:
        for number in range(STORIES):
            newsroom.outlets[0].publish(f"a{number}", f"Item {invented(number)[14:30]}", invented(number))

    await newsroom.day(publish)


async def test_an_edit_says_what_it_would_have_changed(newsroom: Newsroom, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    await read_the_past(newsroom)
    async with newsroom.daemon() as daemon:
        running = asyncio.create_task(daemon.run())
        newsroom.topics["ovens"] = OVENS
        newsroom.write()
        await _until(lambda: newsroom.slack.seen("#admin"))
        kept = await SqlConfigRevisions(daemon.database).newest()
        daemon.stop()
        await running
    said = newsroom.slack.seen("#admin")[0].text
    assert f"The edit multiplies the alerts of ovens: {STORIES} instead of 0." in said
    assert f"ovens: {STORIES} more, 0 fewer alerts in the last 7 days" in said
    assert "Item " in said
    assert f"effect of the edit: ovens: {STORIES} more, 0 fewer alerts in the last 7 days" in caplog.messages
    assert kept is not None
    assert kept.effect is not None
    assert kept.changes == ("topics added: ovens",)


async def test_an_explosive_edit_can_be_held_across_a_restart_and_released(newsroom: Newsroom):
    newsroom.settings["reload"] = {"hold_explosive": True}
    await read_the_past(newsroom)
    async with newsroom.daemon() as daemon:
        running = asyncio.create_task(daemon.run())
        newsroom.topics["ovens"] = OVENS
        newsroom.write()
        await _until(lambda: newsroom.slack.seen("#admin"))
        assert "It is held" in newsroom.slack.seen("#admin")[0].text
        assert daemon.health.topics.current()[0].topic("ovens") is None
        daemon.stop()
        await running
    async with newsroom.daemon() as daemon:
        running = asyncio.create_task(daemon.run())
        assert daemon.health.topics.current()[0].topic("ovens") is None
        released = await asyncio.to_thread(
            CliRunner().invoke, main, ["topics", "release", "--config", str(newsroom.folder)]
        )
        assert released.exit_code == 0, released.output
        await _until(lambda: daemon.health.topics.current()[0].topic("ovens") is not None)
        daemon.stop()
        await running


async def test_an_edit_that_fails_its_own_examples_is_refused(newsroom: Newsroom):
    newsroom.write()
    async with newsroom.daemon() as daemon:
        running = asyncio.create_task(daemon.run())
        newsroom.topics["ovens"] = {**OVENS, "must_match": ["A ferry sails"]}
        newsroom.write()
        await _until(lambda: newsroom.slack.seen("#admin"))
        assert daemon.health.topics.current()[0].topic("ovens") is None
        daemon.stop()
        await running
    said = newsroom.slack.seen("#admin")[0].text
    assert "is refused" in said
    assert "a must_match example fails" in said


async def _until(true: Callable[[], object], seconds: float = 20) -> None:
    """Wait until `true()` is; a test that waits in vain fails here."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)
