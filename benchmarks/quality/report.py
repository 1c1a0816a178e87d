"""What was measured, for people and for programs."""

from collections.abc import Callable, Iterator, Sequence

from benchmarks.quality.measure import Count, Judgement, tally
from monitor.domain.topics.values import Field

SLICES: tuple[tuple[str, Callable[[Judgement], str]], ...] = (
    ("all", lambda judgement: "all"),
    ("half", lambda judgement: judgement.labelled.half),
    ("events", lambda judgement: judgement.labelled.events),
    ("language", lambda judgement: judgement.labelled.document.language or "?"),
    ("kind", lambda judgement: judgement.labelled.kind),
    ("year", lambda judgement: str(judgement.labelled.year or "?")),
)
QUOTED_HITS = 8
HEAD = f"{'':26}{'found':>7}{'false':>7}{'missed':>8}{'rejected':>10}{'precision':>11}{'recall':>8}{'F1':>7}"


def summary(judgements: Sequence[Judgement], topic: str) -> list[dict[str, object]]:
    """Compute a row of figures for each slice of the documents."""
    own = [judgement for judgement in judgements if judgement.topic == topic]
    return [
        {"topic": topic, "slice": name, "group": group, **_figures(count)}
        for name, key in SLICES
        for group, count in tally(own, key).items()
    ]


def _figures(count: Count) -> dict[str, object]:
    return {
        "found": count.found,
        "false": count.false,
        "missed": count.missed,
        "rejected": count.rejected,
        "precision": round(count.precision, 3),
        "recall": round(count.recall, 3),
        "f1": round(count.f1, 3),
    }


def table(rows: Sequence[dict[str, object]]) -> Iterator[str]:
    """Write the lines of a table, without slices that have no labelled or matched document."""
    yield f"{rows[0]['topic']}\n{HEAD}"
    for row in rows:
        if row["found"] or row["false"] or row["missed"]:
            yield (
                f"  {row['slice']:<9}{row['group']:<15}{row['found']:>7}{row['false']:>7}{row['missed']:>8}"
                f"{row['rejected']:>10}{row['precision']:>11.3f}{row['recall']:>8.3f}{row['f1']:>7.3f}"
            )


def worst(judgements: Sequence[Judgement], topic: str, limit: int) -> Iterator[str]:
    """Write the worst errors, each with why it matched or which clause it missed."""
    wrong = [judgement for judgement in judgements if judgement.topic == topic and judgement.wrong]
    false = sorted((j for j in wrong if j.match), key=lambda j: -j.match.score if j.match else 0.0)
    missed = sorted((j for j in wrong if not j.match), key=lambda j: j.near.score if j.near else 0.0)
    for judgement in (*false[:limit], *missed[:limit]):
        labelled = judgement.labelled
        yield f"  {_verdict(judgement)}  {labelled.id} ({labelled.outlet}, {labelled.kind}, {labelled.half})"
        yield f"      {labelled.document.title}"
        yield f"      {_why(judgement)}"


def _verdict(judgement: Judgement) -> str:
    if judgement.match:
        return f"FALSE  {judgement.match.score:6.2f}"
    return f"MISSED {judgement.near.score:6.2f}" if judgement.near else "MISSED      -"


def _why(judgement: Judgement) -> str:
    found = judgement.match or judgement.near
    hits = found.hits[:QUOTED_HITS] if found else ()
    quotes = ", ".join(f"{'^' if hit.field is Field.TITLE else ''}{hit.quote}" for hit in hits)
    if judgement.near:
        return f"missing: {judgement.near.missing}; has: {quotes}"
    return f"because of: {quotes}" if judgement.match else "none of the clauses came near"
