"""Explain in one sentence why people were or were not notified of an article."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.alerts.alert import DeliveryKind, DeliveryState
from monitor.domain.catalog import Receiver, Severity
from monitor.domain.status.article_history import ArticleHistory
from monitor.domain.topics.values import Hit, Match, Matches, Near


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicVerdict:
    """What the configuration in force says of an article: matched or missed, by how much, and by which clause."""

    topic: str
    matched: bool
    score: float
    threshold: float
    missing: str = ""
    hits: tuple[Hit, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def fell_short(self) -> bool:
        """Whether the query holds and only the score is below the threshold."""
        return not self.matched and self.missing.startswith("the score")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTo:
    """One delivery of an alert of the article's story. `topic` is the alert's."""

    receiver: str
    topic: str
    kind: DeliveryKind
    state: DeliveryState
    due: datetime
    sent_at: datetime | None
    failure: str | None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The answer in one sentence, a line for each receiver, and what it rests on.

    `history` is None for an article that was never seen; `fetched_*` is then what was read of its page now.
    """

    asked: str
    answer: str
    receivers: tuple[str, ...] = ()
    topics: tuple[TopicVerdict, ...] = ()
    history: ArticleHistory | None = None
    deliveries: tuple[SentTo, ...] = ()
    source_states: tuple[str, ...] = ()
    fetched_title: str = ""
    fetched_text: str = ""
    fetched_language: str | None = None
    fetched_outlet: str = ""


def topic_verdicts(found: Matches, thresholds: dict[str, float]) -> tuple[TopicVerdict, ...]:
    """Return the verdicts of all topics, matches first, then misses, nearest first."""
    matched = (_matched(match, thresholds.get(match.topic, 1.0)) for match in found.matches)
    return (*matched, *nearest_first(_missed(near) for near in found.near))


def nearest_first(misses: Iterable[TopicVerdict]) -> list[TopicVerdict]:
    """Sort misses: scores by their share of the threshold; failed clauses by the share of the query that holds."""
    return sorted(misses, key=lambda one: -(one.score / one.threshold if one.fell_short else one.score))


def _matched(match: Match, threshold: float) -> TopicVerdict:
    return TopicVerdict(
        topic=match.topic, matched=True, score=match.score, threshold=threshold, hits=match.hits, parts=match.parts
    )


def _missed(near: Near) -> TopicVerdict:
    return TopicVerdict(
        topic=near.topic,
        matched=False,
        score=near.score,
        threshold=near.threshold,
        missing=near.missing,
        hits=near.hits,
    )


def answer(history: ArticleHistory, verdicts: Sequence[TopicVerdict], deliveries: Sequence[SentTo]) -> str:
    """Return the one sentence for an article that is in the store."""
    waits = history.article.stage.value
    if waits != "done":
        doing = "its page to be read" if waits == "extract" else "to be matched"
        return f"Not judged yet: the article waits for {doing} (seen {history.article.first_seen:%H:%M} UTC)."
    sent = [one for one in deliveries if one.state is DeliveryState.SENT and one.kind in _FIRST]
    if sent and history.matches.matches:
        return _notified(history, sent)
    stored = [match.topic for match in history.matches.matches]
    if stored:
        return _matched_but_silent(history, stored, deliveries)
    now = [verdict for verdict in verdicts if verdict.matched]
    if now:
        best = max(now, key=lambda verdict: verdict.score)
        return (
            f"Not notified: it matched no topic when it was judged; by the configuration in force now it matches "
            f"{best.topic} ({best.score:.1f} of {best.threshold:.1f})."
        )
    return f"Not notified: {nearest(verdicts)}."


_FIRST = (DeliveryKind.ALERT, DeliveryKind.DIGEST)


def _notified(history: ArticleHistory, sent: Sequence[SentTo]) -> str:
    first = min(sent, key=lambda one: one.sent_at or one.due)
    at = first.sent_at or first.due
    where = ", ".join(dict.fromkeys(one.receiver for one in sent))
    topics = ", ".join(dict.fromkeys(one.topic for one in sent))
    lead = next((alert for alert in history.alerts if alert.topic == first.topic), None)
    if history.copy_of is not None:
        because = f"this article repeats the text of article {history.copy_of}, which alerted"
    elif lead is not None and lead.article_id != history.article.id:
        because = f"article {lead.article_id} of the same story alerted before this one"
    else:
        because = " and ".join(_telling(match) for match in history.matches.matches[:2])
    return f"Notified at {at:%H:%M} UTC on {at:%d %b} in {where} ({topics}), because {because}."


def _telling(match: Match) -> str:
    quotes = list(dict.fromkeys(hit.quote for hit in match.hits))[:3]
    words = ", ".join(f'"{quote}"' for quote in quotes)
    return f"{match.topic} matched {words} (score {match.score:.1f})"


def _matched_but_silent(history: ArticleHistory, topics: Sequence[str], deliveries: Sequence[SentTo]) -> str:
    waiting = [one for one in deliveries if one.state in (DeliveryState.PENDING, DeliveryState.SENDING)]
    if waiting:
        soonest = min(waiting, key=lambda one: one.due)
        when = f"{soonest.due:%H:%M} UTC on {soonest.due:%d %b}"
        return f"Not notified yet: a message to {soonest.receiver} is due at {when}."
    stopped = [one for one in deliveries if one.state in (DeliveryState.MUTED, DeliveryState.HELD, DeliveryState.DEAD)]
    if stopped:
        one = stopped[0]
        reason = f": {one.failure}" if one.failure else ""
        return f"Not notified: the message to {one.receiver} ({one.topic}) was {_STOPPED[one.state]}{reason}."
    reasons = [line.note.text for line in history.lines if line.note.step == "alert"]
    if history.article.baseline:
        why = "the article was already published when its feed was added (baseline)"
        return f"Not notified: {topics[0]} matched, but {why}."
    if reasons:
        return f"Not notified: {reasons[-1]}."
    return f"Not notified: {topics[0]} matched, but no receiver takes its severity."


_STOPPED = {
    DeliveryState.MUTED: "muted",
    DeliveryState.HELD: "held, because nobody knows whether it arrived",
    DeliveryState.DEAD: "refused for good",
}


def nearest(verdicts: Sequence[TopicVerdict]) -> str:
    """Return which topic came nearest and what it lacked."""
    if not verdicts:
        return "no topic is configured"
    best = verdicts[0]
    if not best.fell_short:
        return f"no topic matches; the nearest is {best.topic}: {best.missing}"
    taken = _largest_penalty(best.missing)
    penalty = f"; {taken}" if taken else ""
    return f"{best.topic} scored {best.score:.1f} of {best.threshold:.1f}{penalty}"


def _largest_penalty(missing: str) -> str:
    """Return the LESS part that took most, from the parts listed in the reason of a near miss."""
    parts = missing.partition(": ")[2].split(", ")
    penalties = [(part.rpartition(" -")[0], float(part.rpartition(" -")[2])) for part in parts if " -" in part]
    if not penalties:
        return ""
    clause, points = max(penalties, key=lambda pair: pair[1])
    return f"`{clause.removeprefix('LESS ').partition('^')[0]}` took {points:.1f} away"


def receiver_lines(
    receivers: Sequence[Receiver], topic: str, severity: Severity, deliveries: Sequence[SentTo]
) -> Iterator[str]:
    """Yield one line for each receiver of a topic: sent when, or why not."""
    for receiver in receivers:
        about = [
            one for one in deliveries if one.receiver == receiver.name and one.topic == topic and one.kind in _FIRST
        ]
        if about:
            yield f"{receiver.name}: {_state(about[0])}"
        elif severity < receiver.min_severity:
            yield f"{receiver.name}: {severity.word} is below its {receiver.min_severity.word}"
        else:
            yield f"{receiver.name}: no message"


def _state(one: SentTo) -> str:
    if one.state is DeliveryState.SENT:
        return f"sent at {one.sent_at or one.due:%H:%M} UTC"
    if one.state in (DeliveryState.PENDING, DeliveryState.SENDING):
        return f"due at {one.due:%H:%M} UTC"
    reason = f" ({one.failure})" if one.failure else ""
    return f"{_STOPPED.get(one.state, 'carried by another message')}{reason}"
