"""Corrected links, pages of notices, and keys that change at every request."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.articles.article import Entry
from monitor.domain.feeds.decide_poll import publisher
from tests.support.poll_world import HOUR, START, FeedWorld, entry

ITEMS = [entry(number) for number in range(1, 11)]
PAGE = "https://harbour-gazette.example/notices"


def watched(*entries: Entry) -> FeedWorld:
    world = FeedWorld()
    world.poll(entries)
    return world


def notice(text: str, hours: int, **changes: object) -> Entry:
    plain = entry(1, guid=None, url=PAGE, link=PAGE, title="Harbour notice", summary=text)
    return replace(plain, published=START - hours * HOUR, **changes)  # type: ignore[arg-type]


def test_a_corrected_link_under_the_same_guid_is_taken_once() -> None:
    world = watched(*ITEMS)
    right = "https://harbour-gazette.example/ferry-one"
    moved = [replace(ITEMS[0], url=right, link=right), *ITEMS[1:]]
    for _ in range(3):
        assert world.poll(moved) == []
    assert [(revised.article_id, revised.url) for revised in world.store.revised] == [(1, right)]


def test_without_a_guid_another_link_is_no_correction() -> None:
    items = [replace(ITEMS[0], guid=None), *ITEMS[1:]]
    world = watched(*items)
    other = "https://harbour-gazette.example/other"
    world.poll([replace(items[0], url=other, link=other), *items[1:]])
    assert [revised.url for revised in world.store.revised] == []


def test_a_link_that_changes_at_every_request_is_never_a_correction() -> None:
    world = watched(*ITEMS)
    for number in range(5):
        links = [f"https://harbour-gazette.example/s{number}/{n}" for n in range(len(ITEMS))]
        world.poll([replace(item, url=link, link=link) for item, link in zip(ITEMS, links, strict=True)])
        world.poll([replace(ITEMS[0], url=f"{ITEMS[0].url}?sid={number}")])
    assert world.store.revised == []


def test_notices_of_one_page_that_differ_in_text_and_date_are_different() -> None:
    old = notice("Quay one is shut for repairs.", 9)
    world = watched(old)
    new = [notice("Quay two is open again.", 2), notice("Dues rise by a tenth.", 3), old]
    assert [article.entry.summary for article in world.poll(new)] == [item.summary for item in new[:2]]
    assert world.poll(new) == []
    own_guids = [replace(item, guid=f"n-{item.summary[:8]}") for item in new]
    fourth = notice("Pilots are on strike.", 1, guid="n-4")
    assert [article.entry.summary for article in world.poll([fourth, *own_guids])] == [fourth.summary]


def test_an_article_listed_twice_with_another_date_is_one() -> None:
    world = watched(*ITEMS)
    same = notice("Quay two is open again.", 2)
    assert len(world.poll([same, replace(same, published=START - HOUR), *ITEMS])) == 1


def test_dates_that_are_the_time_of_asking_cost_no_rows() -> None:
    world = watched(*ITEMS)
    keys = len(world.store.keys)
    for _ in range(20):
        assert world.poll([replace(item, published=world.now) for item in ITEMS]) == []
    assert len(world.store.keys) <= keys + len(ITEMS)


@pytest.mark.parametrize("name", ["guid", "link"])
def test_tokens_in_guids_or_links_cost_no_rows(name: str) -> None:
    world = watched(*ITEMS)
    keys = len(world.store.keys)
    for number in range(20):
        fresh = [
            replace(item, guid=f"{item.guid}-{number}")
            if name == "guid"
            else replace(item, url=f"{item.url}?sid={number}-{at}", link=f"{item.url}?sid={number}-{at}")
            for at, item in enumerate(ITEMS)
        ]
        assert world.poll(fresh) == []
    assert len(world.store.keys) <= keys + len(ITEMS)


def test_a_site_that_is_rekeyed_once_keeps_its_new_keys() -> None:
    world = watched(*ITEMS)
    rekeyed = [replace(item, guid=f"new-{at}", url=f"https://new.example/{at}") for at, item in enumerate(ITEMS)]
    assert world.poll(rekeyed) == []
    later = [replace(item, title=f"{item.title}, at last", published=START + timedelta(days=1)) for item in rekeyed]
    assert world.poll(later) == []


def test_the_paper_an_aggregator_names_is_the_outlet() -> None:
    def outlet(url: str) -> str:
        return url.split("/")[2]

    feed = "https://collector.example/feed"
    assert publisher(entry(1, source="https://www.gazette.example/"), feed, outlet) == "www.gazette.example"
    assert publisher(entry(1, source="Harbour Gazette"), feed, outlet) == "Harbour Gazette"
    assert publisher(entry(1), feed, outlet) == "harbour-gazette.example"
    assert publisher(entry(1, url=None), feed, outlet) == "collector.example"
