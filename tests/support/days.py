"""A delivery desk whose alerts come of articles, by the daemon's own triage."""

import random
from datetime import datetime, timedelta

from monitor.adapters.text.language import LangidDetector
from monitor.app.runtime.compiled_topics import CompiledTopics
from monitor.app.runtime.story_window import WINDOW
from monitor.app.tools.input_document import InputDocument
from monitor.app.tools.replay import Replay
from monitor.domain.stories.index import StoryIndex
from monitor.domain.topics.matcher import compile_catalog
from monitor.steps.triage import Triage
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from tests.support.delivery_world import Desk, HandClock
from tests.support.fake_slack.reading import Seen

MINUTE = timedelta(minutes=1)
SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]


class DayClock(HandClock):
    """One clock for triage, outbox and Slack."""

    @property
    def at(self) -> datetime:
        return self.moment

    @at.setter
    def at(self, moment: datetime) -> None:
        self.moment = moment


class Days(Desk):
    """A desk whose alerts come of articles."""

    def __post_init__(self) -> None:
        super().__post_init__()
        articles = SqlArticleStore(self.database)
        topics = CompiledTopics(self.catalogs, compile_catalog)
        self.chance = random.Random(4)
        assert isinstance(self.clock, DayClock)
        self.replay = Replay(
            feeds=SqlFeedStore(self.database),
            articles=articles,
            triage=Triage(store=articles, topics=topics, index=StoryIndex(WINDOW), clock=self.clock),
            clock=self.clock,
            languages=LangidDetector(),
            outlet_of=lambda url: url.split("/")[2],
        )

    async def report(self, outlet: str, title: str, text: str, *, after: timedelta = MINUTE) -> None:
        """An article of an outlet; Slack gets what it may until `after`."""
        self.raised += 1
        url, moment = f"https://{outlet}/{self.raised}", self.clock.now()
        document = InputDocument(id=url, url=url, title=title, text=text, published=moment)
        async for _ in self.replay.run([document]):
            pass
        await self.work(after.total_seconds())

    async def publish(self, *words: str, after: timedelta = MINUTE) -> None:
        """An article on each of these words, a story of its own, one `after` the other; Slack gets what it may."""
        for word in words:
            self.raised += 1
            invented = ["".join(self.chance.choices(SYLLABLES, k=3)) for _ in range(60)]
            title = f"No {self.raised} on {word}: {' '.join(invented[:5])}"
            url = f"https://paper{self.raised}.example/{self.raised}"
            text = f"A report on {word}. {' '.join(invented)}."
            moment = self.clock.now()
            async for _ in self.replay.run([InputDocument(id=url, url=url, title=title, text=text, published=moment)]):
                pass
            await self.work(after.total_seconds())

    async def until(self, moment: datetime) -> None:
        """Live on until then."""
        await self.work((moment - self.clock.now()).total_seconds())
        await self.step.escalate()
        await self.work(1)

    def channel(self, name: str = "#desk") -> list[Seen]:
        """The messages in the channel itself."""
        return [message for message in self.slack.seen(name) if message.thread_ts in (None, message.ts)]
