"""Judge what an edit after publication amounts to."""

from collections.abc import Iterator
from dataclasses import replace

from monitor.domain.articles.article import Article, Method, Text
from monitor.domain.articles.revisions import PageText, RevisionLabel, judge
from monitor.domain.stories.diff import TextChange, difference, is_material
from monitor.domain.strings.graphemes import cut_at

SHOWN = 4
"""Changes quoted; a rewritten article is quoted by its first ones."""

LONGEST = 240
"""Characters of one quoted change: two lines of a message."""


def is_edit(article: Article) -> bool:
    """Tell whether an article that is to be read has been read, and placed, before."""
    return article.revision > 0 and article.text is not None and article.story_id is not None


def edited(article: Article, text: Text) -> Text | None:
    """Return `text` with the words that the edit changed; None without substance.

    A page read at last, where the feed's text had to do, is worth judging but is no edit; a page that cannot be read
    this time takes nothing back.
    """
    before = article.text
    assert before is not None
    changes: list[str] = []
    if is_material(before.title, text.title):
        changes.append(f"the headline was “{_cut(before.title)}”, now “{_cut(text.title)}”")
    if before.method is Method.PAGE and text.method is Method.PAGE:
        changes += _of_a_page(before, text)
    elif before.method is text.method and is_material(before.body, text.body):
        changes += _quoted(difference(before.body, text.body).changes)
    if changes or (text.method is Method.PAGE and before.method is not Method.PAGE):
        return replace(text, changes=tuple(changes[:SHOWN]))
    return None


def _of_a_page(before: Text, text: Text) -> Iterator[str]:
    """Say what changed in a page's text: sentences with their words, and the page's own word about a correction."""
    verdict = judge(PageText(title=text.title, body=before.body), PageText(title=text.title, body=text.body))
    if verdict is None:
        return
    if verdict.label is RevisionLabel.WITHDRAWN:
        yield "the text was taken down"
        return
    if verdict.notice:
        yield f"the page says: “{_cut(verdict.notice)}”"
    for change in verdict.changes:
        words = [word for word in change.words if is_material(word.removed, word.added)]
        if len(words) == 1:
            (said,) = _quoted((words[0],))
            yield f"{said} in “{_cut(change.after)}”"
        else:
            yield from _quoted((TextChange(before="", removed=change.before, added=change.after),))


def _quoted(changes: tuple[TextChange, ...]) -> Iterator[str]:
    """Quote whatever carries meaning, in the order of the text."""
    for change in changes:
        if not is_material(change.removed, change.added):
            continue
        if change.removed and change.added:
            yield f"“{_cut(change.removed)}” became “{_cut(change.added)}”"
        else:
            yield f"added “{_cut(change.added)}”" if change.added else f"removed “{_cut(change.removed)}”"


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[: cut_at(text, LONGEST - 1)].rsplit(" ", 1)[0] + "…"
