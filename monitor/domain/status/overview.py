"""How the work stands, read from the store for `wirewatch status`, the status page and the metrics."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Rows that wait for a step. `oldest_due` is when the longest overdue of them should have been performed."""

    step: str
    due: int = 0
    oldest_due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOverview:
    """A feed as the status page shows it; `trouble` in words, None without trouble. A disabled one is never `due`."""

    key: str
    title: str
    polled_at: datetime | None
    succeeded_at: datetime | None
    due: datetime | None
    entries_last: int | None
    trouble: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOverview:
    """A process that takes part: the daemon itself, or a worker of a cluster.

    `checked_at` gives, by step, its last query for due rows. `problems` say in words what troubles it: a refused edit
    of the configuration (the version before it stays in force), a network that is down, credentials that are missing.
    """

    name: str
    version: str
    started_at: datetime
    seen_at: datetime
    revision: str
    checked_at: dict[str, datetime] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOverview:
    """A recent alert with the state of its deliveries, as (receiver, state)."""

    id: int
    topic: str
    severity: str
    title: str
    url: str | None
    outlets: int
    raised_at: datetime
    deliveries: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One consistent reading of the whole store.

    `outbox` counts deliveries by state, those that wait for somebody only; `outbox_due` those due now; `sent_today`
    those sent within the last 24 hours. `recovered` counts jobs ever recovered from processes that died.
    `coverage` says which topics are quiet because their sources fail.
    """

    at: datetime
    queues: tuple[Queue, ...] = ()
    outbox: dict[str, int] = field(default_factory=dict)
    outbox_oldest_due: datetime | None = None
    outbox_due: int = 0
    sent_today: int = 0
    feeds: tuple[FeedOverview, ...] = ()
    workers: tuple[WorkerOverview, ...] = ()
    alerts: tuple[AlertOverview, ...] = ()
    closed: tuple[tuple[str, str], ...] = ()
    articles: int = 0
    stories: int = 0
    recovered: int = 0
    coverage: tuple[str, ...] = ()
