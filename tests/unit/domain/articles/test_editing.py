"""Edits after publication: what counts, and what people are shown."""

from dataclasses import replace

from monitor.domain.articles.article import Method, RevisionLabel, Text
from monitor.domain.articles.edits import LONGEST, edited, is_edit
from monitor.domain.strings.marked import plain
from tests.unit.domain.alerts.test_judging import ARTICLE

OLD = Text(title="Envoy named", body="China will host three talks. The envoy travels on Tuesday.", method=Method.PAGE)
READ = replace(ARTICLE, revision=1, story_id=5, text=OLD)


def test_only_an_article_read_and_placed_before_is_edited() -> None:
    assert is_edit(READ)
    assert not is_edit(replace(READ, revision=0))
    assert not is_edit(replace(READ, text=None))
    assert not is_edit(replace(READ, story_id=None))


def test_dates_and_boilerplate_do_nothing() -> None:
    assert edited(READ, replace(OLD, body=f"{OLD.body} Updated at 14:35 GMT.")) is None
    assert edited(READ, replace(OLD, body=f"  {OLD.body}\n")) is None


def test_words_of_substance_are_quoted() -> None:
    changed = edited(READ, replace(OLD, body=OLD.body.replace("three", "seven") + " Ukraine accepts the offer."))
    assert changed is not None
    assert tuple(map(plain, changed.changes)) == (
        "China will host [three → seven] talks.",
        "[added: Ukraine accepts the offer.]",
    )
    assert changed.revised is RevisionLabel.CHANGED


def test_a_new_headline_is_quoted() -> None:
    changed = edited(READ, replace(OLD, title="Envoy resigns"))
    assert changed is not None
    assert tuple(map(plain, changed.changes)) == ("the headline: [Envoy named → Envoy resigns]",)
    assert changed.revised is RevisionLabel.HEADLINE


def test_a_long_change_is_cut_at_a_word() -> None:
    changed = edited(READ, replace(OLD, body=OLD.body + " Kyiv" + " considers everything" * 40 + "."))
    assert changed is not None
    assert all(len(change) <= LONGEST + 20 for change in changed.changes)
    assert plain(changed.changes[0]).endswith("…]")


def test_a_page_that_cannot_be_read_this_time_takes_nothing_back() -> None:
    assert edited(READ, replace(OLD, body="Talks.", method=Method.FEED)) is None


def test_a_page_read_at_last_is_judged_without_being_called_an_edit() -> None:
    before = replace(READ, text=replace(OLD, body="Talks.", method=Method.FEED))
    changed = edited(before, OLD)
    assert changed is not None
    assert changed.changes == ()


def test_counters_tickers_and_links_do_nothing() -> None:
    for line in ("1,204 views", "ACME 12.30 +0.4%", "Related: Envoy opens a bridge", "14:35 The envoy has landed."):
        assert edited(READ, replace(OLD, body=f"{OLD.body}\n{line}")) is None


def test_the_pages_own_word_about_a_correction_comes_first() -> None:
    notice = "Correction: an earlier report gave the wrong number of talks."
    changed = edited(READ, replace(OLD, body=OLD.body.replace("three", "two") + f"\n{notice}"))
    assert changed is not None
    assert tuple(map(plain, changed.changes)) == (
        f"the page says: “{notice}”",
        "China will host [three → two] talks.",
    )
    assert changed.revised is RevisionLabel.CORRECTION
