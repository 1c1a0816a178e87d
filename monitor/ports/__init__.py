"""Protocols that storage, adapters and test fakes fulfil, by subject.

Steps depend on these only. No implementation lives here.
"""

from monitor.ports.articles import Archive, ArticleStore, Extractor, LanguageDetector
from monitor.ports.catalog import CatalogSource, Topics
from monitor.ports.clock import Clock
from monitor.ports.cluster import HostLimitStore, Leases
from monitor.ports.delivery import Notifier, Outbox
from monitor.ports.feeds import FeedParser, FeedStore
from monitor.ports.http import Fetcher
from monitor.ports.people import Interactions, Silences
from monitor.ports.rereads import RereadStore
from monitor.ports.topics import Matcher, Opinions

__all__ = [
    "Archive",
    "ArticleStore",
    "CatalogSource",
    "Clock",
    "Extractor",
    "FeedParser",
    "FeedStore",
    "Fetcher",
    "HostLimitStore",
    "Interactions",
    "LanguageDetector",
    "Leases",
    "Matcher",
    "Notifier",
    "Opinions",
    "Outbox",
    "RereadStore",
    "Silences",
    "Topics",
]
