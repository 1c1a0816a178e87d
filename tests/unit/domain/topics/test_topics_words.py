"""Words as numbers: the same words as character by character, told apart, remembered; and short forms of queries."""

import random
import re

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.domain.catalog import Vocabulary
from monitor.domain.topics.query.errors import QueryError
from monitor.domain.topics.terms.hash_table import HashTable
from monitor.domain.topics.terms.ragged import RaggedLists
from monitor.domain.topics.terms.terms import Atoms
from monitor.domain.topics.terms.vocabularies import VocabularyCells, read_entry
from monitor.domain.topics.text.folding import edges, words_of, words_of_each
from monitor.domain.topics.text.tokens import PlainText
from monitor.domain.topics.values import Document
from tests.support.topic_workbench import engine

texts = st.text(
    st.one_of(
        st.characters(exclude_characters="\0", exclude_categories=("Cn", "Co")),
        st.sampled_from("aé ñŉßİǅ´\u0301\u200b\ud800北가ｶﾞ\u1100\u1161ﬁ①²½…שׁ\U0001f600\U00020000\u00ad’-. \n"),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(texts)
@example("\ufad5 is \U00025249")
def test_a_text_read_at_once_has_the_words_it_has_character_by_character(text: str) -> None:
    plain = PlainText(text)
    assert plain.words(range(len(plain))) == words_of(text)


@settings(max_examples=100, deadline=None)
@given(texts, texts)
def test_words_share_a_number_exactly_when_they_are_the_same(one: str, other: str) -> None:
    numbers: dict[int, str] = {}
    for plain in (PlainText(one), PlainText(other)):
        for number, word in zip(plain.numbers.tolist(), plain.words(range(len(plain))), strict=True):
            assert numbers.setdefault(number, word) == word
    assert len(numbers) == len(set(numbers.values()))


def test_what_is_learnt_in_portions_is_remembered_through_growth_and_crowding() -> None:
    choose = random.Random(5)
    keys = [choose.getrandbits(64) | 1 for _ in range(9_000)]
    table, known = HashTable(), dict[int, int]()
    for at in range(0, len(keys), 700):
        portion = [key for key in dict.fromkeys(keys[at : at + 700]) if key not in known]
        known.update((key, choose.randrange(50)) for key in portion)
        table.learn(np.array(portion, np.uint64), np.array([known[key] for key in portion]))
    asked = np.array([*known, 17, 18], np.uint64)
    numbers, unknown = table.ask(asked)
    assert numbers.tolist() == [*known.values(), -1, -1]
    assert unknown.tolist() == [len(known), len(known) + 1]
    assert len(table) == len(known)


words = st.sampled_from(["china", '"china"', "talks", "tariff^2", '"trade war"', "war", "plan*", "planned", "=US"])
groups = st.lists(words, min_size=1, max_size=3).map(lambda terms: f"({' OR '.join(terms)})")
PROSE = re.split(" ", "China talks talking tariff tariffs trade war. US us plan planned; peace")
prose = st.lists(st.sampled_from(PROSE), max_size=30).map(" ".join)


@settings(max_examples=80, deadline=None)
@given(st.lists(groups, min_size=1, max_size=3), st.lists(groups, max_size=1), prose, prose)
def test_the_short_form_of_a_query_scores_and_quotes_as_its_steps_do(
    wanted: list[str], barred: list[str], title: str, text: str
) -> None:
    query = " AND ".join([*wanted, *(f"NOT {group}" for group in barred)])
    document = Document(title=title, text=text, language="en")
    short, long = (engine(asked).match(document, only="t0") for asked in (query, f"{query} MAYBE neverthere"))
    assert [(match.score, match.hits) for match in short.matches] == [
        (match.score, match.hits) for match in long.matches
    ]


def test_a_double_of_an_ideograph_is_that_ideograph() -> None:
    assert PlainText("\U0002f800").words([0]) == ["\u4e3d"]


conjunctions = st.lists(groups, min_size=1, max_size=3).map(" AND ".join)


@settings(max_examples=80, deadline=None)
@given(st.lists(conjunctions, min_size=2, max_size=5), groups, prose, prose)
def test_many_topics_asked_at_once_say_what_each_says_alone(
    queries: list[str], barred: str, title: str, text: str
) -> None:
    document = Document(title=title, text=text, language="en")
    queries = [*queries, f"{queries[0]} NOT {barred}", f"{queries[1]} MAYBE neverthere", f"NOT {barred}"]
    together = {match.topic: match for match in engine(*queries).match(document).matches}
    for number, query in enumerate(queries):
        alone = engine(query).match(document, only="t0").matches
        assert [match._replace(topic=f"t{number}") for match in alone] == [
            match for topic, match in together.items() if topic == f"t{number}"
        ]


def test_the_lists_of_many_keys_are_taken_at_once() -> None:
    lists = [[3, 1], [], [7], [2, 2, 9]]
    runs = RaggedLists(lists[:2])
    runs.add(lists[2:])
    runs.add([])
    which, numbers = runs.of(np.array([3, 1, 0, 2, 3]))
    assert list(zip(which.tolist(), numbers.tolist(), strict=True)) == [
        (0, 2), (0, 2), (0, 9), (2, 3), (2, 1), (3, 7), (4, 2), (4, 2), (4, 9),
    ]  # fmt: skip
    assert not len(runs.of(np.array([], np.int64))[1])


@given(st.lists(st.text("aéłÉ-. \u0301\u1100\u1161\ufb01\u00ad\n国", max_size=6), max_size=5))
def test_words_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    assert words_of_each(texts) == [words_of(text) for text in texts]


@given(st.text("aÉł-. '\u0301\u1100\u1161\ufb01\u00ad国+", max_size=8).filter(words_of))
def test_the_edges_of_a_term_are_where_its_words_stand(text: str) -> None:
    plain = PlainText(text)
    assert edges(text) == (plain.span(0)[0], plain.span(-1)[1])


@given(st.from_regex(r"=?\"?[abzÉłя国1_ .*^-]{1,8}\"?", fullmatch=True), st.sampled_from(["*", "pl"]))
@example('"US-EU"', "*")
@example("=US", "*")
@example("= US", "*")
@example("=-US", "*")
@example("u*", "*")
@example("us*", "*")
def test_an_entry_read_with_many_is_the_term_that_it_reads_as(entry: str, language: str) -> None:
    one, many = Atoms(), Atoms()
    shelf = VocabularyCells("briefing", {"words": Vocabulary(name="words", terms={language: (entry,)})}, many)
    shelf.cells("words")
    refused = []
    try:
        one.every(read_entry(entry), None if language == "*" else language)
    except QueryError as error:
        refused = [error.message]
    assert [problem.message for problem in shelf.problems] == refused
    assert refused or (one.tests, one.parts, one.labels, one.checks) == (
        many.tests,
        many.parts,
        many.labels,
        many.checks,
    )
