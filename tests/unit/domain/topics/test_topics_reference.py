"""The engine against a slow reference, on random queries and texts; and what must hold of every match."""

import re
import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.domain.topics.values import Document, Field
from tests.support.reference_matcher import Reference
from tests.support.topic_workbench import engine

VOCABULARIES = {
    "power": {"en": ("china", '"white house"', "talk*"), "ru": ("москва", "мирный план"), "zh": ("北京", "和平")},
    "any": {"*": ("tariff", "=US", "beijing^2")},
}
WORDS = re.split(
    r" +",
    "china tariff tariffs talks talking US us white house White House beijing "
    "plan plans план планы мирный мирного Москве москва 北京 和平 北京和平 négocié "
    "negocie straße STRASSE St. U.S. e-mail US-China it's 和 the",
)
JOINS = (" ", " ", " ", ", ", ". ", "; ", "\n\n", "\n", "-", "’s ", " \u00ad", "\u200b", "。", "  ")
TERMS = (
    'china tariff talks plan talk* tar* "white house" "White House" =US =House 北京 和平 "北京和平" план '
    '"мирный план"~ мирный Москва négocié strasse U.S. e-mail US-China "the" $power $any'
)


def _terms() -> list[str]:
    return re.findall(r'"[^"]*"~?|\S+', TERMS)


texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(JOINS)), max_size=25).map(
    lambda pairs: "".join(word + join for word, join in pairs)
)
terms = st.sampled_from(_terms())
flat = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} OR {p[1]})"),
        st.tuples(inner, st.sampled_from(["NEAR/2", "BEFORE/3", "SAME", "NEAR/0"]), inner).map(
            lambda p: f"({p[0]} {p[1]} {p[2]})"
        ),
        st.tuples(inner, st.sampled_from(["{2}", "{2 distinct}", "{3}"])).map(lambda p: f"({p[0]}){p[1]}"),
    ),
    max_leaves=4,
)
queries = st.recursive(
    st.one_of(flat, st.sampled_from(["lang:en", "lang:(ru OR zh)", "outlet:example.org", "tag:trade"])),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} AND {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} OR {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} AND NOT {p[1]})"),
    ),
    max_leaves=5,
)
scoped = st.tuples(st.sampled_from(["title", "lead", "text"]), flat).map(lambda p: f"{p[0]}:({p[1]})")
documents = st.builds(
    Document,
    title=texts,
    text=texts,
    language=st.sampled_from(["en", "ru", "zh", "fr", None]),
    outlet=st.sampled_from(["example.org", "news.example.org", "other.net"]),
    tags=st.sampled_from([(), ("Trade",)]),
)


@settings(max_examples=120, deadline=None)
@given(document=documents, asked=st.lists(st.one_of(queries, scoped), min_size=1, max_size=4))
@example(document=Document(text="US-China", language="en"), asked=["china AND =US"])
def test_the_engine_says_what_the_reference_says(document: Document, asked: list[str]) -> None:
    matcher = engine(*asked, vocabularies=VOCABULARIES)
    found = {match.topic for match in matcher.match(document).matches}
    reference = Reference(document, VOCABULARIES)
    assert found == {f"t{number}" for number, query in enumerate(asked) if reference.holds(query)}


anything = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aé ŉßİǅ\u0301\u200b\ud800北가ｶﾞ\u1100\u1161\x00ﬁ①²\U0001f600\U00020000\u00ad’-. \n"),
    ),
    max_size=60,
)


@settings(max_examples=120, deadline=None)
@given(title=anything, text=anything, at=st.integers(0, 60), length=st.integers(1, 12))
def test_evidence_quotes_the_text_it_points_at(title: str, text: str, at: int, length: int) -> None:
    wanted = text[at : at + length].replace('"', " ").replace("*", " ").replace("?", " ")
    wanted = wanted.translate(dict.fromkeys(map(ord, "“”„«»"), " "))
    matcher = engine(f'"{wanted}" OR a OR 北')
    found = matcher.match(Document(title=title, text=text, language="en"))
    for match in found.matches:
        for hit in match.hits:
            field = title if hit.field is Field.TITLE else text
            assert hit.quote == field[hit.start : hit.end]
            assert hit.quote


DISGUISES = (
    lambda text: text,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and c.isalnum() else c for c in text),
    lambda text: "\u200b".join(text),
    lambda text: "\u00ad".join(text),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: text.replace("-", "\u2011"),
    lambda text: text.replace("'", "’"),
    lambda text: "\u202e" + "\u2066".join(text) + "\u2069",
    lambda text: text.upper() if text.isascii() else text,
)


@settings(max_examples=100, deadline=None)
@given(document=documents, disguise=st.sampled_from(DISGUISES), query=st.sampled_from(_terms()))
def test_normalisation_never_changes_a_match(document: Document, disguise, query: str) -> None:
    if query.startswith("=") or query == "$any" or "." in document.text + document.title:
        return
    dressed = Document(title=disguise(document.title), text=disguise(document.text), language=document.language)
    plain = Document(title=document.title, text=document.text, language=document.language)
    matcher = engine(query, vocabularies={**VOCABULARIES, "any": {"*": ("tariff",)}})
    assert bool(matcher.match(dressed).matches) == bool(matcher.match(plain).matches)
