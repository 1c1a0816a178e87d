"""The invented news world of the demo: outlets, what they publish, and when."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An article of the world; `minute` counts on the world's clock from the start of the demo."""

    slug: str
    title: str
    text: str
    minute: float
    edited: str | None = None
    edited_minute: float | None = None

    def text_at(self, minute: float) -> str:
        """What the page says at that minute."""
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
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All outlets, on a clock that runs `speed` world minutes a second from `start`."""

    outlets: tuple[Outlet, ...]
    start: datetime
    speed: float

    def minute(self, now: datetime) -> float:
        """The world's minute at `now`."""
        return (now - self.start).total_seconds() * self.speed

    def time_of(self, minute: float) -> datetime:
        """When a world minute falls, as pages and feeds print it."""
        return self.start + timedelta(minutes=minute)

    @property
    def last_minute(self) -> float:
        """When the last thing happens."""
        return max(max(p.minute, p.edited_minute or p.minute) for outlet in self.outlets for p in outlet.pieces)


def build(start: datetime, speed: float) -> World:
    """The world as `world.toml` describes it, the flood of irrelevant items included."""
    told = tomllib.loads(files(__package__).joinpath("world.toml").read_text(encoding="utf-8"))
    outlets = tuple(
        Outlet(
            key=outlet["key"],
            name=outlet["name"],
            host=outlet["host"],
            language=outlet["language"],
            tier=outlet.get("tier", 2),
            pieces=(*_pieces(told["articles"], outlet["key"]), *_flood(outlet.get("flood", 0))),
        )
        for outlet in told["outlets"]
    )
    return World(outlets=outlets, start=start, speed=speed)


def _pieces(articles: Sequence[dict[str, object]], outlet: str) -> list[Piece]:
    return [
        Piece(**{key: value for key, value in article.items() if key != "outlet"})  # type: ignore[arg-type]
        for article in articles
        if article["outlet"] == outlet
    ]


_SUBJECTS = (
    "chess club",
    "rowing team",
    "bakery",
    "night market",
    "city choir",
    "tram line",
    "allotment society",
    "ferry",
)
_EVENTS = ("opens its doors", "wins at home", "looks for volunteers", "celebrates fifty years", "moves to Mill Lane")
_PLACES = ("Northport", "Eastmere", "Little Quay", "Saltford", "Upper Weir", "Brackenhill")


def _flood(count: int) -> list[Piece]:
    """Local news that no topic wants, spread over the first half hour."""
    return [_local(n, 30 * n / count) for n in range(count)]


def _local(n: int, minute: float) -> Piece:
    subject, event, place = _SUBJECTS[n % 8], _EVENTS[n % 5], _PLACES[n % 6]
    title = f"{place} {subject} {event}"
    text = (
        f"The {subject} of {place} {event}, its members said on day {n + 1} of a busy season. About {20 + 7 * n} "
        f"people came to see it, among them the mayor, who stayed for {n % 5 + 1} hours and asked for the recipe.\n\n"
        f"Next month's programme hangs in the window of number {n + 3}. Entry is free; umbrellas are advised, "
        f"as they are everywhere in {place}."
    )
    return Piece(slug=f"local-{n + 1}", title=title, text=text, minute=minute)
