"""Cut texts without parting what readers see as one character.

The rules of https://unicode.org/reports/tr29/ that matter for news: accents, emoji with modifiers and joiners, flags.
"""

import unicodedata

_JOINER = "\u200d"
_LONGEST = 16
"""Characters of one cluster that are looked at; the longest emoji in use has ten."""


def cut_at(text: str, limit: int) -> int:
    """Return the end of the longest whole start of at most `limit` characters."""
    if len(text) <= limit:
        return len(text)
    end = limit
    while end > max(0, limit - _LONGEST) and _continues(text, end):
        end -= 1
    return end


def _continues(text: str, at: int) -> bool:
    """Tell whether the character there belongs to the one before it."""
    char = text[at]
    if char == _JOINER or text[at - 1] == _JOINER or unicodedata.category(char).startswith("M"):
        return True
    if not _is_flag_letter(char):
        return "\U0001f3fb" <= char <= "\U0001f3ff"  # the skin colour of an emoji
    first = at
    while first > 0 and _is_flag_letter(text[first - 1]):
        first -= 1
    return (at - first) % 2 == 1


def _is_flag_letter(char: str) -> bool:
    """Tell whether two such characters make a flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"
