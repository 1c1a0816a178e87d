"""Story recognition: what repeats, what belongs together, what is new. Pure; the surface is what is named here."""

from monitor.domain.stories.difference import Change, Difference, difference, is_material
from monitor.domain.stories.index import StoryIndex
from monitor.domain.stories.origins import confirmed, independent_outlets, origin_of
from monitor.domain.stories.reading import fingerprint

__all__ = [
    "Change",
    "Difference",
    "StoryIndex",
    "confirmed",
    "difference",
    "fingerprint",
    "independent_outlets",
    "is_material",
    "origin_of",
]
