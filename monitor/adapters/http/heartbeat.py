"""Send the heartbeat to an outside monitor.

Its address is the operator's own: no guard, but a short limit.
"""

import asyncio

import httpx

from monitor.adapters.http.errors import EXPECTED, failure_of
from monitor.adapters.http.transport import trust
from monitor.domain.failures import Failure, Reason

_TIMEOUT = 5.0
"""Seconds: a heartbeat is repeated anyway, so it must never pile up."""


async def beat(url: str, proxy: str | None = None, ca_file: str | None = None) -> Failure | None:
    """Request `url` once, through `proxy` and trusting `ca_file` if given; return why it failed, or None."""
    try:
        async with (
            asyncio.timeout(_TIMEOUT),
            httpx.AsyncClient(trust_env=False, follow_redirects=True, proxy=proxy, verify=trust(ca_file)) as client,
        ):
            answer = await client.get(url)
    except EXPECTED as error:
        return failure_of(error)
    if answer.is_success:
        return None
    return Failure(reason=Reason.STATUS, detail=f"answered {answer.status_code}", status=answer.status_code)
