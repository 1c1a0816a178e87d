"""Pages behind alerts are read again: a correction, a withdrawal, and nothing for a harmless change."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.articles.revisions import versions_of
from tests.support.fake_slack import BOT_TOKEN, FakeSlack
from tests.support.fake_slack.reading import Seen
from tests.support.news_server import Item, Outlet, outlets
from tests.support.newsroom import Newsroom

TITLE = "Ferry in collision off Gull Island"
TEXT = (
    "The ferry Marigold was in a collision with a barge off Gull Island on Monday night.\n\n"
    "The harbour office said that 12 passengers were hurt and taken to the hospital in Port Aster.\n\n"
    "Captain Ilse Brandt told the coast guard that the steering had failed in heavy rain.\n\n"
    "The barge was carrying gravel to the new breakwater and stayed afloat, its owner said.\n\n"
    "A second ferry brought the other passengers ashore, and the line cancelled all crossings until Wednesday.\n\n"
    "Divers looked at the hull on Tuesday morning and found a dent of two metres above the water line, and the "
    "shipyard on the mainland offered a berth for the repair as soon as the tide allows the tow.\n\n"
    "The island has no bridge. Its shops order bread and milk from the mainland, and the mayor asked the navy for a "
    "boat that could bring supplies while the line looks for another vessel of the same draught.\n\n"
    "It was the third accident in the strait within a year, and the coast guard has asked for a lane that keeps "
    "barges apart from the ferries whenever the fog signal is on, which the harbour office is still considering.\n\n"
    "The line was founded by two fishermen and carries more people in August than the island has inhabitants; its "
    "oldest vessel still has the brass whistle of the steamer that it replaced."
)
CORRECTED = TEXT.replace("12 passengers", "14 passengers")
HARMLESS = f"{TEXT}\n\nUpdated at 14:35 GMT.\n\n1,204 views\n\nRelated: The breakwater that divides an island"


class MovedClock:
    """The machine's clock, moved on by hand; it runs, for a daemon waits for moments near by."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, by: timedelta) -> None:
        self.ahead += by


class Desk:
    """A newsroom of one outlet with an alert in its channel, and a clock that the test moves."""

    def __init__(self, room: Newsroom, clock: MovedClock) -> None:
        self.room, self.clock = room, clock
        self._running = AsyncExitStack()
        self.item = Item(slug="", title="", text="")

    @property
    def paper(self) -> Outlet:
        return self.room.outlets[0]

    async def alert(self, *also: Outlet) -> None:
        """Let the daemon take up the feeds, then alert on a report that is published."""
        self.room.write()
        await self.restart()
        await self.after(timedelta())
        self.item = self.paper.publish("ferry", TITLE, TEXT)
        await self.after(timedelta(minutes=1))
        for outlet in also:
            outlet.publish("ferry", TITLE, TEXT)
        await self.after(timedelta(minutes=1))
        assert len(self.room.messages()) == 1

    async def after(self, wait: timedelta) -> None:
        """Let the daemon do what is due after a while."""
        self.clock.advance(wait)
        await self.daemon.run_once()

    async def restart(self) -> None:
        """Stop the daemon, if it runs, and start it."""
        await self._running.aclose()
        self.daemon = await self._running.enter_async_context(self.room.daemon(self.clock))

    async def close(self) -> None:
        await self._running.aclose()

    def replies(self) -> list[Seen]:
        return [one for one in self.room.slack.seen("#desk") if one.thread_ts]

    def requests(self) -> list[dict[str, str]]:
        return [headers for path, headers in self.paper.requests if path == "/ferry"]


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    async with FakeSlack() as slack:
        slack.workspace.add_channel("desk")
        with outlets("Harbour Wire", "Port Herald", "Island Post") as papers:
            desk = Desk(Newsroom(tmp_path, papers, slack), MovedClock())
            yield desk
            await desk.close()


async def test_a_corrected_figure_is_quoted_with_its_sentence_once(desk: Desk) -> None:
    await desk.alert()
    desk.item.text = f"{CORRECTED}\n\nCorrection: an earlier version of this article gave a wrong number of passengers."
    await desk.after(timedelta(minutes=30))
    [reply] = desk.replies()
    assert "~12~ *14* passengers were hurt" in reply.text
    assert "*Correction* by" in reply.text
    assert "an earlier version of this article gave a wrong number" in reply.text
    await desk.restart()
    for hours in (2, 6, 16, 48, 72):
        await desk.after(timedelta(hours=hours))
    assert len(desk.replies()) == 1
    # first read, then whole after 30 minutes; afterwards only if changed, and after 72 hours no more
    assert len(desk.requests()) == 6
    assert ["If-None-Match" in headers for headers in desk.requests()] == [False, False, True, True, True, True]
    found = await desk.daemon.database.read(lambda connection: versions_of(connection, 1))
    assert [(one.number, one.found, one.label and one.label.value) for one in found] == [
        (0, "page", None),
        (1, "page", "Correction"),
    ]
    assert "12 passengers" in found[0].text.body
    assert "14 passengers" in found[1].text.body


async def test_a_harmless_change_and_a_return_to_the_first_text_say_nothing(desk: Desk) -> None:
    await desk.alert()
    desk.item.text = HARMLESS
    await desk.after(timedelta(minutes=30))
    assert desk.replies() == []
    for text in (CORRECTED, TEXT, CORRECTED):
        desk.item.text = text
        await desk.after(timedelta(hours=8))
    [reply] = desk.replies()
    assert "changed its report: " in reply.text
    assert "~12~ *14* passengers" in reply.text


async def test_a_page_that_is_gone_was_withdrawn(desk: Desk) -> None:
    await desk.alert()
    desk.item.slug = "elsewhere"
    await desk.after(timedelta(minutes=30))
    await desk.after(timedelta(hours=2))
    [reply] = desk.replies()
    assert "*Withdrawn* by" in reply.text
    assert "the page is no longer there" in reply.text


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("Page not found. The page you are looking for does not exist. Go back to our homepage.", "no longer there"),
        ("This report was withdrawn while it is being reviewed by the editors.", "the text was taken down"),
        ("Our site uses cookies. Please accept all cookies and our privacy policy to continue reading.", ""),
    ],
)
async def test_a_page_that_answers_without_its_article(desk: Desk, page: str, said: str) -> None:
    await desk.alert()
    desk.item.page = f"<html><head><title>Harbour Wire</title></head><body><p>{page}</p></body></html>".encode()
    if "withdrawn" in page:
        desk.item.page = desk.item.page.replace(b"<title>Harbour Wire", f"<title>{TITLE}".encode())
    await desk.after(timedelta(minutes=30))
    replies = desk.replies()
    assert len(replies) == bool(said)
    assert all(said in reply.text for reply in replies)


async def test_copies_that_still_say_what_was_corrected_are_counted(desk: Desk) -> None:
    await desk.alert(*desk.room.outlets[1:])
    desk.item.text = CORRECTED
    await desk.after(timedelta(minutes=30))
    assert "2 of 2 copies still say “12”" in desk.replies()[-1].text


async def test_another_headline_on_the_page_edits_the_message_and_says_no_more(desk: Desk) -> None:
    await desk.alert()
    desk.item.page = desk.paper.page("/ferry")
    assert desk.item.page is not None
    desk.item.page = desk.item.page.replace(TITLE.encode(), b"Marigold in collision after steering failure")
    await desk.after(timedelta(minutes=30))
    assert desk.replies() == []
    [message] = desk.room.messages()
    assert "Marigold in collision after steering failure" in message.text
