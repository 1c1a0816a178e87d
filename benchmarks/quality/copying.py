"""Copies made from real articles as newsrooms make them, and real articles on the same subject that are none."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xxhash

from benchmarks.quality.placings import share
from benchmarks.quality.streams import StreamDocument
from monitor.domain.stories import StoryIndex, fingerprint
from monitor.domain.stories.fingerprint.words import lower_words
from monitor.domain.stories.values import Placed, ReportText
from monitor.domain.topics.text.folding import fold_accents

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
NEAREST = 5
"""Articles of the same week that each article is compared with: those most like it in their words."""
WEEK = timedelta(days=7)
REPEATED = 0.3
"""Share of the shorter text's shingles from which the corpus itself holds a copy, and no negative."""

_SPACE = 1 << 14


def cut(words: list[str], chance: random.Random, donor: list[str]) -> list[str]:
    """Keep the first 30 to 70 %."""
    return words[: int(len(words) * chance.uniform(0.3, 0.7))]


def inserted(words: list[str], chance: random.Random, donor: list[str]) -> list[str]:
    """Insert a quarter of foreign text at a random place."""
    at = chance.randrange(len(words))
    return [*words[:at], *donor[: len(words) // 4], *words[at:]]


def edited(words: list[str], chance: random.Random, donor: list[str]) -> list[str]:
    """Replace one word in twenty."""
    return [chance.choice(donor) if chance.random() < 0.05 else word for word in words]


def reordered(words: list[str], chance: random.Random, donor: list[str]) -> list[str]:
    """Swap the halves."""
    middle = len(words) // 2
    return words[middle:] + words[:middle]


def mixed(words: list[str], chance: random.Random, donor: list[str]) -> list[str]:
    """Cut to 70 % and edited."""
    return edited(words[: int(len(words) * 0.7)], chance, donor)


def same(words: list[str], chance: random.Random, donor: list[str]) -> list[str]:
    """Keep the text; only the headline is new."""
    return words


WAYS: tuple[Callable[[list[str], random.Random, list[str]], list[str]], ...] = (
    cut,
    inserted,
    edited,
    reordered,
    mixed,
    same,
)


def copy_figures(articles: Sequence[StreamDocument], seed: int = 7, most: int = 1_200) -> dict[str, float]:
    """Measure how many copies are recognised, and how many alike articles are taken for copies.

    Recall is measured for each way of copying on at most `most` articles.
    Articles that really repeat one another (by their own shingles) are left out of the negatives. Every copy has a new
    headline made of words of its text.
    """
    chance = random.Random(seed)
    chosen = chance.sample(list(articles), min(most, len(articles)))
    index = StoryIndex(timedelta(hours=72))
    for number, document in enumerate(chosen, start=1):
        _learn(index, number, document)
    roots = _same_texts(chosen)
    found: dict[str, float] = {"articles_copied": float(len(chosen))}
    for way in WAYS:
        recalled = []
        for document in chosen:
            glue, words = _words(document.text)
            _, donor = _words(chance.choice(chosen).text)
            copy = glue.join(way(words, chance, donor))
            recalled.append(_copy_of(index, _headline(glue, words, chance), copy))
        found[f"copies_{way.__name__}"] = share(
            got is not None and roots[got - 1] == roots[number] for number, got in enumerate(recalled)
        )
    negatives = list(_false_copies(articles))
    return found | {"hard_negatives": float(len(negatives)), "copies_false": share(negatives)}


def _words(text: str) -> tuple[str, list[str]]:
    """Return the joint between words, and the words; characters of a script without spaces."""
    words = text.split(" ")
    return (" ", words) if 10 * len(words) > len(text) else ("", list(text))


def _false_copies(articles: Sequence[StreamDocument]) -> Iterator[bool]:
    """Yield for pairs of alike articles of one week whether the later counts as a copy."""
    shingles = [_shingles(document.text) for document in articles]
    for later, earlier in _alike(articles):
        mine, theirs = shingles[later], shingles[earlier]
        if len(mine & theirs) < REPEATED * min(len(mine), len(theirs)):
            index = StoryIndex(timedelta(hours=72))
            _learn(index, 1, articles[earlier])
            document = articles[later]
            yield _copy_of(index, document.title, document.text, document.outlet) is not None


def _alike(articles: Sequence[StreamDocument]) -> Iterator[tuple[int, int]]:
    """Yield each article with its `NEAREST` of the week in its language, by weighted words."""
    vectors = _vectors(articles)
    order = sorted(range(len(articles)), key=lambda number: articles[number].at)
    by_language: defaultdict[str | None, list[int]] = defaultdict(list)
    for later in order:
        earlier = by_language[articles[later].language]
        week = [number for number in earlier if articles[later].at - articles[number].at <= WEEK]
        alike = vectors[week] @ vectors[later]
        yield from ((later, week[at]) for at in np.argsort(-alike)[:NEAREST])
        earlier.append(later)


def _vectors(articles: Sequence[StreamDocument]) -> npt.NDArray[np.float32]:
    """Return a row of unit length for each article: hashed words, the rare ones heavy."""
    vectors = np.zeros((len(articles), _SPACE), np.float32)
    for vector, document in zip(vectors, articles, strict=True):
        words = lower_words(fold_accents(f"{document.title} {document.text}"))
        # pairs as well: of a script without spaces single characters say little
        for word, times in Counter([*words, *map("".join, pairwise(words))]).items():
            vector[xxhash.xxh32_intdigest(word.encode()) % _SPACE] += 1 + np.log(times)
    vectors *= np.log(len(articles) / np.maximum((vectors > 0).sum(axis=0), 1))
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors


def _same_texts(articles: Sequence[StreamDocument]) -> list[int]:
    """Return for each article the first one it repeats: the corpus itself holds copies."""
    shingles = [_shingles(document.text) for document in articles]
    roots: list[int] = []
    for number, mine in enumerate(shingles):
        like = (n for n in range(number) if len(mine & shingles[n]) >= REPEATED * min(len(mine), len(shingles[n])))
        roots.append(roots[first] if (first := next(like, None)) is not None else number)
    return roots


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = lower_words(fold_accents(text))
    return set(zip(words, words[1:], words[2:], strict=False))


def _headline(glue: str, words: list[str], chance: random.Random) -> str:
    at, length = chance.randrange(max(len(words) // 4, 1)), 7 if glue else 20
    return glue.join(words[at : at + length])


def _copy_of(index: StoryIndex, title: str, text: str, outlet: str = "elsewhere.example") -> int | None:
    made = fingerprint(ReportText(title=title, text=text, language=None, outlet=outlet))
    return index.locate(made, outlet=outlet, at=NOON).copy_of


def _learn(index: StoryIndex, number: int, document: StreamDocument) -> None:
    made = fingerprint(ReportText(title=document.title, text=document.text, language=None, outlet=document.outlet))
    index.learn(
        [
            Placed(
                sequence=number,
                article_id=number,
                story_id=number,
                copy_of=None,
                outlet=document.outlet,
                at=NOON,
                fingerprint=made,
            )
        ]
    )
