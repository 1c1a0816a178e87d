import time

import pytest

from monitor.domain.stories import difference, is_material


def test_a_difference_names_the_words_taken_out_and_put_in():
    found = difference(
        "Mayor Ilse Brandt said 14 people were hurt.", "Mayor Ilse Brandt said 17 people were hurt badly."
    )
    assert found.removed == ("14",)
    assert found.added == ("17", "badly")
    assert found.changes[0].before.endswith("Brandt said")
    assert 0 < found.share < 0.5


def test_equal_texts_have_no_difference():
    assert difference("one two\nthree", "one  two three").changes == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Updated Monday 3 May 2021 at 10:30. A bridge fell.", "Updated Tuesday 4 May 2021 at 11:45. A bridge fell."),
        ("Last updated 2021-05-03. A bridge fell.", "Last updated 2021-05-04. A bridge fell."),
        ("5 min read. A bridge fell.", "6 min read. A bridge fell."),
        ("A bridge fell.", "A  bridge\nfell."),
        ("A bridge fell.", "The bridge fell."),
        ("Most pod miastem upadł 3 maja.", "Most pod miastem upadł 4 maja."),
        ("", ""),
    ],
)
def test_a_change_of_date_or_boilerplate_does_not_matter(old, new):
    assert not is_material(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("14 people were hurt", "17 people were hurt"),
        ("Two people were hurt", "Three people were hurt"),
        ("He did resign", "He did not resign"),
        ("Minister Olga Lind resigned", "Minister Olga Lund resigned"),
        ("", "A bridge fell"),
        ("A bridge fell.", "A bridge fell. The mayor resigned."),
    ],
)
def test_a_change_of_figure_name_or_sense_matters(old, new):
    assert is_material(old, new)


def test_a_rewritten_sentence_is_one_change():
    found = difference("The envoy, who left on Sunday, said no.", "The minister, whom nobody met, said no.")
    assert [(change.removed, change.added) for change in found.changes] == [
        ("envoy, who left on Sunday", "minister, whom nobody met")
    ]


def test_long_texts_that_share_only_small_words_are_compared_in_no_time():
    old = "the a of , and the in . " * 600
    new = "a the , of the and . in " * 600
    began = time.process_time()
    difference(old, new)
    assert time.process_time() - began < 0.5
