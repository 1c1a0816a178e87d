"""A slow, obviously correct evaluator of queries: every rule of docs/topic-language.md tried at every place.

It shares the parser, the folding of single characters and the stemmers with the engine, and nothing else: no tables,
no index, no lexicon, no cells, no candidates.
"""

import unicodedata
from itertools import pairwise

from monitor.domain.topics.query.parser import parse
from monitor.domain.topics.query.syntax import (
    All,
    Asked,
    AtLeast,
    Close,
    Either,
    Inside,
    Kind,
    Named,
    Node,
    Term,
    Together,
    Weighed,
    Without,
)
from monitor.domain.topics.terms.vocabularies import read_entry
from monitor.domain.topics.text.folding import fold, plain_character, unsegmented
from monitor.domain.topics.text.sentences import phrase_goes_on, sentence_starts
from monitor.domain.topics.text.stems import language_of, stemming_language, stems
from monitor.domain.topics.values import Document

Word = tuple[str, str, int, int]
"""A token: the field it stands in, its plain form, and where it begins and ends in the original."""
Spot = tuple[int, int, str]
"""Words start..end (exclusive), and the term."""


def words_of(name: str, text: str) -> list[Word]:
    found: list[Word] = []
    token, first, last = "", 0, 0
    for at, character in enumerate(text):
        for plain in plain_character(character):
            if plain == " ":
                found += [(name, token, first, last)] if token else []
                token = ""
            else:
                first = first if token else at
                token, last = token + plain, at + 1
    return found + ([(name, token, first, last)] if token else [])


class Reference:
    def __init__(self, document: Document, vocabularies: dict[str, dict[str, tuple[str, ...]]]) -> None:
        self.document = document
        self.vocabularies = vocabularies
        self.language = language_of(document.language)
        self.words = [*words_of("title", document.title), *words_of("text", document.text)]

    def holds(self, query: str) -> bool:
        return self.true(parse(query).root, None)

    def true(self, node: Node, place: str | None) -> bool:
        if isinstance(node, All):
            return all(self.true(item, place) for item in node.items)
        if isinstance(node, Either):
            return any(self.true(item, place) for item in node.items)
        if isinstance(node, Without):
            return not self.true(node.item, place)
        if isinstance(node, Weighed):
            return self.true(node.item, place)
        if isinstance(node, Inside):
            return self.true(node.item, node.place.value)
        if isinstance(node, Asked):
            return self.asked(node)
        return any(place is None or self.inside(spot, place) for spot in self.spots(node))

    def asked(self, node: Asked) -> bool:
        values = [value.casefold() for value in node.values]
        if node.fact == "outlet":
            return any(self.document.outlet == v or self.document.outlet.endswith("." + v) for v in values)
        if node.fact == "lang":
            return self.language in values
        return any(tag.casefold() in values for tag in self.document.tags)

    def inside(self, spot: Spot, place: str) -> bool:
        field, _, start, _ = self.words[spot[0]]
        if place != "lead":
            return field == place
        starts = sentence_starts(self.document.text[:700])
        end = starts[3] if len(starts) > 3 else 700
        return field == "title" or start < end

    def spots(self, node: Node) -> set[Spot]:
        if isinstance(node, Term):
            return self.term(node, None)
        if isinstance(node, Named):
            lists = self.vocabularies[node.name]
            known = self.language in lists
            return {
                spot
                for language, entries in lists.items()
                if language == "*" or not known or language == self.language
                for entry in entries
                for spot in self.term(read_entry(entry), None if language == "*" else language)
            }
        if isinstance(node, Either):
            return {spot for item in node.items for spot in self.spots(item)}
        if isinstance(node, Weighed):
            return self.spots(node.item)
        if isinstance(node, Inside):
            return {spot for spot in self.spots(node.item) if self.inside(spot, node.place.value)}
        if isinstance(node, AtLeast):
            return self.counted(node)
        assert isinstance(node, Close | Together)
        pairs = [(a, b) for a in self.spots(node.left) for b in self.spots(node.right) if self.related(node, a, b)]
        return {spot for pair in pairs for spot in pair}

    def related(self, node: Close | Together, one: Spot, other: Spot) -> bool:
        if isinstance(node, Close):
            near = self.follows(one, other, node.distance)
            return near or (not node.ordered and self.follows(other, one, node.distance))
        apart = one[1] <= other[0] or other[1] <= one[0]
        return apart and self.sentence(one) == self.sentence(other)

    def follows(self, one: Spot, other: Spot, distance: int) -> bool:
        if one[1] > other[0] or self.words[one[0]][0] != self.words[other[0]][0]:
            return False
        between = self.words[one[1] : other[0]]
        return sum(0.5 if unsegmented(word[1][0]) else 1 for word in between) <= distance

    def sentence(self, spot: Spot) -> tuple[str, int]:
        field, _, start, _ = self.words[spot[0]]
        text = self.document.title if field == "title" else self.document.text
        return field, sum(1 for at in sentence_starts(text) if at <= start)

    def counted(self, node: AtLeast) -> set[Spot]:
        spots = self.spots(node.item)
        if node.distinct:
            return spots if len({spot[2] for spot in spots}) >= node.count else set()
        return spots if self.most_apart(sorted(spots)) >= node.count else set()

    def most_apart(self, spots: list[Spot]) -> int:
        """The largest number of spots that do not overlap."""
        if not spots:
            return 0
        first, rest = spots[0], spots[1:]
        with_first = 1 + self.most_apart([spot for spot in rest if spot[0] >= first[1]])
        return max(with_first, self.most_apart(rest))

    def term(self, term: Term, language: str | None) -> set[Spot]:
        wanted = words_of("query", term.text.rstrip("*"))
        prefix = term.text.endswith("*")
        label = f"{term.kind}:{term.text}:{language}"
        return {
            (at, at + len(wanted), label)
            for at in range(len(self.words) - len(wanted) + 1)
            if all(
                self.same(term, word[1], self.words[at + i][1], language, prefix and i == len(wanted) - 1)
                for i, word in enumerate(wanted)
            )
            and self.reads(term, self.words[at : at + len(wanted)])
        }

    def same(self, term: Term, wanted: str, word: str, language: str | None, prefix: bool) -> bool:
        if prefix:
            return fold(word).startswith(fold(wanted))
        if term.kind is not Kind.WORD or len(wanted) < 3 or not wanted.isalpha() or unsegmented(wanted[0]):
            return fold(wanted) == fold(word)
        rules = language or stemming_language(wanted, self.language)
        one, other = stems(rules, [wanted, word])
        return bool(set(one) & set(other))

    def reads(self, term: Term, words: list[Word]) -> bool:
        if len({word[0] for word in words}) > 1:
            return False
        text = self.document.title if words[0][0] == "title" else self.document.text
        for one, other in pairwise(words):
            joined = unsegmented(one[1][0]) and unsegmented(other[1][0])
            if not phrase_goes_on(text[one[3] : other[2]], fold(one[1]), joined):
                return False
        if term.kind is not Kind.CASED:
            return True
        original = text[words[0][2] : words[-1][3]]
        shown = "".join(c for c in unicodedata.normalize("NFKC", original) if unicodedata.category(c) != "Cf")
        return " ".join(shown.split()) == " ".join(unicodedata.normalize("NFKC", term.text).split())
