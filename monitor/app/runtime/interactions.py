"""Answering people: clicks change alerts, commands tell how things stand."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.alerts.alert import Alert
from monitor.domain.alerts.interactions import Action, Click, Command, MissedArticle, consequence, zone_of
from monitor.domain.catalog import Catalog, Severity, Topic, Watchlist
from monitor.domain.status.explanation import Explanation
from monitor.domain.status.health import troubles
from monitor.domain.status.overview import Overview
from monitor.domain.topics.matcher import compile_all
from monitor.ports import Archive, CatalogSource, Clock, Interactions, Silences
from monitor.steps.triage import document

HELP = (
    "status: how the work stands",
    "topics: what is watched",
    "silence: what is muted, and until when",
    "why URL: why an article alerted, or why it did not",
    "missed URL TOPIC: this article should have alerted on the topic",
    "try QUERY: what a query would have found in the last days",
)
TRIED_DAYS = 3
TRIED_ARTICLES = 5_000
_SHOWN = 10
_TOPICS_SHOWN = 3
_LEDGER_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Interact:
    """Take clicks and commands; every answer is for the person alone."""

    interactions: Interactions
    archive: Archive
    silences: Silences
    catalogs: CatalogSource
    clock: Clock

    async def click(self, click: Click) -> str:
        """Do what the button says, once."""
        alert = await self.interactions.alert(click.alert_id)
        if alert is None:
            return "This alert is no longer stored."
        if click.action is Action.WHY:
            return await self.why(alert)
        receiver = await self.interactions.receiver_of(click.channel, click.message)
        result = consequence(click, alert, self.clock.now(), zone_of(self.catalogs.current()), receiver)
        return result.answer if await self.interactions.record(result) else "That is already done."

    async def why(self, alert: Alert) -> str:
        """Explain an alert by the report it was raised on."""
        return explanation_lines(await self.archive.explain(str(alert.article_id)))

    async def command(self, command: Command) -> str:
        """Answer a slash command."""
        match command.verb:
            case "status":
                return status_lines(await self.archive.overview())
            case "topics":
                topics = self.catalogs.current().topics
                lines = [f"{topic.key}: {topic.title} ({topic.severity.word})" for topic in topics]
                return "\n".join(lines) or "No topics."
            case "silence" | "silences":
                in_force = await self.silences.in_force(self.clock.now())
                titles = await self.silences.titles(in_force)
                muted = (
                    f"{one.what(titles)} until {one.until:%Y-%m-%d %H:%M} UTC: {one.reason} ({one.author})"
                    for one in in_force
                )
                return "\n".join(muted) or "Nothing is muted."
            case "why" if command.rest:
                return explanation_lines(await self.archive.explain(_address(command.rest)))
            case "missed" if command.rest:
                return await self._missed(command)
            case "try" if command.rest:
                return await self._try(command.rest)
            case _:
                return "\n".join(f"/wirewatch {line}" for line in HELP)

    async def _missed(self, command: Command) -> str:
        """Keep the verdict that an article should have alerted on a topic."""
        *words, key = command.rest.split()
        if not words or self.catalogs.current().topic(key) is None:
            known = ", ".join(topic.key for topic in self.catalogs.current().topics)
            return f"Write /wirewatch missed URL TOPIC; the topics are {known}."
        explanation = await self.archive.explain(_address(" ".join(words)))
        if explanation.history is None and not explanation.fetched_text:
            return explanation.answer
        await self.interactions.missed(missed_article(explanation, key, command.author, self.clock.now()))
        title = explanation.history.article.title if explanation.history else explanation.fetched_title
        return f'Noted: "{title}" should have alerted on {key}. `wirewatch topics improve {key}` learns from it.'

    async def _try(self, query: str) -> str:
        # a catalog of that query alone, which may use every vocabulary there is
        vocabularies = {v.name: v for watchlist in self.catalogs.current().watchlists for v in watchlist.vocabularies}
        topic = Topic(key="try", watchlist="try", title="try", query=query, severity=Severity.LOW)
        watchlist = Watchlist(name="try", file="", vocabularies=tuple(vocabularies.values()), topics=(topic,))
        catalog = Catalog(revision="try", watchlists=(watchlist,))
        compiled = compile_all(catalog)
        if compiled.problems:
            return "\n".join(problem.message for problem in compiled.problems)
        matcher, found, read = compiled.matcher(catalog), [], 0
        async for article in self.archive.newest(timedelta(days=TRIED_DAYS), TRIED_ARTICLES):
            read += 1
            if matcher.match(document(article)).matches:
                found.append(article)
        head = f"{len(found)} of the newest {read} articles of the last {TRIED_DAYS} days match."
        return "\n".join([head, *(f"{article.outlet}: {article.title}" for article in found[:_SHOWN])])


def missed_article(explanation: Explanation, topic: str, author: str, now: datetime) -> MissedArticle:
    """Return the verdict that an explained article was missed; a page never seen is kept with its text."""
    history = explanation.history
    page = {
        "title": explanation.fetched_title,
        "text": explanation.fetched_text,
        "language": explanation.fetched_language,
        "outlet": explanation.fetched_outlet,
    }
    return MissedArticle(
        topic=topic,
        article_id=history.article.id if history else None,
        page="" if history else json.dumps(page),
        author=author,
        at=now,
    )


def status_lines(overview: Overview) -> str:
    """Return the state of the daemon in a few lines."""
    found = troubles(overview)
    sent = ", ".join(f"{count} {state}" for state, count in overview.outbox.items() if count) or "empty"
    ailing = sum(feed.trouble is not None for feed in overview.feeds)
    return "\n".join(
        [
            *(found or ("All is well.",)),
            f"{overview.articles} articles in {overview.stories} stories; outbox: {sent}.",
            f"{len(overview.feeds)} feeds, {ailing} of them in trouble.",
        ]
    )


def explanation_lines(explanation: Explanation) -> str:
    """Return an explanation in a few lines: the answer, each receiver, the nearest topics, the end of the ledger."""
    lines = [explanation.answer]
    if explanation.history:
        article = explanation.history.article
        lines.append(f"{article.title} ({article.outlet}), article {article.id}")
    lines += explanation.receivers
    for verdict in explanation.topics[:_TOPICS_SHOWN]:
        said = "matches" if verdict.matched else f"misses: {verdict.missing}"
        lines.append(f"{verdict.topic} {verdict.score:.1f} of {verdict.threshold:.1f}, {said}")
    if explanation.history:
        ledger = explanation.history.lines[-_LEDGER_SHOWN:]
        lines += [f"{line.at:%H:%M:%S} UTC {line.note.step}: {line.note.text}" for line in ledger]
    return "\n".join(lines)


def _address(given: str) -> str:
    """Return the address in a command; Slack writes addresses as <ADDRESS|label>."""
    return given.strip("<>").split("|")[0]
