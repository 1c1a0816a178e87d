"""Write a message as JSON for other programs; the schema is in docs/webhooks.md."""

from typing import Any

from monitor.domain.delivery.message import Card, CardReport, Message
from monitor.domain.strings.marked import plain

VERSION = 1
"""Version of the schema: fields may be added to it, never renamed, removed or given another meaning."""


def payload(message: Message, key: str, *, answers: str | None, edits: str | None) -> dict[str, Any]:
    """Return the message as JSON values.

    `key` is the message's id, `answers` the id of the message it replies to, `edits` of the one it replaces.
    """
    return {
        "version": VERSION,
        "id": key,
        "kind": message.kind.value,
        "receiver": message.receiver,
        "answers": answers,
        "edits": edits,
        "title": message.title,
        "period": [moment.isoformat() for moment in message.period] if message.period else None,
        "note": message.note,
        "lines": [plain(line) for line in message.lines],
        "stories": [_story(card) for card in message.cards],
        "more": message.more,
        "links": [_report(report) for report in message.links],
    }


def _story(card: Card) -> dict[str, Any]:
    return {
        "story": card.story_id,
        "severity": card.severity.word,
        "topics": [
            {"alert": tag.alert_id, "topic": tag.topic, "title": tag.title, "severity": tag.severity.word}
            for tag in card.tags
        ],
        "report": _report(card.lead),
        "score": card.score,
        "threshold": card.threshold,
        "evidence": [
            {
                "outlet": card.lead.outlet,
                "field": evidence.field.value,
                "quote": f"{evidence.before}{evidence.quote}{evidence.after}",
                "matched": [piece for piece, matches in evidence.pieces if matches],
            }
            for evidence in card.evidence
        ],
        "also": [_report(report) for report in card.others],
        "outlets": card.outlets,
        "independent": card.independent,
        "doubt": card.doubt,
        "news": card.news,
        "acknowledged_by": card.acknowledged_by,
    }


def _report(report: CardReport) -> dict[str, Any]:
    return {
        "headline": report.headline,
        "url": report.url,
        "outlet": report.outlet,
        "published": report.at.isoformat(),
        "language": report.language,
    }
