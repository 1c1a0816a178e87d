"""Our own network: when nobody at all can be reached, it is not two hundred feeds that broke."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.failures import Failure, Reason

HOSTS = 3
"""So many different hosts in a row, and no other in between, must be out of reach."""

WITHIN = timedelta(minutes=15)

OUT_OF_REACH = frozenset({Reason.DNS, Reason.CONNECT, Reason.TIMEOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What the latest polls say of our network. `failing` are the hosts out of reach since the last answer of any.

    `down_since` is when the first of them was, once it is decided that the network is down.
    """

    failing: tuple[tuple[str, datetime], ...] = ()
    down_since: datetime | None = None


def observed(network: Network, host: str, failure: Failure | None, now: datetime) -> Network:
    """The network after one more poll: any answer at all, also an error page, shows that it works."""
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
    """The failure of a poll while our network is down: not the feed's."""
    return Failure(reason=Reason.OFFLINE, detail=str(failure))
