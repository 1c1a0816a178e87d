"""What the web application asks of the daemon: health, views and actions, with a database handle of their own."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from monitor.app.daemon import Daemon
from monitor.app.slack_app import interact_of
from monitor.app.tools.actions import Actions
from monitor.app.tools.views import Views
from monitor.config.models.settings import Web
from monitor.config.secrets import Secrets

READERS = 4
"""Connections that pages share; a fifth page waits for one, the daemon never does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSource:
    """The parts of the web application. `alive` and `ready` return what is wrong, an empty tuple for nothing."""

    alive: Callable[[], tuple[str, ...]]
    ready: Callable[[], Awaitable[tuple[str, ...]]]
    metrics: Callable[[], Awaitable[bytes]]
    views: Views
    actions: Actions
    settings: Web
    password: str | None = None


@asynccontextmanager
async def open_pages(daemon: Daemon, secrets: Secrets) -> AsyncIterator[PageSource]:
    """Hand out the source of a daemon's pages, and close its connections afterwards."""
    database, config = daemon.database.reopen(threads=READERS), daemon.health.source
    try:
        yield PageSource(
            alive=daemon.health.stalled,
            ready=daemon.unready,
            metrics=daemon.metrics_page,
            views=Views(
                database=database,
                catalog=config.current,
                matcher=lambda: daemon.health.topics.current()[1],
                problems=lambda: config.problems,
                now=daemon.clock.now,
            ),
            actions=Actions(
                database=daemon.database,
                interact=interact_of(daemon.database, config, daemon.clock),
                clock=daemon.clock,
            ),
            settings=web_settings(config.settings.web),
            password=secrets.web_password,
        )
    finally:
        await database.close()


def web_settings(configured: Web) -> Web:
    """Return the settings with the environment's defaults for what wirewatch.yml does not say.

    The container image sets WIREWATCH_WEB_LISTEN and WIREWATCH_WEB_OPEN: a published port reaches only a process that
    listens beyond loopback inside the container.
    """
    defaults = {"listen": os.environ.get("WIREWATCH_WEB_LISTEN"), "open": os.environ.get("WIREWATCH_WEB_OPEN")}
    given = {key: value for key, value in defaults.items() if value and key not in configured.model_fields_set}
    return Web.model_validate({**configured.model_dump(), **given}) if given else configured
