"""The word model starts from the query, learns slowly, and names its words."""

from monitor.domain.topics.learning.model import HOLDS_FROM, RANKS_FROM, JudgedArticle, train
from monitor.domain.topics.learning.words import words_of
from monitor.domain.topics.values import Document

DELEGATION = "A delegation from Ostwick met its counterpart for talks in Hollin."
INVASION = "An invasion of Marsk by Valmere troops began, and an alliance warned of war."


def judged(text: str, *, relevant: bool, number: int = 0) -> JudgedArticle:
    document = Document(title=f"Report {number}", text=text, language="en")
    return JudgedArticle(words=words_of(document), relevant=relevant)


def mixed(count: int) -> list[JudgedArticle]:
    return [
        judged(DELEGATION if number % 2 else INVASION, relevant=bool(number % 2), number=number)
        for number in range(count)
    ]


def test_without_verdicts_the_query_decides():
    model = train([])
    assert model.opinion(words_of(Document(title="Anything", text=INVASION))).relevant
    assert not model.ranks


def test_one_verdict_does_not_overrule_the_query_for_other_articles():
    model = train([judged(INVASION, relevant=False)])
    assert model.opinion(words_of(Document(title="Ferry", text="The ferry sails again."))).relevant


def test_verdicts_push_words_down_and_up_and_the_opinion_names_them():
    model = train(mixed(20))
    bad = model.opinion(words_of(Document(title="Invasion goes on", text=INVASION, language="en")))
    good = model.opinion(words_of(Document(title="Delegation arrives", text=DELEGATION, language="en")))
    assert (bad.relevant, good.relevant) == (False, True)
    assert "invasion" in {word.lower() for word in bad.down}
    assert "delegation" in {word.lower() for word in good.up}


def test_a_model_ranks_and_holds_only_after_enough_verdicts_of_both_kinds():
    assert not train(mixed(RANKS_FROM - 1)).ranks
    assert train(mixed(RANKS_FROM)).ranks
    assert not train(mixed(RANKS_FROM)).may_hold
    assert train(mixed(HOLDS_FROM)).may_hold
    assert not train([judged(INVASION, relevant=False, number=n) for n in range(HOLDS_FROM)]).ranks


def test_a_word_of_a_script_without_spaces_is_a_pair_of_characters():
    assert {"关税", "税上"} <= words_of(Document(title="", text="关税上调")).keys()
