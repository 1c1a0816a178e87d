"""What makes an entry the same entry: no repeated alert, no missed one."""

import hashlib
import random
import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.articles.article import Entry
from monitor.domain.catalog import Feed
from monitor.domain.feeds.fetch import NotModified
from monitor.domain.feeds.identity import content_hash, keys_of, said_before
from monitor.domain.feeds.intervals import IntervalSettings
from monitor.domain.feeds.sync import enlisted
from tests.support.poll_world import START, Articles, FeedWorld, entry

DAY = timedelta(days=1)
ITEMS = [entry(number) for number in range(1, 21)]


def watched(*entries: Entry) -> FeedWorld:
    """A feed whose baseline lies behind it."""
    world = FeedWorld()
    world.poll(entries or ITEMS)
    return world


@pytest.mark.case(39)
@pytest.mark.parametrize("guid", [None, "", "  \t "])
def test_entries_without_guid_are_known_by_their_address(guid: str | None) -> None:
    items = [replace(item, guid=guid) for item in ITEMS]
    world = watched(*items)
    for _ in range(10):
        changed = [replace(item, summary=item.summary + f" {world.now}") for item in items]
        assert world.poll(changed) == []


@pytest.mark.case(39)
@pytest.mark.parametrize("size", [2, 20])
def test_entries_without_guid_and_address_are_known_by_title_and_text_whatever_their_date(size: int) -> None:
    items = [replace(item, guid=None, link=None, url=None) for item in ITEMS[:size]]
    world = watched(*items)
    for _ in range(10):
        assert world.poll([replace(item, published=world.now) for item in items]) == []
    assert len(world.poll([*items, replace(entry(30), guid=None, link=None, url=None)])) == 1


@pytest.mark.case(40)
def test_the_same_guid_on_all_items_tells_nothing() -> None:
    items = [replace(item, guid="harbour") for item in ITEMS]
    world = FeedWorld()
    assert len(world.poll(items)) == 20
    assert world.poll(list(reversed(items))) == []
    assert len(world.poll([*items, replace(entry(50), guid="harbour")])) == 1


@pytest.mark.case(41)
@pytest.mark.parametrize("token_in_link", [False, True])
@pytest.mark.parametrize("dated", [True, False])
def test_a_new_guid_on_every_poll_makes_nothing_new(token_in_link: bool, dated: bool) -> None:
    def served(poll: int) -> list[Entry]:
        items = []
        for item in ITEMS[:5]:
            url = f"{item.url}?session={poll}" if token_in_link else item.url
            published = item.published if dated else None
            items.append(replace(item, guid=f"{item.url}?session={poll}", url=url, published=published))
        return items

    world = watched(*served(0))
    assert sum(len(world.poll(served(poll))) for poll in range(1, 51)) == 0


@pytest.mark.case(41)
def test_an_opaque_guid_that_changes_with_every_poll_makes_nothing_new() -> None:
    def served(poll: int) -> list[Entry]:
        return [replace(item, guid=f"{poll}/{n}", published=None, summary="") for n, item in enumerate(ITEMS[:3])]

    world = watched(*served(0))
    assert sum(len(world.poll(served(poll))) for poll in range(1, 51)) == 0


@pytest.mark.case(42)
def test_www_a_fragment_and_a_last_slash_make_no_difference() -> None:
    spellings = ["https://pier.example/a", "http://www.pier.example/a/", "https://PIER.example:443/a#top"]
    world = watched(Entry(guid=spellings[0], title="A pier", summary="Wood."), *ITEMS[:3])
    for spelling in spellings:
        assert world.poll([Entry(guid=spelling, title="The pier", summary="Steel."), *ITEMS[:3]]) == []
    other = Entry(guid="https://pier.example:8443/a", title="Another pier", summary="Stone.")
    assert len(world.poll([other, *ITEMS[:3]])) == 1


@pytest.mark.case(42)
def test_moving_to_https_is_no_news() -> None:
    before = [replace(item, guid=f"http://{item.url[8:]}", url=f"http://{item.url[8:]}") for item in ITEMS if item.url]
    after = [replace(item, guid=item.url) for item in ITEMS]
    world = watched(*before)
    assert world.poll(after) == []


@pytest.mark.case(43)
def test_a_site_that_renames_everything_is_recognised() -> None:
    world = watched()
    moved = [
        replace(item, guid=f"new-{n}", url=f"https://gazette.example/story/{n}", published=world.now)
        for n, item in enumerate(ITEMS)
    ]
    assert world.poll(moved) == []
    assert any("anew" in note for note in world.notes)
    fresh = replace(entry(60), guid="new-60", url="https://gazette.example/story/60")
    assert [article.entry for article in world.alerts([fresh, *moved])] == [fresh]


@pytest.mark.case(43)
def test_a_site_that_renames_and_rewrites_everything_is_recognised_by_its_old_dates() -> None:
    world = watched()
    moved = [replace(item, guid=f"n{n}", url=f"https://g.example/{n}", summary="") for n, item in enumerate(ITEMS)]
    moved = [replace(item, published=START - timedelta(minutes=n)) for n, item in enumerate(moved)]
    assert world.poll(moved) == []


@pytest.mark.case(44)
@pytest.mark.parametrize("days", [1, 30, 400])
def test_an_item_that_returns_is_no_news(days: int) -> None:
    world = watched()
    world.poll(ITEMS[1:])
    world.now += days * DAY
    assert world.poll(ITEMS) == []


@pytest.mark.case(45)
def test_the_order_of_items_means_nothing() -> None:
    world = watched()
    for seed in range(5):
        shuffled = random.Random(seed).sample(ITEMS, len(ITEMS))
        assert world.poll(shuffled) == []
    assert len(world.poll([*ITEMS, entry(70)])) == 1


@pytest.mark.case(46)
def test_a_corrected_title_and_a_bumped_date_change_the_article_in_place() -> None:
    world = watched()
    corrected = replace(ITEMS[3], title="Ferry number 4 left on time", published=world.now)
    assert world.poll([*ITEMS[:3], corrected, *ITEMS[4:]]) == []
    assert [(revised.title, revised.article_id) for revised in world.store.revised] == [(corrected.title, 4)]


@pytest.mark.case(46)
def test_a_bumped_date_alone_changes_nothing() -> None:
    world = watched()
    world.poll([replace(item, published=world.now) for item in ITEMS])
    assert world.store.revised == []


@pytest.mark.case(46)
def test_a_text_that_switches_back_and_forth_is_read_again_once_each_way() -> None:
    world = watched()
    other = [replace(ITEMS[0], summary="The ferry is late after all."), *ITEMS[1:]]
    for _ in range(10):
        world.poll(other)
        world.poll(ITEMS)
    assert len(world.store.revised) == 1


@pytest.mark.case(47)
def test_a_new_item_with_an_old_date_is_news() -> None:
    world = watched()
    late = entry(80, published=START - 30 * DAY)
    assert [article.entry for article in world.alerts([*ITEMS, late])] == [late]


@pytest.mark.case(54)
def test_the_first_poll_is_a_baseline() -> None:
    world = FeedWorld()
    assert [article.baseline for article in world.poll(ITEMS)] == [True] * 20
    assert [article.baseline for article in world.poll([*ITEMS, entry(90)])] == [False]


@pytest.mark.case(54, 132)
@pytest.mark.parametrize("answer", [None, NotModified()], ids=["the same document", "not modified"])
def test_a_feed_that_returns_as_it_left_has_its_baseline_by_that(answer: NotModified | None) -> None:
    world = watched()
    world.state = enlisted(world.feed, world.feed.url, world.state, world.now + 3 * DAY)
    assert world.state.baseline_at is None
    world.poll(None if answer else ITEMS, answer=answer)
    assert [article.baseline for article in world.poll([*ITEMS, entry(90)])] == [False]


@pytest.mark.case(54)
def test_backfill_lets_the_first_poll_alert_on_what_is_young_enough() -> None:
    world = FeedWorld(settings=IntervalSettings(backfill=timedelta(hours=3)))
    assert len(world.alerts([*ITEMS, replace(entry(91), published=None)])) == 3


@pytest.mark.case(64)
def test_space_case_and_encoding_of_a_title_do_not_matter() -> None:
    items = [replace(item, guid=None, url=None, link=None) for item in ITEMS[:3]]
    world = watched(*items)
    spaced = [replace(item, title=item.title.replace(" ", " \r\n\t").upper()) for item in items]
    assert world.poll(spaced) == []
    assert world.store.revised == []


@pytest.mark.case(63)
def test_composed_and_decomposed_letters_are_the_same() -> None:
    world = watched(entry(1, guid=None, url=None, title="Caf\u00e9 on the pier"))
    assert world.poll([entry(1, guid=None, url=None, title="Cafe\u0301 on the pier")]) == []


def test_the_same_address_in_another_feed_is_a_sighting() -> None:
    store = Articles()
    first = FeedWorld(store=store)
    second = FeedWorld(store=store, feed=Feed(key="port", url="https://port.example/feed"))
    first.poll(ITEMS[:5])
    second.poll([entry(11)])
    assert len(first.poll([entry(12), *ITEMS[:5]])) == 1
    other_words = entry(12, guid="port-12", title="On time, for once", summary="A ferry was on time.")
    assert second.poll([other_words, entry(11)]) == []
    assert store.sightings == [7]
    for _ in range(3):
        assert first.poll([entry(12), *ITEMS[:5]], after=DAY) == []
        assert second.poll([other_words, entry(11)], after=DAY) == []
    assert store.revised == []
    assert store.sightings == [7]


def test_the_baseline_of_a_new_feed_does_not_hide_news_from_another() -> None:
    store = Articles()
    old = FeedWorld(store=store)
    old.poll(ITEMS)
    news = entry(99, published=START + timedelta(minutes=30))
    FeedWorld(store=store, feed=Feed(key="late", url="https://late.example/feed"), now=START + timedelta(hours=1)).poll(
        [news, entry(13)]
    )
    assert [article.entry for article in old.alerts([news, *ITEMS])] == [news]


def test_entries_of_a_live_blog_share_an_address_and_are_all_kept() -> None:
    live = "https://harbour-gazette.example/live"
    posts = [
        Entry(guid=f"p{n}", url=live, link=live, title=f"Storm: update {n}", summary=f"Wave {n}.") for n in range(5)
    ]
    world = watched(*posts[:3])
    assert len(world.poll(posts)) == 2
    assert world.poll(posts[3:]) == []


def test_an_alert_page_with_one_entry_at_a_time_brings_each() -> None:
    page = "https://coastguard.example/warnings"

    def warning(number: int) -> Entry:
        return Entry(guid=f"w{number}", url=page, link=page, title=f"Gale warning {number}", summary="Stay ashore.")

    world = watched(warning(0))
    assert [len(world.poll([warning(number)])) for number in (1, 1, 2, 2, 1)] == [1, 0, 1, 0, 0]


def test_a_guid_that_only_repeats_the_address_with_a_version_is_no_new_entry() -> None:
    url = "https://harbour-gazette.example/9"
    world = watched(entry(9, guid=f"{url}#0"), *ITEMS[:2])
    assert world.poll([entry(9, guid=f"{url}#1", title="Ferry nine never left"), *ITEMS[:2]]) == []
    assert len(world.store.revised) == 1


def test_recurring_titles_are_different_articles() -> None:
    def briefing(day: int) -> Entry:
        url = f"https://harbour-gazette.example/briefing/{day}"
        return Entry(
            guid=url, url=url, link=url, title="Tuesday briefing", summary="All you need.", published=START + day * DAY
        )

    world = watched(*ITEMS)
    assert [len(world.poll([briefing(day), *ITEMS], after=7 * DAY)) for day in (0, 7, 14)] == [1, 1, 1]
    assert len(watched(*ITEMS).poll([briefing(0), briefing(7), briefing(14)])) == 3


def test_a_feed_of_recurring_titles_alone_is_not_taken_for_a_renamed_site() -> None:
    def warnings(day: int) -> list[Entry]:
        return [
            entry(
                n, guid=f"{day}-{n}", url=f"https://w.example/{day}/{n}", title=f"Tides at pier {n}", summary=f"{day}"
            )
            for n in range(8)
        ]

    world = watched(*warnings(0))
    tomorrow = [replace(item, published=world.now + DAY) for item in warnings(1)]
    assert len(world.poll(tomorrow, after=DAY)) == 8


def test_an_item_given_twice_in_a_document_is_one() -> None:
    world = watched(*ITEMS[:2])
    twice = [entry(5), entry(5), entry(6), entry(6, guid="again")]
    assert len(world.poll(twice)) == 2
    assert world.poll(twice) == []


def test_entries_that_say_nothing_at_all_are_still_told_apart() -> None:
    world = watched(Entry(text="one"), Entry(text="two"))
    assert len(world.store.articles) == 2
    assert world.poll([Entry(text="two"), Entry(text="one")]) == []


def test_content_hashes_name_their_feed() -> None:
    one, two = content_hash("a", ITEMS[0]), content_hash("b", ITEMS[0])
    assert one[:8] != two[:8]
    assert one[8:] == two[8:]
    assert len(one) == 32


LETTERS = "aE0 =_-\u2019\xa0\xe9\u0130\u03c2\u1e9e\ufb01\u2122\ud800"
COMPOSED = "\u0301\u0338\u1100\u1161\u11a8\uac00\uffc2\u09c7\u09be"


@given(st.text(st.sampled_from(LETTERS + COMPOSED)) | st.text())
@settings(max_examples=500)
def test_a_content_hash_is_of_the_folded_letters_and_digits(text: str) -> None:
    folded = unicodedata.normalize("NFKC", text).casefold()
    said = ["".join(char for char in folded if char.isalnum()).encode(), b"", b""]
    framed = b"".join(len(part).to_bytes(8) + part for part in [b"content", *said])
    assert content_hash("f", Entry(title=text))[8:] == hashlib.sha256(framed).digest()[:24]


word = st.one_of(
    st.none(), st.sampled_from(["", " ", "a", "b", "http://x.example/1", "https://www.x.example/1#f", "x\ud800"])
)


@given(st.lists(st.builds(Entry, guid=word, url=word, title=word.map(str), summary=word.map(str)), max_size=6))
@settings(max_examples=150, deadline=None)
def test_a_second_look_at_any_document_finds_nothing_new(entries: list[Entry]) -> None:
    world = FeedWorld()
    world.poll(entries)
    assert world.poll(entries, url="https://harbour-gazette.example/again") == []
    assert all(len(key) == 32 for keys in keys_of("f", entries) for key in keys.lookups())


@pytest.mark.case(128)
@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=1), timedelta(days=3_650)])
def test_a_clock_that_jumps_repeats_nothing_and_asks_no_more_than_once_for_it(jump: timedelta) -> None:
    world = FeedWorld()
    items = [entry(number) for number in range(1, 11)]
    world.poll(items)
    before = world.state.due
    world.now += jump
    extra = 0
    while world.state.due <= world.now and extra < 5:
        assert world.alerts(items, after=timedelta(0)) == []
        extra += 1
    assert extra <= 1
    assert world.state.due >= before
    assert len(world.alerts([*items, entry(11)])) == 1


def test_keys_are_the_same_in_every_version() -> None:
    """They are stored for good: with other keys an upgrade would tell of everything again."""
    plain, bare, undated, empty = keys_of(
        "gazette",
        [
            entry(1),
            replace(entry(2), guid=None, url=None, link=None),
            replace(entry(3), published=None),
            replace(entry(4), guid=None, url=None, link=None, title=""),
        ],
    )
    named = (plain.guid, plain.url, plain.shown, plain.baseline, plain.dated, plain.titled)
    assert [key.hex()[:8] for key in named if key] == [
        "016292ed",
        "e029dfb5",
        "88ea0699",
        "79396008",
        "1491fa68",
        "cf136df9",
    ]
    assert (bare.guid, bare.url, bare.shown, bare.baseline, bare.whole) == (None,) * 5
    last_resorts = (bare.dated, undated.dated, empty.whole)
    assert [key.hex()[:8] for key in last_resorts if key] == ["de530c1a", "e3ac4891", "a4133e02"]
    assert content_hash("gazette", entry(1)).hex()[:24] == "62f0bcd925fb756b2574983c"
    assert said_before("gazette", b"1").hex()[:8] == "7b4dbe80"


def test_a_guid_is_its_own_evidence_unless_it_is_the_address_again() -> None:
    place = "https://harbour-gazette.example/1"

    def independent(guid: str) -> bool:
        return keys_of("gazette", [entry(1, guid=guid)])[0].independent

    assert not any(map(independent, (place, f"{place}?token=7", f"{place}?token=7?again", f"{place}/?")))
    assert all(map(independent, ("gazette-1", "https://harbour-gazette.example/2?token=7", "?", f"see {place}")))


def test_a_baseline_keeps_another_address_key_than_news() -> None:
    [keys] = keys_of("gazette", [entry(1)])
    assert keys.url in keys.to_keep(baseline=False)
    assert keys.baseline not in keys.to_keep(baseline=False)
    assert keys.baseline in keys.to_keep(baseline=True)
    assert keys.url not in keys.to_keep(baseline=True)


def test_a_title_given_to_several_addresses_says_nothing_of_either() -> None:
    one, other = keys_of("gazette", [entry(n, guid=None, title="Ferries today") for n in (1, 2)])
    assert (one.titled, other.titled) == (None, None)
    assert one.url != other.url


def test_space_in_a_guid_does_not_matter() -> None:
    one, other = (keys_of("gazette", [entry(1, guid=guid)])[0] for guid in ("a b", " a \n b "))
    assert one.guid == other.guid
    assert one.guid != keys_of("gazette", [entry(1, guid="ab")])[0].guid
