"""Find sentence starts, and decide whether a phrase goes on, in original text."""

import re
from itertools import pairwise

from monitor.domain.topics.text.folding import INTERPUNCTS

_ABBREVIATED = frozenset({
    "mr", "mrs", "ms", "dr", "st", "gen", "sen", "rep", "gov", "lt", "col", "sgt", "maj", "capt", "jr", "sr",
    "prof", "vs", "no", "inc", "corp", "co", "ltd", "rev", "hon", "pres", "jan", "feb", "mar", "apr", "jun",
    "jul", "aug", "sep", "sept", "oct", "nov", "dec", "im", "ul", "al", "ks", "tzw", "np", "str", "г", "т", "д",
    "им", "ул", "ст",
})  # fmt: skip
_LONGEST = max(map(len, _ABBREVIATED))
_MARKS = ".!?…。！？｡\n"
_end = re.compile(
    r"[.!?…]+[)\]\"'”’»›]*\s+(?![a-zа-яёіїєґ])(?=\S)"
    r"|[。！？｡]+[」』”’）)]*\s*"
    r"|\n\s*\n\s*"
    r"|\n\s*(?=[^\sa-zа-яёіїєґ])"
)
_last_word = re.compile(r"([^\W\d_]+)\.$")
_stops = re.compile(r"[!?;:…。！？；：]|\n\s*\n")


def sentence_starts(text: str, most: int | None = None) -> list[int]:
    """Return the offsets of the first `most` sentences, or of all; 0 comes first.

    A sentence ends with . ! ? before a space and no lower-case letter (not after an initial or a common abbreviation),
    with 。！？, at a blank line, and at a line end before anything but a lower-case letter.
    """
    # to look for one mark after the other is five times as fast as one regular expression
    marks: list[int] = []
    for mark in _MARKS:
        at = text.find(mark)
        while at >= 0:
            marks.append(at)
            at = text.find(mark, at + 1)
    starts, end = [0], 0
    for at in sorted(marks):
        if at < end:
            continue
        match = _end.match(text, at)
        if match is not None and not (text[at] == "." and _abbreviated(text, at)):
            end = match.end()
            if end < len(text):
                starts.append(end)
            if len(starts) == most:
                break
    return starts


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in order, nothing left out."""
    return [text[start:end] for start, end in pairwise([*sentence_starts(text), len(text)])]


def _abbreviated(text: str, stop: int) -> bool:
    if stop > _LONGEST and text[stop - _LONGEST - 1 : stop].isalpha():
        return False
    word = _last_word.search(text, max(0, stop - 8), stop + 1)
    if word is None:
        return False
    return len(word[1]) == 1 or word[1].lower() in _ABBREVIATED


def phrase_goes_on(gap: str, before: str, joined: bool) -> bool:
    """Tell whether a phrase may continue over the text between two of its words.

    Spaces, hyphens, quotes, commas and apostrophes do not end it; the end of a sentence, a colon, a semicolon and a
    blank line do. A full stop does not after an initial or an abbreviation, or inside a name ("U.S.", "St. Ives").
    `joined`: both words are characters of an unsegmented script, between which only white space and the interpuncts of
    names may stand.
    """
    if joined:
        return not any(c.isprintable() and not c.isspace() and c not in INTERPUNCTS for c in gap)
    if _stops.search(gap):
        return False
    if "." in gap and any(c.isspace() for c in gap):
        return len(before) == 1 or before in _ABBREVIATED
    return True
