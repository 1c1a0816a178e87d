"""Complaints of the topic language at their place in the file."""

from pathlib import Path

import pytest

from monitor.config.loader import load

HEAD = "receivers: [console]\nvocabulary:\n  duties: [tariff, duty]\n"


def errors(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "watchlists").mkdir(exist_ok=True)
    (tmp_path / "watchlists/a.yml").write_text(HEAD + text, encoding="utf-8")
    return [f"{p.place.line}:{p.place.column}: {p.message}" for p in load(tmp_path).errors]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("query: import AND $dutis", "6:23"),
        ("query: 'import AND $dutis'", "6:24"),
        ('query: "a \\"trade war\\" AND\n      $dutis"', "7:7"),
        ("query: |\n      import\n      AND $dutis", "8:11"),
        ("query: >-\n      import\n\n      AND $dutis", "9:11"),
    ],
)
def test_an_unknown_vocabulary_is_shown_where_it_is_written(query: str, place: str, tmp_path: Path) -> None:
    (error,) = errors(tmp_path, f"topics:\n  t:\n    {query}\n")
    assert error.startswith(f"{place}: there is no vocabulary $dutis")
    assert "did you mean $duties?" in error


def test_a_query_that_cannot_be_read_leaves_the_other_topics(tmp_path: Path) -> None:
    (error,) = errors(tmp_path, "topics:\n  t: {query: '(import AND $duties'}\n  u: {query: $duties}\n")
    assert error.startswith("5:")
    loaded = load(tmp_path)
    assert loaded.catalog is None
    assert loaded.salvaged is not None
    assert [topic.key for topic in loaded.salvaged.topics] == ["u"]


def test_a_bad_entry_of_a_vocabulary_is_shown_where_it_is_written(tmp_path: Path) -> None:
    text = "  bad:\n    en: [fine, '/(a/']\ntopics:\n  t: {query: $bad OR $duties}\n"
    found = errors(tmp_path, text)
    assert len(found) == 1, found
    assert found[0].startswith("5:16: ") or found[0].startswith("5:17: ")
    assert load(tmp_path).salvaged is not None


def test_doubts_are_warnings_and_stop_nothing(tmp_path: Path) -> None:
    assert errors(tmp_path, "topics:\n  t: {query: import}\n") == []
    loaded = load(tmp_path)
    assert loaded.catalog is not None
    warnings = [str(problem) for problem in loaded.problems if "duties" in problem.message]
    assert len(warnings) == 1
    assert ":3:3: warning: no query uses $duties" in warnings[0]
