"""A step as an engine runs it: how many rows at once, how far ahead, and which steps it triggers."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from monitor.steps.step import Step
from storage.sql.errors import StoreError

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec(Generic[Row, Key]):
    """A step with its limits.

    `triggers`: steps that are checked for due rows when `step.run` returns True. `ahead`: rows read beyond the free
    slots, so that one query serves many rows; stores refuse a row that is stale. `rest`: seconds between a query that
    found rows and the next one, so that a stream is gathered while a single row goes on at once.

    For the cluster engine: `batch` rows make one job, and a process takes `jobs` jobs at once where rows may be slow
    (each slow row keeps its whole job); None: enough to fill `concurrency`.
    """

    name: str
    step: Step[Row, Key]
    concurrency: int
    triggers: tuple[str, ...] = ()
    ahead: int = 0
    rest: float = 0.0
    batch: int = 1
    jobs: int | None = None


@dataclass(slots=True)
class Progress:
    """Counts of a step since the process started; times are the event loop's.

    `began_at`: None until the engine runs. `checked_at`: the last query for due rows, or the last row finished while
    all slots were taken. `store_error`: the last error of the store, at `store_error_at`.
    """

    began_at: float | None = None
    performed: int = 0
    errors: int = 0
    checked_at: float | None = None
    store_error: StoreError | None = None
    store_error_at: float = 0.0

    def failed(self, error: Exception, now: float) -> None:
        """Count a query or row that ended in an error."""
        self.errors += 1
        if isinstance(error, StoreError):
            self.store_error, self.store_error_at = error, now
