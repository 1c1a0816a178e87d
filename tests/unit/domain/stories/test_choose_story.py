import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.stories.choose_story import (
    BEST_SHARE,
    ENOUGH,
    FULLY_GROWN,
    GROWN,
    SAME_OUTLET,
    UNFOUND,
    StoryCounts,
    best_story,
)
from monitor.domain.stories.memory.rows import Records


def best(reports, counts):
    """Choose the best story of `reports`, pairs of a story and a score, numbered from 1."""
    stories, scores = zip(*reports, strict=True)
    columns = {"story": np.array(stories), "article": np.arange(1, len(stories) + 1)}
    return best_story(Records(columns, np.arange(len(stories))), np.array(scores), counts.__getitem__)


def test_of_two_stories_that_are_near_enough_a_report_joins_the_one_that_has_grown():
    grown, single = StoryCounts(8, has_outlet=False), StoryCounts(1, has_outlet=False)
    reports = [*[(1, 0.5)] * 8, (2, 0.6)]
    assert best(reports, {1: grown, 2: single}).story == 1
    assert best([(1, 0.5), (2, 0.6)], {1: single, 2: single}).story == 2


def test_size_makes_no_story_near_enough():
    grown, single = StoryCounts(1_000, has_outlet=False), StoryCounts(1, has_outlet=False)
    reports = [*[(1, ENOUGH - 0.01)] * 24, (2, ENOUGH + 0.01)]
    assert best(reports, {1: grown, 2: single}).story == 2
    assert best(reports[:24], {1: grown}).score < ENOUGH


def test_members_that_share_nothing_with_a_report_count_against_their_story():
    found = best([(1, 2.0)], {1: StoryCounts(4, has_outlet=False)})
    assert found.score == pytest.approx(BEST_SHARE * 2 + (1 - BEST_SHARE) * (2 + 3 * UNFOUND) / 4)


SCORES = st.integers(-60, 60).map(lambda tenths: tenths / 10)
COUNTS = st.builds(StoryCounts, st.integers(1, 20), st.booleans())


@given(st.lists(st.tuples(st.integers(1, 6), SCORES), min_size=1, max_size=12), st.lists(COUNTS, min_size=6))
def test_stories_left_out_could_not_have_been_the_best(reports, counts):
    by_story = {story: counts[story - 1] for story, _ in reports}
    ranks = {}
    for story, count in by_story.items():
        found = sorted((score for other, score in reports if other == story), reverse=True)[: count.own]
        mean = (sum(found) + UNFOUND * (count.own - len(found))) / count.own
        score = BEST_SHARE * found[0] + (1 - BEST_SHARE) * mean - SAME_OUTLET * count.has_outlet
        ranks[story] = score + (GROWN * math.log2(min(count.own, FULLY_GROWN)) if score >= ENOUGH else 0)
    chosen = best(reports, by_story)
    if max(ranks.values()) >= ENOUGH:
        assert math.isclose(ranks[chosen.story], max(ranks.values()), abs_tol=1e-9)
    else:
        assert chosen.score < ENOUGH
