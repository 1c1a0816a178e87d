"""Pages read again: what is a correction, a withdrawal, a headline, a change, and what is nothing."""

import pytest

from monitor.domain.articles.article import RevisionLabel
from monitor.domain.articles.correction_notices import notices
from monitor.domain.articles.revisions import PageText, judge
from monitor.domain.failures import Failure, Reason

BODY = (
    "The ferry Alma ran aground off Gull Island on Sunday night with 12 people on board.\n"
    "Captain Ilse Brandt said that the steering had failed in the storm.\n"
    "The coast guard towed the ferry to Port Alba, where divers will look at the hull.\n"
    "The company has owned the ferry since 2004 and had it repaired in spring.\n"
    "A spokeswoman for the harbour office said that the channel would stay closed until Tuesday."
)
PAGE = PageText(title="Ferry runs aground off Gull Island", body=BODY)


def after(old: str = "", new: str = "", *, body: str | None = None, title: str = PAGE.title) -> PageText:
    return PageText(title=title, body=BODY.replace(old, new) if body is None else body)


@pytest.mark.parametrize(
    "notice",
    [
        "Correction: an earlier report gave the wrong number of people.",
        "This article was amended on 3 May to correct the name of the captain.",
        "An earlier version of this story misstated the number of people on board.",
        "Korrektur: In der ersten Meldung war von zwölf Menschen die Rede.",
        "In einer früheren Version dieses Textes hieß es, zwölf Menschen seien an Bord gewesen.",
        "Une précédente version de cet article indiquait un autre nombre de passagers.",
        "Fe de errores: el número de pasajeros era otro.",
        "Errata corrige: i passeggeri erano quattordici.",
        "Correção: o número de passageiros estava errado.",
        "Sprostowanie: na pokładzie było czternaście osób.",
        "Исправление: на борту было четырнадцать человек.",
        "В предыдущей версии статьи говорилось о двенадцати пассажирах.",
        "Виправлення: на борту було чотирнадцять людей.",
        "У попередній версії матеріалу йшлося про дванадцять пасажирів.",
        "更正：船上共有十四人，而不是十二人。",
        "訂正：乗船者は十四人でした。",
        "Düzeltme: gemide on dört kişi vardı.",
    ],
)
def test_a_page_that_says_so_is_corrected(notice: str) -> None:
    verdict = judge(PAGE, after("12 people", "14 people", body=BODY.replace("12 people", "14 people") + "\n" + notice))
    assert verdict is not None
    assert verdict.label is RevisionLabel.CORRECTION
    assert verdict.notice == notice
    assert [(word.removed, word.added) for word in verdict.changes[0].words] == [("12", "14")]
    assert judge(PageText(title=PAGE.title, body=f"{BODY}\n{notice}"), after(body=f"{notice}\n{BODY}")) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "The price needs a correction, economists said.",
        "She was sent to a correction centre in 1999.",
        "Учёные внесли исправления в расчёты.",
        "Die Korrektur der Bilanz dauerte drei Monate.",
    ],
)
def test_a_sentence_about_corrections_is_no_notice(sentence: str) -> None:
    assert notices(sentence) == ()


@pytest.mark.parametrize("reason", [Reason.NOT_FOUND, Reason.GONE])
def test_a_page_that_is_gone_was_withdrawn(reason: Reason) -> None:
    verdict = judge(PAGE, Failure(reason=reason))
    assert verdict is not None
    assert verdict.label is RevisionLabel.WITHDRAWN


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.SERVER, Reason.WALL, Reason.ROBOTS, Reason.FORBIDDEN])
def test_a_page_that_cannot_be_read_says_nothing(reason: Reason) -> None:
    assert judge(PAGE, Failure(reason=reason)) is None


def test_a_text_below_a_tenth_was_withdrawn() -> None:
    verdict = judge(PAGE, after(body="The report was taken down."))
    assert verdict is not None
    assert verdict.label is RevisionLabel.WITHDRAWN


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        ("12 people", "14 people", "12", "14"),
        ("Ilse Brandt", "Ilse Brand", "Brandt", "Brand"),
        ("had failed", "had not failed", "", "not"),
        ("2004", "2014", "2004", "2014"),
        ("Gull Island", "Seal Island", "Gull", "Seal"),
    ],
)
def test_a_changed_sentence_is_quoted_with_its_words(old: str, new: str, removed: str, added: str) -> None:
    verdict = judge(PAGE, after(old, new))
    assert verdict is not None
    assert verdict.label is RevisionLabel.CHANGED
    (change,) = verdict.changes
    assert (old in change.before, new in change.after) == (True, True)
    assert [(word.removed, word.added) for word in change.words] == [(removed, added)]


def test_sentences_put_in_and_taken_out_are_changes() -> None:
    verdict = judge(PAGE, after(body=BODY + "\nThe captain was arrested on Monday."))
    assert verdict is not None
    assert [(change.before, change.after) for change in verdict.changes] == [
        ("", "The captain was arrested on Monday.")
    ]
    verdict = judge(PAGE, after("Captain Ilse Brandt said that the steering had failed in the storm.\n", ""))
    assert verdict is not None
    assert verdict.changes[0].after == ""


def test_another_headline_alone_is_said_quietly() -> None:
    verdict = judge(PAGE, after(title="Ferry with 14 on board runs aground"))
    assert verdict is not None
    assert verdict.label is RevisionLabel.HEADLINE


@pytest.mark.parametrize(
    "body",
    [
        BODY,
        BODY + "\nUpdated Monday 4 May 2026 at 10:30.",
        BODY + "\n1,234 views",
        BODY + "\n23 comments so far, join the discussion.",
        BODY + "\nКомментарии: 17",
        BODY + "\n条评论 17",
        BODY + "\nWool prices fall in Norland",
        BODY + "\nRelated: Wool prices fall in Norland",
        BODY + "\nACME 12.30 +0.4%",
        BODY + "\nALB 50 4,012.7 ▲ 1.2%",
        BODY + "\nEUR/USD 1.0831 -0.2%",
        BODY + "\nPort Alba 17°C",
        BODY + "\n14:35 Divers are on their way to the wreck, the harbour office says.",
        "10:02 The first tug has arrived at the reef, says the coast guard.\n" + BODY,
        BODY.replace("\n", "\n\n"),
        "\n".join(reversed(BODY.split("\n"))),
        BODY.replace("The coast guard", "A coast guard"),
        BODY.replace("said that", "said, that"),
    ],
)
def test_dates_counters_links_and_tickers_are_nothing(body: str) -> None:
    assert judge(PAGE, after(body=body)) is None


def test_a_counter_that_counts_on_is_nothing() -> None:
    assert (
        judge(after(body=BODY + "\n120 shares, 4 comments."), after(body=BODY + "\n480 shares, 61 comments.")) is None
    )


def test_a_page_that_goes_back_and_forth_is_news_once() -> None:
    second = after("12 people", "14 people")
    assert judge(PAGE, second) is not None
    assert judge(second, PAGE, earlier=(PAGE,)) is None
