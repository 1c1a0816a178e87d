"""Independent confirmation: how many newsrooms stand behind a story once wire copies are counted once."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from monitor.domain.articles.agencies import agency_credited, agency_of_outlet
from monitor.domain.stories.values import Voice


def origin_of(outlet: str, credit: str | None, copied_from: str | None = None) -> str:
    """Who wrote a text: the agency credited, else the origin of the text it repeats, else the outlet itself.

    An agency is named by its domain, so that its own page and its credited copies are one origin.
    """
    return agency_credited(credit) or copied_from or agency_of_outlet(outlet) or outlet


def independent_outlets(voices: Sequence[Voice]) -> tuple[str, ...]:
    """The outlets that remain when copies and credited agency texts are counted once, in the order of arrival."""
    return tuple(dict.fromkeys(origin for origin, _ in _attributed(voices)))


def confirmed(voices: Sequence[Voice], outlets: int, within: timedelta | None) -> bool:
    """Whether at least `outlets` independent ones reported inside one span of `within` (any span when None)."""
    if within is None:
        return len(independent_outlets(voices)) >= outlets
    spoken = ((at, origin) for origin, voice in _attributed(voices) for at in (voice.first, voice.last))
    return _most_within(sorted(spoken), within) >= outlets


def _most_within(spoken: Iterable[tuple[datetime, str]], within: timedelta) -> int:
    """The most origins inside one span; `spoken` in the order of time."""
    inside: deque[tuple[datetime, str]] = deque()
    counts: Counter[str] = Counter()
    most = 0
    for at, origin in spoken:
        inside.append((at, origin))
        counts[origin] += 1
        while inside[0][0] < at - within:
            _, gone = inside.popleft()
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
        most = max(most, len(counts))
    return most


def _attributed(voices: Sequence[Voice]) -> list[tuple[str, Voice]]:
    """Each voice with who really speaks: what repeats one text shares an origin, an agency's before an outlet's."""
    speakers: dict[int, str] = {}
    for voice in voices:
        agency = agency_of_outlet(voice.origin)
        if voice.text not in speakers or (agency and not agency_of_outlet(speakers[voice.text])):
            speakers[voice.text] = agency or voice.origin
    return [(speakers[voice.text], voice) for voice in voices]
