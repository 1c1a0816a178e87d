"""Split text into words, the same words whatever the typography."""

import re
from collections.abc import Iterator

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Scripts written without spaces count by the character; a number keeps its decimal and thousands marks.
_WORD = re.compile(rf"[^\W\d_{_IDEOGRAPHS}]+\d*|[{_IDEOGRAPHS}]|\d+(?:[.,]\d+)*")
_PLAIN_WORD = re.compile(r"[A-Za-z]+\d*|\d+(?:[.,]\d+)*")
_ASCII_WORD = re.compile(r"[a-z]+\d*|\d+(?:[.,]\d+)*")  # both the same for plain text, at half the time
_RUN = re.compile(rf"[^\W_{_IDEOGRAPHS}]+|[{_IDEOGRAPHS}]")
_LOWER = bytes(byte if chr(byte).isalnum() else ord(" ") for byte in range(128)).lower().ljust(256)
_SIGNS = re.compile("[" + "".join(chr(c) for c in range(0x80, 0x2E80) if not chr(c).isalnum()) + "]+")
_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
_BREAK = re.compile(r"[.!?…:;|\n\"“”„»«–—。！？；]")


def is_number(word: str) -> bool:
    """Decide whether a word is written in digits."""
    return word[0].isdigit()


def is_ideograph(word: str) -> bool:
    """Decide whether a word is a character of a script without spaces."""
    return len(word) == 1 and word > "\u3000" and _IDEOGRAPH.match(word) is not None


def plain_number(word: str) -> str:
    """Remove a number's thousands marks."""
    return _THOUSANDS.sub("", word)


def lower_words(text: str, limit: int = 20_000) -> list[str]:
    """List the words of a `folded` text in lower case, at most `limit`; ideographs one by one."""
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text.casefold())[:limit]


def spaced(text: str) -> bytes:
    """Join the words of a `folded` text in lower case, in UTF-8 with one space between.

    Sketches are made from these. A word here is any run of letters and digits, an ideograph a word of its own.
    """
    plain = text if text.isascii() else _SIGNS.sub(" ", text)
    if plain.isascii():
        return b" ".join(plain.encode().translate(_LOWER).split())
    return " ".join(_RUN.findall(plain.casefold())).encode()


def words(text: str) -> Iterator[re.Match[str]]:
    """Find the words of a `folded` text as they stand."""
    return (_PLAIN_WORD if text.isascii() else _WORD).finditer(text)


def as_written(text: str) -> list[str]:
    """List the words of a `folded` text as they stand."""
    return (_PLAIN_WORD if text.isascii() else _WORD).findall(text)


def stands_in(word: str, text: str) -> bool:
    """Decide whether `word`, letters and then digits, is a word of a `folded` text as it stands."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        goes_on = end < len(text) and (text[end].isdecimal() or (not word[-1].isdecimal() and _is_letter(text[end])))
        if not goes_on and not (at > 0 and _is_letter(text[at - 1])):
            return True
        at = text.find(word, at + 1)
    return False


def _is_letter(character: str) -> bool:
    return character.isalnum() and not character.isdecimal() and not is_ideograph(character)


def opens_sentence(text: str, end: int, start: int) -> bool:
    """Decide whether a word that starts at `start` opens a sentence; capitals say nothing there.

    The word before ended at `end`.
    """
    # One space between two words is by far the commonest case.
    return end == 0 or (start - end > 1 and _BREAK.search(text, end, start) is not None)
