"""Every page in a real browser: widths, themes, accessibility, keys, times, and texts that try to act."""

from datetime import timedelta

import pytest
from axe_playwright_python.async_playwright import Axe

from storage.outbox.silences import SqlSilences
from storage.search.index import SearchIndex
from storage.sql.database import Database
from tests.browser.conftest import OpenPage
from tests.support.web_pages import NOW, Archive, served

LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 6
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


async def filled(database: Database) -> int:
    """A story, its article, a silence, a source in trouble, and a headline without a single space; the story's id."""
    archive = Archive(database)
    await archive.feed()
    await archive.feed(
        "zebra", failure="the server answers 403 Forbidden", failures=3, url=f"https://zebra.example/{LONG}"
    )
    story = await archive.ferry_story()
    other = await archive.story(LONG)
    article = await archive.article(other, LONG, LONG, url=f"https://herald.example/{LONG}")
    await archive.match(article, near=True, missing="collision is missing", threshold=2.0)
    await archive.alert(
        other, article, topic="ferries", severity=4, news=f"new: {LONG}", updated_at=NOW - timedelta(hours=1)
    )
    silence = {"topic": "ferries", "story_id": None, "until": NOW + timedelta(hours=1), "now": NOW}
    await SqlSilences(database).add(reason=LONG, author="Ada", **silence)  # type: ignore[arg-type]
    await SearchIndex(database).index_all()
    return story


PATHS = (
    "/",
    "/?topic=ferries&time=24h",
    "/stories/1",
    "/stories/2",
    "/articles/1",
    "/articles/4",
    "/why?url=1",
    "/search?q=ferry",
    "/search?q=ferry&mode=query",
    "/topics",
    "/topics/ferries",
    "/sources",
    "/deliveries",
    "/silences?topic=ferries",
    "/status",
    "/login",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_page_fits_a_phone_and_is_accessible(
    sqlite_database: Database, open_page: OpenPage, theme: str
) -> None:
    await filled(sqlite_database)
    wrong = []
    async with served(sqlite_database, password="long enough") as client:
        page = await open_page(width=390, theme=theme)
        for path in PATHS:
            await page.goto(f"{client.base_url}{path.lstrip('/')}")
            over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                wrong.append(f"{path}: {over} px wider than the phone")
            options = {"runOnly": ["color-contrast"]} if theme == "dark" else {}  # the rest is the same
            found = await Axe().run(page, options=options)
            wrong += [
                f"{path}: {one['id']}: {one['nodes'][0]['html'][:200]}"
                for one in found.response["violations"]
                if one["impact"] in ("serious", "critical")
            ]
    assert wrong == []


async def test_keys_move_open_and_search(sqlite_database: Database, open_page: OpenPage) -> None:
    story = await filled(sqlite_database)
    async with served(sqlite_database) as client:
        page = await open_page()
        await page.goto(str(client.base_url))
        focused = "document.activeElement.id"
        await page.keyboard.press("j")
        assert await page.evaluate(focused) == f"story-{story}"
        await page.keyboard.press("j")
        assert await page.evaluate(focused) == "story-2"
        await page.keyboard.press("k")
        await page.keyboard.press("/")
        assert await page.evaluate(focused) == "find"
        await page.keyboard.type("jk")
        assert await page.input_value("#find") == "jk"
        await page.keyboard.press("Escape")
        await page.keyboard.press("j")
        await page.keyboard.press("o")
        await page.wait_for_url(f"**/stories/{story}")


async def test_times_are_the_readers_with_utc_on_hover(sqlite_database: Database, open_page: OpenPage) -> None:
    await filled(sqlite_database)
    async with served(sqlite_database) as client:
        page = await open_page()
        await page.goto(str(client.base_url))
        time = page.locator("#story-1 .sub time")
        assert "20:30" in await time.inner_text(), "11:30 UTC in Tokyo"
        assert await time.get_attribute("title") == "2026-03-01 11:30:00 UTC"


async def test_pages_are_whole_without_scripts(sqlite_database: Database, open_page: OpenPage) -> None:
    await filled(sqlite_database)
    async with served(sqlite_database) as client:
        page = await open_page(java_script_enabled=False)
        await page.goto(str(client.base_url))
        await page.get_by_role("link", name="Ferries in trouble").first.click()
        await page.goto(str(client.base_url))
        await page.fill("#find", "北港")
        await page.press("#find", "Enter")
        assert await page.locator("mark").first.inner_text() == "北港"
        assert "UTC" in await page.locator("time").first.inner_text()


async def test_texts_of_strangers_do_not_run(sqlite_database: Database, open_page: OpenPage) -> None:
    archive = Archive(sqlite_database)
    story = await archive.story(HOSTILE)
    article = await archive.article(story, HOSTILE, HOSTILE, url="javascript:alert(3)", author=HOSTILE)
    await archive.alert(story, article, news=HOSTILE)
    await archive.note(article, "extract", HOSTILE)
    await SearchIndex(sqlite_database).index_all()
    async with served(sqlite_database) as client:
        page = await open_page()
        for path in (
            "",
            f"stories/{story}",
            f"articles/{article}",
            f"why?url={article}",
            "search?q=img",
            f"search?q={HOSTILE}",
        ):
            await page.goto(f"{client.base_url}{path}")
            assert await page.locator("a[href^='javascript:'], main img, main script").count() == 0
            await page.wait_for_timeout(50)


async def test_a_new_story_appears_without_moving_what_is_read(sqlite_database: Database, open_page: OpenPage) -> None:
    archive = Archive(sqlite_database)
    for number in range(20):
        story = await archive.story(f"Story {number}")
        report = await archive.article(story, f"Story {number}", "text " * 50)
        await archive.alert(story, report, updated_at=NOW - timedelta(minutes=number))
    async with served(sqlite_database) as client:
        page = await open_page(width=390)
        await page.goto(str(client.base_url))
        await page.evaluate("scrollTo({top: 900, behavior: 'instant'})")
        await page.wait_for_timeout(2500)  # the server has looked once, so that the next change is news
        top = "document.getElementById('story-10').getBoundingClientRect().top"
        before = await page.evaluate(top)
        story = await archive.story("Fresh from the wire")
        await archive.alert(story, await archive.article(story, "Fresh from the wire", "x"), updated_at=NOW)
        await page.get_by_role("button", name="1 new story above").wait_for()
        assert abs(await page.evaluate(top) - before) < 2
        await page.get_by_role("button", name="1 new story above").click()
        await page.locator("#cards > article").first.get_by_text("Fresh from the wire").wait_for()
