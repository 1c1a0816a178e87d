"""What holds for every text and every order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.stories import StoryIndex, fingerprint
from monitor.domain.stories.fingerprint.fingerprint import decoded
from monitor.domain.stories.fingerprint.sketch import SIZE, overlaps, sketch_of
from monitor.domain.stories.fingerprint.words import as_written, lower_words, spaced, stands_in
from monitor.domain.stories.values import Placed, ReportText
from monitor.domain.topics.text.folding import fold_accents

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
WORDS = [
    "harbour",
    "bridge",
    "Zorba",
    "falls",
    "mayor",
    "Brandt",
    "fourteen",
    "river",
    "Lind",
    "14",
    "2030",
    "桥",
    "мост",
]
sentences = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)
reports = st.builds(
    ReportText,
    title=sentences | st.text(max_size=40),
    text=sentences | st.text(max_size=300),
    language=st.sampled_from([None, "en", "zh", ""]),
    outlet=st.sampled_from(["a.example", "b.example", "c.example"]),
)
moments = st.integers(-100, 100).map(lambda hours: NOON + timedelta(hours=hours))


def placed_in_order(told):
    """Place reports one after the other; the rows, and the index that placed them."""
    index, rows = StoryIndex(timedelta(hours=72)), []
    for number, (report, at) in enumerate(told, start=1):
        made = fingerprint(report)
        found = index.locate(made, outlet=report.outlet, at=at)
        rows.append(
            Placed(
                sequence=number,
                article_id=number,
                story_id=number if found.story_id is None else found.story_id,
                copy_of=found.copy_of,
                outlet=report.outlet,
                at=at,
                fingerprint=made,
            )
        )
        index.learn(rows[-1:])
    return rows, index


@given(reports)
@settings(max_examples=80, deadline=None)
def test_any_text_has_a_fingerprint_under_a_kilobyte_that_reads_back(report):
    made = fingerprint(report)
    assert len(made.content) < 1024
    assert decoded(made).size >= 0
    assert fingerprint(report) == made


@given(st.lists(st.tuples(reports, moments), max_size=12))
@settings(max_examples=20, deadline=None)
def test_the_same_order_gives_the_same_stories_and_a_rebuilt_index_the_same_answers(told):
    rows, index = placed_in_order(told)
    again, _ = placed_in_order(told)
    assert again == rows
    rebuilt = StoryIndex(timedelta(hours=72))
    rebuilt.learn(rows)
    for row in rows:
        asked = {"outlet": row.outlet, "at": row.at}
        assert rebuilt.locate(row.fingerprint, **asked) == index.locate(row.fingerprint, **asked)


@given(st.lists(st.tuples(reports, moments), max_size=12), moments)
@settings(max_examples=20, deadline=None)
def test_forgetting_is_the_same_as_never_having_learnt(told, before):
    rows, index = placed_in_order(told)
    index.forget(before)
    fresh = StoryIndex(timedelta(hours=72))
    fresh.learn([row for row in rows if row.at >= before])
    for row in rows:
        asked = {"outlet": row.outlet, "at": row.at}
        assert fresh.locate(row.fingerprint, **asked) == index.locate(row.fingerprint, **asked)


@given(st.text(st.characters(max_codepoint=127), max_size=80))
@settings(max_examples=80, deadline=None)
def test_plain_text_is_read_as_any_other(text):
    assert lower_words(text) == lower_words(text + " ж")[:-1]
    assert spaced(text).split() == spaced(text + " ж").split()[:-1] == spaced(f"“{text}”").split()


def compared(left, right):
    """What is common, and the share of each that the other has."""
    here, there = (sketch_of(spaced(fold_accents(" ".join(words)))) for words in (left, right))
    padded = np.zeros((1, SIZE), np.uint32)
    padded[0, : len(there.hashes)] = there.hashes
    found = overlaps(here, padded, np.array([len(there.hashes)], np.uint8))
    return int(found.common[0]), float(found.of_left[0]), float(found.of_right[0])


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=400))
@settings(max_examples=40, deadline=None)
def test_a_text_is_wholly_contained_in_itself(words):
    assert compared(words, words)[1:] == (1.0, 1.0)


@given(*2 * [st.lists(st.sampled_from(WORDS), min_size=1, max_size=300)])
@settings(max_examples=40, deadline=None)
def test_an_overlap_seen_from_the_other_side_is_its_mirror(left, right):
    assert compared(left, right) == (compared(right, left)[0], *compared(right, left)[:0:-1])


@given(st.lists(st.sampled_from(WORDS), min_size=3, max_size=80))
@settings(max_examples=40, deadline=None)
def test_sketches_of_short_texts_hold_each_shingle_once_whatever_stands_around_it(words):
    shingles = {tuple(words[at : at + 3]) for at in range(len(words) - 2)}
    alone = [int(sketch_of(" ".join(shingle).encode()).hashes[0]) for shingle in shingles]
    assert sketch_of(" ".join(words).encode()).hashes.tolist() == sorted(alone)[:SIZE]


@pytest.mark.parametrize("year", [1, 1970, 2189, 9998])
def test_dates_in_the_wrong_century_and_a_clock_going_backwards_are_only_far_away(year):
    far = datetime(year, 6, 1, tzinfo=UTC)
    report = ReportText(
        title="Bridge falls in Zorba", text="A bridge fell in Zorba.", language="en", outlet="a.example"
    )
    rows, index = placed_in_order([(report, far), (report, NOON), (report, far)])
    assert len(rows) == 3
    index.forget(NOON)
    assert len(index) == (1 if year < 2030 else 3)


def test_rows_of_another_layout_are_passed_over():
    rows, _ = placed_in_order([(ReportText(title="x", text="y z w", language=None, outlet="a.example"), NOON)])
    old = Placed(
        sequence=1,
        article_id=1,
        story_id=1,
        copy_of=None,
        outlet="a.example",
        at=NOON,
        fingerprint=type(rows[0].fingerprint)(version=0, content=b"\x00"),
    )
    damaged = replace(rows[0], sequence=2, fingerprint=replace(rows[0].fingerprint, content=b"\xff" * 40))
    index = StoryIndex(timedelta(hours=72))
    index.learn([old, damaged, replace(rows[0], sequence=3)])
    assert (len(index), index.unreadable, index.sequence) == (1, 2, 3)


LIKE_NAMES = st.text("Gag7_ .桥ж½", max_size=12)


@given(word=st.from_regex(r"[A-Za-zЖж]+[0-9]*", fullmatch=True), text=st.lists(LIKE_NAMES | sentences).map("".join))
def test_a_word_stands_in_a_text_that_has_it_among_its_words(word: str, text: str) -> None:
    for asked in (word, *as_written(text)):
        if asked[0].isalpha() and asked != "桥":
            assert stands_in(asked, text) is (asked in as_written(text))


def test_a_copy_of_a_text_without_terms_is_found() -> None:
    said = ReportText(
        title="", text="it was not for them, and they were not there " * 12, language="en", outlet="a.example"
    )
    told = [(said, NOON), (replace(said, outlet="b.example"), NOON)]
    rows, _ = placed_in_order(told)
    assert rows[1].copy_of == 1
