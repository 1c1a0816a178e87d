"""News told after one pattern: what tells two events apart are the names and numbers in their headlines."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from monitor.domain.stories import StoryIndex, fingerprint
from monitor.domain.stories.memory.frequencies import Frequencies
from monitor.domain.stories.values import Placed, Placement, ReportText

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)


def placed(reports: Sequence[tuple[str, str]]) -> list[Placement]:
    """Place reports (title, text), each of another outlet, one minute apart."""
    index = StoryIndex(timedelta(days=3))
    placements = []
    for number, (title, text) in enumerate(reports, start=1):
        outlet, at = f"outlet-{number}.example", NOON + timedelta(minutes=number)
        made = fingerprint(ReportText(title=title, text=text, language=None, outlet=outlet))
        placement = index.locate(made, outlet=outlet, at=at)
        placements.append(placement)
        story = number if placement.story_id is None else placement.story_id
        index.learn(
            [
                Placed(
                    sequence=number,
                    article_id=number,
                    story_id=story,
                    copy_of=placement.copy_of,
                    outlet=outlet,
                    at=at,
                    fingerprint=made,
                )
            ]
        )
    return placements


def earthquake(place: str, magnitude: str) -> tuple[str, str]:
    return (
        f"Magnitude {magnitude} earthquake strikes near {place}",
        f"A magnitude {magnitude} earthquake struck near {place} on Monday, the survey said. "
        "There were no immediate reports of damage or casualties.",
    )


def duties(place: str, percent: int, goods: str) -> tuple[str, str]:
    return (
        f"{place} imposes {percent}% tariffs on imported {goods}",
        f"{place} will impose import tariffs of {percent} percent on {goods}, the trade minister said on Monday.",
    )


def typhoon(number: int, wind: int, moved: int) -> tuple[str, str]:
    return (
        f"第{number}号台风登陆，最大风力{wind}米",
        f"据气象台消息，第{number}号台风今天登陆，中心附近最大风力每秒{wind}米，当地已经转移群众{moved}人，学校停课。",
    )


@pytest.mark.parametrize(
    "reports",
    [
        [earthquake("Karvan", "5.1"), earthquake("Lodrim", "4.4"), earthquake("Tessany", "6.2")],
        [duties("Oslo", 25, "garlic"), duties("Lima", 10, "steel pipes"), duties("Perth", 40, "cotton shirts")],
        [typhoon(3, 42, 1200), typhoon(5, 33, 870), typhoon(8, 51, 9100)],
    ],
    ids=["earthquakes", "duties", "typhoons"],
)
def test_events_told_in_the_same_words_are_stories_of_their_own(reports: list[tuple[str, str]]) -> None:
    assert [placement.story_id for placement in placed(reports)] == [None] * 3


def test_another_outlets_report_in_other_words_finds_its_event() -> None:
    second = (
        "Tremor shakes Lodrim, no damage reported",
        "People in Lodrim ran into the streets as an earthquake of magnitude 4.4 shook houses.",
    )
    placements = placed([earthquake("Karvan", "5.1"), earthquake("Lodrim", "4.4"), second])
    assert placements[2].story_id == 2


def test_a_new_count_of_the_same_event_stays_with_it() -> None:
    first, second = (
        (
            f"Fire in Karvan market kills {dead}",
            f"A fire in the covered market of Karvan killed {dead} people on Monday, the mayor Ilse Brandt said.",
        )
        for dead in (12, 15)
    )
    assert placed([first, second])[1].story_id == 1


def test_what_the_whole_stream_says_tells_nothing() -> None:
    """A stream of sixty reports on one subject has its own common words."""
    frequencies = Frequencies()
    common, rare = np.uint32(1), np.arange(2, 62, dtype=np.uint32)
    for own in rare:
        frequencies.count(np.array([common, own]))
    weights = frequencies.weigh(np.array([common, rare[0]]))
    assert weights[0] < 0.2 < 0.8 < weights[1]
