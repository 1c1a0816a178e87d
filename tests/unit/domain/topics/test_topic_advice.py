"""Ten subjects as a first-time author writes them, and what they find once the advice of `check` is applied."""

from collections.abc import Iterator

import pytest

from monitor.adapters.text.demonyms import demonyms
from monitor.adapters.text.word_frequencies import word_frequencies
from monitor.app.tools.advice import advice, languages_of
from monitor.domain.catalog import Feed
from monitor.domain.topics.authoring.advice import Advice, WordKnowledge, advise
from monitor.domain.topics.matcher import compile_all
from tests.support.topic_workbench import catalog, hits, topic

SUBJECTS: dict[str, tuple[list[str], list[str]]] = {
    '"export control"': (
        [
            "Ministers tighten export controls on chips",
            "New export control for drone parts",
            "Export controls hit toolmakers",
            "Makers ask for relief from export controls",
            "A year of export controls",
        ],
        ["Exports grow again", "Pest control fails in the valley"],
    ),
    "Israel AND strike": (
        [
            "Israeli airstrikes hit the port",
            "Israel launches strike on depot",
            "Israeli strike kills two",
            "Airstrike ordered by Israeli cabinet",
            "Israeli airstrike on the bridge",
        ],
        ["Israeli farmers plant dates", "Nurses go on strike in Leeds"],
    ),
    '"interest rate" AND (Fed OR ECB)': (
        [
            "Fed leaves interest rates alone",
            "ECB cuts interest rates again",
            "Interest rate rises as Fed warns",
            "Economists expect Fed to hold interest rates",
            "ECB president hints at lower interest rates",
        ],
        ["Feds raid a warehouse as interest rate falls", "Interest in rates of birth grows"],
    ),
    "Turkey AND quake": (
        [
            "Turkish earthquake leaves thousands homeless",
            "Earthquake shakes eastern Turkey",
            "Quake in Turkey felt far away",
            "Aid flows to Turkish quake zone",
            "Turkish earthquakes: what is known",
        ],
        ["Turkish lira falls", "Chile feels a quake"],
    ),
    '"trade deal" AND Japan': (
        [
            "Japanese trade deals wait for votes",
            "Japan signs trade deals with neighbours",
            "Trade deal: Japanese farmers protest",
            "Japanese cabinet backs trade deal",
            "New trade deal for Japan",
        ],
        ["Japanese team wins", "A trade deal in the south"],
    ),
    "China AND warship": (
        [
            "Chinese warships cross the strait",
            "Chinese warship shadows survey vessel",
            "China builds a warship",
            "Warships of the Chinese navy in port",
            "Coast watchers count Chinese warships",
        ],
        ["Chinese shares rise", "A British warship is sold"],
    ),
    '"power cut" OR "power outage"': (
        [
            "Power cuts across the capital",
            "Storm brings power outages",
            "Power outage at the airport",
            "Weeks of power cuts ahead",
            "Hospitals prepare for power outages",
        ],
        ["Power of the cut flower trade", "Steel output falls"],
    ),
    "Poland AND farmer AND protest": (
        [
            "Polish farmers protest at the border",
            "Polish farmer leads protests",
            "Farmers protest in Poland",
            "Protests by Polish farmers spread",
            "Polish farmers call off protest",
        ],
        ["Polish builders protest", "Farmers in France plough on"],
    ),
    '"data breach"': (
        [
            "Data breaches at two banks",
            "Hospital admits data breach",
            "Fines for data breaches double",
            "How data breaches happen",
            "Airline hit by data breaches",
        ],
        ["A breach of the dam", "Data on births"],
    ),
    "Brazil AND fire": (
        [
            "Brazilian wildfires spread north",
            "Wildfire smoke covers Brazil",
            "Brazilian fire crews exhausted",
            "Brazil counts its fires",
            "Wildfires burn Brazilian wetlands",
        ],
        ["Brazilian coffee is dear", "Wildfires in Canada"],
    ),
}


def advised(query: str, **sources: int) -> list[Advice]:
    knowledge = WordKnowledge(usual=word_frequencies, demonyms=demonyms(), sources=sources)
    return list(advise(compile_all(catalog(topic(query))), knowledge))


def applied(query: str) -> str:
    for found in sorted(advised(query), key=lambda found: -found.start):
        if found.replacement is not None:
            query = query[: found.start] + found.replacement + query[found.end :]
    return query


def shares(better: bool) -> Iterator[tuple[int, int]]:
    for query, (wanted, others) in SUBJECTS.items():
        asked = applied(query) if better else query
        yield sum(hits(asked, text) for text in wanted), sum(hits(asked, text) for text in others)


def test_applying_the_advice_doubles_recall_at_no_less_precision() -> None:
    (found, false), (found_then, false_then) = (tuple(map(sum, zip(*shares(better), strict=True))) for better in (0, 1))
    assert found_then >= 2 * found
    assert found_then >= 0.95 * sum(len(wanted) for wanted, _ in SUBJECTS.values())
    assert false_then <= false


@pytest.mark.parametrize(
    ("query", "better"),
    [
        ('"export control"', '"export control"~'),
        ("Israel", "(Israel OR Israeli)"),
        ("strike NEAR/5 port", "(strike OR airstrike) NEAR/5 (port OR airport OR seaport OR spaceport)"),
        ('lead:"Japan"^2', 'lead:("Japan" OR Japanese)^2'),
        ("Fed AND rates", "=Fed AND rates"),
        ('"strike" AND steel', '("strike"~ OR airstrike) AND steel'),
    ],
)
def test_each_piece_of_advice_can_be_pasted(query: str, better: str) -> None:
    assert applied(query) == better


@pytest.mark.parametrize(
    "query",
    [
        "=Fed",
        '"White House"',
        '"mediation plan"~',
        "Israel OR Israeli",
        "steel NOT Israel",
        "Trump AND steel",
        "outlet:israel.org AND x1",
    ],
)
def test_nothing_is_advised_where_nothing_is_missed(query: str) -> None:
    assert [str(found) for found in advised(query) if found.replacement] == []


def test_an_everyday_word_alone_is_told() -> None:
    assert "everyday word" in str(advised("rate OR lithium")[0])
    assert advised("rate AND lithium") == []


def test_languages_of_sources_without_terms_are_told() -> None:
    [found] = advised("lithium AND pit", en=4, pl=3, ru=1)
    assert "pl (3), ru (1)" in str(found)
    assert advised("lithium AND литий", en=4, ru=1) == []
    assert advised("lang:en AND lithium", en=4, pl=3) == []


def test_the_language_of_a_feed_is_told_by_its_country_when_it_does_not_say() -> None:
    feeds = [
        Feed(key=str(number), url=f"https://news.example.{domain}/rss", language=language)
        for number, (domain, language) in enumerate([("pl", None), ("pl", "en"), ("com", None), ("com", "uk")])
    ]
    assert languages_of(feeds) == {"pl": 1, "en": 1, "uk": 1}
    assert advice(compile_all(catalog(topic('"export control"'))), feeds) == []  # a topic without a place in a file
