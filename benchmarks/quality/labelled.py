"""Documents that a reader has labelled with topics, and the ways to divide them."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.domain.topics.values import Document

CORPUS_VARIABLE = "WIREWATCH_CORPUS"
CORPUS_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[3] / "shared" / "corpus"
BULLETIN = "CCTV Xinwen Lianbo"
SALT = 79


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A document with the topics a reader gave it; for topics in `unsure` it says nothing.

    `kind` is headline (no text), description (title and a few lines) or article. `year` is None where undated.
    """

    id: str
    outlet: str
    year: int | None
    month: str
    kind: str
    document: Document
    labels: frozenset[str]
    unsure: frozenset[str]

    @property
    def half(self) -> str:
        """The half this document belongs to: whole outlets are drawn, one bulletin is drawn by month.

        Choices are made looking at "derived" only; "checked" shows what they are worth on other outlets and times.
        """
        group = f"{self.outlet}{self.month}" if self.outlet == BULLETIN else self.outlet
        return ("derived", "checked")[hashlib.sha256(f"{SALT}:{group}".encode()).digest()[0] % 2]

    @property
    def events(self) -> str:
        """Return the half this document's events belong to: whole months are drawn, so that no event is in both.

        Topics are made looking at "seen"; "unseen" shows what they are worth on events and times they were not made
        from.
        """
        month = self.month if self.month[:4].isdecimal() else str(self.year)
        return ("seen", "unseen")[hashlib.sha256(f"{SALT}:events:{month}".encode()).digest()[0] % 2]


def corpus_place(given: Path | None = None) -> Path | None:
    """Where labelled documents are: as given, by `$WIREWATCH_CORPUS`, or beside the repository; None when absent."""
    candidates = (given, os.environ.get(CORPUS_VARIABLE), CORPUS_BESIDE_THE_REPOSITORY)
    place = next(Path(candidate) for candidate in candidates if candidate)
    return place if (place / "labelled").is_dir() else None


def read_labelled(corpus: Path) -> Iterator[Labelled]:
    """Every labelled document: full texts, titles with feed descriptions, and bare headlines."""
    for name in ("topics.dev.jsonl", "pages_index.dev.jsonl"):
        path = corpus / "labelled" / name
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                yield from (_labelled(json.loads(line)) for line in lines)


def _labelled(row: dict[str, object]) -> Labelled:
    date = str(row.get("date") or "")
    year = re.search(r"\b(19|20)\d\d\b", date)
    outlet = str(row.get("source") or str(row.get("url")).split("/")[2])
    text = str(row.get("text") or "")
    return Labelled(
        id=str(row["id"]),
        outlet=outlet,
        year=int(year.group()) if year else None,
        month=date[:7],
        kind="headline" if not text else "article" if row.get("text_kind") == "full-text" else "description",
        document=Document(title=str(row["title"]), text=text, language=str(row["lang"]), outlet=outlet),
        labels=frozenset(_strings(row["labels"])),
        unsure=frozenset(_strings(row["maybe"])),
    )


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
