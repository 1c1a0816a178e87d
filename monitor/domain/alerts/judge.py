"""Decide what an article changes: people are notified, a message changes, or nothing.

Rules, in this order, for each topic the article matches:

1. A baseline article (known before the feed was added) raises nothing; nor does one that people's verdicts speak
   clearly against, where the topic says `learn: hold`; nor a match in nothing but the words of a cookie wall, which
   several articles have for a text.
2. The topic has no alert in this story yet: `NEW` once enough independent outlets report it (`min_outlets`).
   A copy of a text raises nothing, unless no earlier report of the story matched the topic: then nobody was notified.
3. The topic has its alert: a copy changes nothing; another independent outlet, or text that says something new,
   is an `UPDATE`; an edit that changed the text in substance is one too.

An edited article stays in the story it is in. A topic that only its new text matches is judged as for a new article.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.domain.alerts.alert import Alert, AlertChange, AlertKind, DeliveryKind, NewDelivery
from monitor.domain.alerts.evidence import telling_evidence
from monitor.domain.alerts.news import news_sentence
from monitor.domain.alerts.route import route
from monitor.domain.alerts.verdict import StoryFacts, Verdict
from monitor.domain.articles.article import Article, RevisionLabel
from monitor.domain.catalog import Catalog, Learn, Severity, Topic
from monitor.domain.ledger import Note
from monitor.domain.stories.independence import confirmed, independent_outlets
from monitor.domain.stories.index import StoryIndex
from monitor.domain.stories.values import WALLS, Fingerprint, Placed, Placement, SourceText
from monitor.domain.strings.marked import Mark, marked, plain, unmarked
from monitor.domain.topics.learning.model import Opinion
from monitor.domain.topics.values import Field, Match, Matches


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleJudge:
    """Place and judge one article; both answers take milliseconds."""

    article: Article
    fingerprint: Fingerprint
    matches: Matches
    catalog: Catalog
    index: StoryIndex
    now: datetime
    opinions: Mapping[str, Opinion] = field(default_factory=dict)

    @property
    def matched(self) -> bool:
        """Tell whether any topic matched, or the text that did was edited."""
        return bool(self.matches.matches) or self._revised is not None

    def prepare(self) -> None:
        """Tidy the index."""
        self.index.tidy()

    def locate(self, news: Sequence[Placed]) -> Placement:
        """Return where the article belongs, given all that was placed before it."""
        self.index.learn(news)
        if self.article.story_id is not None:
            return Placement(
                story_id=self.article.story_id,
                reason="its text was edited; it stays in its story",
                novelty=self.article.text.changes if self.article.text else (),
            )
        return self.index.locate(self.fingerprint, outlet=self.article.outlet, at=self.article.first_seen)

    def unlearn(self, after: int) -> None:
        """Forget what was learnt later than the sequence `after`."""
        self.index.unlearn(after)

    def same_event(self, placed: Placed, placement: Placement) -> int | None:
        """Learn the article just placed; return another story that reports the same event, if any."""
        if not placement.near:
            return None
        self.index.learn([placed])
        return self.index.same_event(placed.story_id, placement.near)

    def judge(self, facts: StoryFacts | None, placement: Placement) -> Verdict:
        """Decide alerts and deliveries, with the reasons, topic by topic."""
        notes = [Note(step="story", text=placement.reason, facts={"similarity": placement.similarity})]
        if facts is None:
            return Verdict(placement=placement, matches=self.matches, notes=tuple(notes))
        alerts: list[AlertChange] = []
        for match in self.matches.matches:
            topic = self.catalog.topic(match.topic)
            if topic is None:
                continue
            alert = next((a for a in facts.alerts if a.topic == topic.key), None)
            change, why = self._change(topic, match, alert, facts, placement)
            notes.append(Note(step="alert", text=f"{topic.key}: {why}", facts={"score": round(match.score, 3)}))
            if change:
                alerts.append(change)
        if self._revised is not None:
            for change in self._no_longer_matched(facts, placement):
                notes.append(Note(step="alert", text=f"{change.topic}: the report changed and matches no longer"))
                alerts.append(change)
        return Verdict(
            placement=placement,
            matches=self.matches,
            alerts=tuple(alerts),
            deliveries=self._held(
                route(alerts, story_id=facts.id, before=facts.alerts, catalog=self.catalog, now=self.now),
                alerts,
                placement,
            ),
            notes=tuple(notes),
        )

    @property
    def _revised(self) -> RevisionLabel | None:
        """Return the label of the edit by which the article came back, if it did."""
        text = self.article.text
        return text.revised if text is not None and text.changes and self.article.story_id is not None else None

    def _no_longer_matched(self, facts: StoryFacts, placement: Placement) -> Iterator[AlertChange]:
        """Yield a change for each alert whose topic the article matched before its edit: people must learn of it."""
        matched = {match.topic for match in self.matches.matches}
        news = self._news(facts, placement)
        if news is None:
            return
        for alert in facts.alerts:
            topic = self.catalog.topic(alert.topic)
            if topic is None or alert.topic in matched or alert.topic not in facts.own_topics:
                continue
            yield AlertChange(
                kind=AlertKind.UPDATE,
                topic=alert.topic,
                watchlist=topic.watchlist,
                severity=alert.severity,
                score=alert.score,
                evidence=alert.evidence,
                news=news[0],
                edit=self._edit() if news[0] else "",
                outlet=alert.outlet,
                language=alert.language,
            )

    def _edit(self) -> str:
        """Return the edit of the article in marked lines, headed by the outlet and what its page was."""
        text, label = self.article.text, self._revised
        if text is None or label is None:
            return ""
        outlet = unmarked(self.article.outlet)
        head = f"{outlet} changed its report"
        if label is not RevisionLabel.CHANGED:
            head = f"{marked(label.value, Mark.STRONG)} by {outlet}"
        return "\n".join((f"{head}: {text.changes[0]}", *text.changes[1:]))

    def _held(
        self, routed: tuple[NewDelivery, ...], alerts: Sequence[AlertChange], placement: Placement
    ) -> tuple[NewDelivery, ...]:
        """Hold the first message of a story that is near another one: if the two are joined, it never leaves.

        A critical alert is not held.
        """
        critical = any(change.severity is Severity.CRITICAL for change in alerts)
        if critical or placement.story_id is not None or not placement.near:
            return routed
        earliest = self.now + self.catalog.join_wait
        return tuple(
            replace(one, due=max(one.due, earliest)) if one.kind is DeliveryKind.ALERT else one for one in routed
        )

    def _change(
        self, topic: Topic, match: Match, alert: Alert | None, facts: StoryFacts, placement: Placement
    ) -> tuple[AlertChange | None, str]:
        if self.article.baseline and (self.article.story_id is None or topic.key in facts.own_topics):
            return None, "already published when the feed was added; baseline articles do not alert"
        opinion = self.opinions.get(topic.key)
        if topic.learn is Learn.HOLD and opinion is not None and opinion.holds:
            words = f" by {', '.join(opinion.down)}" if opinion.down else ""
            return None, f"held back: people's verdicts speak against it{words}"
        if placement.walls >= WALLS and all(hit.field is not Field.TITLE for hit in match.hits):
            return None, f"matched in a text that {placement.walls} other articles have too; no news, whatever it says"
        if alert is None:
            if placement.copy_of is not None and topic.key in facts.reported_topics:
                return None, f"repeats the text of article {placement.copy_of}"
            independent = len(independent_outlets(facts.sources))
            if independent < topic.min_outlets:
                return None, f"waits for {topic.min_outlets} independent outlets, has {independent}"
            return self._raise(AlertKind.NEW, topic, match, None, facts, ""), "new story on the topic"
        if placement.copy_of is not None:
            return None, f"repeats the text of article {placement.copy_of}"
        news = self._news(facts, placement)
        if news is None:
            return None, "nothing new in it"
        sentence, why = news
        return self._raise(AlertKind.UPDATE, topic, match, alert, facts, sentence), f"the story grows: {why}"

    def _news(self, facts: StoryFacts, placement: Placement) -> tuple[str, str] | None:
        """Return what the article adds to the story as a sentence for people, and the reason for the ledger.

        The sentence is empty where only the number of independent outlets grew; None when nothing changes.
        """
        outlet, title = self.article.outlet, self.article.title
        body = self.article.text.body if self.article.text else self.article.summary
        if self.article.story_id is not None:
            if not placement.novelty:
                return None
            changes = "; ".join(map(plain, placement.novelty))
            # a page under another headline is shown by its message; no reply says it
            quiet = self._revised is RevisionLabel.HEADLINE
            said = self._edit() or f"{outlet} changed its report: {changes}"
            return "" if quiet else "; ".join(map(plain, said.splitlines())), f"the report changed: {changes}"
        # every second outlet would bring its own name as news
        letters = "".join(filter(str.isalnum, outlet)).casefold()
        fresh = [new for new in placement.novelty if "".join(filter(str.isalnum, new)).casefold() not in letters]
        before, after = independent_outlets(facts.others), independent_outlets(facts.sources)
        grown = f"now {len(after)} independent outlets" if len(after) > len(before) else ""
        sentence = news_sentence(title, body, fresh)
        if sentence is None and not grown:
            return None
        return f"{outlet}: {sentence}" if sentence else "", " · ".join(filter(None, (*fresh, grown)))

    def _raise(
        self,
        kind: AlertKind,
        topic: Topic,
        match: Match,
        alert: Alert | None,
        facts: StoryFacts,
        news: str,
    ) -> AlertChange:
        score = max(match.score, alert.score if alert else 0.0)
        body = self.article.text.body if self.article.text else self.article.summary
        return AlertChange(
            kind=kind,
            topic=topic.key,
            watchlist=topic.watchlist,
            severity=max(severity(topic, score, facts.sources), alert.severity if alert else Severity.LOW),
            score=score,
            evidence=telling_evidence(self.article.title, body, match.hits),
            news=news,
            development=bool(news) and self.article.story_id is None,
            edit=self._edit() if news else "",
            outlet=alert.outlet if alert else self.article.outlet,
            language=alert.language if alert else self.article.language,
        )


def severity(topic: Topic, score: float, sources: Sequence[SourceText]) -> Severity:
    """Return the topic's severity, or the highest of its steps that were reached."""
    reached = [topic.severity]
    for step in topic.steps:
        if step.min_score is not None and score < step.min_score:
            continue
        if step.min_independent is not None and not confirmed(sources, step.min_independent, step.within):
            continue
        reached.append(step.severity)
    return max(reached)
