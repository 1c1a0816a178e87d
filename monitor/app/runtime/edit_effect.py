"""Compute what an edit of the watchlists would have changed in the last days.

The work is bounded: it reads at most `MOST_ARTICLES`, runs in nice worker processes, and is left out beside a backlog.
"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.app.runtime.story_window import WINDOW
from monitor.app.tools.backtest import Backtest, Effect
from monitor.config.changes import changed_topics
from monitor.domain.catalog import Catalog
from storage.views.archive import SqlArchive

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=7)
MOST_ARTICLES = 20_000
"""Articles matched again at most; where the last days hold more, the time looked back is shorter."""
BACKLOG = 200
"""Articles waiting for triage from which the effect is not computed: alerts go first."""
PATIENCE = 120.0
"""Seconds after which the computation is given up."""
EXPLOSIVE_TIMES, EXPLOSIVE_A_DAY = 5, 20
"""An edit is explosive when it multiplies a topic's alerts this many times, and there are so many a day."""
HEADLINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EditEffects:
    """Computes the effects of edits on the archive of a store."""

    archive: SqlArchive

    async def of(self, before: Catalog, after: Catalog, now: datetime) -> Effect | None:
        """Return the effect; None when no topic differs, beside a backlog, or when it takes too long."""
        if not changed_topics(before, after):
            return None
        waiting = await self.archive.waiting(now)
        if waiting > BACKLOG:
            log.info("the effect of the edit is not computed: %d articles are waiting", waiting)
            return None
        since = max(now - LOOK_BACK, await self.archive.moment_of(MOST_ARTICLES) or now - LOOK_BACK)
        comparison = Backtest(archive=self.archive, before=before, after=after)
        try:
            async with asyncio.timeout(PATIENCE):
                return await comparison.run(since, since - WINDOW)
        except TimeoutError:
            log.warning("the effect of the edit is not computed: it took longer than %d s", PATIENCE)
            return None


def explosive(effect: Effect, now: datetime) -> tuple[str, ...]:
    """Return the topics whose alerts the edit multiplies beyond what people expect."""
    # A young archive holds less than the days looked back.
    days = max(1.0, (now - (effect.first_seen or now)) / timedelta(days=1))
    return tuple(
        key
        for key, topic in effect.topics.items()
        if topic.after >= EXPLOSIVE_TIMES * max(1, topic.before) and topic.after / days >= EXPLOSIVE_A_DAY
    )


def sentences(effect: Effect, now: datetime) -> Iterator[str]:
    """Yield the effect in words, a line for each topic and for its first headlines."""
    days = round((now - effect.since) / timedelta(days=1))
    for key, topic in effect.topics.items():
        if not topic.gained and not topic.lost:
            yield f"{key}: the same {topic.after} alerts in the last {days} days"
            continue
        yield f"{key}: {topic.gained} more, {topic.lost} fewer alerts in the last {days} days"
        for gained, sign in ((True, "+"), (False, "-")):
            found = [one for one in effect.differences if one.topic == key and one.gained is gained]
            for one in found[:HEADLINES]:
                yield f"  {sign} {one.outlet}: {one.title}"
    if effect.without_text:
        yield f"{effect.without_text} of {effect.articles} have no text any more: matched by their feed's words"


def kept(effect: Effect) -> dict[str, object]:
    """Return the effect as it is kept with the configuration, for the topic's page."""
    return {
        "since": effect.since.isoformat(),
        "articles": effect.articles,
        "topics": {
            key: {
                "before": topic.before,
                "after": topic.after,
                "gained": [one.title for one in effect.differences if one.topic == key and one.gained][:20],
                "lost": [one.title for one in effect.differences if one.topic == key and not one.gained][:20],
            }
            for key, topic in effect.topics.items()
        },
    }
