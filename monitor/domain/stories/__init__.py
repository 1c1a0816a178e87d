"""Recognise stories: which articles repeat a text, which report one event, and what is new.

Pure; other packages import only the names listed here.
"""

from monitor.domain.stories.diff import Difference, TextChange, difference, is_material
from monitor.domain.stories.fingerprint.fingerprint import fingerprint
from monitor.domain.stories.independence import confirmed, independent_outlets, origin_of
from monitor.domain.stories.index import StoryIndex

__all__ = [
    "Difference",
    "StoryIndex",
    "TextChange",
    "confirmed",
    "difference",
    "fingerprint",
    "independent_outlets",
    "is_material",
    "origin_of",
]
