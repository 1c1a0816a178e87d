"""The list of stories that alerted: what a card says, filters with counts, pages of it, and the banner."""

from datetime import timedelta

from monitor.domain.catalog import FilePlace, Problem
from storage.sql.database import Database
from tests.support.web_pages import NOW, Archive, served


async def test_a_card_says_who_was_first_and_how_many_are_independent(database: Database) -> None:
    archive = Archive(database)
    await archive.feed()
    await archive.ferry_story()
    async with served(database) as client:
        page = (await client.get("/")).text
    assert "Two ferries collide off Northport" in page
    assert "Ferries in trouble" in page
    assert "<b>2</b> independent of 3 outlets" in page
    assert "herald.example" in page
    assert '<time datetime="2026-03-01T11:30:00+00:00"' in page  # published, not met
    assert "1 story alerted" in page
    assert 'name="viewport"' in page


async def test_filters_narrow_the_list_and_count_what_the_others_leave(sqlite_database: Database) -> None:
    archive = Archive(sqlite_database)
    await archive.ferry_story()
    other = await archive.story("Steel tariffs rise")
    article = await archive.article(other, "Steel tariffs rise", "Steel tariffs rise.", outlet="post", language="de")
    await archive.alert(other, article, topic="tariffs", severity=2)
    async with served(sqlite_database) as client:
        everything = (await client.get("/")).text
        assert "2 stories alerted" in everything
        narrowed = (await client.get("/?topic=tariffs")).text
        assert "Steel tariffs rise" in narrowed
        assert "Two ferries collide" not in narrowed
        assert "Show all" in narrowed
        assert "ferries" in narrowed.lower()  # the other topic is still offered
        assert "No story matches" in (await client.get("/?topic=tariffs&language=en")).text
        assert (await client.get("/?time=3y")).status_code == 422
        assert (await client.get("/?before=nonsense")).status_code == 422


async def test_earlier_stories_are_on_the_next_page(sqlite_database: Database) -> None:
    archive = Archive(sqlite_database)
    for number in range(35):
        story = await archive.story(f"Story number {number:02}")
        article = await archive.article(story, f"Story number {number:02}", "text")
        await archive.alert(story, article, updated_at=NOW - timedelta(minutes=number))
    async with served(sqlite_database) as client:
        first = (await client.get("/")).text
        assert "Story number 29" in first
        assert "Story number 30" not in first
        link = first.split('<a rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        second = (await client.get(link)).text
    assert "Story number 30" in second
    assert "Story number 29" not in second
    assert 'rel="next"' not in second


async def test_a_refused_configuration_heads_every_page(sqlite_database: Database) -> None:
    problem = Problem(
        place=FilePlace(file="watchlists/trade.yml", line=4, column=9), message="no vocabulary named $stel"
    )
    async with served(sqlite_database, problems=(problem,)) as client:
        for path in ("/", "/status"):
            page = (await client.get(path)).text
            assert "watchlists/trade.yml:4:9: no vocabulary named $stel" in page
            assert page.index("trade.yml") < page.index("<main")


async def test_what_was_sent_is_counted(database: Database) -> None:
    archive = Archive(database)
    await archive.ferry_story()
    async with served(database) as client:
        page = (await client.get("/status")).text
    assert "Sent, last 24 hours" in page
    assert ">1</a></dd>" in page.split("Sent, last 24 hours")[1].split("</div>")[0]
