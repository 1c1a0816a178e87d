"""Change one topic in its watchlist file; comments and order of the file stay."""

import difflib
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

from monitor.domain.catalog import Catalog, Topic

_CONTEXT = 2
"""Unchanged lines shown around a change."""


def topic_diff(root: Path, catalog: Catalog, changed: Topic) -> str:
    """Return the unified diff that turns the topic in its file into `changed` (query and threshold).

    Raises OSError when the file cannot be read.
    """
    path, yaml = watchlist_file(root, catalog, changed), _yaml()
    content: Any = yaml.load(path.read_text(encoding="utf-8"))
    before = _written(yaml, content)
    topic, old = content["topics"][changed.key], catalog.topic(changed.key)
    if old is None or old.query != changed.query:
        query = changed.query
        # the style of the old query stays; one of several lines becomes a literal block
        if isinstance(topic["query"], FoldedScalarString | LiteralScalarString) or "\n" in query:
            query = LiteralScalarString(query if query.endswith("\n") else f"{query}\n")
        topic["query"] = query
    if old is None or old.threshold != changed.threshold:
        topic["threshold"] = changed.threshold
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        _written(yaml, content).splitlines(keepends=True),
        str(path),
        str(path),
        n=_CONTEXT,
    )
    return "".join(lines)


def with_example(text: str, key: str, example: dict[str, str], *, relevant: bool) -> str:
    """Return a watchlist file with one more example of a topic."""
    yaml = _yaml()
    content: Any = yaml.load(text)
    examples = content["topics"][key].setdefault("must_match" if relevant else "must_not_match", [])
    examples.append(example)
    return _written(yaml, content)


def watchlist_file(root: Path, catalog: Catalog, topic: Topic) -> Path:
    """Return the path of the file that holds a topic."""
    watchlist = next(one for one in catalog.watchlists if one.name == topic.watchlist)
    return Path(watchlist.file) if Path(watchlist.file).is_file() else root / watchlist.file


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    return yaml


def _written(yaml: YAML, content: object) -> str:
    stream = StringIO()
    yaml.dump(content, stream)
    return stream.getvalue()
