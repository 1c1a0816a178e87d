"""Read the entries of vocabularies, and make each list a cell that queries share."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from monitor.domain.catalog import Vocabulary
from monitor.domain.topics.query.errors import QueryError, QueryProblem
from monitor.domain.topics.query.lexer import IN_HEBREW
from monitor.domain.topics.query.syntax import Kind, Term
from monitor.domain.topics.terms.spellings import may_vary
from monitor.domain.topics.terms.terms import Atoms
from monitor.domain.topics.text.stems import language_of

MAX_TERMS = 250_000
"""Terms of one vocabulary, all lists together."""

_AT_ONCE = 4_000
"""Entries read together: no single call keeps other threads, the daemon's event loop, waiting for long."""
_JOINING = str.maketrans("", "", " -")
"""What may stand between the words of an entry without meaning anything."""

_entry = re.compile(
    rf"""\s*(?:
        (?P<cased>=)?(?P<quote>["“„«])(?P<quoted>(?:[^"”»]|{IN_HEBREW})*)["”“»](?P<loose>~?)
      | /(?P<regex>(?:[^/\\]|\\.)+)/
      | (?P<exactly>=)?(?P<plain>[^"“„«/^](?:[^"“„«^]|{IN_HEBREW})*?)
    )(?:\^(?P<weight>\d{{1,4}}(?:\.\d{{1,4}})?))?\s*""",
    re.VERBOSE,
)


def read_entry(text: str) -> Term:
    """Read one entry of a vocabulary. Raises QueryError.

    `word` and `several words` are inflected, `"quoted"` is exact, `=Cased`, `prefix*`, `/regex/`; each may end with
    `^weight`.
    """
    if text.isalnum() or (text[-1:] == "*" and text[:-1].isalnum()):
        return Term(kind=Kind.WORD, text=text, end=len(text))
    match = _entry.fullmatch(text)
    if match is None or not text.strip():
        message = "an empty term" if not text.strip() else f"{text!r} is no term"
        raise QueryError(
            message, 0, max(1, len(text)), 'an entry is: word, several words, "exact", =Case, begin*, /re/'
        )
    if match["regex"] is not None:
        kind, written = Kind.REGEX, match["regex"]
    elif match["quoted"] is not None:
        kind, written = Kind.WORD if match["loose"] else Kind.EXACT, match["quoted"]
    else:
        kind, written = Kind.WORD, match["plain"].strip()
    if match["cased"] or match["exactly"]:
        kind = Kind.CASED
    weight = float(match["weight"] or 1)
    if weight == 0:
        raise QueryError("a weight must be above 0", 0, len(text), "remove the entry instead")
    return Term(kind=kind, text=written, weight=weight, start=0, end=len(text))


def _form(entry: str) -> tuple[Kind, str]:
    """Return the kind and the text of an entry, if it is a plain one."""
    if entry[:1] == '"' == entry[-1:]:
        return Kind.EXACT, entry[1:-1]
    if entry[:1] == "=" and entry.isascii():
        return Kind.CASED, entry[1:]
    return Kind.WORD, entry.strip()


@dataclass(slots=True)
class VocabularyCells:
    """Make the cells of a watchlist's vocabularies when first asked for."""

    watchlist: str
    vocabularies: dict[str, Vocabulary]
    atoms: Atoms
    problems: list[QueryProblem] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    _cells: dict[str, frozenset[int]] = field(default_factory=dict)

    def cells(self, name: str) -> frozenset[int]:
        """Return the cells of all lists of a vocabulary. Raises KeyError for an unknown name."""
        self.used.add(name)
        if name not in self._cells:
            self._cells[name] = frozenset(self._lists(self.vocabularies[name]))
        return self._cells[name]

    def _lists(self, vocabulary: Vocabulary) -> Iterator[int]:
        named = {language: language_of(language) or "*" for language in vocabulary.terms}
        languages = frozenset(named.values()) - {"*"}
        room = MAX_TERMS
        for language, entries in vocabulary.terms.items():
            if len(entries) > room:
                message = f"${vocabulary.name} has more than {MAX_TERMS:,} terms; the rest is left out"
                self._report(QueryError(message, 0, 1, "split it"), vocabulary.name, entries[room])
            own = named[language]
            read, members = entries[:room], list[tuple[int, float]]()
            for first in range(0, len(read), _AT_ONCE):
                members += self._some(vocabulary.name, read[first : first + _AT_ONCE], None if own == "*" else own)
            room -= min(room, len(entries))
            if members:
                yield self.atoms.cell(members, own if languages else None, languages)

    def _some(self, name: str, entries: Sequence[str], language: str | None) -> Iterator[tuple[int, float]]:
        plain: defaultdict[Kind, dict[str, str]] = defaultdict(dict)
        for entry in entries:
            kind, text = _form(entry)
            if (
                text.translate(_JOINING).isalnum()
                and text[0].isalnum()
                and text[-1].isalnum()
                and not (kind is Kind.WORD and may_vary(text))
            ):
                plain[kind][entry] = text
        known: dict[str, int | None] = {}
        for kind, texts in plain.items():
            known.update(zip(texts, self.atoms.plain(kind, list(texts.values()), language), strict=True))
        for entry in entries:
            atom = known.get(entry)
            if atom is not None:
                yield atom, 1.0
                continue
            try:
                term = read_entry(entry)
                for atom in self.atoms.every(term, language):
                    yield atom, term.weight
            except QueryError as error:
                self._report(error, name, entry)

    def _report(self, error: QueryError, name: str, entry: str) -> None:
        self.problems.append(
            QueryProblem(
                topic="",
                watchlist=self.watchlist,
                offset=error.offset,
                length=error.length,
                message=error.message,
                suggestion=error.suggestion,
                vocabulary=name,
                entry=entry,
            )
        )
