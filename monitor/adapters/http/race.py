"""Race connections to the addresses of one host, in the way of RFC 8305 (happy eyeballs)."""

import asyncio
import ipaddress
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain, zip_longest

import httpcore

NEXT_AFTER = 0.25
"""Seconds after which the next address is tried beside those that have not answered (RFC 8305, 5)."""

Connect = Callable[[str], Awaitable[httpcore.AsyncNetworkStream]]


def interleaved(addresses: Sequence[str]) -> list[str]:
    """Alternate between the address families, beginning with that of the first address (RFC 8305, 4)."""
    versions = {address: ipaddress.ip_address(address).version for address in addresses}
    first = [address for address in addresses if versions[address] == versions[addresses[0]]]
    other = [address for address in addresses if versions[address] != versions[addresses[0]]]
    return [address for address in chain.from_iterable(zip_longest(first, other)) if address is not None]


async def first_connection(addresses: Sequence[str], connect: Connect) -> httpcore.AsyncNetworkStream:
    """Return the first connection that is made; raise the last error when none is.

    The next address is tried when the previous one failed, or has not answered for `NEXT_AFTER` seconds.
    """
    waiting = deque(addresses)
    running: set[asyncio.Future[httpcore.AsyncNetworkStream]] = set()
    error: BaseException = httpcore.ConnectError("no address")
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.ensure_future(connect(waiting.popleft())))
            done, _ = await asyncio.wait(
                running, timeout=NEXT_AFTER if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for attempt in done:
                running.discard(attempt)
                failure = attempt.exception()
                if failure is None:
                    return attempt.result()
                if not isinstance(failure, httpcore.ConnectError | httpcore.ConnectTimeout):
                    raise failure
                error = failure
        raise error
    finally:
        for attempt in running:
            attempt.cancel()
        for late in await asyncio.gather(*running, return_exceptions=True):
            if isinstance(late, httpcore.AsyncNetworkStream):
                await late.aclose()
