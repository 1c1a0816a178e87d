"""What people do: silences and clicks on messages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.domain.alerts.alert import Alert, Silence
from monitor.domain.alerts.interactions import Consequence, MissedArticle


class Silences(Protocol):
    """Add, list and end silences."""

    async def add(
        self,
        *,
        topic: str | None,
        story_id: int | None,
        until: datetime,
        reason: str,
        author: str,
        now: datetime,
        receiver: str | None = None,
        mutes_critical: bool = True,
    ) -> Silence:
        """Add a silence, for `receiver` or all."""
        ...

    async def in_force(self, now: datetime) -> Sequence[Silence]:
        """Return silences that have not ended, the one that ends first coming first."""
        ...

    async def titles(self, silences: Iterable[Silence]) -> Mapping[int, str]:
        """Return the titles of the muted stories, by story id."""
        ...

    async def end(self, silence_id: int, now: datetime) -> bool:
        """End a silence now; False when there is none of that id in force."""
        ...


class Interactions(Protocol):
    """Keep what people did."""

    async def alert(self, alert_id: int) -> Alert | None:
        """Return the alert as it stands."""
        ...

    async def receiver_of(self, channel: str, ts: str) -> str | None:
        """Return the receiver whose message stands at `ts` of a channel; None when there is none."""
        ...

    async def missed(self, missed: MissedArticle) -> None:
        """Keep the verdict that an article should have alerted on a topic."""
        ...

    async def record(self, consequence: Consequence) -> bool:
        """Write a click's consequence, and have every message of the alert rewritten; False when it was known."""
        ...
