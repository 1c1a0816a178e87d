"""Make terms comparable, each distinct one once.

An *atom* is a term: one or more token *tests* in a row, and perhaps a check on the original text. A *cell* is a set of
atoms any of which will do: a lone term, an OR of terms, one language's list of a vocabulary. Queries speak of cells, so
equal terms, ORs and vocabularies are looked for once however many topics share them.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import NamedTuple

from monitor.domain.topics.query.errors import QueryError
from monitor.domain.topics.query.syntax import Kind, Term
from monitor.domain.topics.terms.regexes import Regex, compile_regex
from monitor.domain.topics.terms.spellings import spellings
from monitor.domain.topics.text.folding import INTERPUNCTS, MANY, ONE, edges, fold, unsegmented, words_of, words_of_each
from monitor.domain.topics.text.sentences import phrase_goes_on
from monitor.domain.topics.text.tokens import PlainText

MAX_WORDS = 30
"""Words of one term."""
SHORTEST_PREFIX = 2
"""Letters before a `*`."""
SHORTEST_CORE = 3
"""Letters in a row that a term with `*` or `?` at its beginning must have."""

_hard = re.compile(rf"[^\w\s\-‐‑‒–—―−.,;:!?'’‘ʼ`´\"“”„«»()\[\]…、。״׳{INTERPUNCTS}]")
"""Signs that a term is told by: C++, AT&T, 25%."""
_question = re.compile(f"{ONE}(?=\\s|$)")
_stops = re.compile(r"[^\w\s\-]")
_straight = {ord(sign): plain for signs, plain in (("’‘ʼ", "'"), ("“”„", '"'), ("‐‑‒–—―−", "-")) for sign in signs}


class Test(NamedTuple):
    """Hold a condition on one token: `kind` "exact", "stem", "prefix" or "glob".

    `token` is plain (with diacritics) for a stem, else folded. `language` is that of the list the word stands in,
    None for a word that follows the article's language.
    """

    kind: str
    token: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Hold what the original text must read besides its tokens.

    `cased`: exactly this, in this case. `kept`: this, casefolded and without spaces, with its signs (C++, AT&T);
    `before` and `after` count the signs outside the first and last token. `hyphens`: the gaps between tokens that have
    to be hyphens. `gaps`: what stands in each gap of the term itself, where that ends phrases ("Ships: the film").
    """

    cased: str | None = None
    kept: str | None = None
    before: int = 0
    after: int = 0
    hyphens: tuple[int, ...] = ()
    gaps: tuple[str, ...] = ()

    def span(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Return the span of the tokens at start..end with their signs; None when the original reads otherwise.

        A space may stand between a number and its sign (25 %).
        """
        if self.cased is not None and even(text[start:end]) != self.cased:
            return None
        if self.kept is None:
            return start, end
        if self.before and text[max(0, start - 1) : start].isspace():
            start -= 1
        if self.after and text[end : end + 1].isspace():
            end += 1
        start, end = start - self.before, end + self.after
        return (start, end) if start >= 0 and tight(text[start:end]) == self.kept else None

    def goes_on(self, number: int, gap: str, ends: bool) -> bool:
        """Tell whether this gap may stand there; `ends`: it would end a phrase."""
        if number in self.hyphens:
            return even(gap) == "-"
        return not ends or (bool(self.gaps) and tight(gap) == self.gaps[number])


@dataclass(frozen=True, slots=True)
class Cell:
    """Hold atoms any of which will do, with the weight of one place of each.

    `own` and `languages`: the language of this list of a vocabulary, and of all its lists; None outside vocabularies.
    """

    members: dict[int, float]
    own: str | None = None
    languages: frozenset[str] = frozenset()

    def active(self, language: str | None) -> bool:
        """Tell whether it counts for an article of `language`.

        Its list is that language's, or there is none for the language.
        """
        return self.own in (None, "*", language) or language is None or language not in self.languages


def even(text: str) -> str:
    """Return text for comparing signs and case: NFKC, straight quotes, single spaces."""
    if text.isascii():
        return " ".join(text.split())
    kept = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(kept.translate(_straight).split())


def tight(text: str) -> str:
    """Return `even` text, casefolded and without spaces."""
    return even(text).casefold().replace(" ", "")


class Atoms:
    """Number all tests, atoms and cells of a catalog from 0."""

    def __init__(self) -> None:
        self.tests: dict[Test, int] = {}
        self.labels: list[str] = []
        self.parts: list[tuple[int, ...]] = []
        self.checks: dict[int, Check] = {}
        self.regexes: dict[int, Regex] = {}
        self.cells: list[Cell] = []
        self._atoms: dict[object, int] = {}
        self._cells: dict[object, int] = {}

    def every(self, term: Term, language: str | None = None) -> list[int]:
        """Return the atoms of a term and of the other ways to write it. Raises QueryError.

        Only an inflected term has any.
        """
        atoms = [self.atom(term, language)]
        if term.kind is Kind.WORD and "*" not in term.text and "?" not in term.text:
            for spelling in spellings(term.text):
                parts = tuple(self._tested(_word(word, language)) for word in spelling.words)
                check = Check(hyphens=spelling.hyphens) if spelling.hyphens else None
                atoms.append(self._number((parts, check), term.text, parts, check))
        return atoms

    def atom(self, term: Term, language: str | None = None) -> int:
        """Return the number of a term's atom. Raises QueryError.

        `language` is that of the list it stands in.
        """
        if term.kind is Kind.REGEX:
            number = self._number((Kind.REGEX, term.text), f"/{term.text}/", (), None)
            if number not in self.regexes:
                self.regexes[number] = compile_regex(term)
            return number
        if term.kind is not Kind.CASED and term.text.isascii():
            if term.text.isalnum():
                alone = (self._test(term, term.text.lower(), language),)
                return self._number((alone, None), term.text, alone, None)
            start = term.text[:-1]
            if term.text[-1:] == "*" and start.isalnum() and len(start) >= SHORTEST_PREFIX:
                alone = (self._tested(Test("prefix", start.lower())),)
                return self._number((alone, None), term.text, alone, None)
        spelled = term.text.replace("*", MANY)
        # "what now?" asks; a lone tarif? stands for one more letter.
        spelled = (_question.sub("?", spelled.replace("?", ONE))) if " " in spelled else spelled.replace("?", ONE)
        words = words_of(spelled)
        if not words:
            raise _error(term, f"{term.text!r} has no letter or digit, so it can never match", "remove it")
        if len(words) > MAX_WORDS:
            raise _error(term, f"a term has at most {MAX_WORDS} words", "shorten it, or join parts with NEAR")
        parts = tuple(self._test(term, token, language) for token in words)
        check = _check(term, spelled)
        return self._number((parts, check), term.text, parts, check)

    def plain(self, kind: Kind, texts: Sequence[str], language: str | None = None) -> list[int | None]:
        """Return the atoms of many plain terms of one kind; None for a term without words.

        They are `WORD`, `EXACT` or `CASED` terms of letters, digits and, within them, spaces and hyphens,
        `CASED` ones in ASCII.

        The same as `atom` would tell, for a fraction of the time.
        """
        numbers: list[int | None] = []
        each = words_of_each(texts)
        inflected = kind is Kind.WORD
        tests = {
            token: self._tested(_word(token, language) if inflected else Test("exact", fold(token)))
            for token in dict.fromkeys(chain.from_iterable(each))
        }
        for text, words in zip(texts, each, strict=True):
            if 0 < len(words) <= MAX_WORDS:
                parts = tuple([tests[token] for token in words])
                check = Check(cased=even(text)) if kind is Kind.CASED else None
                numbers.append(self._number((parts, check), text, parts, check))
            else:
                numbers.append(None)
        return numbers

    def _number(self, key: object, label: str, parts: tuple[int, ...], check: Check | None) -> int:
        known = self._atoms.get(key)
        if known is not None:
            return known
        number = self._atoms[key] = len(self.labels)
        self.labels.append(label)
        self.parts.append(parts)
        if check is not None:
            self.checks[number] = check
        return number

    def _test(self, term: Term, token: str, language: str | None) -> int:
        if MANY in token or ONE in token:
            return self._tested(_wildcard(term, fold(token)))
        return self._tested(_word(token, language) if term.kind is Kind.WORD else Test("exact", fold(token)))

    def _tested(self, test: Test) -> int:
        number = self.tests.get(test)
        if number is None:
            number = self.tests[test] = len(self.tests)
        return number

    def cell(
        self,
        members: Iterable[tuple[int, float]],
        own: str | None = None,
        languages: frozenset[str] = frozenset(),
    ) -> int:
        """Return the number of the cell of these atoms and weights.

        An atom given twice counts with its larger weight.
        """
        heaviest: dict[int, float] = {}
        for atom, weight in members:
            heaviest[atom] = max(weight, heaviest.get(atom, 0.0))
        key = (tuple(heaviest.items()), own, languages)
        number = self._cells.get(key)
        if number is None:
            number = self._cells[key] = len(self.cells)
            self.cells.append(Cell(heaviest, own, languages))
        return number

    def length(self, atom: int) -> int:
        """Return how many words a place of an atom covers."""
        return len(self.parts[atom]) or 1

    def sealed(self) -> "Atoms":
        """Return itself without the look-up tables that only compiling needs."""
        self._atoms, self._cells = {}, {}
        return self


def _word(token: str, language: str | None) -> Test:
    """Return the test of a word: inflected, if words like it are."""
    if len(token) < 3 or not token.replace("'", "").isalpha() or unsegmented(token[0]):
        return Test("exact", fold(token))
    return Test("stem", token, language)


def _wildcard(term: Term, token: str) -> Test:
    core = token.rstrip(MANY)
    if unsegmented(token.strip(MANY + ONE)[:1] or " "):
        raise _error(term, "words of this script are found inside longer ones anyway", "leave the wildcard out")
    if MANY not in core and ONE not in core:
        if len(core) < SHORTEST_PREFIX:
            raise _error(
                term, f"a wildcard needs at least {SHORTEST_PREFIX} letters before it", "write more of the word"
            )
        return Test("prefix", core)
    longest = max(re.split(f"[{MANY}{ONE}]+", token), key=len)
    if len(longest) < SHORTEST_CORE and len(re.split(f"[{MANY}{ONE}]", token)[0]) < SHORTEST_PREFIX:
        message = f"a wildcard at the beginning needs {SHORTEST_CORE} letters in a row after it"
        raise _error(term, message, "write more of the word")
    return Test("glob", token)


def _check(term: Term, spelled: str) -> Check | None:
    """Return what the original must read; `spelled` has letters for the wildcards."""
    gaps = _gaps(spelled)
    if term.kind is not Kind.CASED and (spelled != term.text or not _hard.search(term.text)):
        return Check(gaps=gaps) if gaps else None
    start, end = edges(spelled)
    # the signs that must stand around the words
    before, inside, after = term.text[:start].strip(), term.text[start:end], term.text[end:].strip()
    before = before if _hard.search(before) else ""
    after = after if _hard.search(after) else ""
    kept = tight(before + inside + after) if before or after or _hard.search(inside) else None
    if term.kind is Kind.CASED:
        return Check(cased=even(inside), kept=kept, before=len(before), after=len(after), gaps=gaps)
    return Check(kept=kept or tight(term.text), before=len(before), after=len(after), gaps=gaps)


def _gaps(spelled: str) -> tuple[str, ...]:
    """Return what stands between the words of a term, when some of it would end a phrase; else nothing."""
    if not _stops.search(spelled):
        return ()
    plain = PlainText(spelled)
    starts, ends = (places.tolist() for places in plain.located())
    words = plain.words(range(len(plain)))
    between = [spelled[end:start] for end, start in zip(ends, starts[1:], strict=False)]
    if all(
        phrase_goes_on(gap, fold(one), unsegmented(one[0]) and unsegmented(other[0]))
        for gap, (one, other) in zip(between, pairwise(words), strict=True)
    ):
        return ()
    return tuple(map(tight, between))


def _error(term: Term, message: str, suggestion: str) -> QueryError:
    return QueryError(message, term.start, max(1, term.end - term.start), suggestion)
