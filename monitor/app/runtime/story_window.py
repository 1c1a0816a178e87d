"""Rebuild the story index at start, from the articles of the moving window."""

import logging
from datetime import timedelta

from monitor.domain.stories.index import StoryIndex
from monitor.ports import ArticleStore, Clock

log = logging.getLogger(__name__)

WINDOW = timedelta(days=3)
"""How long a report can still join a story. Clustering systems use 24 to 72 hours (EMM 8 h for duplicates, 7 days for
chains); three days bridge a weekend."""

_PART = 5_000
"""Rows read at once while rebuilding: a few megabytes."""


async def rebuilt_index(articles: ArticleStore, clock: Clock) -> StoryIndex:
    """Build an index that knows everything placed in the window."""
    index = StoryIndex(WINDOW)
    since = clock.now() - WINDOW
    while part := await articles.window(since, index.sequence, _PART):
        index.learn(part)
        index.tidy()
    if index.unreadable:
        log.warning(
            "%d of %d fingerprints in the window of stories cannot be read (written by another version?): later reports"
            " of the same events will begin stories of their own",
            index.unreadable,
            index.unreadable + len(index),
        )
    return index
