"""Vocabularies that all watchlists share, and owners."""

from pathlib import Path

import pytest

from monitor.app.runtime.clock import SystemClock
from monitor.app.runtime.config_reload import owners_of
from monitor.config.loader import Loaded, load
from monitor.config.reload import ConfigSource, open_config
from monitor.domain.topics.values import Document


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "feeds.yml").write_text("feeds: []\n")
    (tmp_path / "receivers.yml").write_text("receivers: {desk: {console: true}}\n")
    for folder in ("watchlists", "vocabularies"):
        (tmp_path / folder).mkdir()
    (tmp_path / "vocabularies" / "metals.yml").write_text("vocabulary:\n  metals: [steel, zinc]\n  fruit: [quince]\n")
    watchlist(tmp_path, "a", "$metals AND strike", "owner: '@ann'\ndescription: Metals\n")
    watchlist(tmp_path, "b", "$metals AND fire")
    return tmp_path


def watchlist(root: Path, name: str, query: str, more: str = "") -> None:
    text = f"{more}receivers: [desk]\ntopics:\n  {name}:\n    query: {query}\n"
    (root / "watchlists" / f"{name}.yml").write_text(text)


def problems(loaded: Loaded, root: Path) -> list[str]:
    return [str(problem).removeprefix(f"{root}/") for problem in loaded.problems]


def test_all_watchlists_use_a_shared_vocabulary(root: Path) -> None:
    loaded = load(root)
    assert problems(loaded, root) == []
    assert loaded.catalog is not None
    assert loaded.compiled is not None
    found = loaded.compiled.matcher(loaded.catalog).match(Document(title="Zinc strike", text="A fire.", language="en"))
    assert {match.topic for match in found.matches} == {"a", "b"}
    assert [(w.owner, w.description) for w in loaded.catalog.watchlists] == [("@ann", "Metals"), ("", "")]


def test_a_watchlist_s_own_vocabulary_hides_the_shared_one(root: Path) -> None:
    watchlist(root, "a", "$metals AND strike", "vocabulary:\n  metals: [tin]\n")
    loaded = load(root)
    assert problems(loaded, root) == []
    assert loaded.compiled is not None
    assert loaded.catalog is not None
    matcher = loaded.compiled.matcher(loaded.catalog)
    assert matcher.match(Document(title="Zinc strike", text="", language="en")).matches == ()
    assert matcher.match(Document(title="Tin strike", text="", language="en")).matches != ()


def test_a_bad_entry_is_reported_once_in_its_own_file(root: Path) -> None:
    (root / "vocabularies" / "metals.yml").write_text("vocabulary:\n  metals: [steel, 'zinc^0']\n")
    (problem,) = problems(load(root), root)
    assert problem.startswith("vocabularies/metals.yml:2:"), problem


def test_a_name_given_twice_is_a_problem(root: Path) -> None:
    (root / "vocabularies" / "more.yml").write_text("vocabulary:\n  metals: [tin]\n")
    (problem,) = problems(load(root), root)
    assert problem.startswith("vocabularies/more.yml:2:3: $metals is already at")


def test_an_edit_of_a_shared_vocabulary_is_another_revision(root: Path) -> None:
    before = load(root).revision
    (root / "vocabularies" / "metals.yml").write_text("vocabulary:\n  metals: [steel, tin]\n")
    assert load(root).revision != before


def test_a_typing_error_in_a_query_does_not_make_its_vocabulary_unused(root: Path) -> None:
    watchlist(root, "a", "$pipelin", "vocabulary:\n  pipeline: [pipe]\n")
    (problem,) = problems(load(root), root)
    assert "$pipelin" in problem
    assert "warning" not in problem


def test_a_refused_edit_names_the_owner_of_the_broken_watchlist(root: Path) -> None:
    source = open_config(root, SystemClock())
    assert isinstance(source, ConfigSource)
    watchlist(root, "a", "$metals AND", "owner: '@ann'\n")
    outcomes = [outcome for outcome in (source.look() for _ in range(4)) if outcome is not None]
    assert [owners_of(outcome) for outcome in outcomes] == [["Owner: @ann"]]


def test_first_names_use_a_vocabulary_that_no_query_names(root: Path) -> None:
    watchlist(root, "a", "strike\n    first_seen: {of: $fruit}")
    loaded = load(root)
    assert problems(loaded, root) == []
    assert loaded.catalog is not None
    [vocabulary] = loaded.catalog.watchlists[0].vocabularies
    assert vocabulary.name == "fruit"


def test_first_names_of_a_vocabulary_that_does_not_exist_are_refused(root: Path) -> None:
    watchlist(root, "a", "$metals AND strike\n    first_seen: {of: $metal}")
    assert problems(load(root), root) == [
        "watchlists/a.yml:5:22: there is no vocabulary $metal; did you mean 'metals'?"
    ]
