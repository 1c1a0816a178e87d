"""Tell the time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time, aware and in UTC."""

    def now(self) -> datetime:
        """Return the present moment."""
        ...
