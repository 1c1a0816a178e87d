"""The step to one message a story: what waits is merged, what was sent stays, and a kill in between changes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

import storage.migrations
from storage.schema.upgrade import newest, upgrade_now
from storage.sql.database import Database

BEFORE = "0011"
AT = "2026-03-02 12:00:00"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store of the program before, with messages that wait and one that was sent."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'wirewatch.db'}"
    else:
        address = request.getfixturevalue("empty_postgres_url")
    database = Database.open(address)
    database.run_now(to_revision)
    database.run_now(fill)
    database.close_now()
    return address


def to_revision(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(storage.migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)


def fill(connection: Connection) -> None:
    """Two stories: the first waits for the desk under two topics and for another under one, the second was sent."""
    moment = "TIMESTAMP WITH TIME ZONE '2026-03-02 12:00:00+00'" if connection.dialect.name == "postgresql" else "0"
    quote = """'[["t", "text", "", "q", ""]]'"""
    for story in (1, 2):
        row = f"({story}, 'Story', {moment}, {moment})"
        connection.execute(text(f"INSERT INTO stories (id, title, first_seen, last_seen) VALUES {row}"))
    for number, (story, topic, revision) in enumerate([(1, "talks", 0), (1, "tariffs", 0), (2, "talks", 3)], 1):
        columns = "id, story_id, topic, watchlist, severity, score, article_id, raised_at, updated_at"
        row = f"{number}, {story}, '{topic}', 'w', 2, 1.0, 1, {moment}, {moment}"
        more = f"{quote}, '', {revision}"
        connection.execute(text(f"INSERT INTO alerts ({columns}, evidence, news, revision) VALUES ({row}, {more})"))
    waiting = [
        (1, "desk", "alert:1:talks", "pending", 1),
        (2, "desk", "alert:1:tariffs", "pending", 2),
        (3, "other", "alert:1:tariffs", "pending", 2),
        (4, "desk", "alert:2:talks", "sent", 3),
    ]
    for number, receiver, key, state, alert in waiting:
        columns = "id, key, receiver, kind, group_key, part, state, due, created_at, attempt, text, broadcast, failures"
        row = f"{number}, 'k{number}', '{receiver}', 'alert', '{key}', 1, '{state}', {moment}, {moment}"
        rest = "0, '', false, 0, false"
        connection.execute(text(f"INSERT INTO deliveries ({columns}, repeat) VALUES ({row}, {rest})"))
        connection.execute(text(f"INSERT INTO delivery_alerts (delivery_id, alert_id) VALUES ({number}, {alert})"))


def deliveries(connection: Connection) -> list[tuple[object, ...]]:
    rows = connection.execute(
        text(
            "SELECT deliveries.id, state, alert_id FROM deliveries LEFT JOIN delivery_alerts ON delivery_id = "
            "deliveries.id ORDER BY deliveries.id, alert_id"
        )
    )
    return [tuple(row) for row in rows]


MERGED = [(1, "pending", 1), (1, "pending", 2), (2, "rolled_up", 2), (3, "pending", 2), (4, "sent", 3)]


def test_what_waits_for_one_receiver_about_one_story_becomes_one_message(url: str) -> None:
    database = Database.open(url)
    assert database.run_now(upgrade_now) == newest()
    assert database.run_now(deliveries) == MERGED
    evidence = database.run_now(
        lambda c: [row[0] for row in c.execute(text("SELECT evidence FROM alerts ORDER BY id"))]
    )
    assert [str(item) in ("[]", "b'[]'") for item in evidence] == [False, False, True], "a later report's quote is gone"
    database.close_now()


def test_killed_in_the_middle_it_is_done_wholly_later(url: str) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, url], capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr
    database = Database.open(url)
    before = [(1, "pending", 1), (2, "pending", 2), (3, "pending", 2), (4, "sent", 3)]
    assert database.run_now(deliveries) == before
    assert database.run_now(upgrade_now) == newest()
    assert database.run_now(deliveries) == MERGED
    database.close_now()


KILLED = """
import os, signal, sys
from sqlalchemy import event
from storage.schema.upgrade import upgrade_now
from storage.sql.database import Database

database = Database.open(sys.argv[1])

@event.listens_for(database.engine, "after_cursor_execute")
def dies(connection, cursor, statement, *rest):
    if "rolled_up" in statement and "one message for each story" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

database.run_now(upgrade_now)
"""
