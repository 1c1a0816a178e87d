"""Choose which report of a story leads, and which are named beside it."""

import re
from collections.abc import Collection

from monitor.domain.stories.values import Story, StoryMember

OTHER_REPORTS = 3
"""Links to further reports shown beside the lead."""

_EXPLAINER = re.compile(
    r"\b(?:explain(?:ed|er)|what (?:we know|to know|is|are)|how .{3,40} works?|visual guide|timeline|analysis|opinion|"
    r"q&a|in pictures|fact ?check|live(?: updates|blog)?:)|^(?:why|how|what) |что известно|что мы знаем|що відомо|"
    r"was wir wissen|so funktioniert|analyse|kommentar|ce que l'on sait|一文|解读|分析",
    re.IGNORECASE,
)
"""Headlines of texts about the news rather than the news: explainers, analyses, opinions, live pages."""


def first_member(story: Story, article_id: int) -> StoryMember | None:
    """Return the report an alert was raised on, or the first left of its story."""
    return next((m for m in story.members if m.article_id == article_id), story.members[0] if story.members else None)


def best_member(story: Story, article_id: int, topics: Collection[str]) -> StoryMember | None:
    """Return the report that leads in a list: of the best tier, news before explainers, own texts before copies.

    Among equals the report the alert was raised on leads, then the earlier. Only reports that match a topic lead.
    """
    matching = [m for m in story.members if m.url and _matches(m, topics)]
    if not matching:
        return first_member(story, article_id)
    return min(
        matching,
        key=lambda m: (is_explainer(m.title), m.copy_of is not None, m.tier, m.article_id != article_id, m.article_id),
    )


def best_others(story: Story, topics: Collection[str], lead_id: int) -> tuple[StoryMember, ...]:
    """Return the next best reports: of outlets not yet shown, news first, better tier and score first."""
    lead = next((member for member in story.members if member.article_id == lead_id), None)
    shown = {lead.outlet, lead.origin} if lead else set()
    chosen: list[StoryMember] = []
    for member in sorted(story.members, key=lambda m: (is_explainer(m.title), m.tier, -_score(m, topics), m.at)):
        if member.article_id != lead_id and member.url and member.copy_of is None and member.origin not in shown:
            chosen.append(member)
            shown.add(member.origin)
    return tuple(chosen[:OTHER_REPORTS])


def is_explainer(headline: str) -> bool:
    """Tell whether a headline announces a text about the news rather than the news."""
    return _EXPLAINER.search(headline) is not None


def _matches(member: StoryMember, topics: Collection[str]) -> bool:
    return any(topic in topics for topic, _ in member.topics)


def _score(member: StoryMember, topics: Collection[str]) -> float:
    return max((score for topic, score in member.topics if topic in topics), default=0.0)
