"""Count the newsrooms behind a story, wire copies counted once."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from monitor.domain.articles.agencies import agency_credited, agency_of_outlet
from monitor.domain.stories.values import SourceText


def origin_of(outlet: str, credit: str | None, copied_from: str | None = None) -> str:
    """Return who wrote a text: the agency credited, the origin of its original, or the outlet.

    An agency is named by its domain, so that its own page and its credited copies are one origin.
    """
    return agency_credited(credit) or copied_from or agency_of_outlet(outlet) or outlet


def independent_outlets(sources: Sequence[SourceText]) -> tuple[str, ...]:
    """List independent outlets in the order of arrival: copies and agency texts count once."""
    return tuple(dict.fromkeys(origin for origin, _ in _attributed(sources)))


def confirmed(sources: Sequence[SourceText], outlets: int, within: timedelta | None) -> bool:
    """Decide whether `outlets` independent ones reported inside one span of `within`.

    Any span counts when it is None.
    """
    if within is None:
        return len(independent_outlets(sources)) >= outlets
    reports = ((at, origin) for origin, source in _attributed(sources) for at in (source.first, source.last))
    return _most_within(sorted(reports), within) >= outlets


def _most_within(reports: Iterable[tuple[datetime, str]], within: timedelta) -> int:
    """Count the most origins inside one span; `reports` are in the order of time."""
    inside: deque[tuple[datetime, str]] = deque()
    counts: Counter[str] = Counter()
    most = 0
    for at, origin in reports:
        inside.append((at, origin))
        counts[origin] += 1
        while inside[0][0] < at - within:
            _, gone = inside.popleft()
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
        most = max(most, len(counts))
    return most


def _attributed(sources: Sequence[SourceText]) -> list[tuple[str, SourceText]]:
    """Pair each source with its real origin.

    Sources that repeat one text share an origin, an agency's before an outlet's.
    """
    origins: dict[int, str] = {}
    for source in sources:
        agency = agency_of_outlet(source.origin)
        if source.text not in origins or (agency and not agency_of_outlet(origins[source.text])):
            origins[source.text] = agency or source.origin
    return [(origins[source.text], source) for source in sources]
