"""Recognise answers that are no page of the article: a site's front page, or another article's page."""

import re
from urllib.parse import urlsplit

_ROOTS = re.compile(
    r"/(?:[a-z]{2}(?:[-_][a-z]{2,4})?|(?:index|default|home|main|start|startseite|news|latest)(?:\.\w{2,5})?)/?",
    re.IGNORECASE,
)
"""Paths that a front page may have too; so does an article's own address, so they count only after a redirect."""
_WORD = re.compile(r"[^\W\d_]{3,}|\d{2,}")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


def is_front_page(url: str, requested: str) -> bool:
    """Tell whether the address that answered is the root of a site."""
    got, wanted = urlsplit(url), urlsplit(requested)
    if got.query or got.scheme not in ("http", "https"):
        return False
    return got.path in ("", "/") or (got.path != wanted.path and bool(_ROOTS.fullmatch(got.path)))


def share_of_words(title: str, text: str) -> float:
    """Return the share of the words of a title that a text has too, 0 to 1; 1 for a title without words.

    Of scripts without spaces the pairs of characters count instead.
    """
    wanted, has = _words(title), _words(text)
    return len(wanted & has) / len(wanted) if wanted else 1.0


def _words(text: str) -> set[str]:
    folded = text.casefold()
    words = {word for word in _WORD.findall(folded) if not _UNSPACED.search(word)}
    for run in re.findall(f"(?:{_UNSPACED.pattern})+", folded):
        words.update(run[at : at + 2] for at in range(len(run) - 1))
    return words
