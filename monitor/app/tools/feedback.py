"""Check topics against the articles that people marked as not relevant."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from monitor.app.configuration import opened_store_url
from monitor.app.tools.store import open_store
from monitor.domain.catalog import Catalog, Problem
from monitor.domain.strings.visible import visible
from monitor.domain.topics.authoring.checks import still_matches
from monitor.domain.topics.matcher import CatalogMatcher
from monitor.steps.triage import document
from storage.sql.database import Database
from storage.sql.errors import StoreUnavailable
from storage.views.feedback import Label, SqlLabels

_PATIENCE = 5.0
"""Seconds a database may take to answer: a check is run before every commit of somebody's configuration."""


async def stored_labels(given: Path | None) -> Sequence[Label]:
    """Read the labels of the configured store; none where there is no store yet. Raises StoreError."""
    path = Database.path_of(opened_store_url(given))
    if path is not None and not path.is_file():
        return ()
    try:
        async with asyncio.timeout(_PATIENCE), open_store(given) as database:
            return await SqlLabels(database).labels()
    except TimeoutError:
        raise StoreUnavailable("the database does not answer") from None


def against_labels(engine: CatalogMatcher, catalog: Catalog, labels: Sequence[Label]) -> list[Problem]:
    """Return a warning for each labelled article that its topic still matches, with the words that match."""
    warnings = []
    for label in labels:
        topic = catalog.topic(label.topic)
        if topic is None or topic.place is None:
            continue
        why = still_matches(engine, topic.key, document(label.article))
        if why is not None:
            where = f", {label.article.url}" if label.article.url else ""
            message = (
                f'topic {label.topic} still matches "{visible(label.article.title)}"{where}, '
                f"marked as not relevant by {visible(label.author)} on {label.at:%Y-%m-%d}: {why}"
            )
            warnings.append(Problem(place=topic.place, message=message, warning=True))
    return warnings
