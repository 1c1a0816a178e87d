"""Read real streams and labelled stories in the order in which a daemon would place them."""

import json
import lzma
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.domain.stories.fingerprint.words import lower_words
from monitor.domain.topics.text.folding import fold_accents

READ_PAIRS = Path(__file__).with_name("read_pairs.tsv")
_ZONES = {"EDT": "-0400", "EST": "-0500"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamDocument:
    """One document of the stream; `story` and `role` ("core" or "related") where a reader gave them."""

    id: str
    at: datetime
    outlet: str
    title: str
    text: str
    language: str | None = None
    story: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDuplicate:
    """Two documents that a shingle comparison found alike; `is_copy` where at least half of their shingles agree."""

    first: str
    second: str
    crosses_outlets: bool
    is_copy: bool


def stream(corpus: Path, *, share: float = 1.0) -> list[StreamDocument]:
    """Read all documents in order of time: labelled ones, and `share` of everything else."""
    found: dict[str, StreamDocument] = {}
    for row in _rows(corpus / "clusters" / "story_clusters.dev.jsonl"):
        found[row["doc_id"]] = _document(row, id=row["doc_id"], story=row["story_id"], role=row["role"])
    for row in _rows(corpus / "clusters" / "neardup_pairs.dev.jsonl"):
        for side in (row["a"], row["b"]):
            found.setdefault(side["id"], _document(side))
    for column in _rows(corpus / "clusters" / "recurring_not_duplicates.dev.jsonl"):
        for item in column["items"]:
            found.setdefault(item["id"], _document(item))
    for path in sorted((corpus / "feeds" / "rss_stream").glob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if int(number * share) != int((number + 1) * share):
                    row = json.loads(line)
                    found.setdefault(row["id"], _document(row))
    return sorted(found.values(), key=lambda document: (document.at, document.id))


def pairs(corpus: Path) -> list[NearDuplicate]:
    """Read the near-duplicate pairs."""
    return [
        NearDuplicate(
            first=row["a"]["id"],
            second=row["b"]["id"],
            crosses_outlets=row["relation"].startswith("cross"),
            is_copy=row["jaccard3"] >= 0.5,
        )
        for row in _rows(corpus / "clusters" / "neardup_pairs.dev.jsonl")
    ]


def read_pairs() -> list[tuple[str, str, bool]]:
    """Read the labelled pairs in two languages: first document, second, and whether they report one event."""
    lines = READ_PAIRS.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return [(first, second, same == "1") for first, second, same in rows]


def columns(corpus: Path) -> list[list[str]]:
    """Read the ids of recurring columns, whose instalments are different stories."""
    rows = _rows(corpus / "clusters" / "recurring_not_duplicates.dev.jsonl")
    return [[item["id"] for item in row["items"]] for row in rows]


def articles(corpus: Path, least: int = 150) -> list[StreamDocument]:
    """Read real full articles of at least `least` words, to make synthetic copies from."""
    with (corpus / "pages" / "article-extraction-benchmark" / "ground-truth.dev.json").open(encoding="utf-8") as file:
        pages = json.load(file)
    found = [_article(key, page["articleBody"]) for key, page in sorted(pages.items())]
    labelled = _rows(corpus / "labelled" / "topics.dev.jsonl")
    clustered = _rows(corpus / "clusters" / "story_clusters.dev.jsonl")
    found += [_document(row, id=row["doc_id"]) for row in clustered if row.get("text_kind") == "full-text"]
    found += [_document(row) for row in labelled if row.get("text_kind") == "full-text"]
    once = {document.id: document for document in found}
    return [document for document in once.values() if len(lower_words(fold_accents(document.text))) >= least]


def _article(key: str, body: str) -> StreamDocument:
    first = body.strip().split("\n")[0]
    return StreamDocument(id=key, at=datetime(2020, 1, 1, tzinfo=UTC), outlet=key, title=first[:90], text=body)


def _document(row: Mapping[str, Any], **given: Any) -> StreamDocument:
    values = {"id": row.get("id"), **given}
    return StreamDocument(
        at=_when(row.get("date") or "2020-01-01"),
        outlet=_outlet(row),
        title=row.get("title") or "",
        text=row.get("text") or row.get("description") or "",
        language=row.get("lang"),
        **values,
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _when(date: str) -> datetime:
    for zone, offset in _ZONES.items():
        date = date.replace(zone, offset)
    try:
        found = datetime.fromisoformat(date)
    except ValueError:
        try:
            found = parsedate_to_datetime(date)
        except ValueError:
            found = datetime(2020, 1, 1)  # noqa: DTZ001
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _outlet(row: Mapping[str, Any]) -> str:
    host = urlsplit(str(row.get("url") or "")).hostname or ""
    if not host or "github" in host:
        return str(row.get("outlet") or row.get("source") or "")
    labels = re.sub(r"^www\.", "", host).split(".")
    return ".".join(labels[-3:] if len(labels[-2]) <= 3 and len(labels[-1]) == 2 else labels[-2:])
