"""Print matches as one JSON object or as lines for people."""

from collections.abc import Iterator

from rich.markup import escape

from monitor.domain.alerts.alert import Evidence
from monitor.domain.alerts.evidence import evidence
from monitor.domain.topics.values import Document, Hit, Matches


def as_pairs(id_: str, document: Document, found: Matches) -> dict[str, object]:
    """Return the object that `match --json` prints for one document."""
    return {
        "id": id_,
        "lang": document.language,
        "topics": [
            {"topic": match.topic, "score": round(match.score, 4), "hits": [_hit(hit) for hit in match.hits]}
            for match in found.matches
        ],
        "near": [
            {
                "topic": near.topic,
                "score": round(near.score, 4),
                "threshold": near.threshold,
                "missing": near.missing,
                "hits": [_hit(hit) for hit in near.hits],
            }
            for near in found.near
        ],
    }


def _hit(hit: Hit) -> dict[str, object]:
    return {"term": hit.term, "field": hit.field.value, "start": hit.start, "end": hit.end, "quote": hit.quote}


def for_people(id_: str, document: Document, found: Matches) -> Iterator[str]:
    """Lines with rich markup: each topic that matched with its evidence, then the near misses."""
    language = f" [dim]({document.language})[/]" if document.language else ""
    yield f"[bold]{escape(id_)}[/] {escape(document.title[:100])}{language}"
    for match in found.matches:
        yield f"  [green]matches[/] [bold]{match.topic}[/], score {match.score:.2f}"
        for shown in evidence(document.title, document.text, match.hits):
            yield f"    {quoted(shown)}"
    for near in found.near:
        yield f"  [yellow]misses[/]  {near.topic}, score {near.score:.2f} of {near.threshold:g}: {escape(near.missing)}"
    if not found.matches and not found.near:
        yield "  [dim]matches no topic, nor nearly one[/]"


def quoted(shown: Evidence) -> str:
    """One quote in its surroundings, the matched words bold."""
    before, after = (" ".join(part.split(" ")).replace("\n", " ") for part in (shown.before, shown.after))
    quote = escape(shown.quote.replace("\n", " "))
    return f"[dim]{shown.field.value}:[/] {escape(before)}[bold yellow]{quote}[/]{escape(after)}"
