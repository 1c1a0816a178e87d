"""Answering people: clicks change alerts, commands tell how things stand."""

from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.alerts.alert import Alert
from monitor.domain.alerts.interactions import Action, Click, Command, consequence, zone_of
from monitor.domain.catalog import Catalog, Severity, Topic, Watchlist
from monitor.domain.status.article_history import ArticleHistory
from monitor.domain.status.health import troubles
from monitor.domain.status.overview import Overview
from monitor.domain.topics.matcher import compile_all
from monitor.ports import Archive, CatalogSource, Clock, Interactions, Silences
from monitor.steps.triage import document

HELP = (
    "status: how the work stands",
    "topics: what is watched",
    "silence: what is muted, and until when",
    "why URL: what became of an article",
    "try QUERY: what a query would have found in the last days",
)
TRIED_DAYS = 3
TRIED_ARTICLES = 5_000
_SHOWN = 10


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
        """Explain an alert: the ledger of the report it was raised on."""
        return history_lines(await self.archive.history(str(alert.article_id)))

    async def command(self, command: Command) -> str:
        """Answer a slash command."""
        match command.verb:
            case "status":
                return status_lines(await self.archive.overview())
            case "topics":
                return "\n".join(_topic_line(topic) for topic in self.catalogs.current().topics) or "No topics."
            case "silence" | "silences":
                return await self._silences()
            case "why" if command.rest:
                return history_lines(await self.archive.history(command.rest.strip("<>").split("|")[0]))
            case "try" if command.rest:
                return await self._try(command.rest)
            case _:
                return "\n".join(f"/wirewatch {line}" for line in HELP)

    async def _silences(self) -> str:
        in_force = await self.silences.in_force(self.clock.now())
        titles = await self.silences.titles(in_force)
        lines = (
            f"{silence.what(titles)} until {silence.until:%Y-%m-%d %H:%M} UTC: {silence.reason} ({silence.author})"
            for silence in in_force
        )
        return "\n".join(lines) or "Nothing is muted."

    async def _try(self, query: str) -> str:
        catalog = _with_query(self.catalogs.current(), query)
        compiled = compile_all(catalog)
        if compiled.problems:
            return "\n".join(problem.message for problem in compiled.problems)
        matcher, found, read = compiled.matcher(catalog), [], 0
        async for article in self.archive.since(timedelta(days=TRIED_DAYS)):
            read += 1
            if matcher.match(document(article)).matches:
                found.append(article)
            if read >= TRIED_ARTICLES:
                break
        head = f"{len(found)} of {read} articles of the last {TRIED_DAYS} days match."
        return "\n".join([head, *(f"{article.outlet}: {article.title}" for article in found[-_SHOWN:][::-1])])


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


def history_lines(history: ArticleHistory | None) -> str:
    """Return an article's ledger in a few lines."""
    if history is None:
        return "No article of that address is known."
    article = history.article
    lines = [f"{article.title} ({article.outlet}), first seen {article.first_seen:%Y-%m-%d %H:%M} UTC"]
    lines += [f"{line.at:%H:%M:%S} {line.note.step}: {line.note.text}" for line in history.lines[-12:]]
    lines += [f"alert: {alert.topic}, {alert.severity.word}" for alert in history.alerts]
    lines += [f"to {receiver}: {state}" for receiver, state, _ in history.deliveries]
    return "\n".join(lines)


def _topic_line(topic: Topic) -> str:
    return f"{topic.key}: {topic.title} ({topic.severity.word})"


def _with_query(catalog: Catalog, query: str) -> Catalog:
    """Return a catalog of that query alone, which may use every vocabulary there is."""
    vocabularies = {v.name: v for watchlist in catalog.watchlists for v in watchlist.vocabularies}
    topic = Topic(key="try", watchlist="try", title="try", query=query, severity=Severity.LOW)
    watchlist = Watchlist(name="try", file="", vocabularies=tuple(vocabularies.values()), topics=(topic,))
    return Catalog(revision="try", watchlists=(watchlist,))
