"""Map a position inside a YAML value to the position in the file where it is written.

Quoting, escapes, folding and indentation make the two differ. The words of a scalar are met in the file in the
same order, so the file is scanned again beside the value; every character that is not white space maps exactly.
"""

from monitor.config.yaml.nodes import Scalar
from monitor.config.yaml.source import YamlText
from monitor.domain.catalog import FilePlace

_ESCAPE_DIGITS = {"x": 2, "u": 4, "U": 8}
_BREAKS = "\r\n\x85\u2028\u2029"
_WHITE = " \t" + _BREAKS


def position_in_file(source: YamlText, scalar: Scalar, offset: int) -> FilePlace:
    """Return the place in the file of the character at `offset` of the scalar's value."""
    return source.place(index_in_file(source, scalar, offset))


def index_in_file(source: YamlText, scalar: Scalar, offset: int) -> int:
    """As `position_in_file`, as an index into the file's text."""
    offset = max(0, offset)
    written = source.text[scalar.start : scalar.end]
    if scalar.style in ("|", ">"):
        # behind the header (`|2-  # why`) only white space is added or folded
        return scalar.start + _align(written, written.find("\n") + 1, scalar.value, offset)
    return scalar.start + _flow(written, scalar.style, offset)


def _align(text: str, start: int, value: str, offset: int) -> int:
    """Skip as many written words as the value has before `offset`; inside white space, count from its end."""
    at = start
    place = start
    end = len(text)
    for index in range(min(offset + 1, len(value))):
        letter = value[index]
        if letter not in _WHITE:
            while at < end and text[at] != letter:
                at += 1
            place = at
            at += 1
        elif index == offset:
            stop = at
            while stop < len(text) and text[stop] in _WHITE:
                stop += 1
            rest = 0
            while index + rest < len(value) and value[index + rest] in _WHITE:
                rest += 1
            return max(at, stop - rest)
    return place + (1 if offset >= len(value) and value else 0)


def _flow(text: str, quote: str, offset: int) -> int:
    """Plain and quoted scalars: white space around a line break folds, quotes and backslashes escape."""
    at = len(quote)
    end = len(text) - len(quote)
    count = 0
    while at < end:
        length, stands_for = _written(text, at, end, quote)
        if count + stands_for > offset:
            return at
        count += stands_for
        at += length
    return end


def _written(text: str, at: int, end: int, quote: str) -> tuple[int, int]:
    """How many characters are written from `at` for one step, and how many of the value they stand for."""
    letter = text[at]
    if quote == "'" and letter == "'":
        return 2, 1
    if quote == '"' and letter == "\\":
        follows = text[at + 1] if at + 1 < end else ""
        if follows not in _BREAKS or not follows:
            return 2 + _ESCAPE_DIGITS.get(follows, 0), 1
        ending = at + 1
        while ending < end and text[ending] in _WHITE:
            ending += 1
        return ending - at, max(0, _line_breaks(text[at + 1 : ending]) - 1)
    if letter not in _WHITE:
        return 1, 1
    stop = at
    while stop < end and text[stop] in _WHITE:
        stop += 1
    breaks = _line_breaks(text[at:stop])
    return (1, 1) if breaks == 0 else (stop - at, max(1, breaks - 1))


def _line_breaks(white: str) -> int:
    return sum(white.count(mark) for mark in _BREAKS) - white.count("\r\n")
