"""Drop a headline repeated above the text, or make one of the text's first words."""

import re

_LOOKED_AT = 3
"""Lines at the head of a text among which the headline may stand: a section name or a date may come before it."""

_HEADLINE = 120
"""Characters: nine headlines of ten in our corpora are shorter."""
_SENTENCE = re.compile(r".{15,119}?[.!?…。！？](?=\s|$|(?<=[。！？]))")
"""A sentence that is long enough not to be an abbreviation ("Mr.") and short enough for a headline."""
_LETTERS = re.compile(r"[\W_]+")


def without_heading(body: str, *titles: str) -> str:
    """Return `body` from behind the line that repeats one of `titles`.

    A text of nothing else stays as it is.
    """
    wanted = {plain for title in titles if (plain := _plain(title))}
    lines = body.split("\n")
    for number, line in enumerate(lines[:_LOOKED_AT]):
        if _plain(line) in wanted:
            return "\n".join(lines[number + 1 :]).lstrip("\n") or body
    return body


def first_words(body: str) -> str:
    """Return the first sentence of a text, or as many of its words as a headline has."""
    first = next((line.strip() for line in body.split("\n") if line.strip()), "")
    sentence = _SENTENCE.match(first)
    if sentence:
        return sentence[0]
    return first if len(first) <= _HEADLINE else first[:_HEADLINE].rsplit(" ", 1)[0].rstrip(",;:-– ") + "…"


def _plain(text: str) -> str:
    return _LETTERS.sub("", text).casefold()
