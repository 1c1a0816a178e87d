"""Tell an outage of our own network from broken feeds: no host can be reached."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.failures import Failure, Reason

HOSTS = 3
"""Different hosts in a row, no other in between, that must be out of reach: two can share one provider."""
WITHIN = timedelta(minutes=15)
"""Failures further apart belong to different troubles; three times the smallest default interval."""

OUT_OF_REACH = frozenset({Reason.DNS, Reason.CONNECT, Reason.TIMEOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The state of our network by the latest polls.

    `failing` are the hosts out of reach since the last answer of any.
    `down_since` is when the first of them was, once it is decided that the network is down.
    """

    failing: tuple[tuple[str, datetime], ...] = ()
    down_since: datetime | None = None


def observed(network: Network, host: str, failure: Failure | None, now: datetime) -> Network:
    """Return the network's state after one more poll; any answer shows it works."""
    if failure is not None and failure.reason in (Reason.BLOCKED, Reason.BAD_URL, Reason.ROBOTS):
        return network
    if failure is None or failure.reason not in OUT_OF_REACH:
        return Network()
    recent = {name: at for name, at in network.failing if now - at <= WITHIN or network.down_since is not None}
    recent.setdefault(host, now)
    failing = tuple(recent.items())[: HOSTS + 1]
    since = network.down_since or (min(recent.values()) if len(recent) >= HOSTS else None)
    return replace(network, failing=failing, down_since=since)


def ours(failure: Failure) -> Failure:
    """Return the failure to record while our network is down, not the feed's."""
    return Failure(reason=Reason.OFFLINE, detail=str(failure))
