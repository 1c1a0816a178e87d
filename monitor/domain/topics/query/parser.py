"""Parse a query's text to its syntax tree.

Precedence, tightest first: `^weight` and `{count}`; scopes (`title:`); NEAR, BEFORE and SAME (left to right); NOT;
AND (also silent, between neighbours); OR; and, only at the outermost level, MAYBE and LESS.
"""

import difflib
import re
from dataclasses import replace

from monitor.domain.topics.query.errors import QueryError
from monitor.domain.topics.query.lexer import OPERATORS, SCOPES, Sign, signs
from monitor.domain.topics.query.syntax import (
    All,
    ArticlePart,
    Asked,
    AtLeast,
    Close,
    Either,
    Extra,
    Fact,
    Inside,
    Kind,
    Named,
    Node,
    Query,
    Term,
    Together,
    Weighed,
    Without,
)

MAX_LENGTH = 100_000
"""Characters of one query."""
MAX_DEPTH = 50
"""Parentheses, scopes and NOTs inside one another."""
MAX_DISTANCE = 1_000
DEFAULT_DISTANCE = 8
"""NEAR and BEFORE without a number."""

_BEGINS = frozenset({"open", "quoted", "loose", "regex", "named", "exact", "word", "scope", "NOT"})
_NEARNESS = frozenset({"NEAR", "BEFORE", "SAME"})
_PLACES = frozenset(place.value for place in ArticlePart)
_FOREIGN = {"&&": "AND", "&": "AND", "||": "OR", "|": "OR", "+": "AND", "-": "NOT", "!": "NOT", "AND/OR": "OR"}
_count = re.compile(r"\{\s*([1-9]\d{0,3})\s*(distinct)?\s*\}")
_weight = re.compile(r"\^(-?\d{1,4}(?:\.\d{1,4})?)")


def parse(query: str) -> Query:
    """Return the syntax tree of a query. Raises QueryError."""
    if not query.strip():
        raise QueryError("the query is empty", 0, len(query), "write at least one term")
    if len(query) > MAX_LENGTH:
        message = f"the query is longer than {MAX_LENGTH:,} characters"
        raise QueryError(message, MAX_LENGTH, len(query) - MAX_LENGTH, "move its terms to a vocabulary, $name")
    return _Parser(query).query()


class _Parser:
    """Pass over the signs once, with a method for each level of precedence."""

    def __init__(self, query: str) -> None:
        self.text = query
        self.signs = signs(query)
        self.at = 0
        self.sign = self.signs[0]
        self.depth = 0

    def take(self) -> Sign:
        sign = self.sign
        self.at += 1
        if sign.kind != "end":
            self.sign = self.signs[self.at]
        return sign

    @property
    def last_end(self) -> int:
        return self.signs[self.at - 1].end

    def query(self) -> Query:
        root = self.either()
        extras = []
        while self.sign.kind in ("MAYBE", "LESS"):
            operator = self.take()
            extras.append(self.addend(operator, self.either()))
        if self.sign.kind != "end":
            raise self.unexpected()
        return Query(root=root, extras=tuple(extras))

    def addend(self, operator: Sign, item: Node) -> Extra:
        """Parse a MAYBE or LESS: its item's weight is the points it gives or takes."""
        points = item.weight if isinstance(item, Weighed | Term) else 1.0
        if isinstance(item, Weighed):
            item = item.item
        elif isinstance(item, Term):
            item = replace(item, weight=1.0)
        return Extra(item=item, points=-points if operator.kind == "LESS" else points)

    def either(self) -> Node:
        start = self.sign.start
        items = [self.all()]
        while self.sign.kind == "OR":
            self.take()
            items.append(self.all())
        return items[0] if len(items) == 1 else Either(items=tuple(items), start=start, end=self.last_end)

    def all(self) -> Node:
        start = self.sign.start
        items, silent = [self.without()], []
        while self.sign.kind == "AND" or self.sign.kind in _BEGINS:
            if self.sign.kind == "AND":
                self.take()
            elif self.sign.kind != "NOT":
                silent.append(self.sign.start)
            items.append(self.without())
        if len(items) == 1:
            return items[0]
        return All(items=tuple(items), silent=tuple(silent), start=start, end=self.last_end)

    def without(self) -> Node:
        if self.sign.kind != "NOT":
            return self.near()
        start = self.take().start
        with _Deeper(self):
            return Without(item=self.without(), start=start, end=self.last_end)

    def near(self) -> Node:
        start = self.sign.start
        left = self.marked()
        while self.sign.kind in _NEARNESS:
            operator = self.take()
            right = self.marked()
            if operator.kind == "SAME":
                left = Together(left=left, right=right, start=start, end=self.last_end)
            else:
                left = Close(
                    left=left,
                    right=right,
                    distance=self.distance(operator),
                    ordered=operator.kind == "BEFORE",
                    start=start,
                    end=self.last_end,
                )
        return left

    def distance(self, operator: Sign) -> int:
        digits = operator.text.partition("/")[2]
        distance = int(digits) if digits else DEFAULT_DISTANCE
        if distance > MAX_DISTANCE:
            message = f"{operator.kind} reaches at most {MAX_DISTANCE:,} words"
            raise QueryError(message, operator.start, len(operator.text), f"write {operator.kind}/{MAX_DISTANCE}")
        return distance

    def marked(self) -> Node:
        """Parse a primary with its counts and weights."""
        start = self.sign.start
        node = self.primary()
        while self.sign.kind in ("count", "weight"):
            mark = self.take()
            node = self.counted(node, mark) if mark.kind == "count" else self.weighed(node, mark, start)
        return node

    def counted(self, node: Node, mark: Sign) -> Node:
        match = _count.fullmatch(mark.text)
        if match is None:
            message = "expected a minimum count like {3} or {3 distinct}"
            raise QueryError(message, mark.start, len(mark.text), "write a number from 1 to 9999 in the braces")
        return AtLeast(item=node, count=int(match[1]), distinct=match[2] is not None, start=node.start, end=mark.end)

    def weighed(self, node: Node, mark: Sign, start: int) -> Node:
        match = _weight.fullmatch(mark.text)
        if match is None:
            raise QueryError("expected a weight like ^2.5", mark.start, len(mark.text), "write ^ and a number")
        weight = float(match[1])
        if weight <= 0:
            suggestion = f"to take points off, end the query with LESS {self.text[start : mark.start]}^{abs(weight):g}"
            raise QueryError("a weight must be above 0", mark.start, len(mark.text), suggestion)
        if isinstance(node, Term):
            return Term(kind=node.kind, text=node.text, weight=weight, start=node.start, end=mark.end)
        return Weighed(item=node, weight=weight, start=start, end=mark.end)

    def primary(self) -> Node:
        sign = self.sign
        if sign.kind == "open":
            return self.group()
        if sign.kind == "scope":
            return self.scope()
        if sign.kind == "named":
            self.take()
            return Named(name=sign.text[1:], start=sign.start, end=sign.end)
        return self.term()

    def group(self) -> Node:
        opening = self.take()
        if self.sign.kind == "close":
            raise QueryError("these parentheses are empty", opening.start, 2, "put a term between them")
        with _Deeper(self):
            node = self.either()
        if self.sign.kind in ("MAYBE", "LESS"):
            message = f"{self.sign.kind} stands only at the outermost level"
            raise QueryError(message, self.sign.start, len(self.sign.text), "move it to the end of the query")
        if self.sign.kind == "end":
            raise QueryError("this parenthesis is never closed", opening.start, 1, "add ) at the end of its group")
        if self.sign.kind != "close":
            raise self.unexpected()
        self.take()
        return node

    def scope(self) -> Node:
        sign = self.take()
        name = sign.text[:-1]
        with _Deeper(self):
            item = self.marked() if name in _PLACES else self.primary()
        if name in _PLACES:
            return Inside(place=ArticlePart(name), item=item, start=sign.start, end=self.last_end)
        return Asked(fact=Fact(name), values=tuple(_values(item, name)), start=sign.start, end=self.last_end)

    def term(self) -> Term:
        sign = self.take()
        if sign.kind == "exact":
            following = self.take()
            if following.kind not in ("word", "quoted"):
                raise QueryError("= needs a word", sign.start, 1, 'write =US or ="White House"')
            return Term(kind=Kind.CASED, text=following.text, start=sign.start, end=following.end)
        if sign.kind == "word":
            self.check_word(sign)
            return Term(kind=Kind.WORD, text=sign.text, start=sign.start, end=sign.end)
        if sign.kind == "loose":
            return Term(kind=Kind.WORD, text=sign.text, start=sign.start, end=sign.end)
        if sign.kind == "quoted":
            return Term(kind=Kind.EXACT, text=sign.text, start=sign.start, end=sign.end)
        if sign.kind == "regex":
            return Term(kind=Kind.REGEX, text=sign.text[1:-1], start=sign.start, end=sign.end)
        self.at -= 1
        self.sign = sign
        raise self.unexpected()

    def check_word(self, sign: Sign) -> None:
        """Refuse what looks like an operator or scope of another language, or a slip."""
        text = sign.text
        if text in _FOREIGN:
            raise self.suggest(sign, f"{text!r} is not an operator here", _FOREIGN[text])
        if text.upper() in OPERATORS and text.islower() and text != "less":
            suggestion = f'write {text.upper()}, or "{text}" if you mean the word'
            raise QueryError(f"operators are written in upper case, {text!r} is not", sign.start, len(text), suggestion)
        if re.fullmatch(r"(?:NEAR|BEFORE|SAME)\W*\w*", text):
            raise self.suggest(sign, f"{text!r} is not an operator", "NEAR/8, BEFORE/8 or SAME")
        if text[0] in "-+!" and len(text) > 1 and text[1].isalnum():
            instead = f"NOT {text[1:]}" if text[0] != "+" else f"AND {text[1:]}"
            raise self.suggest(sign, f"{text[0]!r} before a word means nothing here", instead)
        name, colon, rest = text.partition(":")
        if colon and name.isalpha() and not rest.startswith("//"):
            close = difflib.get_close_matches(name.lower(), SCOPES, 1, 0.5)
            suggestion = f"{close[0]}:" if close else "one of " + ", ".join(f"{scope}:" for scope in SCOPES)
            raise self.suggest(sign, f"{name}: is no scope", suggestion, len(name) + 1)

    def suggest(self, sign: Sign, message: str, instead: str, length: int | None = None) -> QueryError:
        return QueryError(message, sign.start, length or len(sign.text), f"write {instead}")

    def unexpected(self) -> QueryError:
        """Say what is wrong with the present sign, and what stands before it."""
        sign = self.sign
        before = self.signs[self.at - 1] if self.at else None
        if sign.kind == "end":
            after = f" after {before.text}" if before is not None else ""
            start, length = (before.start, len(before.text)) if before is not None else (0, 0)
            return QueryError(f"the query ends where a term was expected{after}", start, length, "add a term")
        if sign.kind == "close":
            if before is not None and before.kind in (*OPERATORS, "scope"):
                return QueryError(f"expected a term after {before.text}, found )", sign.start, 1, "add a term before )")
            return QueryError("this ) has no ( before it", sign.start, 1, "remove it, or add ( where its group begins")
        if sign.kind in ("count", "weight"):
            return QueryError(
                f"{sign.text} must directly follow a term or group", sign.start, len(sign.text), "move it behind one"
            )
        if sign.kind in OPERATORS:
            place = f"after {before.text}" if before is not None else "at the beginning"
            message = f"expected a term {place}, found the operator {sign.text}"
            return QueryError(message, sign.start, len(sign.text), f'add a term, or quote the word: "{sign.text}"')
        return QueryError(f"did not expect {sign.text!r} here", sign.start, len(sign.text), "write AND or OR before it")


class _Deeper:
    """Count nesting, so that a query nested too deeply is refused and does not crash."""

    def __init__(self, parser: _Parser) -> None:
        self.parser = parser

    def __enter__(self) -> None:
        self.parser.depth += 1
        if self.parser.depth > MAX_DEPTH:
            at = self.parser.sign.start
            message = f"nested more than {MAX_DEPTH} levels deep"
            raise QueryError(message, at, 1, "split the query into several topics or use a vocabulary")

    def __exit__(self, *_: object) -> None:
        self.parser.depth -= 1


def _values(item: Node, name: str) -> list[str]:
    """Return the values of `outlet:`, `lang:` or `tag:`, several joined by OR."""
    if isinstance(item, Term) and item.kind in (Kind.WORD, Kind.EXACT):
        return [item.text]
    if isinstance(item, Either):
        return [value for part in item.items for value in _values(part, name)]
    message = f"{name}: takes a value, or several joined by OR"
    raise QueryError(message, item.start, item.end - item.start, f"write {name}:(one OR another)")
