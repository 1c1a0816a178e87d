"""trafilatura's searches for what to keep and what to drop, with the same answers in a fifth of the time.

It looks for an article with a dozen XPath expressions that test the id and class of every element against regular
expressions, each test a call from C into Python and back: half of the time a page takes. Nearly all of them judge an
element by its tag and attributes alone, and elements repeat, within a page and from page to page of an outlet. So each
is asked once about a combination of tag and attributes, and its answer is remembered.
"""

import re
from collections.abc import Iterator

from lxml import etree
from trafilatura import xpaths

REMEMBERED = 5_000
"""Answers kept of one expression, about 1 MB; beyond that all are forgotten."""
_ATTRIBUTE = re.compile(r"@([\w-]+)")
_TAG = re.compile(r"self::(\w+)")

_Key = tuple[str, tuple[tuple[str, str], ...]]


class Search:
    """An XPath expression that judges elements one by one, `.//*[...]` without a look at what is around them.

    `first`: only the first element it finds is wanted. `final`: what its answers about single elements say is all;
    otherwise the expression looks further, and is asked itself where some element may be meant.
    """

    def __init__(self, expression: etree.XPath, *, first: bool = False, final: bool = True) -> None:
        self.expression = expression
        self.first, self.final = first, final
        self._attributes = frozenset(_ATTRIBUTE.findall(expression.path))
        self._tags = tuple(dict.fromkeys(_TAG.findall(expression.path)))
        self._answers: dict[_Key, bool] = {}

    def __call__(self, tree: etree._Element) -> list[etree._Element]:
        """What the expression finds below `tree`, in the order of the document."""
        found = self._meant(tree)
        if self.first:
            return [element for element in (next(found, None),) if element is not None]
        if self.final:
            return list(found)
        return list(self.expression(tree)) if next(found, None) is not None else []

    def _meant(self, tree: etree._Element) -> Iterator[etree._Element]:
        attributes, answers, tags = self._attributes, self._answers, self._tags
        for element in tree.iterdescendants(*tags or ("*",)):
            told = tuple([pair for pair in element.items() if pair[0] in attributes])
            key = (str(element.tag) if tags else "", told)
            answer = answers.get(key)
            if self._asked(key) if answer is None else answer:
                yield element

    def _asked(self, key: _Key) -> bool:
        """The expression's answer about one element that stands alone."""
        if len(self._answers) >= REMEMBERED:
            self._answers.clear()
        around = etree.Element("div")
        alone = etree.SubElement(around, key[0] or "div")
        for name, value in key[1]:  # in their order: `@id|@class` means the first of the two
            try:
                alone.set(name, value)
            except ValueError:  # what a character reference smuggled in, lxml reads but does not write
                alone.set(name, "".join(filter(str.isprintable, value)))
        answer = self._answers[key] = bool(self.expression(around))
        return answer


def quicken() -> None:
    """Replace trafilatura's expressions, once for the process.

    Its lists are changed in place, because its modules have taken them over by name. Left alone are those that are
    cheap, look at more than one element, or are used by modes we do not ask for.
    """
    for searches in (
        xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
        xpaths.OVERALL_DISCARD_XPATH,
        xpaths.DISCARD_IMAGE_ELEMENTS,
        xpaths.TEASER_DISCARD_XPATH,
    ):
        searches[:] = [_quick(expression) for expression in searches]
    xpaths.RAW_TREE_PRUNE_XPATH[:] = [_quick(expression, final=False) for expression in xpaths.RAW_TREE_PRUNE_XPATH]
    xpaths.BODY_XPATH[:] = [
        _quick(expression, first=True) if "re:test" in str(getattr(expression, "path", "")) else expression
        for expression in xpaths.BODY_XPATH
    ]


def _quick(expression: etree.XPath, *, first: bool = False, final: bool = True) -> etree.XPath:
    if isinstance(expression, Search):
        return expression
    return Search(expression, first=first, final=final)
