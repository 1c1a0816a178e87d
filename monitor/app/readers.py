"""Open and close fetcher, feed parser and extractor together."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from monitor.adapters.http.client import HttpFetcher
from monitor.adapters.http.host_limits import HostLimits
from monitor.adapters.http.network import Resolve
from monitor.adapters.pooled.extractor import PooledExtractor
from monitor.adapters.pooled.feed_parser import PooledFeedParser
from monitor.adapters.pooled.tasks import PRELOAD
from monitor.adapters.workers.pool import Size, Workers
from monitor.config.models.settings import Settings
from monitor.domain.feeds.fetch import HttpSettings
from monitor.ports import Clock, Extractor, FeedParser, Fetcher

QUICK_FEED = 0.7
"""Seconds: a hundred times what a feed takes, and less than the second a hanging one may delay the others."""
QUICK_PAGE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Hold everything that turns addresses into texts."""

    fetcher: Fetcher
    parser: FeedParser
    extractor: Extractor


@asynccontextmanager
async def open_readers(
    settings: Settings, clock: Clock, *, resolve: Resolve | None = None, host_limits: HostLimits | None = None
) -> AsyncIterator[Readers]:
    """Open the readers; connections and worker processes start when first needed.

    `host_limits` replaces those of this process, where several share their politeness.
    """
    fetcher = HttpFetcher(http_settings(settings), clock, resolve=resolve, limits=host_limits)
    count, limits = settings.workers or len(os.sched_getaffinity(0)), settings.limits
    feeds = Size(workers=count, seconds=QUICK_FEED, memory=limits.worker_memory, tasks=limits.worker_tasks)
    workers = Workers(feeds=feeds, pages=replace(feeds, seconds=QUICK_PAGE), preload=PRELOAD)
    try:
        yield Readers(
            fetcher=fetcher,
            parser=PooledFeedParser(workers, clock, limits.feed_time.total_seconds()),
            extractor=PooledExtractor(workers, clock, limits.page_time.total_seconds()),
        )
    finally:
        await workers.close()
        await fetcher.aclose()


def http_settings(settings: Settings) -> HttpSettings:
    """Return the network settings that wirewatch.yml asks for."""
    http, limits = settings.http, settings.limits
    return HttpSettings(
        contact=http.contact or "",
        allow_networks=tuple(str(network) for network in http.allow_networks),
        allow_ports=http.allow_ports,
        concurrency=http.concurrency,
        per_host_concurrency=http.per_host.concurrency,
        per_host_delay=http.per_host.delay,
        connect_timeout=http.connect_timeout,
        total_timeout=http.timeout,
        feed_limit=limits.feed_bytes,
        page_limit=limits.page_bytes,
        robots_limit=limits.robots_bytes,
        redirects=limits.redirects,
        robots=http.robots,
        read_timeout=http.read_timeout,
        proxy=http.proxy,
        ca_file=http.ca_file,
    )
