"""Independent confirmation: how many newsrooms stand behind a story once wire copies are counted once."""

from collections.abc import Sequence

from monitor.domain.credits import agency_credited, agency_of_outlet
from monitor.domain.stories.values import Member


def origin_of(outlet: str, credit: str | None, copied_from: str | None = None) -> str:
    """Who wrote a text: the agency credited, else the origin of the text it repeats, else the outlet itself.

    An agency is named by its domain, so that its own page and its credited copies are one origin.
    """
    return agency_credited(credit) or copied_from or agency_of_outlet(outlet) or outlet


def origins(members: Sequence[Member]) -> dict[int, str]:
    """The origin of each member by article: members that repeat one text share it, an agency's before an outlet's."""
    groups: dict[int, list[Member]] = {}
    for member in members:
        groups.setdefault(_root(member, members), []).append(member)
    found = {}
    for group in groups.values():
        agencies = [name for member in group if (name := agency_of_outlet(member.origin))]
        origin = agencies[0] if agencies else group[0].origin
        found.update({member.article_id: origin for member in group})
    return found


def independent_outlets(members: Sequence[Member]) -> tuple[str, ...]:
    """The outlets that remain when copies and credited agency texts are counted once, in the order of arrival."""
    found = origins(members)
    return tuple(dict.fromkeys(found[member.article_id] for member in members))


def _root(member: Member, members: Sequence[Member]) -> int:
    """The first text of a chain of copies; chains are followed inside the story and no further than its size."""
    copies = {other.article_id: other.copy_of for other in members}
    root = member.article_id
    for _ in members:
        earlier = copies.get(root)
        if earlier is None:
            break
        root = earlier
    return root
