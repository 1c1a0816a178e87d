"""Build the demo's invented news world: outlets, their articles and their times."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsPiece:
    """An article of the world; `minute` counts on the world's clock from the start of the demo."""

    slug: str
    title: str
    text: str
    minute: float
    edited: str | None = None
    edited_minute: float | None = None

    def text_at(self, minute: float) -> str:
        """Return the page's text at that minute."""
        if self.edited is not None and self.edited_minute is not None and minute >= self.edited_minute:
            return self.edited
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A site with one feed."""

    key: str
    name: str
    host: str
    language: str
    tier: int
    pieces: tuple[NewsPiece, ...]


@dataclass(slots=True, kw_only=True)
class World:
    """All outlets, on a clock that stands at minute 0 until `begin`, then runs `speed` world minutes a second."""

    outlets: tuple[Outlet, ...]
    start: datetime
    speed: float
    running: bool = False

    def begin(self, now: datetime) -> None:
        """Let the world's clock run."""
        self.start, self.running = now, True

    def minute(self, now: datetime) -> float:
        """Return the world's minute at `now`."""
        return (now - self.start).total_seconds() * self.speed if self.running else 0.0

    def time_of(self, minute: float) -> datetime:
        """When a world minute falls, as pages and feeds print it."""
        return self.start + timedelta(minutes=minute)

    @property
    def last_minute(self) -> float:
        """When the last thing happens."""
        return max(max(p.minute, p.edited_minute or p.minute) for outlet in self.outlets for p in outlet.pieces)


def build(start: datetime, speed: float) -> World:
    """Build the world that `world.toml` describes, including the flood of irrelevant items."""
    told = tomllib.loads(files(__package__).joinpath("world.toml").read_text(encoding="utf-8"))
    articles: dict[str, list[dict[str, Any]]] = {}
    for article in told["articles"]:
        articles.setdefault(article.pop("outlet"), []).append(article)
    outlets = tuple(
        Outlet(
            key=outlet["key"],
            name=outlet["name"],
            host=outlet["host"],
            language=outlet["language"],
            tier=outlet.get("tier", 2),
            pieces=(
                *(NewsPiece(**article) for article in articles.get(outlet["key"], ())),
                # local news that no topic wants, spread over the first half hour
                *(_local(n, 1 + 29 * n / outlet["flood"]) for n in range(outlet.get("flood", 0))),
            ),
        )
        for outlet in told["outlets"]
    )
    return World(outlets=outlets, start=start, speed=speed)


_SUBJECTS = ("chess club", "rowing team", "bakery", "night market", "city choir", "tram line", "allotments", "ferry")
_EVENTS = ("opens its doors", "wins at home", "looks for volunteers", "celebrates fifty years", "moves to Mill Lane")
_PLACES = ("Northport", "Eastmere", "Little Quay", "Saltford", "Upper Weir", "Brackenhill")
_SENTENCES = (
    "The mayor stayed for an hour and asked twice for the recipe.",
    "Umbrellas are advised, as they are everywhere along the estuary.",
    "A brass band played until the last bus had gone.",
    "The oldest member, who joined at nineteen, cut the ribbon with garden shears.",
    "Neighbours complained about the noise and then joined in.",
    "Rain is forecast for Sunday, when the whole thing is to be repeated indoors.",
    "The treasurer described the accounts as healthy, with a long look at the roof.",
    "Two dogs were lost and found again within the same quarter of an hour.",
    "Entry is free for children, and for anyone who brings a chair.",
    "Plans for a second storey were passed from hand to hand and got tea on them.",
    "A visiting team from across the river went home with the silver spoon.",
    "The library has put the old photographs on show in its stairwell.",
    "Somebody had painted the gate yellow overnight; nobody objected.",
)


def _local(n: int, minute: float) -> NewsPiece:
    subject, event, place = _SUBJECTS[n % 8], _EVENTS[n % 5], _PLACES[n % 6]
    chosen = [_SENTENCES[(n * step + step) % len(_SENTENCES)] for step in (1, 3, 5, 7)]
    opening = f"The {subject} of {place} {event}, as number {n + 3} of this season's {40 + n % 9} occasions."
    text = f"{opening} {chosen[0]} {chosen[1]}\n\n{chosen[2]} {chosen[3]}"
    return NewsPiece(slug=f"local-{n + 1}", title=f"{place}: {subject} {event}", text=text, minute=minute)
