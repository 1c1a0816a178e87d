"""Look up how frequent words are in a language, from the tables in `frequencies/`."""

import gzip
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

TABLES = files("monitor.adapters") / "frequencies"
LANGUAGES = ("en", "de", "es", "fr", "it", "pl", "pt", "ru", "tr", "uk", "zh")
NEWSROOM = 6.0


@lru_cache(maxsize=len(LANGUAGES))
def word_frequencies(language: str) -> Mapping[str, float]:
    """Return Zipf values of the 8,000 most frequent words, in lower case.

    A Zipf value is log10 of the occurrences in a thousand million words.

    Words that any news report uses ("said", "spokesman", "Tuesday") are given `NEWSROOM`. Empty for a language without
    a table. Values run from about 7.7 down to about 4.
    """
    if language not in LANGUAGES:
        return MappingProxyType({})
    lines = gzip.decompress((TABLES / f"{language}.txt.gz").read_bytes()).decode("utf-8").splitlines()
    rows = (line.split(" ") for line in lines)
    usual = {word: float(zipf) for zipf, *words in rows for word in words}
    return MappingProxyType(usual | dict.fromkeys(_newsroom().get(language, ()), NEWSROOM))


@lru_cache(maxsize=1)
def _newsroom() -> Mapping[str, list[str]]:
    lines = (TABLES / "newsroom.txt").read_text("utf-8").splitlines()
    return {language: words for language, *words in (line.split(" ") for line in lines)}
