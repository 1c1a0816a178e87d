"""Explain one article: why people were notified of it, or why not."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.adapters.text.outlets import outlets
from monitor.domain.alerts.receivers import receivers_of
from monitor.domain.articles.article import Entry, Text
from monitor.domain.catalog import Catalog
from monitor.domain.failures import Failure
from monitor.domain.feeds.canonical_url import canonical, is_web_address
from monitor.domain.feeds.identity import keys_of
from monitor.domain.status.article_history import ArticleHistory
from monitor.domain.status.explanation import (
    Explanation,
    TopicVerdict,
    answer,
    nearest,
    nearest_first,
    receiver_lines,
    topic_verdicts,
)
from monitor.domain.topics.values import Document
from monitor.ports import Matcher
from monitor.steps.triage import document
from storage.sql.database import Database
from storage.views.explain import SqlExplain
from storage.views.history import SqlLedger

ReadPage = Callable[[str], Awaitable[Text | Failure]]
"""Fetch a page and extract its article, as the daemon would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Explains articles by the store and by the configuration in force. `read_page` None: nothing is fetched."""

    database: Database
    catalog: Catalog
    matcher: Matcher
    read_page: ReadPage | None = None

    async def explain(self, asked: str, now: datetime) -> Explanation:
        """Explain the article with that id, address in any spelling, or words of its title and outlet."""
        asked = asked.strip()
        history = await self._find(asked)
        return await (self._known(asked, history) if history else self._unknown(asked, now))

    async def _find(self, asked: str) -> ArticleHistory | None:
        ledger, reads = SqlLedger(self.database), SqlExplain(self.database)
        if not is_web_address(asked):
            number = asked.removeprefix("article ").strip()
            if number.isascii() and number.isdigit():
                return await ledger.history(number)
            found = await reads.article_titled(asked) if asked else None
            return None if found is None else await ledger.history(str(found))
        address = canonical(asked)
        for spelling in spellings(address):
            history = await ledger.history(spelling)
            if history is not None:
                return history
        # The identity keys of an entry still know a link that was corrected since.
        keys = keys_of("", [Entry(url=address)])[0]
        known = await reads.article_known_by([key for key in (keys.url, keys.baseline) if key is not None])
        return None if known is None else await ledger.history(str(known))

    async def _known(self, asked: str, history: ArticleHistory) -> Explanation:
        verdicts = self._verdicts(document(history.article))
        reads = SqlExplain(self.database)
        deliveries = await reads.sent(history.story.id) if history.story else ()
        lines: list[str] = []
        for alert in history.alerts:
            topic = self.catalog.topic(alert.topic)
            if topic is not None:
                lines += receiver_lines(
                    receivers_of(topic, self.catalog, alert), alert.topic, alert.severity, deliveries
                )
        return Explanation(
            asked=asked,
            answer=answer(history, verdicts, deliveries),
            receivers=tuple(dict.fromkeys(lines)),
            topics=verdicts,
            history=history,
            deliveries=deliveries,
            source_states=await reads.source_states(history.article.outlet, history.article.first_seen),
        )

    async def _unknown(self, asked: str, now: datetime) -> Explanation:
        if not is_web_address(asked):
            return Explanation(asked=asked, answer="Never seen: no article has that id or those words in its title.")
        outlet = outlets().outlet(asked)
        listed = [feed.key for feed in self.catalog.feeds if outlets().outlet(feed.url) == outlet]
        states = await SqlExplain(self.database).source_states(outlet, now)
        if listed:
            sources = f"the source{'s' if len(listed) > 1 else ''} {', '.join(listed)} of this outlet did not list it"
        else:
            sources = "no source of yours belongs to this outlet"
        if self.read_page is None:
            return Explanation(asked=asked, answer=f"Never seen: {sources}.", source_states=states)
        text = await self.read_page(asked)
        if isinstance(text, Failure):
            answer_ = f"Never seen: {sources}; fetched now, the page could not be read ({text})."
            return Explanation(asked=asked, answer=answer_, source_states=states)
        given = Document(title=text.title, text=text.body, language=text.language, outlet=outlet)
        verdicts = self._verdicts(given)
        matched = [verdict for verdict in verdicts if verdict.matched]
        would = (
            "it would match " + ", ".join(f"{one.topic} with {one.score:.1f} of {one.threshold:.1f}" for one in matched)
            if matched
            else f"it would not alert: {nearest(verdicts)}"
        )
        return Explanation(
            asked=asked,
            answer=f"Never seen: {sources}; fetched now, {would}.",
            topics=verdicts,
            source_states=states,
            fetched_title=text.title,
            fetched_text=text.body,
            fetched_language=text.language,
            fetched_outlet=outlet,
        )

    def _verdicts(self, given: Document) -> tuple[TopicVerdict, ...]:
        """Ask every topic by itself, so that also one that is far off says which clause failed."""
        found = self.matcher.match(given)
        thresholds = {topic.key: topic.threshold for topic in self.catalog.topics}
        known = topic_verdicts(found, thresholds)
        if known:
            return known
        each = [self.matcher.match(given, only=topic.key) for topic in self.catalog.topics[:MOST_TOPICS]]
        misses = [verdict for one in each for verdict in topic_verdicts(one, thresholds)]
        return tuple(nearest_first(misses))


def as_pairs(explanation: Explanation) -> dict[str, object]:
    """Return the object that `why --json` prints and the API answers."""
    history = explanation.history
    return {
        "url": (history.article.url if history else None) or explanation.asked,
        "answer": explanation.answer,
        "receivers": list(explanation.receivers),
        "article": history
        and {
            "id": history.article.id,
            "title": history.article.title,
            "outlet": history.article.outlet,
            "published": history.article.published and history.article.published.isoformat(),
            "first_seen": history.article.first_seen.isoformat(),
            "language": history.article.language,
            "baseline": history.article.baseline,
            "copy_of": history.copy_of,
            "doubts": list(history.article.text.doubts) if history.article.text else [],
        },
        "topics": [
            {
                "topic": one.topic,
                "matched": one.matched,
                "score": round(one.score, 4),
                "threshold": one.threshold,
                "missing": one.missing,
                "hits": [
                    {"term": hit.term, "field": hit.field.value, "start": hit.start, "end": hit.end, "quote": hit.quote}
                    for hit in one.hits
                ],
            }
            for one in explanation.topics
        ],
        "story": history.story.id if history and history.story else None,
        "alerts": [
            {
                "id": alert.id,
                "topic": alert.topic,
                "severity": alert.severity.word,
                "raised_at": alert.raised_at.isoformat(),
                "article": alert.article_id,
            }
            for alert in (history.alerts if history else ())
        ],
        "deliveries": [
            {
                "receiver": one.receiver,
                "topic": one.topic,
                "kind": one.kind.value,
                "state": one.state.value,
                "due": one.due.isoformat(),
                "sent_at": one.sent_at and one.sent_at.isoformat(),
                "failure": one.failure,
            }
            for one in explanation.deliveries
        ],
        "ledger": [
            {"at": line.at.isoformat(), "step": line.note.step, "text": line.note.text}
            for line in (history.lines if history else ())
        ],
        "source": list(explanation.source_states),
    }


def spellings(address: str) -> list[str]:
    """Return the address with and without "www.", a last slash and encryption, as given first."""
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    bare = host.removeprefix("www.")
    ends = (path, path.rstrip("/") if path.endswith("/") else f"{path}/" if path else path)
    return [
        f"{one}://{name}{slash}{end}"
        for one in (scheme, "https" if scheme == "http" else "http")
        for name in (host, bare if bare != host else f"www.{bare}")
        for end in dict.fromkeys(ends)
    ]


MOST_TOPICS = 200
"""Topics asked one by one for the nearest miss: some 50 ms; more would keep the asker waiting."""
