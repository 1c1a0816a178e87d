"""Judge what an edit after publication amounts to, and say it in marked lines."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from monitor.domain.articles.article import Article, Method, RevisionLabel, Text
from monitor.domain.articles.doubts import PAYWALL
from monitor.domain.articles.revisions import PageText, RevisionVerdict, SentenceChange, is_another, judge
from monitor.domain.failures import Failure
from monitor.domain.stories.diff import difference, is_material, merged
from monitor.domain.strings.graphemes import cut_at
from monitor.domain.strings.marked import Mark, marked, unmarked

SHOWN = 4
"""Changes quoted; a rewritten article is quoted by its first ones."""

LONGEST = 240
"""Characters of one quoted text: two lines of a message."""

_AROUND = 90
"""Characters of a sentence shown on either side of what changed in it."""

_PLACES = 3
"""Changes in a sentence up to which they are marked inside it; a sentence rewritten beyond that is quoted twice."""


def is_edit(article: Article) -> bool:
    """Tell whether an article that is to be read has been read, and placed, before."""
    return article.revision > 0 and article.text is not None and article.story_id is not None


def edited(article: Article, text: Text) -> Text | None:
    """Return `text` with what the edit that a feed announced changed; None without substance.

    A page read at last, where the feed's text had to do, is worth judging but is no edit; a page that cannot be read
    this time takes nothing back.
    """
    before = article.text
    assert before is not None
    changes: list[str] = []
    label = None
    if is_material(before.title, text.title):
        changes.append(f"the headline: {_replaced(before.title, text.title)}")
        label = RevisionLabel.HEADLINE
    if before.method is Method.PAGE and text.method is Method.PAGE:
        verdict = judge(PageText(title=text.title, body=before.body), PageText(title=text.title, body=text.body))
        if verdict is not None:
            label = verdict.label
            changes += _said(verdict)
    elif before.method is text.method and is_material(before.body, text.body):
        label = RevisionLabel.CHANGED
        changes += _quoted(before.body, text.body)
    if changes and before.method is Method.PAGE and text.method is not Method.PAGE:
        return replace(before, title=text.title, changes=tuple(changes), revised=label)
    if changes or (text.method is Method.PAGE and before.method is not Method.PAGE):
        return replace(text, changes=tuple(changes[:SHOWN]), revised=label)
    return None


def revised(
    before: Text, after: Text | Failure, earlier: Collection[PageText], copies: Sequence[str] = ()
) -> Text | None:
    """Return the text of a page read again with what changed on it; None without substance.

    `earlier` are versions it had before, `copies` the texts of other outlets that printed the same. A page that was
    withdrawn keeps its text. What stands behind a paywall by now was not taken down, and another article at the same
    address is no edit.
    """
    if isinstance(after, Text) and (PAYWALL in after.doubts or is_another(before.body, after.body)):
        return None
    was = PageText(title=before.page_title or before.title, body=before.body)
    # a page read before its own headline was kept has none to compare with
    headline = after.page_title if isinstance(after, Text) and before.page_title and after.page_title else was.title
    verdict = judge(was, PageText(title=headline, body=after.body) if isinstance(after, Text) else after, earlier)
    if verdict is None:
        return None
    changes = [*list(_said(verdict))[:SHOWN], *_copies_still_say(verdict.changes, copies)]
    if verdict.label is RevisionLabel.WITHDRAWN or isinstance(after, Failure):
        return replace(before, changes=tuple(changes), revised=verdict.label)
    renamed = is_material(was.title, headline)
    if renamed and verdict.label is not RevisionLabel.HEADLINE:
        changes.append(f"the headline: {_replaced(was.title, headline)}")
    return replace(
        after,
        title=headline if renamed else before.title,
        language=before.language,
        changes=tuple(changes),
        revised=verdict.label,
    )


def _said(verdict: RevisionVerdict) -> Iterator[str]:
    """Say what changed on a page: its own word about a correction, then sentences with their words."""
    if verdict.label is RevisionLabel.WITHDRAWN:
        yield "the text was taken down" if verdict.shortened else "the page is no longer there"
        return
    if verdict.label is RevisionLabel.HEADLINE:
        yield from (f"the headline: {_replaced(change.before, change.after)}" for change in verdict.changes)
        return
    if verdict.notice:
        yield f"the page says: “{_cut(verdict.notice)}”"
    for change in verdict.changes:
        places = [word for word in change.words if is_material(word.removed, word.added)]
        if change.before and change.after and len(places) <= _PLACES:
            yield _sentence(change.before, change.after)
        else:
            yield _replaced(change.before, change.after)


def _sentence(before: str, after: str) -> str:
    """Return the sentence with its changes marked, what stays cut short."""
    parts = list(merged(before, after))
    line = ""
    for number, (kept, removed, added) in enumerate(parts):
        first, last = number == 0, number == len(parts) - 1 and not removed and not added
        line += _shortened(unmarked(kept), keep_start=not first, keep_end=not last)
        out, into = marked(_cut(removed), Mark.REMOVED), marked(_cut(added), Mark.ADDED)
        # words taken out stand before a word that follows without a space of its own
        line += " ".join(filter(None, (out, into))) + (" " if out and not into else "")
    return " ".join(line.split())


def _shortened(kept: str, *, keep_start: bool, keep_end: bool) -> str:
    if len(kept) <= _AROUND * (keep_start + keep_end):
        return kept
    start = kept[: cut_at(kept, _AROUND)].rsplit(" ", 1)[0] if keep_start else ""
    end = kept[cut_at(kept, len(kept) - _AROUND) :] if keep_end else ""
    return f"{start}…{end.split(' ', 1)[-1]}"


def _replaced(before: str, after: str) -> str:
    """Return one text struck out and the other put in its place; either may be empty."""
    return " ".join(filter(None, (marked(_cut(before), Mark.REMOVED), marked(_cut(after), Mark.ADDED))))


def _quoted(before: str, after: str) -> Iterator[str]:
    """Quote what carries meaning, in the order of the text."""
    for change in difference(before, after).changes:
        if is_material(change.removed, change.added):
            context = f"…{unmarked(change.before)} " if change.before else ""
            yield context + _replaced(change.removed, change.added)


def _copies_still_say(changes: Sequence[SentenceChange], copies: Sequence[str]) -> Iterator[str]:
    """Say how many copies hold the first sentence that was replaced, as they were last read."""
    old = next((change for change in changes if change.before and change.after), None)
    if old is None or not copies:
        return
    holding = sum(" ".join(old.before.split()) in " ".join(body.split()) for body in copies)
    if holding:
        words = [word.removed for word in old.words if word.removed and is_material(word.removed, word.added)]
        said = words[0] if len(words) == 1 else old.before
        yield f"{holding} of {len(copies)} {'copy' if len(copies) == 1 else 'copies'} still say “{_cut(said)}”"


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[: cut_at(text, LONGEST - 1)].rsplit(" ", 1)[0] + "…"
