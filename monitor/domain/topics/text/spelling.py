"""Put marks and letters together, and cut short texts into words."""

import re
import unicodedata
from collections.abc import Sequence

from monitor.domain.topics.text.folding import APOSTROPHE, plain_character

_runs = re.compile(
    "[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7fb]+[\u0300-\u036f]*|.[\u0300-\u036f\u3099\u309a\uff9e\uff9f]+"
    "|[\U0002f800-\U0002fa1f]",  # ideographs that are other ones' doubles
    re.DOTALL,
)


_JOINER = "\u2060"
_in_word = re.compile(
    "(?<=[бвгґджзйклмнпрстфхцчшщ])['’ʼ‘`´\u02b9\u2032](?=[яюєїеёі])"
    "|(?<=[\u05d0-\u05ea])[\"״“”„'’׳]{1,2}(?=[\u05d0-\u05ea])",
    re.IGNORECASE,
)
_lettered = re.compile("[\u0400-\u05ff]")


def resolve_marks(text: str) -> str:
    """Return the text, as long as before, with signs inside words made part of the words.

    The apostrophe of Ukrainian becomes a letter; the gershayim of a Hebrew abbreviation, which papers write by quotes,
    and its geresh become nothing.
    """
    if text.isascii() or not _lettered.search(text):
        return text
    return _in_word.sub(_resolved, text)


def _resolved(sign: re.Match[str]) -> str:
    return APOSTROPHE if sign.string[sign.end()] < "\u0590" else _JOINER * len(sign.group())


def compose(text: str) -> tuple[str, list[int], list[int]]:
    """Return the text with marks and jamo composed, each letter's origin, and its width."""
    parts: list[str] = []
    origin: list[int] = []
    widths: list[int] = []
    at = 0
    for run in _runs.finditer(text):
        start, end = run.span()
        made = unicodedata.normalize("NFKC", run.group())
        parts += [text[at:start], made]
        origin += range(at, start)
        origin += [min(start + offset, end - 1) for offset in range(len(made))]
        widths += [1] * (start - at + len(made) - 1)
        widths.append(max(1, end - start - len(made) + 1))
        at = end
    parts.append(text[at:])
    origin += range(at, len(text))
    widths += [1] * (len(text) - at)
    return "".join(parts), origin, widths


def words_of_each(texts: Sequence[str]) -> list[list[str]]:
    """Return the words of each of many texts, as `words_of` does for one.

    Every character is looked at once.
    """
    lines = resolve_marks("\n".join(text.replace("\n", " ") for text in texts))
    if not lines.isascii() and _runs.search(lines):
        return list(map(words_of, texts))
    plain = {ord(character): plain_character(character) for character in set(lines)} | {ord("\n"): "\n"}
    return [line.split() for line in lines.translate(plain).split("\n")] if texts else []


def edges(text: str) -> tuple[int, int]:
    """Return where the first word of a short text begins and its last one ends.

    Raises IndexError when it has no word.
    """
    text = resolve_marks(text)
    composed, origin, widths = (text, range(len(text)), [1] * len(text)) if text.isascii() else compose(text)
    letters = [at for at, character in enumerate(composed) if plain_character(character).strip()]
    first, last = letters[0], letters[-1]
    return origin[first], origin[last] + widths[last]


def words_of(text: str) -> list[str]:
    """Return the words of a short text, each in its plain form."""
    text = resolve_marks(text)
    if not text.isascii() and _runs.search(text):
        text = compose(text)[0]
    return "".join(map(plain_character, text)).split()
