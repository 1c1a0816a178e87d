"""Invented articles: words as frequent as words are, one in ten a copy at another outlet, the others of their own."""

import random
from itertools import accumulate

_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
_COMMON = ["the", "of", "to", "and", "a", "in", "that", "for", "on", "is", "was", "with"]


def _words() -> list[str]:
    chance = random.Random(1)
    return list(
        dict.fromkeys("".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3, 3, 4)))) for _ in range(20_000))
    )


WORDS = [*_COMMON, *_words()]
_WEIGHTS = list(accumulate(1 / (rank + 2) for rank in range(len(WORDS))))


def article(number: int, words: int = 300) -> tuple[str, str]:
    """Title and text of the article of that number."""
    chance = random.Random(number - 1 if number % 10 == 9 else number)
    body = chance.choices(WORDS, cum_weights=_WEIGHTS, k=words)
    title = " ".join(word.capitalize() for word in chance.choices(WORDS[200:], k=7))
    sentences = (" ".join(body[at : at + 12]).capitalize() + "." for at in range(0, words, 12))
    return title, " ".join(sentences)
