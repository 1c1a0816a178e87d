"""Telling an outage of the database, which passes and is nobody's fault, from an error that a row brings about."""

import logging
from collections.abc import Awaitable
from typing import TypeVar

from monitor.engine.cluster.jobs import JobsUnavailable
from monitor.engine.runner import survive
from storage.sql.errors import StoreUnavailable

log = logging.getLogger(__name__)

Result = TypeVar("Result")

OUTAGES = (StoreUnavailable, JobsUnavailable)
"""The work may be tried again as it is, and soon."""


async def attempted(what: str, work: Awaitable[Result]) -> Result | Exception:
    """The result of `work`, or the error it ended in: an outage told in one line, anything unforeseen in full."""
    return await survive(what, _outage_as_value(what, work))


async def _outage_as_value(what: str, work: Awaitable[Result]) -> Result | Exception:
    try:
        return await work
    except OUTAGES as outage:
        log.warning("%s: %s", what, outage)
        return outage
