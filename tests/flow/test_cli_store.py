"""`wirewatch db`, as people and cron call it."""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import main
from monitor.domain.catalog import Feed
from storage.admin.daemon_lock import take_lock
from storage.feeds.store import SqlFeedStore
from storage.sql.database import Database

NOWHERE = "postgresql://nobody@127.0.0.1:9/none"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_WEBHOOK_URL", "WIREWATCH_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config/watchlists").mkdir(parents=True)
    (tmp_path / "config/feeds.yml").write_text("feeds: []\n")
    (tmp_path / "config/receivers.yml").write_text("receivers: {desk: {console: true}}\n")
    (tmp_path / "config/wirewatch.yml").write_text("database: sqlite:///data/wirewatch.db\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wirewatch(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def test_upgrade_makes_the_schema_and_says_so_once(root: Path) -> None:
    first, second = wirewatch("db", "upgrade"), wirewatch("db", "upgrade")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "it was empty" in first.stdout
    assert "up to date" in second.stdout


@pytest.mark.case(151)
def test_a_backup_is_restored_and_the_store_before_it_is_kept(root: Path) -> None:
    wirewatch("db", "upgrade")
    assert wirewatch("db", "backup", "safe.db").exit_code == 0
    (root / "data/wirewatch.db").write_bytes(b"not a database")
    restored = wirewatch("db", "restore", "safe.db")
    assert restored.exit_code == 0
    assert "data/wirewatch.db.replaced-1" in restored.stdout
    assert (root / "data/wirewatch.db.replaced-1").read_bytes() == b"not a database"
    assert "up to date" in wirewatch("db", "upgrade").stdout


@pytest.mark.case(127)
def test_a_daemon_refuses_a_copied_store_until_it_is_adopted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wirewatch("run", "--once").exit_code == 0
    shutil.copytree(root / "data", root / "copied")
    monkeypatch.setenv("WIREWATCH_DATABASE", "sqlite:///copied/wirewatch.db")
    monkeypatch.setattr("socket.gethostname", lambda: "another.example")
    refused = wirewatch("run", "--once")
    assert refused.exit_code == 78
    assert "wirewatch db adopt" in refused.stderr
    assert wirewatch("db", "adopt").exit_code == 0
    assert wirewatch("run", "--once").exit_code == 0


def test_a_backup_overwrites_nothing(root: Path) -> None:
    wirewatch("db", "upgrade")
    (root / "safe.db").write_text("precious")
    refused = wirewatch("db", "backup", "safe.db")
    assert refused.exit_code == 2
    assert "safe.db exists" in refused.stderr
    assert (root / "safe.db").read_text() == "precious"


def test_dated_backups_beyond_those_to_keep_are_deleted_and_nothing_else(root: Path) -> None:
    wirewatch("db", "upgrade")
    for name in ("wirewatch-20200101-000000.db", "wirewatch-20210101-000000.db", "wirewatch.db", "other.db"):
        (root / name).touch()
    assert wirewatch("db", "backup", ".", "--keep", 2).exit_code == 0
    left = sorted(path.name for path in root.glob("*.db"))
    assert left[:1] == ["other.db"]
    assert left[1] == "wirewatch-20210101-000000.db"
    assert len(left) == 4


def test_a_damaged_backup_is_refused_before_anything_is_touched(root: Path) -> None:
    wirewatch("db", "upgrade")
    before = (root / "data/wirewatch.db").read_bytes()
    (root / "bad.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    refused = wirewatch("db", "restore", "bad.db")
    assert refused.exit_code == 1
    assert "bad.db" in refused.stderr
    assert (root / "data/wirewatch.db").read_bytes() == before


def test_nothing_is_restored_or_moved_under_a_running_daemon(root: Path) -> None:
    wirewatch("db", "upgrade")
    wirewatch("db", "backup", "safe.db")
    lock = take_lock(Database.open("sqlite:///data/wirewatch.db"))
    for words in (("restore", "safe.db"), ("copy", "sqlite:///moved.db")):
        refused = wirewatch("db", *words)
        assert refused.exit_code == 78
        assert "in use by process" in refused.stderr
    lock.release()


async def test_a_store_is_copied_into_an_empty_database_only(root: Path) -> None:
    await asyncio.to_thread(wirewatch, "db", "upgrade")
    database = Database.open("sqlite:///data/wirewatch.db")
    await SqlFeedStore(database).sync([Feed(key="north", url="https://north.example/rss")], datetime.now(UTC))
    await database.close()
    moved = await asyncio.to_thread(wirewatch, "db", "copy", "sqlite:///moved/there.db")
    assert (moved.exit_code, "1 feeds" in moved.stdout) == (0, True)
    again = await asyncio.to_thread(wirewatch, "db", "copy", "sqlite:///moved/there.db")
    assert (again.exit_code, "already holds" in again.stderr) == (2, True)


@pytest.mark.parametrize("words", [("upgrade",), ("backup", "safe.db")])
def test_a_database_out_of_reach_is_a_message_and_78(
    words: tuple[str, ...], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_DATABASE", NOWHERE)
    result = wirewatch("db", *words)
    assert result.exit_code == 78
    assert result.stderr.startswith("wirewatch: ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("backup", "safe.db", "--keep", 3), "--keep needs a folder"),
        (("backup", "no/where.db"), "there is no folder no"),
        (("restore", "missing.db"), "does not exist"),
    ],
)
def test_wrong_usage_is_told_with_2(words: tuple[object, ...], complaint: str, root: Path) -> None:
    result = wirewatch("db", *words)
    assert result.exit_code == 2
    assert complaint in result.stderr
