"""Judge from an `Overview` whether the daemon is well, for `health`, `status` and their exit codes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from monitor.domain.status.overview import Overview, WorkerOverview
from monitor.domain.strings.spans import ago, in_words

SEEN_WITHIN = timedelta(seconds=60)
"""A process reports every 10 s; after six missed reports it counts as gone."""

CHECKED_WITHIN = timedelta(seconds=60)
"""A step looks for due rows twice a second."""

LATE_AFTER = timedelta(minutes=10)
"""How long past its time a row may wait before a step counts as late: longer than any back-off inside a step."""

UNSENT_AFTER = timedelta(minutes=5)
"""How long past its time a message may wait (a rate limit of Slack lasts a minute at most)."""


def lifeless(overview: Overview) -> tuple[str, ...]:
    """Return why the daemon should be restarted, in words; empty while it lives."""
    alive = living(overview)
    if not alive:
        last = max((worker.seen_at for worker in overview.workers), default=None)
        return (f"no daemon is running on this store (last seen {ago(last, overview.at) or 'never'})",)
    return tuple(stalled for worker in alive for stalled in _stalled(worker))


def troubles(overview: Overview) -> tuple[str, ...]:
    """Return everything that should not be so, in words; single failing feeds are not among it."""
    return (*lifeless(overview), *_troubles(overview))


def living(overview: Overview) -> list[WorkerOverview]:
    """Return the processes that reported within SEEN_WITHIN."""
    return [worker for worker in overview.workers if overview.at - worker.seen_at <= SEEN_WITHIN]


def of_host(overview: Overview, host: str) -> Overview:
    """Return the reading without the processes of other machines; a process is named after its host."""
    return replace(
        overview, workers=tuple(worker for worker in overview.workers if worker.name.rpartition(":")[0] == host)
    )


def _stalled(worker: WorkerOverview) -> Iterator[str]:
    for step, checked_at in worker.checked_at.items():
        if worker.seen_at - checked_at > CHECKED_WITHIN:
            silent = in_words(worker.seen_at - checked_at)
            yield f"{worker.name}: the {step} step has not checked for due rows for {silent}"


def _troubles(overview: Overview) -> Iterator[str]:
    for queue in overview.queues:
        if queue.oldest_due is not None and overview.at - queue.oldest_due > LATE_AFTER:
            yield f"{queue.step} is late: {queue.due} due, the oldest since {ago(queue.oldest_due, overview.at)}"
    if overview.outbox_oldest_due is not None and overview.at - overview.outbox_oldest_due > UNSENT_AFTER:
        yield f"messages wait to be sent, the oldest since {ago(overview.outbox_oldest_due, overview.at)}"
    for where, why in overview.closed:
        yield f"nothing is sent to {where}: {why}"
    for state in ("held", "dead"):
        if count := overview.outbox.get(state, 0):
            yield f"{count} message(s) {state}: see `wirewatch alerts list`"
    for worker in living(overview):
        yield from worker.problems
    if overview.feeds and all(feed.trouble is not None for feed in overview.feeds):
        yield "every feed fails"
