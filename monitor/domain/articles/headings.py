"""Drop a headline repeated above the text, which would count and be quoted twice."""

import re

_LOOKED_AT = 3
"""Lines at the head of a text among which the headline may stand: a section name or a date may come before it."""

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


def _plain(text: str) -> str:
    return _LETTERS.sub("", text).casefold()
