"""A query cut into its words and signs."""

import re
from typing import NamedTuple

from monitor.domain.topics.problems import QueryError

OPERATORS = ("AND", "OR", "NOT", "NEAR", "BEFORE", "SAME", "MAYBE", "LESS")
SCOPES = ("title", "lead", "text", "outlet", "lang", "tag")

_SIGNS = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<quoted>"[^"]*"|“[^”“]*”|„[^“”„]*[“”]|«[^»«]*»)(?P<loose>~?)
  | (?P<regex>/(?:[^/\\\n]|\\.)+/)
  | (?P<named>\$[\w-]+)
  | (?P<count>\{[^}]*\}?)
  | (?P<weight>\^[^\s()]*)
  | (?P<near>(?:NEAR|BEFORE)/\d+)(?![\w/])
  | (?P<operator>(?:AND|OR|NOT|NEAR|BEFORE|SAME|MAYBE|LESS)(?=[\s()]|$))
  | (?P<scope>(?:title|lead|text|outlet|lang|tag):)
  | (?P<exact>=(?="|\w))
  | (?P<word>[^\s()"“”„«»{}^]+)
    """,
    re.VERBOSE,
)
_UNQUOTED = str.maketrans("", "", '"“”„«»')


class Sign(NamedTuple):
    """One word or sign: its kind (a group of the pattern, or an operator's own name), text and place."""

    kind: str
    text: str
    start: int
    end: int


def signs(query: str) -> list[Sign]:
    """The query's signs, ending with one of kind "end". Raises QueryError at a character that begins none."""
    found: list[Sign] = []
    at = 0
    while at < len(query):
        match = _SIGNS.match(query, at)
        if match is None:
            raise _unreadable(query, at)
        at = match.end()
        kind = "quoted" if match.lastgroup == "loose" else str(match.lastgroup)
        if kind != "space":
            found.append(_sign(kind, match))
    found.append(Sign("end", "", len(query), len(query)))
    return found


def _sign(kind: str, match: re.Match[str]) -> Sign:
    start, end = match.span()
    if kind == "operator":
        return Sign(match.group(), match.group(), start, end)
    if kind == "near":
        return Sign(match.group().split("/")[0], match.group(), start, end)
    if kind == "quoted":
        return Sign("loose" if match.group("loose") else "quoted", match.group("quoted")[1:-1], start, end)
    return Sign(kind, match.group(), start, end)


def _unreadable(query: str, at: int) -> QueryError:
    character = query[at]
    if character in '"“„«':
        return QueryError("this quote is never closed", at, len(query) - at, f'add " after {query[at + 1 :].strip()!r}')
    if character in "”»":
        return QueryError("a closing quote without an opening one", at, 1, 'put " before the phrase as well')
    if character == "}":
        return QueryError("} without {", at, 1, "a minimum count is written tariff{3}")
    return QueryError(f"{character!r} means nothing here", at, 1, "quote it if the text has it")
