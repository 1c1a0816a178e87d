"""Near misses: the best five of each day, nearest first."""

from datetime import UTC, datetime, timedelta

from monitor.domain.topics.near_misses import Miss, best_each_day

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_best_five_of_each_day_are_kept_nearest_first() -> None:
    today = [Miss(number, NOON, score, 2.0) for number, score in enumerate([0.7, 1.9, 0.8, 1.2, 0.99, 0.6, 1.95])]
    yesterday = [Miss(20, NOON - timedelta(days=1), 0.61, 2.0)]
    assert [miss.article_id for miss in best_each_day([*yesterday, *today])] == [6, 1, 3, 4, 2, 20]


def test_a_query_that_held_is_nearer_than_any_with_a_clause_missing() -> None:
    held, missing = Miss(1, NOON, 1.1, 3.0), Miss(2, NOON, 0.99, 1.0)
    assert best_each_day([missing, held]) == [held, missing]
