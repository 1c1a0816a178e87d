"""Judge a page that is read again: corrected, withdrawn, under another headline, changed, or the same.

Dates, counters, tickers, teasers and links to other articles are no changes; nor is an earlier text that comes back.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from monitor.domain.articles.article import RevisionLabel
from monitor.domain.articles.correction_notices import notices
from monitor.domain.articles.doubts import NOT_FOUND_PAGE
from monitor.domain.failures import Failure, Reason
from monitor.domain.stories.diff import TextChange, difference, is_material

TENTH = 10
"""A text that falls below this part of what it was has been taken away."""
_LEAST = 300
"""Characters of the shortest text that can lose nine tenths and not merely be another cut of a page."""
_NO_TEXT = 120
"""Letters below which a page has no text at all (`adapters.pages.read`)."""
_ALIKE = 55.0
"""Similarity, 0 to 100, from which two sentences are one that was changed (rapidfuzz, token sort ratio)."""
_SENTENCE = 20
_FEW = 3
"""Sentences below which two texts may have none alike and still be one article."""
_LONG = 120
"""Characters from which a line counts without a full stop: Thai, for one, has none."""
_MOST = 400
"""Sentences compared of each text."""

_SENTENCES = re.compile(r"(?<=[.!?…])[”»\")]?\s+|\n+|(?<=[。！？])")
_WHOLE = re.compile(r"[.!?…。！？:;।][”“»」』\"'’)\]]*$")
_COUNTER = re.compile(
    r"\b\d[\d.,  ]*\s?[km]?\s*(?:views?|comments?|shares?|likes?|reads?|reactions?|votes?|followers?|kommentare?"
    r"|aufrufe|commentaires?|vues|partages|comentarios?|visitas|komentarz\w*|wyświetle\w+|просмотр\w*|комментари\w*|перегляд\w*"
    r"|коментар\w*)\b|(?:views?|comments?|просмотр\w*|комментари\w*|перегляд\w*|коментар\w*|kommentare?)\s*[:(]\s*\d+"
    r"|\d+\s*(?:次浏览|条评论|评论|阅读|コメント)|(?:浏览|评论|阅读)\s*[:：]?\s*\d+",
    re.IGNORECASE,
)
_TICKER = re.compile(
    r"^\W*(?:[A-Z0-9&./ -]{2,24}|[\w&./ -]{2,24}\s)\s*[€$£¥₽₴]?\s?[+\-−]?\d[\d.,  ]*\s*%?"
    r"\s*(?:[▲▼↑↓]|[+\-−(]\s*\d[\d.,]*\s*%?\)?)*\W*$"
)
"""A price, an index, a score or the weather: a name, a number and how it moved."""
_TIMED = re.compile(r"^\W*\d{1,2}[:.h]\d{2}(?!\d)\s*(?:uhr|[ap]\.?m\.?|gmt|utc|msk|мск|et|cet)?\b", re.IGNORECASE)
"""An entry of a live ticker begins with its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """Hold what a page said at one time."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceChange:
    """Hold a sentence that was changed, or one taken out or put in: then the other is empty.

    `words` are the places in it that differ.
    """

    before: str
    after: str
    words: tuple[TextChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionVerdict:
    """Hold what a page read again amounts to.

    `notice` is the page's own word about a correction, "" when it says nothing; `shortened`: a withdrawn text of
    which a remainder still stands.
    """

    label: RevisionLabel
    changes: tuple[SentenceChange, ...] = ()
    notice: str = ""
    shortened: bool = False


def judge(before: PageText, after: PageText | Failure, earlier: Collection[PageText] = ()) -> RevisionVerdict | None:
    """Judge a page that was read again; None when nothing of substance changed.

    `earlier` are texts it had before, empty where it was withdrawn: a page that goes back and forth between two of them
    has no news. A page that answers 200 and says "not found" is gone too.
    """
    withdrawn_before = any(not known.body for known in earlier)
    if isinstance(after, Failure):
        gone = after.reason in (Reason.NOT_FOUND, Reason.GONE)
        gone |= after.reason is Reason.WALL and after.detail == NOT_FOUND_PAGE
        emptied = after.reason is Reason.NO_TEXT and len(before.body) >= TENTH * _NO_TEXT
        if withdrawn_before or not (gone or emptied):
            return None
        return RevisionVerdict(label=RevisionLabel.WITHDRAWN, shortened=emptied)
    if any(not _differs(known, after) for known in (before, *earlier)):
        return None
    new_notices = [notice for notice in notices(after.body) if notice not in before.body]
    changes = tuple(_sentence_changes(before.body, after.body))
    if new_notices:
        shown = tuple(change for change in changes if change.after not in new_notices)
        return RevisionVerdict(label=RevisionLabel.CORRECTION, changes=shown, notice=new_notices[0])
    if len(before.body) >= _LEAST and TENTH * len(after.body) < len(before.body):
        return None if withdrawn_before else RevisionVerdict(label=RevisionLabel.WITHDRAWN, shortened=True)
    if changes:
        return RevisionVerdict(label=RevisionLabel.CHANGED, changes=changes)
    words = difference(before.title, after.title).changes
    return RevisionVerdict(
        label=RevisionLabel.HEADLINE, changes=(SentenceChange(before=before.title, after=after.title, words=words),)
    )


def is_harmless(before: str, after: str) -> bool:
    """Tell whether two bodies differ in nothing but dates, counters, tickers and links to other articles."""
    return next(_sentence_changes(before, after), None) is None


def is_another(before: str, after: str) -> bool:
    """Tell whether a body shares no sentence with the one before, nor one like it: another article at the address."""
    old, new = _prose(before), _prose(after)
    return min(len(old), len(new)) >= _FEW and not any(
        fuzz.token_sort_ratio(one, other, score_cutoff=_ALIKE) for one in old for other in new
    )


def _differs(one: PageText, other: PageText) -> bool:
    return is_material(one.title, other.title) or not is_harmless(one.body, other.body)


def _sentence_changes(before: str, after: str) -> Iterator[SentenceChange]:
    """Yield changed sentences in the order of the later text, then those taken out.

    A sentence counts wherever it stands: moving a paragraph changes nothing.
    """
    old, new = _prose(before), _prose(after)
    kept = set(old) & set(new)
    gone = [sentence for sentence in dict.fromkeys(old) if sentence not in kept]
    for sentence in dict.fromkeys(new):
        if sentence in kept:
            continue
        nearest = max(gone, key=lambda other: fuzz.token_sort_ratio(other, sentence), default="")
        if nearest and fuzz.token_sort_ratio(nearest, sentence) >= _ALIKE:
            gone.remove(nearest)
            if is_material(nearest, sentence):
                yield SentenceChange(before=nearest, after=sentence, words=difference(nearest, sentence).changes)
        elif is_material("", sentence):
            yield SentenceChange(before="", after=sentence)
    for sentence in gone:
        if is_material(sentence, ""):
            yield SentenceChange(before=sentence, after="")


def _prose(text: str) -> Sequence[str]:
    """Return the whole sentences of a text; headlines of other articles have no full stop."""
    pieces = (" ".join(piece.split()) for piece in _SENTENCES.split(text))
    return [
        piece
        for piece in pieces
        if len(piece) * (3 if re.search(r"[\u3040-\u9fff]", piece) else 1) >= _SENTENCE
        and (len(piece) >= _LONG or _WHOLE.search(piece))
        and not _COUNTER.search(piece)
        and not _TICKER.match(piece)
        and not _TIMED.match(piece)
    ][:_MOST]
