"""Reduce inflected forms to stems, by language."""

from collections.abc import Sequence
from functools import lru_cache

import Stemmer

from monitor.domain.topics.text.folding import fold, folded
from monitor.domain.topics.text.lemmas import LANGUAGES, lemmas

SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "sr": "serbian", "st": "sesotho", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""ISO 639-1 code -> the Snowball algorithm PyStemmer knows it by."""

_SAME_AS = {"nb": "no", "nn": "no", "sk": "cs", "hr": "sr", "bs": "sr", "sh": "sr", "tl": "", "in": "id"}
_ENDINGS = {
    language: sorted(endings.split(), key=len, reverse=True)
    for language, endings in {
        "be": "ямі амі ага яга аму яму ымі імі аў яў ах ях ам ям ом ем ым ім ых іх ую юю ая яя ае яе ыя ія ай яй ой ей "
        "ы і а я о е э у ю ь",
        "bg": "ията ите ето ата ята ият овете ове еве ът ят та то те ия и а я о е у ю",
        "mk": "ите ата ето иот овите от та то те ови и а о е у",
    }.items()
}
"""Endings and articles of languages that neither library has, longest first."""

_SCRIPTS = (
    ("latin", 0x0041, 0x024F, "en"),
    ("latin", 0x1E00, 0x1EFF, "en"),
    ("greek", 0x0370, 0x03FF, "el"),
    ("greek", 0x1F00, 0x1FFF, "el"),
    ("cyrillic", 0x0400, 0x052F, "ru"),
    ("armenian", 0x0530, 0x058F, "hy"),
    ("hebrew", 0x0590, 0x05FF, ""),
    ("arabic", 0x0600, 0x077F, "ar"),
    ("devanagari", 0x0900, 0x097F, "hi"),
    ("tamil", 0x0B80, 0x0BFF, "ta"),
)
SCRIPT_OF = {
    "el": "greek", "ru": "cyrillic", "uk": "cyrillic", "be": "cyrillic", "bg": "cyrillic", "mk": "cyrillic",
    "sr": "cyrillic", "hy": "armenian", "he": "hebrew", "yi": "hebrew", "ar": "arabic", "fa": "arabic",
    "ur": "arabic", "hi": "devanagari", "ne": "devanagari", "mr": "devanagari", "ta": "tamil",
}  # fmt: skip
UNSPACED = frozenset({"zh", "ja", "ko", "th", "lo", "km", "my"})
"""Languages whose words are not set apart by spaces, or are better found as substrings."""

LONGEST = 64
"""Tokens longer than this are not stemmed: no word is, and stemming is linear in length."""


def language_of(code: str | None) -> str | None:
    """Return the primary subtag in lower case ("pt-BR": "pt"); None for none."""
    primary = (code or "").replace("_", "-").split("-")[0].strip().lower()
    primary = _SAME_AS.get(primary, primary)
    return primary if primary and primary != "und" else None


@lru_cache(maxsize=512)
def _script(character: str) -> tuple[str, str]:
    code = ord(character)
    return next(((name, default) for name, low, high, default in _SCRIPTS if low <= code <= high), ("", ""))


def script_of(token: str) -> str:
    """Return the script of a token's first letter; "" for one without a stemmer."""
    return _script(token[0])[0]


def stemming_language(token: str, language: str | None) -> str:
    """Return the language whose rules a token follows in an article of `language`.

    Those of the article when it is written in the token's script, else those of the script's default language
    (English for Latin, Russian for Cyrillic, ...). "" when there are none.
    """
    return _rules(token[0], language)


@lru_cache(maxsize=4096)
def _rules(character: str, language: str | None) -> str:
    script, default = _script(character)
    if language is None or language in UNSPACED:
        return default
    if SCRIPT_OF.get(language, "latin") == script or (language == "sr" and script == "latin"):
        return language
    return default


@lru_cache(maxsize=64)
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    algorithm = SNOWBALL.get(language)
    return Stemmer.Stemmer(algorithm, 0) if algorithm else None


def _stem(language: str, words: Sequence[str]) -> list[str]:
    stemmer = _stemmer(language)
    if stemmer is not None:
        return folded(stemmer.stemWords(words))
    endings = _ENDINGS.get(language, ())
    return folded([next((w[: -len(e)] for e in endings if w.endswith(e) and len(w) - len(e) >= 3), w) for w in words])


def stems(language: str, words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the folded stems of each word, as written and without its diacritics.

    Two words are forms of one when they share one of these, so that a missing accent hides nothing.
    """
    if language in LANGUAGES:
        return [_dictionary_forms(language, word) for word in words]
    bare = folded(words)
    found: list[tuple[str, ...]] = [(stem,) for stem in _stem(language, words)]
    if bare != words:
        accented = [at for at, word in enumerate(words) if word != bare[at]]
        for at, stem in zip(accented, _stem(language, [bare[at] for at in accented]), strict=True):
            found[at] = tuple(dict.fromkeys((*found[at], stem)))
    if max(map(len, words), default=0) > LONGEST:
        for at, word in enumerate(words):
            if len(word) > LONGEST:
                found[at] = (bare[at],)
    return found


def _dictionary_forms(language: str, word: str) -> tuple[str, ...]:
    bare = fold(word)
    if len(word) > LONGEST:
        return (bare,)
    return tuple(dict.fromkeys(folded([*lemmas(language, word), *(lemmas(language, bare) if bare != word else ())])))


def stem(language: str, word: str) -> str:
    """Return the folded stem of one word as written."""
    return stems(language, [word])[0][0]
