"""Watch quantity and time: count the stories of topics with such rules, and tell of spikes, absences, first names."""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.alerts.interactions import zone_of
from monitor.domain.catalog import Catalog, Topic, Watchlist
from monitor.domain.topics.matcher import CatalogMatcher, compile_catalog
from monitor.domain.topics.values import Document
from monitor.domain.volume.decide import Counted, blindness, decide, ended, first_seen
from monitor.domain.volume.episode import Episode, EpisodeChange
from monitor.domain.volume.history import HISTORY, LEARNING, bin_of, daily
from monitor.domain.volume.rules import Counting, Rule
from monitor.ports import CatalogSource, Clock
from storage.volume.counts import SqlStoryCounts, TopicReport
from storage.volume.episodes import SqlEpisodes

log = logging.getLogger(__name__)

_STORIES_SHOWN = 3

_FRESH = timedelta(days=1)
"""Age up to which a report's names are news; older ones are noted when a rule is new or the vocabulary has changed."""


@dataclass(slots=True, kw_only=True)
class VolumeWatch:
    """Count, decide and write; each topic by itself."""

    catalogs: CatalogSource
    counts: SqlStoryCounts
    episodes: SqlEpisodes
    clock: Clock
    _names: tuple[str, CatalogMatcher] | None = field(default=None, init=False)
    _read: dict[str, set[int]] = field(default_factory=dict, init=False)

    async def run(self) -> int:
        """Look at every topic that has a rule; return how many episodes began, changed or ended."""
        catalog, now = self.catalogs.current(), self.clock.now()
        topics = [topic for topic in catalog.topics if topic.volume]
        lasting = await self.episodes.lasting()
        configured = {topic.key for topic in topics}
        gone = [ended(episode) for episode in lasting if episode.topic not in configured]
        changed = sum([await self.episodes.apply(change, now) for change in gone])
        if not topics:
            return changed
        zone = ZoneInfo(zone_of(catalog))
        by_feed = await self.counts.by_feed(now)
        # the same sources: a feed that is new would count among the stories of now and not among the usual ones
        known = {feed for feed, bins in by_feed.items() if min(bins) <= bin_of(now - LEARNING)}
        every = sum((by_feed[feed] for feed in known), Counter[int]())
        states = {state.feed: state for state in await self.counts.sources()}
        for topic in topics:
            keys = (topic.key, *topic.volume.formerly)
            since = await self.counts.watched_since(topic.key, topic.volume.formerly, now)
            reports = await self.counts.reports(keys, now - HISTORY)
            feeds = {report.feed for report in reports} & set(states) or set(states)
            blind = blindness(
                [(s.succeeded_at, s.failing_since, s.disabled) for s in map(states.__getitem__, feeds)], now
            )
            counted = Counted(
                stories=[report.at for report in reports if report.is_first],
                moments=_moments(topic, [report for report in reports if report.feed in known]),
                every=every,
                since=since,
                blind=blind,
            )
            own = [episode for episode in lasting if episode.topic == topic.key]
            for change in decide(topic, counted, own, catalog, now, zone):
                changed += await self._apply(change, topic, reports, own, now)
            changed += await self._first_seen(topic, catalog, reports, since, now, zone)
        return changed

    async def _apply(
        self,
        change: EpisodeChange,
        topic: Topic,
        reports: Sequence[TopicReport],
        own: Collection[Episode],
        now: datetime,
    ) -> bool:
        """Write a change, with the three stories that make a spike; a spike that is over keeps those it had."""
        stories = next((episode.figures.stories for episode in own if episode.id == change.id), ())
        if change.rule is Rule.SPIKE and topic.volume.spike is not None and not change.ends:
            stories = await self.episodes.lines(_largest(reports, now - topic.volume.spike.over))
        if not await self.episodes.apply(replace(change, figures=replace(change.figures, stories=stories)), now):
            return False
        what = "began" if change.id is None else "ended" if change.ends else "changed"
        log.info("%s of topic %s %s: %d stories", change.rule, topic.key, what, change.figures.observed)
        return True

    async def _first_seen(
        self,
        topic: Topic,
        catalog: Catalog,
        reports: Sequence[TopicReport],
        since: datetime,
        now: datetime,
        zone: ZoneInfo,
    ) -> bool:
        """Look for names in the topic's reports that were not looked at before; tell of those that are new."""
        rule = topic.volume.first_seen
        if rule is None:
            return False
        read = self._read.setdefault(topic.key, set())
        new = {report.article_id for report in reports} - read
        if not new:
            return False
        matcher = await self._matcher(catalog)
        places: dict[str, int] = {}
        latest: dict[str, datetime] = {}
        times = {report.article_id: report.at for report in reports}
        for number, (title, text, language) in sorted((await self.episodes.texts(new)).items()):
            document = Document(title=title, text=text, language=language)
            found = await asyncio.to_thread(matcher.match, document, only=topic.key)
            for match in found.matches:
                for hit in match.hits:
                    places.setdefault(hit.term, number)
                    latest[hit.term] = max(times[number], latest.get(hit.term, times[number]))
        known = await self.episodes.names((topic.key, *topic.volume.formerly), now - rule.within)
        # a topic that begins knows no names: those of its first two weeks are only noted
        young = now - since < LEARNING
        # names of articles from before are noted: the first run of a rule is not news
        fresh = [
            name for name in sorted(places) if name not in known and not young and now - times[places[name]] <= _FRESH
        ]
        days = daily([report.at for report in reports if report.is_first], now, zone)
        change = first_seen(topic, fresh, days, catalog, now)
        if change is not None:
            lines = await self.episodes.lines([places[name] for name in fresh][:_STORIES_SHOWN])
            change = replace(change, figures=replace(change.figures, stories=lines))
        await self.episodes.name(topic.key, latest, change, now)
        read |= new
        return change is not None

    async def _matcher(self, catalog: Catalog) -> CatalogMatcher:
        """Return a matcher of names: for each topic with such a rule, its vocabulary in place of its query."""
        if self._names is None or self._names[0] != catalog.revision:
            named = replace(catalog, watchlists=tuple(map(_naming, catalog.watchlists)))
            self._names = (catalog.revision, await asyncio.to_thread(compile_catalog, named))
            self._read.clear()
        return self._names[1]


def _naming(watchlist: Watchlist) -> Watchlist:
    topics = tuple(
        replace(topic, query=f"${topic.volume.first_seen.of}", threshold=0.0)
        for topic in watchlist.topics
        if topic.volume.first_seen is not None
    )
    return replace(watchlist, topics=topics)


def _moments(topic: Topic, reports: Sequence[TopicReport]) -> list[datetime]:
    """Return the times of what the topic's spike counts: stories, or reports that are no copies."""
    rule = topic.volume.spike
    if rule is not None and rule.count is Counting.INDEPENDENT:
        return [report.at for report in reports if not report.is_copy]
    return [report.at for report in reports if report.is_first]


def _largest(reports: Sequence[TopicReport], since: datetime) -> list[int]:
    """Return a report of each of the three stories with the most reports since then."""
    sizes = Counter(report.story_id for report in reports if report.at > since)
    first = {report.story_id: report.article_id for report in reversed(reports)}
    return [first[story] for story, _ in sizes.most_common(_STORIES_SHOWN)]
