"""Feed parsing measured: speed beside feedparser as it comes, survival of mutants.

    python benchmarks/feeds.py speed|read|fuzz FOLDER... [--mutants N] [--seed N] [--figure]

FOLDER holds feed documents, one a file, at any depth. `read` asks that every document in which feedparser finds entries
yields as many here. `fuzz` damages one item of a well-formed feed in each mutant
and asks that every other item comes back with its title and link as before, and that nothing is raised. `--figure`
keeps what `read` and `fuzz` found for docs/reliability.md.
"""

import argparse
import io
import random
import re
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from monitor.adapters.feeds.read import read_feed
from monitor.domain.feeds.feed import ParsedFeed
from tests.reliability import figures

CASES = {"read": (31, 32, 33, 34, 62), "fuzz": (62,)}
"""The cases of docs/reliability.md that a figure belongs to."""

NOW = datetime(2027, 1, 1, tzinfo=UTC)
URL = "https://feeds.example/all"
ITEM = re.compile(rb"<(item|entry)[ >].*?</\1>", re.DOTALL)
HOSTILE = (
    *(
        b"&#xD800;",
        b"&#99999999999;",
        b"&#x110000;",
        b"&#0;",
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"&nbsp;",
        b"&",
        b"<",
        b">",
    ),
    *(
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"<?php",
        b"</",
        b'"',
        b"'",
        b"<b",
        b"</description>",
        b"<title>",
        b"<item>",
        b"</rss>",
    ),
    *(
        b"<gml:pos>1</gml:pos>",
        b"<psc:chapter/>",
        b'<media:content url="x"/>',
        b"<x:y>",
        b'<a xmlns:q="urn:q">',
        b"<!DOCTYPE x>",
    ),
    *(
        b"<itunes:image/>",
        b"<georss:point>a b</georss:point>",
        b"<pubDate>0000-99-99</pubDate>",
        b"&lol;",
        b"\x0b",
        b"\xe2\x80\xae",
    ),
)


def documents(folders: list[Path]) -> Iterator[tuple[str, bytes]]:
    for folder in folders:
        paths = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
        yield from ((str(path), path.read_bytes()) for path in paths)


def ours(body: bytes) -> ParsedFeed | None:
    found = read_feed(body, URL, None, "", NOW)
    return found if isinstance(found, ParsedFeed) else None


def speed(folders: list[Path]) -> None:
    """CPU time a feed: feedparser as it comes, and ours from bytes to plain entries; three rounds, the median."""
    bodies = [body for name, body in documents(folders) if (found := ours(body)) and len(found.entries) >= 1]
    rounds: dict[str, list[float]] = {"feedparser": [], "wirewatch": []}
    for _ in range(3):
        for name, parse in (("feedparser", lambda body: feedparser.parse(io.BytesIO(body))), ("wirewatch", ours)):
            started = time.process_time()
            for body in bodies:
                parse(body)
            rounds[name].append((time.process_time() - started) / len(bodies) * 1000)
    theirs, mine = (sorted(rounds[name])[1] for name in ("feedparser", "wirewatch"))
    print(f"{len(bodies)} feeds, {sum(map(len, bodies)) / len(bodies) / 1000:.0f} KB each")
    print(f"feedparser {theirs:.2f} ms/feed, wirewatch {mine:.2f} ms/feed: {theirs / mine:.1f} times as fast")


def read(folders: list[Path]) -> str:
    """Documents in which feedparser finds entries, and those of them that yield as many here."""
    theirs = whole = 0
    for name, body in documents(folders):
        try:
            wanted = len(feedparser.parse(io.BytesIO(body)).entries)
        except Exception:  # noqa: BLE001  what it raises on is none that it can read
            continue
        if wanted:
            found = ours(body)
            theirs += 1
            whole += found is not None and len(found.entries) >= wanted
            if found is None or len(found.entries) < wanted:
                print(f"  {name}: {len(found.entries) if found else 'refused'}, feedparser {wanted}")
    return f"{whole} of {theirs} documents that feedparser can read, from four parsers' own suites, yield all entries"


def mutate(chance: random.Random, item: bytes) -> bytes:
    """Damage an item: drop, double or swap bytes, or put something hostile in."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(item))
        kind = chance.randrange(5)
        if kind == 0:
            item = item[:at] + item[at + chance.randint(1, 30) :]
        elif kind == 1:
            item = item[:at] + item[at : at + 20] * 2 + item[at + 20 :]
        elif kind == 2:
            item = item[:at] + bytes([chance.randrange(256)]) + item[at + 1 :]
        else:
            item = item[:at] + chance.choice(HOSTILE) + item[at:]
        item = item or b" "
    return item


def fuzz(folders: list[Path], mutants: int, seed: int, keep: Path | None) -> str:
    """Mutants with one damaged item: how many raise, and how many of the other items come back as before."""
    chance = random.Random(seed)
    feeds = []
    for _, body in documents(folders):
        items = list(ITEM.finditer(body))
        found = ours(body)
        if found and 3 <= len(items) == len(found.entries) <= 60 and len(body) < 200_000:
            feeds.append((body, items, found.entries))
    escaped, intact, lost, worst = 0, 0, 0, 0.0
    ways: Counter[str] = Counter()
    for number in range(mutants):
        body, items, entries = chance.choice(feeds)
        victim = chance.randrange(len(items))
        start, end = items[victim].span()
        mutant = body[:start] + mutate(chance, body[start:end]) + body[end:]
        started = time.process_time()
        try:
            found = ours(mutant)
        except Exception as error:  # noqa: BLE001
            escaped += 1
            print(f"  mutant {number}: {error!r}")
            continue
        worst = max(worst, time.process_time() - started)
        ways[found.parser if found else "refused"] += 1
        kept = Counter((entry.title, entry.link) for entry in found.entries) if found else Counter()
        wanted = Counter((e.title, e.link) for at, e in enumerate(entries) if at != victim)
        intact += wanted.total()
        missing = wanted - kept
        lost += missing.total()
        if missing and keep:
            (keep / f"{number}.xml").write_bytes(mutant)
    survived = 1 - lost / max(1, intact)
    print(f"read by {dict(ways)}; slowest {worst:.2f} s")
    return (
        f"{mutants:,} mutants of {len(feeds)} real feeds: {escaped} escapes; {survived:.2%} of {intact:,} intact items"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Feed parsing: speed, survival of mutants.")
    parser.add_argument("what", choices=("speed", "read", "fuzz"))
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--mutants", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the mutants that lost an intact item")
    parser.add_argument("--figure", action="store_true", help="keep the figure for docs/reliability.md")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.what == "speed":
        speed(arguments.folders)
        return
    said = (
        read(arguments.folders)
        if arguments.what == "read"
        else fuzz(arguments.folders, arguments.mutants, arguments.seed, arguments.keep)
    )
    print(said)
    if arguments.figure:
        by = f"benchmarks/feeds.py {arguments.what}"
        figures.keep(figures.ROOT, "feeds", by, CASES[arguments.what], said, datetime.now(UTC).date())


if __name__ == "__main__":
    main()
