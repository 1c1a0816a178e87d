"""Every order of events that Hypothesis can think of, over the real steps and a real store."""

import asyncio
import shutil
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.fake_slack import BOT_TOKEN, Fault
from tests.torture.newsday import CHANNELS, PLACES, TERMS, Newsday
from tests.torture.sites import FAILURES, Item, Site

SITES = st.integers(0, 2)
SOME_TOPICS = st.sets(st.sampled_from(sorted(TERMS)), min_size=1, max_size=2).map(sorted)
TOPICS = st.sets(st.sampled_from(sorted(TERMS)), max_size=2).map(sorted)
QUICK_FAULTS = [fault for fault in Fault if not fault.name.startswith("HANG")]
"""Those that need no waiting; a request that hangs ends as one that is reset does: unknown."""

MINUTES = st.sampled_from([1, 11, 61])
DAYS = st.sampled_from([1, 4, 40, 500])
FEW = 30
LONG_KNOWN = timedelta(days=50)
"""Less than retention leaves; after it a wholly renamed entry cannot be known by its words any more."""


class AnyOrder(RuleBasedStateMachine):
    """What is posted was expected, stands once, and in the end everything expected is posted."""

    template: Path
    """A migrated SQLite file."""

    @initialize(seed=st.integers(0, 9), baselines=st.integers(1, 3))
    def begin(self, seed: int, baselines: int) -> None:
        self.folder = Path(mkdtemp(prefix="wirewatch-machine-"))
        path = shutil.copy(self.template, self.folder / "store.db")
        self.runner, self.stack = asyncio.Runner(), AsyncExitStack()
        self.day = Newsday(f"sqlite:///{path}", seed, self.stack)
        self.run(self.day.open())
        for site in self.day.sites.all[:baselines]:
            for _ in range(3):
                site.publish(TERMS.values(), self.day.clock.now())
        self.run(self.day.work())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """In this machine's loop."""
        return self.runner.run(work)

    def teardown(self) -> None:
        if not hasattr(self, "day"):
            return
        try:
            self.run(self.day.finish())
            self.all_is_told()
        finally:
            self.run(self.stack.aclose())
            self.runner.close()
            shutil.rmtree(self.folder)

    def all_is_told(self) -> None:
        """At the end: whatever was committed was judged, and whoever must be told was."""
        model = self.day.model
        assert model.recorded - model.baseline - model.unsure <= set(model.placed)
        assert model.must <= set(self.day.posted()), model.must - set(self.day.posted())

    @invariant()
    def nothing_is_told_twice_or_unasked(self) -> None:
        if not hasattr(self, "day"):
            return
        posted = self.day.posted()
        assert set(posted) <= self.day.model.may, set(posted) - self.day.model.may
        assert set(posted.values()) <= {1}, [told for told, times in posted.items() if times > 1]

    # what sites do

    @rule(number=SITES, topics=SOME_TOPICS, more=TOPICS)
    def serve(self, number: int, topics: list[str], more: list[str]) -> None:
        if self.day.untold() > FEW:
            return
        for keys in (topics, more):
            self.site(number).publish([TERMS[key] for key in keys], self.day.clock.now())

    @rule(number=SITES, which=st.integers(0, 20), topics=TOPICS)
    def edit(self, number: int, which: int, topics: list[str]) -> None:
        if item := self.one(number, which):
            self.site(number).edit(item, [TERMS[key] for key in topics])

    @rule(number=SITES, which=st.integers(0, 20))
    def vanish_or_return(self, number: int, which: int) -> None:
        if item := self.one(number, which):
            item.shown = not item.shown

    @rule(number=SITES)
    def shuffle(self, number: int) -> None:
        self.site(number).chance.shuffle(self.site(number).items)

    @rule(number=SITES, what=st.sampled_from(["guids", "guids and hosts", "scheme", "everything"]))
    def rekey(self, number: int, what: str) -> None:
        """A site that was read well renames what it shows, and is read again."""
        site, now = self.site(number), self.day.clock.now()
        if site.key not in self.day.configuration.feeds:
            return
        self.read_well(site)
        if what == "everything" and not self.may_rename_everything(site):
            return
        for item in site.items:
            if what != "scheme":
                item.guid = f"{item.guid}-again"
            if what in ("guids and hosts", "everything"):
                item.link = item.link.replace("://", "://new.")
            if what == "scheme":
                item.link = item.link.replace("https:", "http:")
            if what == "everything":
                item.published = now
        self.read_well(site)

    def read_well(self, site: Site) -> None:
        """The site answers, and is asked."""
        site.failing = None
        self.day.clock.advance(timedelta(hours=25))
        self.run(self.day.work())

    def may_rename_everything(self, site: Site) -> bool:
        """It takes five known titles, and half of the document, to see that a site was re-keyed."""
        young = self.day.clock.now() - LONG_KNOWN
        return len(site.shown) == len(site.items) >= 5 and all(item.published > young for item in site.items)

    @rule(number=SITES, failure=st.sampled_from((*FAILURES, None)))
    def fail(self, number: int, failure: Any) -> None:
        self.site(number).failing = failure

    @rule(number=SITES)
    def stop_or_start_to_answer_304(self, number: int) -> None:
        self.site(number).honest = not self.site(number).honest

    # what we do

    @rule(minutes=MINUTES)
    def work(self, minutes: int) -> None:
        self.day.clock.advance(timedelta(minutes=minutes))
        assert self.run(self.day.work())

    @rule(number=SITES, topics=SOME_TOPICS, place=st.sampled_from(PLACES), passages=st.integers(1, 2))
    def work_and_die(self, number: int, topics: list[str], place: str, passages: int) -> None:
        """There is something new, and the process dies over it."""
        self.serve(number, topics, topics)
        if "find" in place:
            self.day.slack.faults.queue.appendleft(Fault.RESET_AFTER)
        self.day.clock.advance(timedelta(minutes=15))
        if self.run(self.day.work(die_at=place, passages=passages)):
            self.day.clock.advance(timedelta(minutes=2))
            self.run(self.day.work(die_at=place, passages=passages))

    @rule(number=SITES, topics=SOME_TOPICS)
    def work_as_two(self, number: int, topics: list[str]) -> None:
        """Two processes take on whatever is due, in the same moment."""
        self.serve(number, topics, topics)
        self.day.clock.advance(timedelta(minutes=15))
        for _ in range(4):
            self.run(self.day.work_as_two())

    @rule(days=DAYS)
    def days_pass(self, days: int) -> None:
        self.day.clock.advance(timedelta(days=days))

    @rule()
    def sweep(self) -> None:
        self.run(self.day.sweep())

    # what Slack does

    @rule(faults=st.lists(st.sampled_from((*QUICK_FAULTS, None)), min_size=1, max_size=4))
    def slack_fails(self, faults: list[Fault | None]) -> None:
        self.day.slack.faults.queue.extend(faults)

    @rule(number=SITES, topics=SOME_TOPICS, fault=st.sampled_from(QUICK_FAULTS))
    def slack_fails_over_news(self, number: int, topics: list[str], fault: Fault) -> None:
        self.day.slack.faults.queue.append(fault)
        self.serve(number, topics, topics)
        self.work(15)

    @rule(lag=st.sampled_from([0.0, 30.0]))
    def slack_shows_late(self, lag: float) -> None:
        self.day.slack.workspace.history_lag = lag

    @rule(refusal=st.sampled_from([None, "token_revoked"]))
    def slack_refuses_the_token(self, refusal: str | None) -> None:
        self.day.slack.workspace.apps[BOT_TOKEN].refusal = refusal

    # what the operator does

    @rule(topics=st.sets(st.sampled_from(sorted(TERMS)), min_size=1))
    def choose_topics(self, topics: set[str]) -> None:
        self.run(self.day.configure(topics=frozenset(topics)))

    @rule(address=st.sampled_from(CHANNELS))
    def choose_channel(self, address: str) -> None:
        self.run(self.day.configure(address=address))

    @precondition(lambda self: len(self.day.configuration.feeds) > 1)
    @rule(number=SITES)
    def drop_feed(self, number: int) -> None:
        self.run(self.day.configure(feeds=self.day.configuration.feeds - {self.site(number).key}))

    @rule(number=SITES)
    def return_feed(self, number: int) -> None:
        key = self.site(number).key
        if key not in self.day.configuration.feeds:
            self.day.returned.add(key)
            self.run(self.day.configure(feeds=self.day.configuration.feeds | {key}))

    def site(self, number: int) -> Site:
        return self.day.sites.all[number]

    def one(self, number: int, which: int) -> Item | None:
        """One of a site's entries, if it has any."""
        items = self.site(number).items
        return items[which % len(items)] if items else None
