"""Turn foreign text into one line of visible characters."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"
"""Kept although invisible: emoji and several scripts are spelt with them."""

_CONTROLS = frozenset({"Cc", "Zl", "Zp"})
_INVISIBLE = frozenset({"Cf", "Cs", "Co", "Cn"})


def visible(text: str) -> str:
    """Drop controls, bidi overrides and invisible characters; join spaces."""
    if text.isascii() and text.isprintable():
        return _SPACES.sub(" ", text).strip()
    return _SPACES.sub(" ", "".join(map(_shown, text))).strip()


def _shown(char: str) -> str:
    if char in _JOINERS:
        return char
    category = unicodedata.category(char)
    return " " if category in _CONTROLS else "" if category in _INVISIBLE else char
