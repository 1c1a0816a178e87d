"""Cut a query into words and signs."""

import re
from typing import NamedTuple

from monitor.domain.topics.query.errors import QueryError

OPERATORS = ("AND", "OR", "NOT", "NEAR", "BEFORE", "SAME", "MAYBE", "LESS")
SCOPES = ("title", "lead", "text", "outlet", "lang", "tag")

IN_HEBREW = r"(?<=[\u05d0-\u05ea])[\"“”](?=[\u05d0-\u05ea])"
"""A quote that is the gershayim of a Hebrew abbreviation, and quotes nothing."""
_SIGNS = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<quoted>"(?:[^"]|{IN_HEBREW})*"|“[^”“]*”|„[^“”„]*[“”]|«[^»«]*»)(?P<loose>~?)
  | (?P<regex>/(?:[^/\\\n]|\\.)+/)
  | (?P<named>\$[\w-]+)
  | (?P<count>\{{[^}}]*\}}?)
  | (?P<weight>\^[^\s()]*)
  | (?P<near>(?:NEAR|BEFORE)/\d+)(?![\w/])
  | (?P<operator>(?:AND|OR|NOT|NEAR|BEFORE|SAME|MAYBE|LESS)(?=[\s()]|$))
  | (?P<scope>(?:title|lead|text|outlet|lang|tag):)
  | (?P<exact>=(?="|\w))
  | (?P<word>(?:[^\s()"“”„«»{{}}^]|{IN_HEBREW})+)
    """,
    re.VERBOSE,
)
_BARE = frozenset({"open", "close", "regex", "named", "count", "weight", "scope", "exact"})
"""Kinds of signs that stand for themselves."""


class Sign(NamedTuple):
    """Hold one word or sign: kind (a group of the pattern or an operator), text, place."""

    kind: str
    text: str
    start: int
    end: int


def signs(query: str) -> list[Sign]:
    """Return the query's signs, the last of kind "end".

    Raises QueryError at a character that begins none.
    """
    found: list[Sign] = []
    at = 0
    for match in _SIGNS.finditer(query):
        start, end = match.span()
        if start != at:
            break
        at = end
        kind = match.lastgroup
        if kind == "word" or kind in _BARE:
            found.append(Sign(kind, match.group(), start, end))
        elif kind == "operator":
            found.append(Sign(match.group(), match.group(), start, end))
        elif kind == "near":
            found.append(Sign(match.group().split("/")[0], match.group(), start, end))
        elif kind != "space":
            quoted = "loose" if match.group("loose") else "quoted"
            found.append(Sign(quoted, match.group("quoted")[1:-1], start, end))
    if at < len(query):
        raise _unreadable(query, at)
    found.append(Sign("end", "", len(query), len(query)))
    return found


def _unreadable(query: str, at: int) -> QueryError:
    character = query[at]
    if character in '"“„«':
        return QueryError("this quote is never closed", at, len(query) - at, f'add " after {query[at + 1 :].strip()!r}')
    if character in "”»":
        return QueryError("a closing quote without an opening one", at, 1, 'put " before the phrase as well')
    if character == "}":
        return QueryError("} without {", at, 1, "a minimum count is written tariff{3}")
    return QueryError(f"{character!r} means nothing here", at, 1, "quote it if the text has it")
