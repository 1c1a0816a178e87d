"""List the other ways in which newspapers write a term: F-16s for F16, email for e-mail."""

import re
from itertools import product
from typing import NamedTuple

MOST_SPELLINGS = 12
"""Ways of writing one term; one that has more, by several such words, stays as it is written."""
_HYPHENS = "-‐‑‒–"
_PREFIXES = (
    "e|co|anti|non|re|pre|de|semi|multi|inter|counter|cyber|micro|mid|neo|ex|pro|sub|super|trans|ultra|under|over|post"
    "|bio|eco|geo|mega|nano|cease|peace|extra|intra|mini|macro|self"
)
"""Beginnings of English compounds that are written with a hyphen or without: e-mail, ceasefire."""
_model = re.compile(rf"([^\W\d_]{{1,6}})([{_HYPHENS}]?)(\d{{1,4}})")
_compound = re.compile(rf"([a-zA-Z]+)[{_HYPHENS}]([a-zA-Z]{{2,}})")
_solid = re.compile(rf"({_PREFIXES})([a-z]{{3,}})", re.IGNORECASE)
_any = re.compile(
    rf"(?:[^\W\d_][{_HYPHENS}]?\d)|[a-zA-Z][{_HYPHENS}][a-zA-Z]|\b(?:{_PREFIXES})[a-z]{{3}}", re.IGNORECASE
)


class Spelling(NamedTuple):
    """Hold the words of one way to write a term, and the gaps between them that have to be hyphens."""

    words: tuple[str, ...]
    hyphens: tuple[int, ...] = ()


def may_vary(text: str) -> bool:
    """Tell whether a term may be written in other ways, at a glance."""
    return _any.search(text) is not None


def spellings(text: str) -> list[Spelling]:
    """Return the other ways to write a term, its own left out."""
    if not may_vary(text):
        return []
    each = [_of_unit(unit) for unit in text.casefold().split()]
    combined = list(product(*each))
    if not 1 < len(combined) <= MOST_SPELLINGS:
        return []
    found = []
    for units in combined[1:]:
        words, hyphens = list[str](), list[int]()
        for unit in units:
            hyphens += [len(words) + at for at in unit.hyphens]
            words += unit.words
        found.append(Spelling(tuple(words), tuple(hyphens)))
    return found


def _of_unit(unit: str) -> list[Spelling]:
    """Return the ways to write what stands between two spaces, as it stands first."""
    own = Spelling(tuple(re.findall(r"\w+", unit)))
    if model := _model.fullmatch(unit):
        letters, hyphen, digits = model.groups()
        # An article tells of several: F-16s. Without a hyphen in the term, "a 1" must not be found for A1.
        numbers = (digits, f"{digits}s") if letters.isascii() else (digits,)
        apart = () if hyphen else (0,)
        found = [Spelling((letters, number), apart) for number in numbers]
        found += [Spelling((letters + number,)) for number in numbers]
        return [own, *(spelling for spelling in found if spelling != own)]
    if compound := _compound.fullmatch(unit):
        return [own, Spelling(("".join(compound.groups()),))]
    if solid := _solid.fullmatch(unit):
        return [own, Spelling((solid[1], solid[2]), (0,))]
    return [own]
