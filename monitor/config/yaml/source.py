"""Decode a configuration file and find the line and column of a position."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from monitor.domain.catalog import FilePlace, Problem

_BYTE_ORDER_MARK = "\ufeff"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FOREIGN_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}


_GLUED_COMMENT = re.compile(r"[ \t](#[^\s#][^\n]*)")
"""A comment whose # touches a word, such as #TradeWar: most likely text that somebody forgot to quote."""


def comment_behind(text: str, start: int, end: int | None = None) -> str | None:
    """Return the comment that begins with a word glued to its # between two positions, if there is one."""
    found = _GLUED_COMMENT.search(text, start, len(text) if end is None else end)
    return found[1].strip() if found else None


@dataclass(frozen=True)
class YamlText:
    """The decoded text of one file; `name` is its path as shown, indexes are code points of `text`."""

    name: str
    text: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def place(self, index: int) -> FilePlace:
        """Return the line and column, both from 1, of a position in the text."""
        index = max(0, min(index, len(self.text)))
        line = bisect_right(self._line_starts, index)
        return FilePlace(file=self.name, line=line, column=index - self._line_starts[line - 1] + 1)

    def problem(self, index: int, message: str, *, warning: bool = False) -> Problem:
        """Something wrong at a position in the text."""
        return Problem(place=self.place(index), message=message, warning=warning)


def file_problem(name: str, message: str, *, warning: bool = False) -> Problem:
    """Something wrong with a file as a whole; it stands at the file's first character."""
    return Problem(place=FilePlace(file=name, line=1, column=1), message=message, warning=warning)


def decode(name: str, content: bytes, limit: int) -> YamlText | Problem:
    """Decode a UTF-8 file of at most `limit` bytes; a byte order mark is dropped."""
    if len(content) > limit:
        return file_problem(name, f"the file has {len(content):,} bytes, more than the {limit:,} allowed: split it")
    for mark, encoding in _FOREIGN_MARKS.items():
        if content.startswith(mark):
            return file_problem(name, f"the file is {encoding}: save it as UTF-8")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = YamlText(name, content[: error.start].decode("utf-8"))
        byte = content[error.start]
        return before.problem(error.start, f"byte 0x{byte:02X} is not UTF-8: save the file as UTF-8")
    source = YamlText(name, text.removeprefix(_BYTE_ORDER_MARK))
    if found := _CONTROL.search(source.text):
        return source.problem(found.start(), f"control character U+{ord(found[0]):04X}: remove it")
    return source
