"""Search regular expressions by RE2: linear in the text. The one home of that library.

They are searched, upper or lower case, in each field's text as `PlainText.kept` gives it: normalised like all text,
but with its punctuation, so that nothing normalisation folds can hide a match.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import re2

from monitor.domain.topics.query.errors import QueryError
from monitor.domain.topics.query.syntax import Term
from monitor.domain.topics.text.folding import fold

MAX_PATTERN = 1_000
"""Characters of a pattern."""
MAX_MEMORY = 1 << 20
"""Bytes RE2 may use for one pattern's program; larger ones are refused."""
MAX_FOUND = 1_000
"""Places of one pattern looked at in one field."""


@dataclass(frozen=True, slots=True)
class Regex:
    """Hold a checked pattern.

    RE2's own \\b knows only ASCII, so `from_word` and `to_word` stand for one at either end.
    """

    pattern: str
    from_word: bool
    to_word: bool

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the places in `text` (code points), left to right, at most MAX_FOUND."""
        spans: list[tuple[int, int]] = []
        for match in _compiled(self.pattern).finditer(text):
            start, end = match.span()
            before = self.from_word and start > 0 and text[start - 1].isalnum()
            after = self.to_word and end < len(text) and text[end].isalnum()
            if start < end and not before and not after:
                spans.append((start, end))
                if len(spans) == MAX_FOUND:
                    break
        return spans


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> "re2._Regexp":
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    options.case_sensitive = False
    return re2.compile(pattern, options)


def compile_regex(term: Term) -> Regex:
    """Return the checked pattern of a term.

    Raises QueryError for one that is invalid, too large or matches empty text.
    """
    source = term.text.replace(r"\/", "/")
    if len(source) > MAX_PATTERN:
        raise _error(term, f"a pattern has at most {MAX_PATTERN:,} characters", "split it")
    bare = source.removeprefix(r"\b").removesuffix(r"\b")
    if r"\b" in bare.replace("\\\\", ""):
        raise _error(
            term, r"\b stands only at the beginning or end of a pattern", "write a space, or split the pattern"
        )
    regex = Regex(_worldwide(fold(unicodedata.normalize("NFKC", bare))), source[:2] == r"\b", source[-2:] == r"\b")
    try:
        empty = _compiled(regex.pattern).search("") is not None
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        reason = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        advice = "look-around and back-references are not available; limits are in docs/topic-language.md"
        raise _error(term, f"the pattern is not valid: {reason}", advice) from None
    if empty:
        raise _error(term, "the pattern matches empty text, so it would match everywhere", "use + instead of *")
    return regex


def _worldwide(pattern: str) -> str:
    r"""\w and \d for every script: RE2's own know only ASCII."""
    out, at, inside = [], 0, False
    while at < len(pattern):
        step = 2 if pattern[at] == "\\" else 1
        piece = pattern[at : at + step]
        inside = (inside or piece == "[") and piece != "]"
        classes = {"\\w": r"\pL\pM\pN_", "\\d": r"\p{Nd}"}
        if piece in classes:
            piece = classes[piece] if inside else f"[{classes[piece]}]"
        out.append(piece)
        at += step
    return "".join(out)


def _error(term: Term, message: str, suggestion: str) -> QueryError:
    return QueryError(message, term.start, max(1, term.end - term.start), suggestion)
