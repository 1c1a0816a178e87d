"""Write JSON Schema files for editors from the models.

Usage: `python -m monitor.config.models.json_schema config/schemas`.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from monitor.config.models.durations import duration_text
from monitor.config.models.feeds_file import FeedsFile
from monitor.config.models.fields import EVERY_DAY
from monitor.config.models.receivers_file import ReceiversFile
from monitor.config.models.settings import Settings
from monitor.config.models.watchlist_files import VocabularyFile, WatchlistFile
from monitor.domain.catalog import Severity

SCHEMAS: dict[str, type[BaseModel]] = {
    "wirewatch.json": Settings,
    "feeds.json": FeedsFile,
    "receivers.json": ReceiversFile,
    "watchlist.json": WatchlistFile,
    "vocabulary.json": VocabularyFile,
}


class _Generator(GenerateJsonSchema):
    """Writes defaults as people write them."""

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401 (pydantic's own signature)
        """Write the default of a key as people write it in the file."""
        if isinstance(dft, timedelta):
            return duration_text(dft)
        if isinstance(dft, Severity):
            return dft.word
        if isinstance(dft, list | set | frozenset) and set(dft) == EVERY_DAY:
            return "mon-sun"
        return super().encode_default(dft)


def schema_text(model: type[BaseModel]) -> str:
    """Return the JSON Schema (draft 2020-12) of a file, with a final line break."""
    content: dict[str, Any] = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    content = {"$schema": "https://json-schema.org/draft/2020-12/schema", **content}
    return json.dumps(_plain(content), indent=2, ensure_ascii=False) + "\n"


def write_schemas(target: Path) -> list[Path]:
    """Write every schema into a folder; the files written."""
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, model in SCHEMAS.items():
        (target / name).write_text(schema_text(model), encoding="utf-8")
        written.append(target / name)
    return written


def _plain(content: object) -> object:
    """Without the titles that pydantic invents from names; they only repeat the key."""
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items() if key != "title" or not isinstance(value, str)}
    return [_plain(item) for item in content] if isinstance(content, list) else content


if __name__ == "__main__":
    for path in write_schemas(Path(sys.argv[1])):
        print(path)
