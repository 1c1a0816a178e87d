"""A real daemon, its pages in a real browser, and the fake Slack: from a feed's item to a muted message."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from monitor.config.secrets import Secrets
from storage.search.index import SearchIndex
from tests.browser.conftest import OpenPage
from tests.support.fake_slack import BOT_TOKEN, FakeSlack
from tests.support.news_server import outlets
from tests.support.newsroom import Newsroom
from tests.support.web_pages import pages_of

TEXT = (
    "The ministry raised the tariff on steel.\n\nImporters of lathes said the tariff on steel would cost them dearly."
)


async def test_an_alert_is_read_acted_on_and_searched(
    tmp_path: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    async with FakeSlack() as slack:
        slack.workspace.add_channel("desk")
        with outlets("Harbour Wire") as papers:
            newsroom = Newsroom(tmp_path, papers, slack)
            newsroom.settings["poll"] = {"default_every": "0s", "minimum_every": "0s"}
            newsroom.write()
            async with newsroom.daemon() as daemon, pages_of(daemon, Secrets(web_password="long enough")) as address:
                running = asyncio.create_task(daemon.run())
                page = await open_page()
                await page.goto(address)
                await expect(page.get_by_text("No story has alerted yet")).to_be_visible()
                await asyncio.sleep(
                    3
                )  # the feed's first poll is the baseline, and the server has looked for changes once
                papers[0].publish("steel", "Steel tariff raised", TEXT, summary="The tariff on steel is raised.")
                card = page.get_by_role("link", name="Steel tariff raised")
                await expect(card).to_be_visible(timeout=20_000)

                await card.click()
                await expect(page.get_by_role("heading", name="Reports, in the order")).to_be_visible()
                await page.locator(".headline a").click()
                await expect(page.locator(".text mark").first).to_have_text("tariff")

                await page.goto(f"{address}login")
                await page.fill("input[name=name]", "Ada")
                await page.fill("input[name=password]", "wrong")
                await page.get_by_role("button", name="Log in").click()
                await expect(page.get_by_role("alert")).to_have_text("That is not the password.")
                await page.fill("input[name=password]", "long enough")
                await page.get_by_role("button", name="Log in").click()
                await card.click()
                await page.get_by_role("button", name="Mute this story").click()
                await expect(page.get_by_role("status")).to_contain_text("muted")
                await until(lambda: "muted" in shown(newsroom).lower())
                await page.get_by_role("button", name="Unmute").click()
                await until(lambda: "muted" not in shown(newsroom).lower())
                await page.get_by_role("button", name="Acknowledge").click()
                await until(lambda: "Ada" in shown(newsroom))

                await SearchIndex(daemon.database).index_all()
                await page.fill("#find", "importers lathes")
                await page.press("#find", "Enter")
                await expect(page.locator(".found .row")).to_have_count(1)
                daemon.stop()
                await running


def shown(newsroom: Newsroom) -> str:
    """All that the desk's channel shows."""
    return " ".join(message.text for message in newsroom.messages())


async def until(holds: object, seconds: float = 15) -> None:
    """Wait for what the daemon does in its own time."""
    assert callable(holds)
    deadline = asyncio.get_running_loop().time() + seconds
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, f"not within {seconds} s"
        await asyncio.sleep(0.1)
