"""Check queries, vocabularies and examples: errors, warnings, failing examples.

Every literal term is matched against its own spelling: one that misses can match nothing.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from monitor.domain.catalog import Catalog, Example, Topic, Watchlist
from monitor.domain.topics.authoring.lint import doubts
from monitor.domain.topics.matcher import CatalogMatcher, CompiledCatalog
from monitor.domain.topics.query.errors import QueryError, QueryProblem, in_vocabulary
from monitor.domain.topics.query.syntax import Kind, Named, Term, walk
from monitor.domain.topics.terms.document_terms import DocumentTerms
from monitor.domain.topics.terms.lexicon import Lexicon, TermIndex
from monitor.domain.topics.terms.terms import Atoms
from monitor.domain.topics.terms.vocabularies import read_entry
from monitor.domain.topics.values import Document, Matches

_AT_ONCE = 1_000
"""Terms matched in one text."""
_one_letter = re.compile(r"\?(?=\S)")
"""A question mark that stands for a letter, in a phrase too; before a space or the end of a phrase it asks."""
_plain = re.compile(r"=?(?:[^\W_]|[ \-])*")
"""Letters, digits, spaces and hyphens: such a term matches itself whatever it is."""

InList = tuple[Term, str | None]
"""A term, and the language of the list it stands in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleFailure:
    """Hold an example that does not do what its topic says, with the reason."""

    topic: str
    watchlist: str
    example: Example
    wanted: bool
    explanation: str

    def __str__(self) -> str:
        kind = "must_match" if self.wanted else "must_not_match"
        return f"topic {self.topic}: a {kind} example fails: {self.explanation}"


def check_catalog(compiled: CompiledCatalog) -> tuple[QueryProblem, ...]:
    """Return the errors of a catalog's queries and vocabularies, then the warnings."""
    watchlists = compiled.catalog.watchlists
    warnings = [problem for watchlist in watchlists for problem in doubts(watchlist, compiled.queries)]
    return (*compiled.problems, *literal_problems(compiled), *warnings)


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
        and ("?" not in term.text or " " in term.text)  # a question mark behind a lone word is a wildcard
        and not _one_letter.search(term.text)
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


def check_examples(engine: CatalogMatcher, catalog: Catalog) -> tuple[ExampleFailure, ...]:
    """Try every example of every topic that compiled."""
    known = set(engine.topics)
    return tuple(
        failure
        for watchlist in catalog.watchlists
        for topic in watchlist.topics
        if topic.key in known
        for failure in _failures(engine, watchlist, topic)
    )


def still_matches(engine: CatalogMatcher, topic: str, document: Document) -> str | None:
    """Say by what `topic` matches `document`; None where it does not, or is left out."""
    if topic not in engine.topics:
        return None
    result = engine.match(document, only=topic)
    return _explain(result) if result.matches else None


def _failures(engine: CatalogMatcher, watchlist: Watchlist, topic: Topic) -> Iterator[ExampleFailure]:
    for wanted, examples in ((True, topic.must_match), (False, topic.must_not_match)):
        for example in examples:
            document = Document(title=example.title, text=example.text, language=example.language)
            result = engine.match(document, only=topic.key)
            if bool(result.matches) is not wanted:
                yield ExampleFailure(
                    topic=topic.key,
                    watchlist=watchlist.name,
                    example=example,
                    wanted=wanted,
                    explanation=_explain(result),
                )


def _explain(result: Matches) -> str:
    if result.matches:
        match = result.matches[0]
        quotes = ", ".join(dict.fromkeys(f'"{hit.quote}" ({hit.term})' for hit in match.hits[:6]))
        return f"it matches with score {match.score:g} by {quotes or 'facts alone'}"
    near = result.near[0]
    return f"it scores {near.score:g} of {near.threshold:g}: {near.missing}"
