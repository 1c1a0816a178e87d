"""The coverage guard reads the store, notifies once, and once more when it is over."""

from datetime import timedelta

from sqlalchemy import select

from monitor.domain.catalog import Catalog, Feed, Severity, Topic, Watchlist
from storage.feeds.coverage import guard_coverage
from storage.schema.content import texts
from storage.schema.outbox import deliveries
from storage.sql.database import Database
from storage.views.coverage import topic_samples
from storage.views.sources import source_views
from storage.views.status import read_overview
from tests.support.web_pages import NOW, Archive

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HINTS = {"ttl": None, "update_period": None, "skip_hours": [], "skip_days": []}
TOPIC = Topic(key="ferries", watchlist="desk", title="Ferries", query="ferry", severity=Severity.HIGH)
CATALOG = Catalog(
    revision="1",
    feeds=tuple(Feed(key=key, url=f"https://{key}.example/feed") for key in ("herald", "gazette")),
    watchlists=(Watchlist(name="desk", file="desk.yml", topics=(TOPIC,)),),
    admin_receiver="ops",
)


async def guard(database: Database, at=NOW) -> list[str]:
    """Run the guard; every notice so far."""
    await database.run(lambda connection: guard_coverage(connection, CATALOG, at, DAY))
    return await database.run(
        lambda connection: list(connection.scalars(select(deliveries.c.text).order_by(deliveries.c.id)))
    )


async def test_broken_for_a_day_is_told_by_the_clock(database: Database) -> None:
    await Archive(database).feed(
        hints=HINTS, failing_since=NOW - 25 * HOUR, failure="server error: HTTP 503", failures=3, due=NOW + 20 * HOUR
    )
    assert await guard(database, NOW - 2 * HOUR) == []
    for _ in range(2):
        (text,) = await guard(database)
        assert "has been broken since" in text


async def test_a_source_whose_pages_become_walls_is_told_once_and_shown_until_it_is_over(database: Database) -> None:
    archive = Archive(database)
    await archive.feed(hints=HINTS)
    for number in range(26):
        article = await archive.article(None, f"Ferry {number}", "x" * 900, first_seen=NOW - (50 - number) * HOUR)
        if number >= 20:
            walled = texts.update().where(texts.c.article_id == article)
            walled = walled.values(method="feed", doubts=["page not read: consent, login or paywall page: subscribe"])
            await database.run(lambda connection, walled=walled: connection.execute(walled) and None)
    for _ in range(2):
        (text,) = await guard(database)
        assert text.startswith("herald: its last 6 pages were consent, login or paywall pages")
    (shown,) = await database.run(lambda connection: source_views(connection, NOW))
    assert shown.trouble is not None
    assert shown.trouble.startswith("its last 6 pages were")
    await archive.article(None, "Ferry 30", "x" * 900, first_seen=NOW)
    assert (await guard(database))[1:] == [f"herald is as usual again. It was: {text.removeprefix('herald: ')}"]


async def test_a_topic_quiet_because_of_its_sources_is_told(database: Database) -> None:
    archive = Archive(database)
    begun = NOW - 20 * DAY
    await archive.feed(baseline_at=begun, entries_last=3, hints=HINTS)
    await archive.feed(
        "gazette", hints=HINTS, baseline_at=begun, failure="access refused: HTTP 403", failing_since=NOW - 2 * HOUR
    )
    for number in range(60):
        paper = ("herald", "gazette")[number % 2]
        article = await archive.article(
            None, f"Ferry {number}", "x", outlet=paper, first_seen=NOW - 2 * DAY - 5 * HOUR * number
        )
        await archive.match(article)
    (text,) = await guard(database)
    assert text == "ferries: 0 matches in 36 h, usually 6; 1 of its 2 best sources fails: 403."
    overview = await database.run(lambda connection: read_overview(connection, NOW))
    assert overview.coverage == (text.rstrip("."),)
    for number in range(3):
        await archive.match(await archive.article(None, f"Late {number}", "x", first_seen=NOW - HOUR))
    (sample,) = await database.run(lambda connection: topic_samples(connection, ["ferries"], NOW))
    assert sample.recent == 3
    assert (await guard(database))[1].startswith("ferries is as usual again.")
