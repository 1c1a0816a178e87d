"""Invent news told after one pattern, as wire services tell earthquakes, results and appointments.

Every event has a headline and a first paragraph after the mould of its family, with names and numbers of its own; some
are reported again by another outlet in other words. A story index that goes by likeness alone takes the events of one
family for one story.
"""

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from benchmarks.quality.placings import place, share
from benchmarks.quality.streams import StreamDocument

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
_SYLLABLES = (
    "ka",
    "lo",
    "mer",
    "tan",
    "vi",
    "ros",
    "dun",
    "sel",
    "pra",
    "nor",
    "bi",
    "gul",
    "tes",
    "har",
    "om",
    "zin",
    "qua",
    "fel",
    "wy",
    "jes",
)
_GOODS = (
    "steel pipes",
    "copper wire",
    "olive oil",
    "electric buses",
    "solar panels",
    "wheat flour",
    "rubber tyres",
    "ceramic tiles",
    "paper towels",
    "wine bottles",
    "cotton shirts",
    "fishing nets",
    "steam turbines",
    "ball bearings",
    "glass wool",
    "oat milk",
    "zinc ore",
    "cocoa beans",
)


class Event(NamedTuple):
    """What fills a mould."""

    place: str
    other: str
    person: str
    firm: str
    goods: str
    percent: int
    many: int


Mould = Callable[[Event], tuple[str, str, str, str]]
"""Headline and text of the first report, headline and text of the second."""

FAMILIES: dict[str, Mould] = {
    "duties": lambda e: (
        f"{e.place} imposes {e.percent}% tariffs on imported {e.goods}",
        f"{e.place} will impose import tariffs of {e.percent} percent on "
        f"{e.goods}, the trade minister said on Monday. The "
        f"duties answer tariffs imposed by {e.other}.",
        f"Importers of {e.goods} brace for new duties in {e.place}",
        f"Shipments of {e.goods} into {e.place} will cost {e.percent} percent "
        f"more after the government announced import "
        f"tariffs, answering {e.other}.",
    ),
    "earthquakes": lambda e: (
        f"Magnitude {e.percent / 10 + 1:.1f} earthquake strikes near {e.place}",
        f"A magnitude {e.percent / 10 + 1:.1f} earthquake struck {e.many} "
        f"kilometres from {e.place} on Monday, the survey "
        "said. There were no immediate reports of damage or casualties.",
        f"Tremor shakes {e.place}, no damage reported",
        f"People in {e.place} ran into the streets as an earthquake of "
        f"magnitude {e.percent / 10 + 1:.1f} shook houses "
        f"{e.many} kilometres away.",
    ),
    "earnings": lambda e: (
        f"{e.firm} quarterly profit rises {e.percent}% on strong demand",
        f"{e.firm} said on Monday its quarterly profit rose {e.percent} percent "
        f"to {e.many} million dollars as demand for "
        f"its {e.goods} stayed strong. The shares rose in early trading.",
        f"Strong {e.goods} sales lift {e.firm}",
        f"{e.firm}, the maker of {e.goods}, earned {e.many} million dollars in "
        f"the quarter, {e.percent} percent more than "
        "a year earlier.",
    ),
    "matches": lambda e: (
        f"{e.place} beat {e.other} {e.percent % 5 + 1}-{e.many % 3} in league match",
        f"{e.place} beat {e.other} {e.percent % 5 + 1}-{e.many % 3} in the "
        f"league on Monday with goals from {e.person}. "
        "The coach praised his players after the match.",
        f"{e.person} the hero as {e.place} win against {e.other}",
        f"{e.person} scored as {e.place} won against {e.other}, who stay in the lower half of the table.",
    ),
    "attacks": lambda e: (
        f"Drone strike on {e.place} kills {e.percent}, officials say",
        f"A drone strike on {e.place} killed {e.percent} people and injured "
        f"{e.many} overnight, officials said on Monday. "
        "Rescue workers searched the rubble of a residential building.",
        f"At least {e.percent} dead after night of attacks on {e.place}",
        f"Rescuers in {e.place} pulled bodies from a residential building; "
        f"{e.percent} people died and {e.many} were hurt, "
        "the mayor said.",
    ),
    "appointments": lambda e: (
        f"{e.person} appointed chief executive of {e.firm}",
        f"{e.firm} has appointed {e.person} as chief executive, the company "
        f"said on Monday. The board thanked the previous "
        "chief executive for years of service.",
        f"{e.firm} names {e.person} to lead turnaround",
        f"{e.person}, who ran a rival for years, will take over at {e.firm}, a maker of {e.goods} in {e.place}.",
    ),
    "Polish": lambda e: (
        f"Wypadek autobusu koło miasta {e.place}, {e.percent} osób rannych",
        f"Koło miasta {e.place} doszło w poniedziałek do wypadku autobusu, "
        f"{e.percent} osób zostało rannych, poinformowała "
        "straż pożarna. Droga była zablokowana przez kilka godzin.",
        f"Autobus w rowie pod miastem {e.place}",
        f"Autobus jadący z miasta {e.other} do miasta {e.place} wpadł do rowu. Ranne zostały {e.percent} osoby.",
    ),
    "Chinese": lambda e: (
        f"第{e.many}号台风登陆，最大风力{e.percent}米，{e.many + 700}人转移",
        f"据气象台消息，第{e.many}号台风今天登陆，中心附近最大风力每秒{e.percent}米，"
        f"当地已经转移群众{e.many + 700}人，学校停课。",
        f"第{e.many}号台风来袭，学校停课",
        f"第{e.many}号台风今天登陆后，沿海学校停课，{e.many + 700}人被转移，风力达到每秒{e.percent}米。",
    ),
}


def patterned_stream(events: int, seed: int = 1) -> list[StreamDocument]:
    """Invent `events` of each family, 9 minutes apart, every third with a second report."""
    chance = random.Random(seed)
    documents: list[StreamDocument] = []
    for number in range(events):
        at = NOON + timedelta(minutes=9 * number)
        for family, mould in FAMILIES.items():
            event = Event(
                place=_name(chance),
                other=_name(chance),
                person=f"{_name(chance)} {_name(chance)}",
                firm=f"{_name(chance)} {chance.choice(['Group', 'Motors', 'Foods', 'Bank', 'Energy'])}",
                goods=chance.choice(_GOODS),
                percent=chance.randrange(3, 95),
                many=chance.randrange(2, 400),
            )
            title, text, second_title, second_text = mould(event)
            story = f"{family} {number}"
            documents.append(_document(f"{story} first", at, f"first-{number % 7}.example", title, text, story))
            if number % 3 == 0:
                later = at + timedelta(minutes=30)
                second = f"second-{number % 5}.example"
                documents.append(_document(f"{story} second", later, second, second_title, second_text, story))
    return sorted(documents, key=lambda each: each.at)


def patterned_figures(events: int = 60) -> dict[str, float]:
    """Measure events swallowed by an earlier one's story, and second reports that found theirs."""
    documents = patterned_stream(events)
    placed = place(documents).story
    first: defaultdict[int, str] = defaultdict(str)
    for each in documents:
        first[placed[each.id]] = first[placed[each.id]] or each.id
    openings = [each.id for each in documents if each.id.endswith("first")]
    seconds = [each for each in documents if each.id.endswith("second")]
    return {
        "patterns_swallowed": share(first[placed[opening]] != opening for opening in openings),
        "patterns_joined": share(placed[each.id] == placed[f"{each.story} first"] for each in seconds),
    }


def _document(name: str, at: datetime, outlet: str, title: str, text: str, story: str) -> StreamDocument:
    return StreamDocument(id=name, at=at, outlet=outlet, title=title, text=text, story=story, role="core")


def _name(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3)))).capitalize()
