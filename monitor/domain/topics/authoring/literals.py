"""Match every literal term against its own spelling: one that misses can match nothing."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from monitor.domain.topics.matcher import CompiledCatalog
from monitor.domain.topics.query.errors import QueryError, QueryProblem, in_vocabulary
from monitor.domain.topics.query.syntax import Kind, Named, Term, walk
from monitor.domain.topics.terms.document_terms import DocumentTerms
from monitor.domain.topics.terms.lexicon import Lexicon, TermIndex
from monitor.domain.topics.terms.terms import Atoms
from monitor.domain.topics.terms.vocabularies import read_entry
from monitor.domain.topics.values import Document

_AT_ONCE = 1_000
"""Terms matched in one text."""
_plain = re.compile(r"=?(?:[^\W_]|[ \-])*")
"""Letters, digits, spaces and hyphens: such a term matches itself whatever it is."""

InList = tuple[Term, str | None]
"""A term, and the language of the list it stands in."""


def literal_problems(compiled: CompiledCatalog) -> Iterator[QueryProblem]:
    """Yield an error for each term, of a query or a vocabulary in use, that cannot match its own spelling."""
    message = "this term does not match even its own spelling"
    suggestion = "write its words without signs, or a regular expression between slashes"
    for watchlist in compiled.catalog.watchlists:
        used: set[str] = set()
        for topic in watchlist.topics:
            query = compiled.queries.get((watchlist.file, topic.key))
            nodes = list(walk(query)) if query is not None else []
            used |= {node.name for node in nodes if isinstance(node, Named)}
            for term, _ in unmatchable([(node, None) for node in nodes if isinstance(node, Term)]):
                error = QueryError(message, term.start, max(1, term.end - term.start), suggestion)
                yield error.problem(topic.key, watchlist.name)
        for vocabulary in watchlist.vocabularies:
            entries: dict[InList, str] = {}
            for language, listed in vocabulary.terms.items() if vocabulary.name in used else ():
                for entry in listed:
                    if not _plain.fullmatch(entry):
                        with suppress(QueryError):  # compiling has reported it
                            entries[read_entry(entry), None if language == "*" else language] = entry
            for found in unmatchable(list(entries)):
                problem = QueryError(message, 0, len(entries[found]), suggestion).problem("", watchlist.name)
                yield in_vocabulary(problem, vocabulary.name, entries[found])


def unmatchable(terms: Sequence[InList]) -> Iterator[InList]:
    """Yield the literal terms that are not found in a text that is nothing but their own spelling."""
    literals = [
        (term, language)
        for term, language in terms
        if term.kind is not Kind.REGEX
        and not _plain.fullmatch(term.text)
        and "*" not in term.text
        and ("?" not in term.text or " " in term.text)  # a question mark within a lone word is a wildcard
    ]
    for first in range(0, len(literals), _AT_ONCE):
        yield from _missed(literals[first : first + _AT_ONCE])


def _missed(literals: Sequence[InList]) -> Iterator[InList]:
    atoms, asked, text = Atoms(), list[tuple[InList, int, int]](), ""
    for term, language in literals:
        with suppress(QueryError):  # compiling has reported it
            atom = atoms.atom(term, language)
            atoms.cell([(atom, 1.0)])
            asked.append(((term, language), atom, len(text)))
            # A blank line parts a term from the next one.
            text += term.text.replace("\n", " ") + "\n\n"
    found = DocumentTerms(Document(text=text), None, Lexicon(TermIndex(atoms), atoms, None, {}), atoms)
    places = set(zip(found.occurrences.atom_at.tolist(), found.occurrences.places.tolist(), strict=True))
    for literal, atom, at in asked:
        if (atom, found.layout.plain.before(found.layout.text_at + at)) not in places:
            yield literal
