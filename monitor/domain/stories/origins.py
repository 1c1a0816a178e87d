"""Independent confirmation: how many newsrooms stand behind a story once wire copies are counted once."""

from collections.abc import Mapping, Sequence

from monitor.domain.credits import agency_credited, agency_of_outlet
from monitor.domain.stories.values import Member


def origin_of(outlet: str, credit: str | None, copied_from: str | None = None) -> str:
    """Who wrote a text: the agency credited, else the origin of the text it repeats, else the outlet itself.

    An agency is named by its domain, so that its own page and its credited copies are one origin.
    """
    return agency_credited(credit) or copied_from or agency_of_outlet(outlet) or outlet


def origins(members: Sequence[Member]) -> dict[int, str]:
    """The origin of each member by article: members that repeat one text share it, an agency's before an outlet's."""
    copies = {member.article_id: member.copy_of for member in members}
    groups: dict[int, list[Member]] = {}
    for member in members:
        groups.setdefault(_root(member.article_id, copies), []).append(member)
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


def _root(article: int, copies: Mapping[int, int | None]) -> int:
    """The first text of a chain of copies; a chain that comes back to itself ends where it was entered."""
    root, seen = article, {article}
    while (earlier := copies.get(root)) is not None and earlier not in seen:
        root = earlier
        seen.add(root)
    return root
