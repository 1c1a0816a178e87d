"""One term, written in several ways: interpuncts, hyphens before numbers, gershayim, signs and marks in phrases."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.domain.topics.authoring.checks import check_catalog, unmatchable
from monitor.domain.topics.matcher import compile_all
from monitor.domain.topics.query.syntax import Kind, Term
from tests.support.topic_workbench import catalog, hits, quotes, topic


@pytest.mark.parametrize("sign", "·•‧∙⋅・･")
@pytest.mark.parametrize("query", ["马尔文·托克", "马尔文托克", '"马尔文·托克"', "马尔文・托克"])
def test_an_interpunct_within_a_name_is_nothing(sign: str, query: str) -> None:
    assert hits(query, f"总统马尔文{sign}托克周五抵达。", lang="zh")


@pytest.mark.parametrize(
    "text",
    ["マルヴィン・トークが", "マルヴィン･トークが", "マルヴィン＝トークが", "マルヴィントークが"],
)
def test_a_name_in_kana_is_found_by_either_sign(text: str) -> None:
    assert hits("マルヴィン・トーク", text, lang="ja")


@pytest.mark.parametrize("text", ["马尔文。托克说", "马尔文、托克说", "马尔文，托克说", "马尔文；托克说"])
def test_a_stop_or_a_comma_is_no_interpunct(text: str) -> None:
    assert not hits("马尔文·托克", text, lang="zh")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("F-16", "Six F-16s took off."),
        ("F-16", "The F16 was late."),
        ("F-16", "Old F‑16s were sold."),
        ("F16", "An F-16 was lost."),
        ("F16", "Twelve F-16s."),
        ("S-400", "Two S400s were moved."),
        ("MiG-31", "MiG-31s over the bay."),
        ("G7", "The G-7 met."),
        ("G-20", "G20 leaders."),
        ("C-130", "Three C-130s landed."),
        ("S-300 battery", "Two S300 batteries."),
        ("С-300", "Комплексы С300 и С-300."),
        ("COVID-19", "Covid19 is back."),
        ("email", "An e-mail said so."),
        ("e-mail", "Two emails were read."),
        ("email", "Two e-mails were read."),
        ("e-commerce", "Taxes on ecommerce."),
        ("antidumping", "An anti-dumping inquiry."),
        ("cease-fire", "A ceasefire began."),
        ("ceasefire", "Both cease-fires failed."),
        ("25%", "A rate of 25 % applies."),
        ('"25 %"', "A rate of 25% applies."),
        ('"25%"', "A rate of 25\u202f% applies."),
        ('"$5"', "It costs $ 5 now."),
        ("R&D", "Spending on R & D fell."),
    ],
)
def test_a_term_is_found_however_it_is_written(query: str, text: str) -> None:
    assert hits(query, text, lang="ru" if "С" in query else "en")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("F-16", "One F-160 landed."),
        ("F-16", "One F-15 landed."),
        ("A1", "A 1 percent rise."),
        ("G7", "Panel G 7 was open."),
        ('"F-16"', "Two F16s."),
        ("=e-mail", "An email."),
        ("25%", "A rate of 25 points."),
        ("25%", "A rate of 125%."),
        ("email", "E mail the form."),
        ("reform", "A re form."),
    ],
)
def test_other_numbers_and_words_are_other_things(query: str, text: str) -> None:
    assert not hits(query, text)


def test_what_is_quoted_holds_the_sign_and_the_space_before_it() -> None:
    assert quotes("25%", "A rate of 25 % applies, not 25%.") == ["25 %", "25%"]


@pytest.mark.parametrize("sign", ['"', "״", "”", "''"])
@pytest.mark.parametrize("query", ["מנכ״ל", '"מנכ"ל"', 'מנכ"ל'])
def test_hebrew_gershayim_are_written_in_many_ways(sign: str, query: str) -> None:
    assert hits(query, f"מנכ{sign}ל החברה אמר", lang="he")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ('"the vote: a history"', "The Vote: A History is out."),
        ('"land; bread"', "They want land; bread comes later."),
        ('"who pays? nobody"', "Who pays? Nobody says so."),
        ('"what next?"', "What next? We asked."),
        ('"Hello! Weekly"', "Hello! Weekly wrote it."),
        ('"wait… what"', "Wait… what was that?"),
        ("钢铁：关税", "钢铁：关税上调"),
    ],
)
def test_a_phrase_may_have_the_marks_that_end_others(query: str, text: str) -> None:
    assert hits(query, text, lang="zh" if "钢" in query else "en")


def test_a_mark_that_the_phrase_does_not_have_still_ends_it() -> None:
    assert not hits('"the vote a history"', "The vote: a history is out.")
    assert not hits('"the vote: a history"', "The vote; a history is out.")
    assert not hits("tariff?", "A tariff? No.")


terms = st.text(
    st.sampled_from("aBé1й国ｶ·-'’.,:;!?%$&+#/\"״בא ()«»…、。½"),
    min_size=1,
    max_size=12,
).map(lambda text: " ".join(text.split()))


@settings(max_examples=150, deadline=None)
@given(st.lists(terms, min_size=1, max_size=20), st.sampled_from([Kind.WORD, Kind.EXACT, Kind.CASED]))
@example(["1 11?1"], Kind.WORD)
def test_every_literal_matches_its_own_spelling(texts: list[str], kind: Kind) -> None:
    assert [term.text for term, _ in unmatchable([(Term(kind=kind, text=text), None) for text in texts])] == []


def test_a_term_that_cannot_match_itself_is_an_error_at_its_place() -> None:
    lists = {"signs": {"*": ("steel", '"$  QX"')}}
    found = check_catalog(compile_all(catalog(topic('lead:$signs AND "$  QX"'), vocabularies=lists)))
    errors = [(problem.vocabulary, problem.entry, problem.offset) for problem in found if not problem.warning]
    assert errors == [(None, None, 16), ("signs", '"$  QX"', 0)]
    assert "own spelling" in str(found[0])
