"""Keep an error within one row or one periodic job: the one broad `except` of the program."""

import logging
from collections.abc import Awaitable
from typing import TypeVar

from storage.sql.errors import StoreError, StoreUnavailable

log = logging.getLogger(__name__)

Result = TypeVar("Result")


async def survive(what: str, attempt: Awaitable[Result]) -> Result | Exception:
    """Return the result of `attempt`, or the error it ended in, logged.

    An error of the store is one line, repeated at most once a minute and kind (`adapters.logs`): it concerns every
    row alike, and a full disk would fill its own log. Anything else is a bug and is logged with its traceback.
    """
    try:
        return await attempt
    except StoreError as error:
        level = logging.WARNING if isinstance(error, StoreUnavailable) else logging.ERROR
        log.log(level, "%s: %s", what, error, extra={"once_a_minute": type(error).__name__})
        return error
    except Exception as error:  # a step, a port or a library failed in a way nobody foresaw
        log.exception("%s failed unexpectedly", what)
        return error
