"""Each operator of the language, one behaviour each."""

import pytest

from monitor.domain.topics.values import Document
from tests.support.topic_workbench import ask, engine, hits, match, near, quotes

TEXT = "China raised tariffs. Beijing then offered talks with Moscow on the war in Ukraine, and asked for peace."
FAR = "china " + "word " * 9 + "peace"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("china AND peace", True),
        ("china peace", True),
        ("china AND cheese", False),
        ("cheese OR peace", True),
        ("cheese OR china AND ham", False),
        ("china OR cheese AND ham", True),
        ("(china OR cheese) AND ham", False),
        ("china NOT cheese", True),
        ("china AND NOT peace", False),
        ("NOT cheese", True),
        ("NOT (china OR cheese)", False),
        ('"offered talks"', True),
        ('"offers talk"', False),
        ('"offers talk"~', True),
        ("offer", True),
        ('"offer"', False),
        ("off*", True),
        ("*fered", True),
        ("of?ered", True),
        ("o*talks", False),
        ('"off* talks"', True),
        ("talks NEAR/1 moscow", True),
        ("talks NEAR/0 moscow", False),
        ("moscow NEAR talks", True),
        ("moscow BEFORE/5 talks", False),
        ("talks BEFORE/5 moscow", True),
        ("(peace OR talks) NEAR/1 (moscow OR minsk)", True),
        ("(beijing NEAR/2 offered) NEAR/2 talks", True),
        ("tariffs SAME china", True),
        ("tariffs SAME moscow", False),
        ("beijing SAME moscow SAME war", True),
        ("(china OR beijing){2}", True),
        ("(china OR beijing){3}", False),
        ("(china OR beijing){2 distinct}", True),
        ("china{2}", False),
        ("/tariff\\w?/", True),
        ("/\\btariff\\b/", False),
        ("/mosc(ow|ou)/ AND china", True),
        ("=China AND =Beijing", True),
        ("=china", False),
        ('="Beijing then"', True),
        ("“offered talks”", True),
    ],
)
def test_an_operator(query: str, found: bool) -> None:
    assert hits(query, TEXT) is found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("title:summit", True),
        ("title:talks", False),
        ("text:summit", False),
        ("lead:summit", True),
        ("lead:first AND lead:second AND lead:third", True),
        ("lead:fourth", False),
        ("text:fourth", True),
        ("title:(summit AND NOT talks)", True),
        ("title:(summit OR fourth)", True),
        ("title:(summit NEAR/3 Riga)", True),
        ("summit NEAR/3 first", False),
        ("summit SAME first", False),
        ('"Riga first"', False),
        ("outlet:example.org", True),
        ("outlet:ample.org", False),
        ("outlet:(other.net OR news.example.org)", True),
        ("lang:en", True),
        ("lang:(fr OR de)", False),
        ("tag:Economy", True),
        ("tag:sport", False),
    ],
)
def test_a_scope(query: str, found: bool) -> None:
    text = "First talks. Second round. Third day. Fourth try."
    facts = {"outlet": "news.example.org", "tags": ("economy",)}
    assert hits(query, text, "The summit in Riga", "en-GB", **facts) is found


LISTS = {"power": {"en": ("China", "White House"), "de": ("war", '"weißes haus"'), "*": ("=G7",)}}


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("the White Houses", "en", True),
        ("a war", "en", False),
        ("es war so", "de", True),
        ("es war so", None, True),
        ("c'est la war", "fr", True),
        ("the G7", "de", True),
        ("the g7", "de", False),
    ],
)
def test_a_vocabulary_speaks_the_language_of_the_article(text: str, language: str | None, found: bool) -> None:
    assert hits("$power", text, lang=language, vocabularies=LISTS) is found


def test_vocabularies_can_be_near_each_other() -> None:
    lists = {"a": {"*": ("china", "beijing")}, "b": {"*": ("mediat*", "peace plan")}}
    assert quotes(
        "$a NEAR/4 $b", "Beijing will offer peace plans; one two three four five China.", vocabularies=lists
    ) == [
        "Beijing",
        "peace plans",
    ]
    assert not hits("$a NEAR/4 $b", FAR.replace("peace", "mediator"), vocabularies=lists)


def test_a_character_of_an_unsegmented_script_is_half_a_word() -> None:
    assert hits("北京 NEAR/3 和平", "北京一二三四五六和平", lang="zh")
    assert not hits("北京 NEAR/3 和平", "北京一二三四五六七和平", lang="zh")


def test_a_plain_query_is_a_yes_or_a_no() -> None:
    assert match("cheese OR peace", TEXT).score >= 1.0
    assert not hits("cheese", TEXT)


def test_an_article_about_it_outranks_one_that_mentions_it() -> None:
    filler = "Something else entirely happened in the town that day. " * 40
    about = match("tariff", "Tariffs rise. The tariff hits steel. " + filler, "New tariffs on steel")
    mention = match("tariff", filler + "A tariff was mentioned.", "A day in town")
    assert about.score > mention.score + 0.2


def test_more_places_count_less_and_less() -> None:
    scores = [match("tariff", "tariff " * count).score for count in (1, 2, 4, 8, 64)]
    assert scores == sorted(scores)
    assert scores[1] - scores[0] > scores[4] - scores[3] > 0
    assert scores[-1] < 2


def test_weights_maybe_and_less() -> None:
    plain = match("peace", TEXT).score
    assert match("peace^3", TEXT).score > plain
    assert match("peace MAYBE moscow^2", TEXT).score > plain
    assert match("peace MAYBE cheese^2", TEXT).score == plain
    assert not hits("peace LESS moscow^3", TEXT)
    assert hits("peace LESS moscow^0.1", TEXT)
    told = near("peace LESS moscow^3", TEXT)
    assert told.score < told.threshold == 1.0
    assert "LESS moscow" in told.missing
    assert any(part.startswith("MAYBE moscow") for part in match("peace MAYBE moscow^2", TEXT).parts)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("china AND cheese", "cheese is not found"),
        ("china NOT peace", 'it says "peace"'),
        ("china NEAR/2 peace", "not within 2 words"),
        ("china SAME peace", "never in one sentence"),
        ("china{4}", "1 of 4 places"),
        ("title:china", "not in the title"),
        ("china AND lang:fr", "the article's lang is en"),
        ("(cheese AND ham) OR (china AND wine)", "wine is not found"),
    ],
)
def test_a_near_miss_names_the_clause(query: str, why: str) -> None:
    assert why in near(query, TEXT).missing


def test_near_misses_are_told_without_being_asked_when_most_of_the_query_holds() -> None:
    told = engine("china AND peace AND cheese", "china AND cheese").match(Document(text=TEXT, language="en")).near
    assert [miss.topic for miss in told] == ["t0"]
    assert [hit.quote for hit in told[0].hits] == ["China", "peace"]
    assert told[0].score == pytest.approx(0.667)


def test_evidence_begins_with_the_title_and_is_of_what_counts() -> None:
    found = match("china OR (peace NEAR/1 for)", "Peace. China asked for peace.", "On China")
    assert [(hit.field, hit.quote) for hit in found.hits] == [
        ("title", "China"),
        ("text", "China"),
        ("text", "for"),
        ("text", "peace"),
    ]


def test_only_one_topic_is_asked() -> None:
    matcher = engine("china", "peace")
    result = matcher.match(Document(text="China and peace", language="en"), only="t1")
    assert [found.topic for found in result.matches] == ["t1"]


def test_topics_share_what_is_equal() -> None:
    assert (
        len(
            {
                id(hit)
                for found in engine("china", "china OR peace").match(Document(text="China", language="en")).matches
                for hit in found.hits
            }
        )
        == 1
    )


def test_a_score_does_not_depend_on_the_other_topics() -> None:
    alone = ask("china AND peace", TEXT).matches[0]
    among = engine("china AND peace", "china OR talks", "NOT china").match(Document(text=TEXT, language="en"))
    assert next(found for found in among.matches if found.topic == "t0").score == alone.score
