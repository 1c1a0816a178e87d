"""Turn an article into an example of a topic: a text file, and a reference in the watchlist."""

from dataclasses import dataclass
from pathlib import Path

from monitor.config.edit_topic import watchlist_file, with_example
from monitor.config.loader import load
from monitor.domain.catalog import Catalog, Problem, Topic
from monitor.domain.topics.values import Document

FOLDER = "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedExample:
    """An example that was written; `text` and `watchlist` are the files changed."""

    text: Path
    watchlist: Path


def example_yaml(document: Document, *, relevant: bool) -> str:
    """Return the example as YAML to paste, for a folder that cannot be written."""
    kind = "must_match" if relevant else "must_not_match"
    quoted = "'" + document.title.replace("'", "''") + "'"
    lines = [f"{kind}:", f"  - title: {quoted}"]
    if document.language:
        lines.append(f"    lang: {document.language}")
    lines += ["    text: |", *(f"      {line}" for line in document.text.splitlines())]
    return "\n".join(lines)


def add_example(
    root: Path, catalog: Catalog, topic: Topic, name: str, document: Document, *, relevant: bool
) -> AddedExample | tuple[Problem, ...]:
    """Write the article into `examples/` and name it in the topic's file.

    Where the result would not be valid, everything is put back and the problems are returned. Raises OSError when the
    folder cannot be written.
    """
    watchlist = watchlist_file(root, catalog, topic)
    before = watchlist.read_text(encoding="utf-8")
    text = root / FOLDER / f"{topic.key}-{name}.txt"
    text.parent.mkdir(exist_ok=True)
    text.write_text(document.text, encoding="utf-8")
    example = {"title": document.title, "file": f"{FOLDER}/{text.name}"}
    if document.language:
        example["lang"] = document.language
    watchlist.write_text(with_example(before, topic.key, example, relevant=relevant), encoding="utf-8")
    errors = load(root).errors
    if errors:
        watchlist.write_text(before, encoding="utf-8")
        text.unlink()
        return errors
    return AddedExample(text=text, watchlist=watchlist)
