"""Hold a document that is handed in to be matched or replayed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDocument:
    """One document of `match --jsonl` or `replay`; title and text stay exactly as given."""

    id: str
    title: str = ""
    text: str = ""
    url: str | None = None
    published: datetime | None = None
    lang: str | None = None
    outlet: str | None = None
