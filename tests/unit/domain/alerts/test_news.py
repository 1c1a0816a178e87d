"""News is a sentence of the report, with names and numbers as written, or nothing."""

import pytest

from monitor.domain.alerts.news import LONGEST, news_sentence

TITLE = "Envoys meet again in Zorba"
BODY = (
    "ZORBA, Nov 30 (Wire) - Envoys of both sides met on Monday. President Ilse Brandt invited them to Karlov on "
    "14 December. Brandt Precision will build the hall for 340 million crowns."
)


@pytest.mark.parametrize(
    ("novelty", "told"),
    [
        ((TITLE, "Zorba"), TITLE),
        (("Karlov", "Ilse"), "President Ilse Brandt invited them to Karlov on 14 December."),
        (("340",), "Brandt Precision will build the hall for 340 million crowns."),
        (("Zorba",), TITLE),
        (("30", "2026", "14"), None),
        (("11",), None),
        (("Nowhere",), None),
        ((), None),
    ],
)
def test_what_is_new_is_told_by_the_sentence_that_holds_it(novelty: tuple[str, ...], told: str | None) -> None:
    assert news_sentence(TITLE, BODY, novelty) == told


@pytest.mark.parametrize(
    ("body", "novelty", "told"),
    [
        (
            "Встреча прошла в Киеве. Россией и Украиной подписан договор.",
            "россиеи",
            "Россией и Украиной подписан договор.",
        ),
        ("会谈在北京举行。王毅出席了会议。", "王毅", "王毅出席了会议。"),
        ("Die Gespräche gingen zu Ende. Müller reiste ab.", "muller", "Müller reiste ab."),
    ],
)
def test_names_are_shown_as_written_however_they_were_compared(body: str, novelty: str, told: str) -> None:
    assert news_sentence("t", body, (novelty,)) == told


def test_a_dateline_is_no_part_of_the_sentence_and_a_long_one_is_cut_between_words() -> None:
    assert news_sentence("t", BODY, ("Envoys",)) == "Envoys of both sides met on Monday."
    long = news_sentence("t", f"Talvik spoke {'of many things ' * 30}.", ("Talvik",))
    assert long is not None
    assert long.endswith(("things…", "of…", "many…"))
    assert len(long) <= LONGEST + 1
