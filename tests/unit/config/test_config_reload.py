"""Edits of real files taken up while the program runs."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config.changes import sentences
from monitor.config.reload import ConfigRefused, ConfigSource, EditVerdict, ReloadOutcome, open_config

FEEDS = "feeds:\n  - {key: north, url: 'https://north.example/rss'}\n"
TOPICS = "receivers: [desk]\nvocabulary: {duties: [tariff]}\ntopics:\n  tariffs: {query: $duties}\n"
BROKEN = "receivers: [desk]\ntopics:\n  tariffs: {query: [}\n"


@dataclass
class Watch:
    """A clock set by hand."""

    time: datetime = datetime(2026, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    (folder / "watchlists").mkdir(parents=True)
    (folder / "wirewatch.yml").write_text("logging: {level: info}\n")
    (folder / "feeds.yml").write_text(FEEDS)
    (folder / "receivers.yml").write_text("receivers:\n  desk: {console: true}\n")
    (folder / "watchlists/trade.yml").write_text(TOPICS)
    return folder


@pytest.fixture
def source(root: Path) -> ConfigSource:
    opened = open_config(root, Watch())
    assert isinstance(opened, ConfigSource)
    return opened


def looks(source: ConfigSource, times: int) -> list[ReloadOutcome]:
    """What was told by so many looks, a second apart."""
    told = []
    for _ in range(times):
        assert isinstance(source.clock, Watch)
        source.clock.time += timedelta(seconds=1)
        if (outcome := source.look()) is not None:
            told.append(outcome)
    return told


def topics(source: ConfigSource) -> list[str]:
    return [topic.key for topic in source.current().topics]


def test_nothing_is_told_while_nothing_changes(source: ConfigSource) -> None:
    before = source.current()
    assert looks(source, 5) == []
    assert source.current() is before
    assert source.is_current


@pytest.mark.case(133)
def test_an_edit_is_taken_up_at_the_second_look_and_told_once(source: ConfigSource, root: Path) -> None:
    (root / "watchlists/trade.yml").write_text(TOPICS + "  quotas: {query: quota}\n")
    assert looks(source, 1) == []
    (outcome,) = looks(source, 4)
    assert (outcome.verdict, sentences(outcome.changes)) == (EditVerdict.TAKEN, ["topics added: quotas"])
    assert topics(source) == ["tariffs", "quotas"]
    assert outcome.catalog is source.current()


@pytest.mark.case(130)
def test_a_broken_edit_changes_nothing_is_told_once_and_so_is_its_repair(source: ConfigSource, root: Path) -> None:
    before = source.current()
    (root / "watchlists/trade.yml").write_text(BROKEN)
    (outcome,) = looks(source, 9)
    assert (outcome.verdict, outcome.catalog, source.current()) == (EditVerdict.REFUSED, before, before)
    assert any("trade.yml:3:" in str(problem) for problem in outcome.problems)
    assert not source.is_current
    (root / "watchlists/trade.yml").write_text(TOPICS)
    (outcome,) = looks(source, 9)
    assert (outcome.verdict, outcome.changes, source.problems) == (EditVerdict.REPAIRED, (), ())
    assert source.is_current


@pytest.mark.case(130)
def test_a_broken_edit_is_visible_within_ten_seconds_of_looks_two_seconds_apart(
    source: ConfigSource, root: Path
) -> None:
    (root / "feeds.yml").write_text("feeds: [")
    assert [outcome.verdict for outcome in looks(source, 3)] == [EditVerdict.REFUSED]


@pytest.mark.case(130)
@pytest.mark.parametrize("half", ["", "feeds:\n  - {key: nor", "feeds:\n"])
def test_a_file_caught_half_written_is_not_judged(half: str, source: ConfigSource, root: Path) -> None:
    (root / "feeds.yml").write_text(half)
    assert looks(source, 2 if half else 1) == []
    (root / "feeds.yml").write_text(FEEDS + "  - {key: south, url: 'https://south.example/rss'}\n")
    (outcome,) = looks(source, 5)
    assert outcome.verdict is EditVerdict.TAKEN
    assert [feed.key for feed in source.current().feeds] == ["north", "south"]


def in_place(path: Path, text: str) -> None:
    """As a single file bound into a container is changed: same inode."""
    with path.open("r+") as stream:
        stream.write(text)
        stream.truncate()


def renamed(path: Path, text: str) -> None:
    """As most editors save: a new inode under the old name."""
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)


def same_times(path: Path, text: str) -> None:
    """An edit that leaves size and times as they were."""
    was = path.stat()
    path.write_text(text)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


@pytest.mark.case(130)
@pytest.mark.parametrize("save", [in_place, renamed, same_times])
def test_every_way_of_saving_is_noticed(save: Callable[[Path, str], None], source: ConfigSource, root: Path) -> None:
    save(root / "watchlists/trade.yml", TOPICS.replace("tariffs", "customs"))
    (outcome,) = looks(source, 5)
    assert sentences(outcome.changes) == ["topics added: customs", "topics removed: tariffs"]


@pytest.mark.case(130)
def test_the_symlink_swap_of_a_config_map_is_one_edit(root: Path, tmp_path: Path) -> None:
    mount = tmp_path / "mount"
    mount.mkdir()
    shutil.copytree(root, mount / "..2026_a")
    shutil.copytree(root, mount / "..2026_b")
    (mount / "..2026_b/feeds.yml").write_text(FEEDS.replace("north", "south"))
    (mount / "..2026_b/watchlists/trade.yml").write_text(TOPICS.replace("tariffs", "customs"))
    (mount / "..data").symlink_to("..2026_a")
    for name in ("wirewatch.yml", "feeds.yml", "receivers.yml", "watchlists"):
        (mount / name).symlink_to(f"..data/{name}")
    source = open_config(mount, Watch())
    assert isinstance(source, ConfigSource)
    (mount / "..data_tmp").symlink_to("..2026_b")
    (mount / "..data_tmp").replace(mount / "..data")
    shutil.rmtree(mount / "..2026_a")
    (outcome,) = looks(source, 5)
    assert outcome.verdict is EditVerdict.TAKEN
    assert [feed.key for feed in source.current().feeds] == ["south"]
    assert topics(source) == ["customs"]


@pytest.mark.case(130)
@pytest.mark.parametrize("name", ["feeds.yml", "receivers.yml", "wirewatch.yml", "watchlists", "."])
def test_what_vanishes_is_told_and_changes_nothing(name: str, source: ConfigSource, root: Path) -> None:
    before = source.current()
    aside = root.parent / "aside"
    (root / name).resolve().rename(aside)
    (outcome,) = looks(source, 9)
    assert (outcome.verdict, source.current()) == (EditVerdict.REFUSED, before)
    aside.rename((root / name).resolve() if name != "." else root)
    (outcome,) = looks(source, 9)
    assert (outcome.verdict, outcome.changes) == (EditVerdict.REPAIRED, ())


@pytest.mark.case(130)
def test_an_unreadable_file_changes_nothing(source: ConfigSource, root: Path) -> None:
    (root / "feeds.yml").unlink()
    (root / "feeds.yml").mkdir()  # root may read any file: a folder is what nobody can
    (outcome,) = looks(source, 9)
    assert outcome.verdict is EditVerdict.REFUSED
    assert [str(problem).removeprefix(f"{root}/") for problem in outcome.problems] == [
        "feeds.yml:1:1: cannot read the file: Is a directory"
    ]


def test_a_watchlist_may_be_removed_while_another_remains(source: ConfigSource, root: Path) -> None:
    (root / "watchlists/peace.yml").write_text("receivers: [desk]\ntopics: {peace: {query: peace}}\n")
    looks(source, 3)
    assert topics(source) == ["peace", "tariffs"]
    (root / "watchlists/trade.yml").unlink()
    (outcome,) = looks(source, 3)
    assert sentences(outcome.changes) == ["topics removed: tariffs"]


@pytest.mark.case(131)
def test_a_hundred_edits_in_a_minute_are_taken_up_now_and_then_and_the_last_one_at_the_end(
    source: ConfigSource, root: Path
) -> None:
    told = []
    for number in range(100):
        (root / "watchlists/trade.yml").write_text(TOPICS + f"  edit-{number}: {{query: word}}\n")
        told += looks(source, 1)
    assert 1 <= len(told) <= 20
    told += looks(source, 3)
    assert topics(source) == ["tariffs", "edit-99"]
    assert all(outcome.verdict is EditVerdict.TAKEN for outcome in told)


@pytest.mark.case(132)
def test_changes_of_feeds_are_told_in_words(source: ConfigSource, root: Path) -> None:
    (root / "feeds.yml").write_text(
        "feeds:\n  - {key: north, url: 'https://new.example/rss'}\n  - {key: south, url: 'https://south.example/rss'}\n"
    )
    (outcome,) = looks(source, 3)
    assert sentences(outcome.changes) == ["feeds added: south", "feeds changed: north"]


def test_a_topic_changes_with_its_vocabulary_but_not_with_its_place(source: ConfigSource, root: Path) -> None:
    (root / "watchlists/trade.yml").write_text("# a comment\n" + TOPICS)
    (outcome,) = looks(source, 3)
    assert sentences(outcome.changes) == ["read again; no feed, receiver or topic changed"]
    (root / "watchlists/trade.yml").write_text(TOPICS.replace("[tariff]", "[tariff, duty]"))
    (outcome,) = looks(source, 3)
    assert sentences(outcome.changes) == ["topics changed: tariffs"]


def test_a_change_of_wirewatch_yml_asks_for_a_restart_but_its_admin_does_not(source: ConfigSource, root: Path) -> None:
    (root / "wirewatch.yml").write_text("admin_receiver: desk\n")
    (outcome,) = looks(source, 3)
    assert (outcome.needs_restart, outcome.catalog.admin_receiver) == (False, "desk")
    (root / "wirewatch.yml").write_text("workers: 3\n")
    (outcome,) = looks(source, 3)
    assert outcome.needs_restart
    assert source.settings.workers is None


def test_an_edit_of_an_example_file_is_an_edit_even_when_it_was_missing(root: Path) -> None:
    (root / "watchlists/trade.yml").write_text(
        TOPICS.replace("{query: $duties}", "{query: $duties, must_match: [{file: one.txt}]}")
    )
    source = open_config(root, Watch())
    assert isinstance(source, ConfigSource)
    assert (source.is_current, topics(source)) == (False, [])
    (root / "one.txt").write_text("a tariff")
    (outcome,) = looks(source, 4)
    assert (outcome.verdict, topics(source)) == (EditVerdict.REPAIRED, ["tariffs"])
    (root / "one.txt").write_text("another tariff")
    (outcome,) = looks(source, 4)
    assert source.current().topics[0].must_match[0].text == "another tariff"


@pytest.mark.case(100)
def test_a_start_with_one_broken_topic_runs_the_others(root: Path) -> None:
    (root / "watchlists/trade.yml").write_text(TOPICS + "  broken: {query: 12:30}\n")
    source = open_config(root, Watch())
    assert isinstance(source, ConfigSource)
    assert topics(source) == ["tariffs"]
    assert not source.is_current
    assert "12:30" in str(source.problems[0])


def test_the_matcher_has_the_topics_in_force_before_and_after_an_edit(root: Path) -> None:
    (root / "watchlists/trade.yml").write_text(TOPICS + "  steel: {query: steel, severity: nonsense}\n")
    source = open_config(root, Watch())
    assert isinstance(source, ConfigSource)
    first = source.matcher(source.current())
    (root / "watchlists/trade.yml").write_text(TOPICS + "  steel: {query: steel}\n")
    looks(source, 3)
    second = source.matcher(source.current())
    assert (first.topics, second.topics) == (("tariffs",), ("tariffs", "steel"))
    assert (second.revision, source.matcher(source.current()).topics) == (source.current().revision, second.topics)


def test_a_start_with_nothing_to_run_is_refused_with_all_problems(root: Path) -> None:
    (root / "feeds.yml").write_text("feeds: [")
    (root / "wirewatch.yml").write_text("nope: 1\n")
    refused = open_config(root, Watch())
    assert isinstance(refused, ConfigRefused)
    assert len(refused.problems) == 2
