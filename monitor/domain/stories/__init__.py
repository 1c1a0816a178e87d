"""Story recognition: what repeats, what belongs together, what is new. Pure; the surface is what is named here."""

from monitor.domain.stories.diff import Change, Difference, difference, is_material
from monitor.domain.stories.fingerprint.fingerprint import fingerprint
from monitor.domain.stories.independence import confirmed, independent_outlets, origin_of
from monitor.domain.stories.index import StoryIndex

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
