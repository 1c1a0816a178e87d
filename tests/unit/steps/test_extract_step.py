"""The extract step: the page where it says more, the feed's text where it does not, and no article lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.articles.article import Method, Stage, Text
from monitor.domain.catalog import Catalog, Feed
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.fetch import Fetched
from monitor.steps.extract import DELAYS, WAIT_AT_MOST, Extract
from tests.support.builders import NOW, article

ARTICLE = article(
    7,
    title="Envoys meet",
    url="https://herald.example/a",
    outlet="herald.example",
    feed_key="herald",
    summary="Envoys met on Sunday.",
    stage=Stage.EXTRACT,
    language="en",
)
PAGE = Text(title="Envoys meet | Herald", body="The envoys met on Sunday and will meet again. " * 9, method=Method.PAGE)
FETCHED = Fetched(url="https://herald.example/a", status=200, body=b"<html>", media_type="text/html")


class World:
    """Fakes for every port of the step, and what it wrote."""

    def __init__(self, page=FETCHED, text=PAGE, feed=None):
        self.page_answer, self.text, self.feed = page, text, feed or Feed(key="herald", url="https://herald.example/f")
        self.fetched, self.recorded, self.postponed, self.hints = [], [], [], []

    def now(self):
        return NOW

    def current(self):
        return Catalog(revision="1", feeds=(self.feed,))

    def detect(self, text, hint=None):
        self.hints.append(hint)
        return hint

    async def page(self, url):
        self.fetched.append(url)
        return self.page_answer

    async def extract(self, body, *, url, charset, title=""):
        self.expected = title
        return self.text

    async def record_text(self, seen, text, notes, now):
        self.recorded.append((text, notes))
        return True

    async def postpone(self, seen, due, notes, now):
        self.postponed.append((due, notes))
        return True

    async def perform(self, article=ARTICLE):
        step = Extract(store=self, fetcher=self, extractor=self, languages=self, catalog=self, clock=self)
        return await step.run(article)

    async def text_for(self, article=ARTICLE):
        assert await self.perform(article)
        ((text, notes),) = self.recorded
        return text, notes[0].text


async def test_the_page_is_read_and_the_feeds_title_kept():
    text, note = await World().text_for()
    assert (text.method, text.title, text.body, text.published) == (Method.PAGE, "Envoys meet", PAGE.body, NOW)
    assert note == f"The page was read: {len(PAGE.body)} characters."


@pytest.mark.case(68, 51)
async def test_a_wall_is_not_the_end():
    world = World(text=Failure(reason=Reason.WALL, detail="a consent page", permanent=True))
    text, note = await world.text_for()
    assert (text.method, text.body) == (Method.FEED, ARTICLE.summary)
    assert text.doubts == ("page not read: consent, login or paywall page: a consent page",)
    assert note.startswith("No text from the page (consent, login or paywall page: a consent page); going on with")


@pytest.mark.parametrize(
    "reason", [Reason.NOT_FOUND, Reason.ROBOTS, Reason.BLOCKED, Reason.TOO_LARGE, Reason.FORBIDDEN]
)
async def test_what_will_be_the_same_next_time_is_not_tried_again(reason):
    world = World(page=Failure(reason=reason))
    assert (await world.text_for())[0].method is Method.FEED
    assert not world.postponed


@pytest.mark.case(71)
@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.SERVER, Reason.RATE_LIMITED, Reason.DNS])
async def test_what_may_pass_is_tried_three_more_times_and_then_the_feed_must_do(reason):
    waits = []
    for attempt in range(len(DELAYS)):
        world = World(page=Failure(reason=reason))
        assert not await world.perform(replace(ARTICLE, attempt=attempt))
        assert not world.recorded
        waits.append(world.postponed[0][0] - NOW)
    assert waits == sorted(DELAYS)
    world = World(page=Failure(reason=reason))
    text, _ = await world.text_for(replace(ARTICLE, attempt=len(DELAYS)))
    assert text.method is Method.FEED


async def test_a_server_that_asks_for_time_gets_it_within_reason():
    for asked, wait in ((timedelta(minutes=3), timedelta(minutes=3)), (timedelta(days=1), WAIT_AT_MOST)):
        world = World(page=Failure(reason=Reason.RATE_LIMITED, retry_after=asked))
        await world.perform()
        assert world.postponed[0][0] == NOW + wait


async def test_a_page_that_says_less_than_the_feed_is_not_used():
    article = replace(ARTICLE, feed_text="All of it is in the feed. " * 50)
    text, note = await World().text_for(article)
    assert (text.method, text.body, text.doubts) == (
        Method.FEED,
        article.feed_text,
        ("the page says less than the feed",),
    )
    assert "less" in note


@pytest.mark.case(69)
async def test_a_file_behind_the_link_is_no_page():
    text, note = await World(page=replace(FETCHED, media_type="application/pdf")).text_for()
    assert text.method is Method.FEED
    assert "application/pdf" in note


@pytest.mark.parametrize("article", [replace(ARTICLE, url=None), replace(ARTICLE, url="")])
async def test_without_an_address_nothing_is_asked(article):
    world = World()
    assert (await world.text_for(article))[0].method is Method.FEED
    assert not world.fetched


async def test_a_feed_that_wants_no_pages_gets_none():
    world = World(feed=Feed(key="herald", url="https://herald.example/f", full_text=False))
    text, note = await world.text_for()
    assert (world.fetched, text.method, text.doubts) == ([], Method.FEED, ())
    assert note.startswith("The page was not asked for")


async def test_an_article_of_a_feed_no_longer_configured_is_read_all_the_same():
    text, _ = await World(feed=Feed(key="other", url="https://other.example/f")).text_for()
    assert text.method is Method.PAGE


async def test_the_configured_language_is_the_hint_before_what_the_feed_claims():
    world = World(feed=Feed(key="herald", url="https://herald.example/f", language="pl"))
    text, _ = await world.text_for()
    assert (world.hints, text.language) == (["pl"], "pl")


async def test_the_agency_that_wrote_the_feeds_text_is_credited():
    article = replace(ARTICLE, url=None, feed_text="PORT ALBA (Reuters) - Envoys met on Sunday.")
    text, _ = await World().text_for(article)
    assert text.credit == "Reuters"
