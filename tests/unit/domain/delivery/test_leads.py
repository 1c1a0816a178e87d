"""Which report leads a list, and which are named beside it."""

from datetime import UTC, datetime

import pytest

from monitor.domain.delivery.leads import best_member, best_others, first_member, is_explainer
from monitor.domain.stories.values import Story, StoryMember

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def member(
    number: int, outlet: str, title: str = "Envoys meet", *, tier: int = 2, copy_of: int | None = None
) -> StoryMember:
    return StoryMember(
        article_id=number, outlet=outlet, origin=outlet, copy_of=copy_of, at=NOON, title=title,
        url=f"https://{outlet}/{number}", tier=tier, topics=(("talks", 2.0),),
    )  # fmt: skip


def story(*members: StoryMember) -> Story:
    return Story(id=1, title="t", first_seen=NOON, last_seen=NOON, members=members)


def test_news_of_the_best_tier_leads_a_list_and_the_first_report_its_message() -> None:
    told = story(
        member(1, "blog.example", "How the talks will work: a visual guide", tier=1),
        member(2, "local.example"),
        member(3, "wire.example", tier=1),
        member(4, "copy.example", tier=1, copy_of=3),
    )
    lead = best_member(told, 1, {"talks"})
    assert lead is not None
    assert lead.outlet == "wire.example"
    first = first_member(told, 1)
    assert first is not None
    assert first.outlet == "blog.example"
    assert [one.outlet for one in best_others(told, {"talks"}, 3)] == ["local.example", "blog.example"]


def test_a_report_that_matches_no_topic_of_the_message_does_not_lead() -> None:
    told = story(member(1, "local.example"), member(2, "wire.example", tier=1))
    assert best_member(told, 1, {"tariffs"}) == told.members[0]


@pytest.mark.parametrize(
    ("headline", "explains"),
    [
        ("Explained: what the tariff means", True),
        ("How Norland's car tariffs will work: a visual guide", True),
        ("What we know about the bridge", True),
        ("Что известно о переговорах", True),
        ("一文读懂关税", True),
        ("Norland imposes tariffs on cars", False),
        ("Minister explains decision", False),
        ("Bridge collapses at Zorba", False),
    ],
)
def test_headlines_of_explainers(headline: str, explains: bool) -> None:
    assert is_explainer(headline) is explains
