"""Speed and memory of the story index, side by side with datasketch's MinHashLSH on the same texts.

    python benchmarks/stories.py [--window 100000] [--copies 1000000] [--peer 4000] [--measured 1000]

Texts are generated: invented words with the frequencies of a language (Zipf), a handful of rare ones shared by the
reports of one event. Three measurements in one run, all in CPU time of one core (`time.process_time`):

window  sketch, tidy, look up, place and learn, as triage does, with that many different articles in the window
copies  the same for copies, with that many copies known of a tenth as many texts (`--copies 0` leaves it out)
peer    the same texts in datasketch: MinHash of 128 permutations over the same three-word shingles, LSH at 0.5;
        recall on copies cut to 30-70 %, edited, and extended by a quarter; left out when it is not installed
        (or with `--peer 0`). Of our bytes 8 MB are a table of fixed size, so that few texts look dear

A calibration line tells how fast the machine was meanwhile: a loop of a million additions takes 0.03 s on an idle one.
"""

import argparse
import gc
import importlib.util
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from monitor.domain.stories import StoryIndex, fingerprint
from monitor.domain.stories.values import Fingerprint, Placed, ReportText

START = datetime(2030, 5, 6, tzinfo=UTC)
WORDS = 350
VOCABULARY = 60_000
REPORTS_OF_AN_EVENT = 4


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--window", type=int, default=100_000)
    parser.add_argument("--copies", type=int, default=1_000_000)
    parser.add_argument("--peer", type=int, default=4_000)
    parser.add_argument("--measured", type=int, default=1_000)
    chosen = parser.parse_args()
    print(f"calibration: {_calibration():.3f} s for a million additions (0.03 on an idle machine)")
    measure_window(chosen.window, chosen.measured)
    if chosen.copies:
        measure_copies(chosen.copies, chosen.measured)
    if chosen.peer and importlib.util.find_spec("datasketch"):
        measure_peer(chosen.peer)


def measure_window(size: int, measured: int) -> None:
    """Measure different articles in the window."""
    index, made = StoryIndex(timedelta(hours=72)), reports(size + measured)
    for number in range(1, size + 1):
        report = next(made)
        index.learn([placed(number, fingerprint(report), at=START + timedelta(seconds=2 * number))])
    fresh = list(made)
    began = time.process_time()
    found = 0
    slowest = 0.0
    for number, report in enumerate(fresh, start=size + 1):
        at = START + timedelta(seconds=2 * number)
        sketch = fingerprint(report)
        index.tidy()
        asked = time.process_time()
        placement = index.locate(sketch, outlet=report.outlet, at=at)
        slowest = max(slowest, time.process_time() - asked)
        found += placement.story_id is not None
        index.learn([placed(number, sketch, at=at, story=placement.story_id, copy_of=placement.copy_of)])
    spent = time.process_time() - began
    print(
        f"window: {size:,} articles known: {measured / spent:,.0f} articles/s sketched, placed and learnt;"
        f" slowest look-up {slowest * 1e3:.1f} ms; {index.nbytes / len(index):.0f} bytes an article;"
        f" {found / measured:.0%} joined a story"
    )


def measure_copies(known: int, measured: int) -> None:
    """Measure copies of a tenth as many texts."""
    index, texts = StoryIndex(timedelta(days=30)), list(reports(known // 10, shared=False))
    sketches = [fingerprint(report) for report in texts]
    for number in range(1, known + 1):
        original = (number - 1) % len(texts)
        at = START + timedelta(seconds=number)
        copy_of = None if number <= len(texts) else original + 1
        index.learn([placed(number, sketches[original], at=at, story=original + 1, copy_of=copy_of)])
    chance = random.Random(5)
    asked = [chance.randrange(len(texts)) for _ in range(measured)]
    began = time.process_time()
    right = 0
    for step, original in enumerate(asked):
        number = known + step + 1
        report = texts[original]
        sketch = fingerprint(
            ReportText(title=report.title, text=cut(report.text, chance), language=None, outlet="x.example")
        )
        placement = index.locate(sketch, outlet="x.example", at=START + timedelta(seconds=number))
        right += placement.copy_of == original + 1
        at = START + timedelta(seconds=number)
        index.learn([placed(number, sketch, at=at, story=placement.story_id, copy_of=placement.copy_of)])
    spent = time.process_time() - began
    print(
        f"copies: {known:,} copies known: {measured / spent:,.0f} articles/s;"
        f" {right / measured:.1%} traced to their original; {index.nbytes / len(index):.0f} bytes a copy"
    )


def measure_peer(size: int) -> None:
    """Measure the same texts in our index and in datasketch."""
    from datasketch import MinHash, MinHashLSH

    texts = list(reports(size, shared=False))
    chance = random.Random(9)
    copies = [_copied(report.text, texts[chance.randrange(size)].text, chance) for report in texts[:1_000]]

    def minhash(text: str) -> MinHash:
        words = text.split()
        sketch = MinHash(num_perm=128)
        sketch.update_batch([" ".join(words[at : at + 3]).encode() for at in range(len(words) - 2)])
        return sketch

    def theirs() -> Callable[[str], int | None]:
        lsh = MinHashLSH(threshold=0.5, num_perm=128)
        for number, report in enumerate(texts):
            lsh.insert(number, minhash(report.text))
        return lambda text: min(lsh.query(minhash(text)), default=None)

    def ours() -> Callable[[str], int | None]:
        index = StoryIndex(timedelta(hours=72))
        for number, report in enumerate(texts, start=1):
            index.learn([placed(number, fingerprint(report), at=START)])

        def ask(text: str) -> int | None:
            sketch = fingerprint(ReportText(title="", text=text, language=None, outlet="x.example"))
            found = index.locate(sketch, outlet="x.example", at=START).copy_of
            return None if found is None else found - 1

        return ask

    for name, build in (("ours", ours), ("datasketch", theirs)):
        _contest(name, build, copies, size)


def _contest(name: str, build: Callable[[], Callable[[str], int | None]], copies: Sequence[str], size: int) -> None:
    began = time.process_time()
    ask = build()
    built = time.process_time() - began
    began = time.process_time()
    right = sum(ask(text) == number for number, text in enumerate(copies))
    asked = time.process_time() - began
    del ask
    gc.collect()
    tracemalloc.start()
    kept = build()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    print(
        f"peer: {name:<11} {size / built:>7,.0f} texts/s learnt, {len(copies) / asked:>7,.0f}/s asked,"
        f" {held / size:>7,.0f} bytes a text, recall {right / len(copies):.3f}"
    )


def placed(
    number: int, made: Fingerprint, *, at: datetime, story: int | None = None, copy_of: int | None = None
) -> Placed:
    """Make a row as storage would return it."""
    return Placed(
        sequence=number,
        article_id=number,
        story_id=story or number,
        copy_of=copy_of,
        outlet=f"outlet{number % 500}.example",
        at=at,
        fingerprint=made,
    )


def reports(count: int, *, shared: bool = True) -> Iterator[ReportText]:
    """Invent articles; with `shared`, every few of them are about one event."""
    chance = np.random.default_rng(3)
    words = np.array([_word(number) for number in range(VOCABULARY)])
    frequency = 1.0 / np.arange(20, VOCABULARY + 20)
    steps = np.cumsum(frequency / frequency.sum())
    rare: list[str] = []
    for number in range(count):
        body = words[np.searchsorted(steps, chance.random(WORDS)).clip(0, VOCABULARY - 1)].tolist()
        if number % REPORTS_OF_AN_EVENT == 0 or not shared:
            rare = words[chance.integers(5_000, VOCABULARY, 12)].tolist()
        title = [*rare[:5], *body[:4]] if shared else body[:9]
        lead = [*rare, *body[:8]] if shared else body[:8]
        text = " ".join([*lead, *body[8:]])
        yield ReportText(title=" ".join(title), text=text, language=None, outlet=f"outlet{number % 500}.example")


def cut(text: str, chance: random.Random) -> str:
    """Keep the first 30 to 70 % of a text."""
    words = text.split(" ")
    return " ".join(words[: int(len(words) * chance.uniform(0.3, 0.7))])


def _copied(text: str, donor: str, chance: random.Random) -> str:
    way = chance.randrange(3)
    words, foreign = text.split(" "), donor.split(" ")
    if way == 0:
        return cut(text, chance)
    if way == 1:
        return " ".join(chance.choice(foreign) if chance.random() < 0.05 else word for word in words)
    return " ".join([*words, *foreign[: len(foreign) // 4]])


def _word(number: int) -> str:
    syllables = ("ba", "lo", "mi", "ten", "kar", "su", "vel", "do", "ri", "mon", "pa", "ges", "ul", "ta", "ne", "shi")
    word = ""
    number += 16
    while number:
        number, digit = divmod(number, 16)
        word += syllables[digit]
    return word


def _calibration() -> float:
    began = time.process_time()
    total = 0
    for number in range(1_000_000):
        total += number
    return time.process_time() - began


if __name__ == "__main__":
    main()
