import math
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.stories import fingerprint
from monitor.domain.stories.choose_story import ENOUGH, FEW, FULLY_GROWN, GROWN, SAME_OUTLET, StoryCounts, best_story
from monitor.domain.stories.fingerprint.fingerprint import decoded
from monitor.domain.stories.memory.rows import Records
from monitor.domain.stories.values import ReportText

NOW = int(datetime(2030, 5, 6, 12, tzinfo=UTC).timestamp())
REPORT = decoded(fingerprint(ReportText(title="Harbour bridge collapses", text="", language=None, outlet="a.example")))


def best(reports, tallies):
    """The best story of `reports`, pairs of a story and a likeness, numbered from 1."""
    stories, alike = zip(*reports, strict=True)
    columns = {"story": np.array(stories), "article": np.arange(1, len(stories) + 1)}
    return best_story(REPORT, NOW, Records(columns, np.arange(len(stories))), np.array(alike), tallies.__getitem__)


def test_of_two_stories_that_it_resembles_enough_a_report_joins_the_one_that_has_grown():
    grown, single = StoryCounts(8, NOW, has_outlet=False), StoryCounts(1, NOW, has_outlet=False)
    reports = [(1, 0.5), (1, 0.5), (1, 0.5), (1, 0.5), (2, 0.6)]
    assert best(reports, {1: grown, 2: single}).story == 1
    assert best(reports, {1: single, 2: single}).story == 2


def test_size_makes_no_story_resemble_enough():
    grown, single = StoryCounts(1_000, NOW, has_outlet=False), StoryCounts(1, NOW, has_outlet=False)
    assert best([(1, ENOUGH - 0.01), (2, ENOUGH + 0.01)], {1: grown, 2: single}).story == 2
    assert best([(1, ENOUGH - 0.01)], {1: grown}).score < ENOUGH


LIKENESSES = st.integers(0, 100).map(lambda hundredths: hundredths / 100)
TALLIES = st.builds(StoryCounts, st.integers(1, 20), st.just(NOW), st.booleans())


@given(st.lists(st.tuples(st.integers(1, 6), LIKENESSES), min_size=1, max_size=12), st.lists(TALLIES, min_size=6))
def test_stories_left_out_could_not_have_been_the_best(reports, tallies):
    by_story = {story: tallies[story - 1] for story, _ in reports}
    ranks = {}
    for story, counts_of in by_story.items():
        found = sorted((alike for other, alike in reports if other == story), reverse=True)
        few = found[: min(FEW, counts_of.own)]
        missing = min(FEW, counts_of.own) - len(few)
        score = (found[0] + sum(few) / (len(few) + missing)) / 2 - SAME_OUTLET * counts_of.has_outlet
        ranks[story] = score + (GROWN * math.log2(min(counts_of.own, FULLY_GROWN)) if score >= ENOUGH else 0)
    assert math.isclose(ranks[best(reports, by_story).story], max(ranks.values()), abs_tol=1e-9)
