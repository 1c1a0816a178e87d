"""Errors point at the character and say how to mend it; doubts are warnings; limits are named."""

import pickle

import pytest

from monitor.domain.topics.authoring.checks import check_catalog, check_examples
from monitor.domain.topics.matcher import compile_all, compile_catalog
from monitor.domain.topics.query.errors import QueryProblem
from monitor.domain.topics.values import Document
from tests.support.topic_workbench import catalog, engine, example, topic


def problems(query: str, vocabularies=None, warnings: bool = False) -> list[QueryProblem]:
    found = check_catalog(compile_all(catalog(topic(query), vocabularies=vocabularies)))
    return [problem for problem in found if problem.warning is warnings]


@pytest.mark.parametrize(
    ("query", "at", "says", "suggests"),
    [
        ("", "", "empty", "at least one term"),
        ("china AND", "AND", "ends where a term was expected after AND", "add a term"),
        ("AND china", "AND", "expected a term at the beginning", "quote the word"),
        ("(china OR peace", "(", "never closed", "add )"),
        ("china) OR peace", ")", "no ( before it", "remove it"),
        ("china AND ()", "()", "empty", "put a term"),
        ('china "peace plan', '"peace plan', "never closed", 'add " after'),
        ("china and peace", "and", "upper case", "write AND"),
        ("china && peace", "&&", "not an operator", "write AND"),
        ("china -peace", "-peace", "means nothing here", "NOT peace"),
        ("titel:china", "titel:", "no scope", "title:"),
        ("china NEAR5 peace", "NEAR5", "not an operator", "NEAR/8"),
        ("china NEAR/9999 peace", "NEAR/9999", "at most 1,000 words", "NEAR/1000"),
        ("china{0}", "{0}", "minimum count", "1 to 9999"),
        ("china{two}", "{two}", "minimum count", "number"),
        ("china^high", "^high", "a weight like", "a number"),
        ("china^-2", "^-2", "above 0", "LESS china^2"),
        ("(china AND peace) NEAR/5 plan", "china AND peace", "not AND", "split it"),
        ("(NOT china) SAME plan", "NOT china", "not NOT", "split it"),
        ("$chnia AND peace", "$chnia", "no vocabulary $chnia", "did you mean $china?"),
        ("a*", "a*", "at least 2 letters", "more of the word"),
        ("*ab", "*ab", "3 letters", "more of the word"),
        ("+++", "+++", "no letter or digit", "remove"),
        ("/(a+/", "/(a+/", "not valid", "docs"),
        (r"/(a)\1/", r"/(a)\1/", "not valid", "back-references"),
        ("/(a{900}){900}/", "/(a{900}){900}/", "not valid", "limits"),
        ("/x*/", "/x*/", "matches empty text", "+ instead"),
        ("/a\\bc/", "/a\\bc/", "beginning or end", "space"),
        ("outlet:(a.com AND b.com)", "a.com AND b.com", "joined by OR", "outlet:(one OR another)"),
        ("title:(lead:china)", "lead:china", "never true", "one of them"),
        ("(china MAYBE peace)", "MAYBE", "outermost", "end of the query"),
        ("china }", "}", "} without {", "tariff{3}"),
    ],
)
def test_an_error_points_at_the_character(query: str, at: str, says: str, suggests: str) -> None:
    [problem] = problems(query, {"china": {"*": ("china",)}})
    assert query[problem.offset : problem.offset + problem.length] == at
    assert says in problem.message
    assert suggests in problem.suggestion


@pytest.mark.case(100)
def test_a_bad_query_leaves_the_others_alone() -> None:
    topics = [topic("china", f"t{n}") for n in range(199)]
    topics.insert(77, topic("china AND", "bad"))
    matcher = compile_catalog(catalog(*topics))
    assert len(matcher.match(Document(text="China", language="en")).matches) == 199
    assert [problem.topic for problem in check_catalog(compile_all(catalog(*topics)))] == ["bad"]


EXPLOSIVE = (
    r".*.*.*x$", r"(a+)+$", r"(a|a)*b", r"(a|aa)+c", r"([a-z]+)*d", r"(a*)*e", r"(.*)*f", r"(.+)+g", r"(a?){30}a{30}h",
    r"(x+x+)+y", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(a{1,100}){1,100}i", r"(\w+\s*)+j", r"(\s*\S+\s*)+k", r"a+b|a",
    r"(a|b|ab)*m", r"((a+)b?)+n", r"(([\-.]|[_]+)?([a-z0-9]+))*\@", r"(?:a|a|a|a)+o", r"(ab*)*(ba*)*p",
)  # fmt: skip


@pytest.mark.case(99)
@pytest.mark.parametrize("pattern", EXPLOSIVE)
def test_no_pattern_explodes(pattern: str) -> None:
    """On such texts a backtracking engine would not come back in a lifetime."""
    topics = catalog(topic(f"/{pattern}/ OR tariff", "explosive"), topic("tariff", "plain"))
    refused = [problem.topic for problem in check_catalog(compile_all(topics)) if not problem.warning]
    text = "a" * 20_000 + " tariff " + "ab" * 10_000 + " " + "x " * 5_000 + "!"
    matched = {match.topic for match in compile_catalog(topics).match(Document(text=text, language="en")).matches}
    assert matched == {"explosive", "plain"} - set(refused)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("peace plan", "side by side mean AND"),
        ("tariff OR tariffs", "adds nothing"),
        ("tar* OR tariff", "adds nothing"),
        ("us AND china", "so short"),
        ("=china", "beginning of a sentence"),
        ("NOT sport", "no term is required"),
        ("lang:en AND lang:zh AND peace", "never true together"),
    ],
)
def test_a_doubt_is_a_warning(query: str, says: str) -> None:
    assert any(says in problem.message for problem in problems(query, warnings=True))
    assert not problems(query)


def test_an_unused_vocabulary_and_a_bad_entry_are_told() -> None:
    lists = {"spare": {"*": ("x",)}, "used": {"*": ("china", '"open', "+++", "=NATO^2")}}
    found = check_catalog(compile_all(catalog(topic("$used"), vocabularies=lists)))
    assert [(problem.vocabulary, problem.entry, problem.warning) for problem in found] == [
        ("used", '"open', False),
        ("used", "+++", False),
        ("spare", None, True),
    ]


def test_examples_fail_with_the_explanation() -> None:
    asked = topic(
        "china AND tariff NOT sport",
        must_match=(example("China tariffs"), example("China")),
        must_not_match=(example("Tariffs of China"), example("Chinese sport tariffs")),
    )
    snapshot = catalog(asked)
    failures = check_examples(compile_catalog(snapshot), snapshot)
    assert [(failure.wanted, failure.example.text) for failure in failures] == [
        (True, "China"),
        (False, "Tariffs of China"),
    ]
    assert "tariff is not found" in failures[0].explanation
    assert '"Tariffs" (tariff)' in failures[1].explanation


@pytest.mark.parametrize("depth", [51, 400, 30_000])
def test_deep_nesting_is_refused_with_its_limit(depth: int) -> None:
    for query in ("(" * depth + "a" + ")" * depth, "NOT " * depth + "a", "title:" * depth + "a"):
        [problem] = problems(query)
        assert "50 levels" in problem.message or "100,000" in problem.message


def test_nesting_up_to_the_limit_works() -> None:
    assert not problems("(" * 50 + "china" + ")" * 50)


def test_a_huge_vocabulary_is_fine() -> None:
    terms = tuple(f"term{number}" for number in range(100_000))
    lists = {"big": {"en": terms}, "far": {"en": ("china",)}}
    matcher = engine(*["$big NEAR/3 $far"] * 20, vocabularies=lists)
    found = matcher.match(Document(text="China and term77777", language="en"))
    assert len(found.matches) == 20


def test_a_vocabulary_too_large_is_cut_and_told() -> None:
    terms = ("tariff",) * 250_001
    [problem] = check_catalog(compile_all(catalog(topic("$big"), vocabularies={"big": {"*": terms}})))
    assert "250,000" in problem.message


@pytest.mark.parametrize("piece", ["tariff china ", "x", "关税", "a\u0301\u200b", "\ud800", "tariff. "])
def test_a_huge_text_is_read_up_to_its_limit(piece: str) -> None:
    matcher = engine("tariff AND china", "关税", "tariff NEAR/3 china", "tariff SAME china", "/tarif+/")
    result = matcher.match(Document(text=piece * (5_000_000 // len(piece)), language="en"))
    assert result.doubts == ("only the first 300,000 characters of the text were read",)
    assert all(len(found.hits) <= 100 for found in result.matches)


def test_an_engine_can_be_pickled() -> None:
    matcher = engine("china NEAR/3 tariff AND /x+/", "мир*")
    document = Document(text="China xx tariffs, мира", language="en")
    before = matcher.match(document)
    again = pickle.loads(pickle.dumps(matcher))
    assert again.match(document) == before
    assert again.revision == matcher.revision


def test_vocabularies_are_of_their_own_watchlist() -> None:
    [problem] = problems("$other")
    assert "none in this file" in problem.suggestion
