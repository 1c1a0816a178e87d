"""Describe what an edit changed, word by word, and decide whether it matters."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from monitor.domain.stories.fingerprint.function_words import FUNCTION_WORDS
from monitor.domain.stories.fingerprint.recurring import is_calendar
from monitor.domain.stories.fingerprint.words import is_number, lower_words
from monitor.domain.topics.text.folding import fold_accents

_TOKEN = re.compile(r"\w+(?:[.,:'’-]\w+)*|[^\w\s]")
_SPACED = re.compile(r"\s+([.,;:!?%)»”’])")
_MOST_WORDS = 4_000
_GENITIVES = frozenset(("марта", "августа"))
_ORDINALS = frozenset(("st", "nd", "rd", "th"))
_DATES = re.compile(
    r"\b(?:\d{4}-\d\d?-\d\d?(?:t[\d:.z+-]*)?|\d\d?[./]\d\d?[./]\d{2,4}|\d\d?:\d\d(?::\d\d)?(?:\s*[ap]\.?m\b)?"
    r"|\d\d?[.]\d\d\s*(?:[ap]\.?m\b|uhr|gmt)|\d\d?\s*[ap]\.?m\b|\d\d?\s*h\s*\d\d|\d+\s*(?:min\w*|hours?|h)\s+(?:read|ago)\b)"
)
_MEANINGFUL = frozenset(
    fold_accents("""
no not never none without nor nein nicht kein keine non ne pas sans sin nie bez brak не нет ни без ні hayir tidak bukan
all some one two three first last more most after before over under against up down off out only still
""").split()
)
"""Function words that turn a sentence round or count: what an edit may be all about."""

_UPDATED_WORDS = """
updated update last edited modified published posted correction corrected am pm gmt utc bst est edt cet cest msk
ago minutes minute hours hour min mins read share comments comment aktualisiert stand uhr aktualizacja godz
modifie mis jour actualizado обновлено опубликовано изменено обновлен минут назад час часов updates live
subscribe sign newsletter advertisement follow facebook twitter telegram whatsapp
"""
_UPDATED = frozenset(fold_accents(_UPDATED_WORDS).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange:
    """One place where the texts differ: words taken out, words put in, and a few words before for orientation."""

    before: str
    removed: str
    added: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Changes of an edit in the order of the text.

    `share` of the longer text's words changed, 0 to 1.
    """

    changes: tuple[TextChange, ...]
    share: float

    @property
    def added(self) -> tuple[str, ...]:
        """Return the runs of words put in."""
        return tuple(change.added for change in self.changes if change.added)

    @property
    def removed(self) -> tuple[str, ...]:
        """Return the runs of words taken out."""
        return tuple(change.removed for change in self.changes if change.removed)


def difference(old: str, new: str, context: int = 5) -> Difference:
    """Compare two texts word by word, the first 4,000 words of each.

    White space does not count. Takes milliseconds whatever the texts are: rapidfuzz compares 64 words at a time.
    """
    left, right = _TOKEN.findall(old)[:_MOST_WORDS], _TOKEN.findall(new)[:_MOST_WORDS]
    changes, changed = [], 0
    for i, j, k, m in _changed(left, right):
        changed += max(j - i, m - k)
        before = _joined(left[max(i - context, 0) : i])
        changes.append(TextChange(before=before, removed=_joined(left[i:j]), added=_joined(right[k:m])))
    return Difference(changes=tuple(changes), share=min(changed / max(len(left), len(right), 1), 1.0))


def merged(old: str, new: str) -> Iterator[tuple[str, str, str]]:
    """Yield the new text in order: what stays, then what was taken out and what was put in behind it."""
    left, right = list(_TOKEN.finditer(old)), list(_TOKEN.finditer(new))
    here = 0
    for i, j, k, m in _changed([one.group() for one in left], [one.group() for one in right]):
        start = right[k].start() if k < len(right) else len(new)
        removed = old[left[i].start() : left[j - 1].end()] if j > i else ""
        added = new[start : right[m - 1].end()] if m > k else ""
        yield new[here:start], removed, added
        here = start + len(added)
    if here < len(new):
        yield new[here:], "", ""


def _changed(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Return where the two differ: start and end in each.

    Changes with nothing but one sign or function word in between are one: a rewritten sentence keeps some by chance.
    """
    found: list[tuple[int, int, int, int]] = []
    for step in Indel.opcodes(left, right):
        if step.tag == "equal":
            continue
        if found:
            i, j, k, m = found[-1]
            between = left[j : step.src_start]
            if not between or (len(between) == 1 and _is_slight(between[0]) and j > i and m > k):
                found[-1] = (i, step.src_end, k, step.dest_end)
                continue
        found.append((step.src_start, step.src_end, step.dest_start, step.dest_end))
    return [_from_a_word(left, right, change) for change in found]


def _from_a_word(
    left: Sequence[str], right: Sequence[str], change: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    """Shift a change by one sign, so that "Gone." is the change rather than ". Gone"."""
    i, j, k, m = change
    if i == j and m < len(right) and right[k] == right[m] and not right[k][0].isalnum():
        return i + 1, j + 1, k + 1, m + 1
    if k == m and j < len(left) and left[i] == left[j] and not left[i][0].isalnum():
        return i + 1, j + 1, k + 1, m + 1
    return change


def _is_slight(token: str) -> bool:
    return not token[0].isalnum() or token.casefold() in FUNCTION_WORDS


def _joined(tokens: Sequence[str]) -> str:
    return _SPACED.sub(r"\1", " ".join(tokens))


def is_material(old: str, new: str) -> bool:
    """Decide whether an edit changes a name, a number, a negation or any word with meaning.

    Dates, times of day, "updated at" and the like, other function words, white space and word order do not count.
    """
    return _said(old) != _said(new)


def _is_calendar(word: str) -> bool:
    """Tell whether a word names a day or a month; headlines, which stories compare, need no genitives."""
    return is_calendar(word) or word in _GENITIVES


def _said(text: str) -> Counter[str]:
    """Count the words that carry meaning, without dates."""
    said = lower_words(_DATES.sub(" ", fold_accents(text).casefold()))
    dated = {at + step for at, word in enumerate(said) if _is_calendar(word) for step in (-1, 0, 1)}
    return Counter(
        word
        for at, word in enumerate(said)
        if not (at in dated and (is_number(word) or _is_calendar(word) or word in _ORDINALS))
        and word not in _UPDATED
        and (word in _MEANINGFUL or word not in FUNCTION_WORDS)
    )
