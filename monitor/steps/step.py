"""The one shape of the five steps; an engine knows nothing else of them."""

from collections.abc import Collection, Hashable, Sequence
from typing import Protocol, TypeVar

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)


class Step(Protocol[Row, Key]):
    """One step: finds due rows, tells them apart by key, and runs one row to its outcome."""

    async def due(self, limit: int, skip: Collection[Key] = ()) -> Sequence[Row]:
        """Return at most `limit` due rows, longest overdue first, without those in `skip`."""
        ...

    async def due_keys(self, limit: int, skip: Collection[Key] = ()) -> Sequence[Key]:
        """Return the keys of the rows `due` would return, for an engine that hands keys to other processes."""
        ...

    async def still_due(self, keys: Collection[Key]) -> Sequence[Row]:
        """Return those of the rows `keys` that are still due."""
        ...

    def key(self, row: Row) -> Key:
        """Return the key of a row."""
        ...

    async def run(self, row: Row) -> bool:
        """Run one row; True when rows of other steps may have become due."""
        ...

    async def next_in(self) -> float | None:
        """Return the seconds until a row may become due; None where the engine's tick is soon enough."""
        ...
