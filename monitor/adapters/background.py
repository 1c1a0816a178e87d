"""How frequent words are in a language at large, from the tables in `frequencies/` (their README says whence)."""

import gzip
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from collections.abc import Mapping

TABLES = files("monitor.adapters") / "frequencies"


@lru_cache(maxsize=16)
def word_frequencies(language: str) -> Mapping[str, float]:
    """Zipf values (log10 of occurrences in a thousand million words) of the 8,000 most frequent words, in lower case.

    Empty for a language without a table. Values run from about 7.7 down to about 4.
    """
    table = TABLES / f"{language}.txt.gz"
    if not language.isalpha() or not table.is_file():
        return MappingProxyType({})
    lines = gzip.decompress(table.read_bytes()).decode("utf-8").splitlines()
    rows = (line.split(" ") for line in lines)
    return MappingProxyType({word: float(zipf) for zipf, *words in rows for word in words})
