"""Copies made from real articles as newsrooms make them, and real articles on the same subject that are none."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.quality.placings import share
from benchmarks.quality.streams import Told
from monitor.domain.stories import StoryIndex, fingerprint
from monitor.domain.stories.values import Placed, Report
from monitor.domain.stories.words import folded, lower_words

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)


def cut(text: str, chance: random.Random, donor: str) -> str:
    """The first 30 to 70 % of the sentences' words."""
    words = text.split(" ")
    return " ".join(words[: int(len(words) * chance.uniform(0.3, 0.7))])


def inserted(text: str, chance: random.Random, donor: str) -> str:
    """A quarter of foreign text put in the middle."""
    words, foreign = text.split(" "), donor.split(" ")
    at = chance.randrange(len(words))
    return " ".join([*words[:at], *foreign[: len(words) // 4], *words[at:]])


def edited(text: str, chance: random.Random, donor: str) -> str:
    """One word in twenty replaced."""
    foreign = donor.split(" ")
    return " ".join(chance.choice(foreign) if chance.random() < 0.05 else word for word in text.split(" "))


def reordered(text: str, chance: random.Random, donor: str) -> str:
    """The halves swapped."""
    words = text.split(" ")
    middle = len(words) // 2
    return " ".join(words[middle:] + words[:middle])


def mixed(text: str, chance: random.Random, donor: str) -> str:
    """Cut to 70 % and edited."""
    words = text.split(" ")
    return edited(" ".join(words[: int(len(words) * 0.7)]), chance, donor)


def same(text: str, chance: random.Random, donor: str) -> str:
    """Nothing but a new headline."""
    return text


WAYS: tuple[Callable[[str, random.Random, str], str], ...] = (cut, inserted, edited, reordered, mixed, same)


def copy_figures(articles: Sequence[Told], seed: int = 7) -> dict[str, float]:
    """Recall of each way of copying, and false copies among articles on the same subject.

    Articles that really repeat one another (by their own shingles) are left out of the negatives. Every copy has a new
    headline made of words of its text.
    """
    chance = random.Random(seed)
    chosen = [told for told in articles if " " in told.text.strip()][:400]
    index = StoryIndex(timedelta(hours=72))
    for number, told in enumerate(chosen, start=1):
        _learn(index, number, told.title, told.text, told.outlet)
    found: dict[str, float] = {}
    for way in WAYS:
        recalled = [
            _copy_of(index, _headline(told, chance), way(told.text, chance, chance.choice(chosen).text))
            for told in chosen
        ]
        roots = _same_texts(chosen)
        found[f"copies_{way.__name__}"] = share(
            got is not None and roots[got - 1] == roots[number] for number, got in enumerate(recalled)
        )
    found["copies_false"] = share(_false_copies(chosen))
    return found


def _false_copies(articles: Sequence[Told]) -> Iterator[bool]:
    """Each article against an index of all others before it: a copy found is false unless the texts overlap."""
    index = StoryIndex(timedelta(hours=72))
    shingles = [_shingles(told.text) for told in articles]
    for number, told in enumerate(articles, start=1):
        got = _copy_of(index, told.title, told.text)
        if got is None:
            yield False
        else:
            mine, theirs = shingles[number - 1], shingles[got - 1]
            yield len(mine & theirs) < 0.3 * min(len(mine), len(theirs))
        _learn(index, number, told.title, told.text, told.outlet)


def _same_texts(articles: Sequence[Told]) -> list[int]:
    """The first article that each one repeats: the corpus itself holds copies."""
    shingles = [_shingles(told.text) for told in articles]
    roots: list[int] = []
    for number, mine in enumerate(shingles):
        like = (n for n in range(number) if len(mine & shingles[n]) >= 0.3 * min(len(mine), len(shingles[n])))
        roots.append(roots[first] if (first := next(like, None)) is not None else number)
    return roots


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = lower_words(folded(text))
    return set(zip(words, words[1:], words[2:], strict=False))


def _headline(told: Told, chance: random.Random) -> str:
    words = told.text.split(" ")
    at = chance.randrange(max(len(words) // 4, 1))
    return " ".join(words[at : at + 7])


def _copy_of(index: StoryIndex, title: str, text: str) -> int | None:
    made = fingerprint(Report(title=title, text=text, language=None, outlet="elsewhere.example"))
    return index.locate(made, outlet="elsewhere.example", at=NOON).copy_of


def _learn(index: StoryIndex, number: int, title: str, text: str, outlet: str) -> None:
    made = fingerprint(Report(title=title, text=text, language=None, outlet=outlet))
    index.learn(
        [
            Placed(
                sequence=number,
                article_id=number,
                story_id=number,
                copy_of=None,
                outlet=outlet,
                at=NOON,
                fingerprint=made,
            )
        ]
    )
