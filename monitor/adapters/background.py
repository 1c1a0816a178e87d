"""How frequent words are in a language at large, from the tables in `frequencies/` (their README says whence)."""

import gzip
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

TABLES = files("monitor.adapters") / "frequencies"
LANGUAGES = ("en", "de", "es", "fr", "it", "pl", "pt", "ru", "tr", "uk", "zh")
SAMPLE = 2_000
"""Words of a text looked at to tell its language."""
_word = re.compile(r"[^\W\d_]+")
_han = re.compile(r"[\u4e00-\u9fff]")


@lru_cache(maxsize=len(LANGUAGES))
def word_frequencies(language: str) -> Mapping[str, float]:
    """Zipf values (log10 of occurrences in a thousand million words) of the 8,000 most frequent words, in lower case.

    Empty for a language without a table. Values run from about 7.7 down to about 4.
    """
    if language not in LANGUAGES:
        return MappingProxyType({})
    lines = gzip.decompress((TABLES / f"{language}.txt.gz").read_bytes()).decode("utf-8").splitlines()
    rows = (line.split(" ") for line in lines)
    return MappingProxyType({word: float(zipf) for zipf, *words in rows for word in words})


def likely_language(text: str) -> str:
    """The language, of those with a table, whose frequent words the text is made of; English when none fits."""
    if len(_han.findall(text)) * 4 > len(text):
        return "zh"
    words = [word.casefold() for word in _word.findall(text)[:SAMPLE]]
    return max(LANGUAGES, key=lambda language: sum(map(lambda word: word_frequencies(language).get(word, 0.0), words)))
