"""`wirewatch alerts`, `silence` and `slack test` as people type them."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import main
from monitor.domain.alerts.alert import DeliveryKind, DeliveryState, NewDelivery
from monitor.domain.alerts.interactions import Action, Click, consequence
from monitor.domain.delivery.attempt import Rules
from monitor.domain.delivery.outcomes import settled
from storage.outbox.add import add_deliveries
from storage.outbox.interactions import SqlInteractions
from storage.outbox.silences import SqlSilences
from storage.outbox.store import SqlOutbox
from storage.schema.outbox import deliveries
from storage.sql.database import Database
from tests.support.delivery_world import DESK, Desk, FixedCatalog, HandClock, catalog_of
from tests.support.fake_slack import BOT_TOKEN, FakeSlack

NOW = datetime.now(UTC)


@pytest.fixture
def folder(tmp_path: Path, sqlite_url: str) -> Path:
    """A configuration over a store of its own."""
    folder = tmp_path / "config"
    (folder / "watchlists").mkdir(parents=True)
    write(folder / "wirewatch.yml", {"database": sqlite_url})
    write(folder / "feeds.yml", {"feeds": []})
    write(folder / "receivers.yml", {"receivers": {"desk": {"slack": "#desk"}, "room": {"slack": "#room"}}})
    return folder


def write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def wirewatch(folder: Path, *words: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, [*words, "--config", str(folder)], env=env)


def given(url: str, *states: DeliveryState) -> None:
    """Deliveries in those states."""

    async def write_rows() -> None:
        database = Database.open(url)
        outbox = SqlOutbox(database)
        for number, state in enumerate(states):
            new = NewDelivery(
                receiver="desk", kind=DeliveryKind.NOTICE, group_key=f"w{number}", due=NOW, text=f"Notice {number}"
            )
            [row] = await database.run(lambda c, new=new: add_deliveries(c, [new], {}, NOW))
            loaded = await outbox.load(row, NOW)
            assert loaded is not None
            await outbox.record(settled(loaded.delivery, state, NOW, "why not"), NOW)
        await database.close()

    asyncio.run(write_rows())


def states(url: str) -> list[tuple[str, bool]]:
    database = Database.open(url)
    rows = database.run_now(lambda c: c.execute(deliveries.select().order_by(deliveries.c.id)).all())
    database.close_now()
    return [(row.state, row.repeat) for row in rows]


def test_what_is_held_is_listed_released_and_sent_again(folder: Path, sqlite_url: str) -> None:
    given(sqlite_url, DeliveryState.HELD, DeliveryState.HELD, DeliveryState.DEAD, DeliveryState.SENT)
    listed = wirewatch(folder, "alerts", "list", "--state", "held", "--json")
    assert [json.loads(line)["title"] for line in listed.stdout.splitlines()] == ["Notice 1", "Notice 0"]
    assert "why not" in wirewatch(folder, "alerts", "list").stdout
    assert wirewatch(folder, "alerts", "release", "1").exit_code == 0
    assert wirewatch(folder, "alerts", "requeue", "2", "3").exit_code == 0
    refused = wirewatch(folder, "alerts", "requeue", "4", "99")
    assert refused.exit_code == 1
    assert "4 is neither held nor dead" in refused.stdout
    assert states(sqlite_url) == [("sent", False), ("pending", True), ("pending", False), ("sent", False)]


def raised(url: str, *titles: str) -> None:
    """Alerts of the topic `talks`, each in a story of its own, waiting for the receiver `desk`."""

    async def write_rows() -> None:
        database = Database.open(url)
        desk = Desk(database, FakeSlack(), HandClock(NOW), FixedCatalog(catalog_of(DESK)), Rules())
        for title in titles:
            await desk.raise_alert(title)
        await database.close()

    asyncio.run(write_rows())


def test_alerts_are_listed_with_their_story_and_messages_and_shown_whole(folder: Path, sqlite_url: str) -> None:
    raised(sqlite_url, "Envoys meet", "Envoys part")
    newest, oldest = (json.loads(line) for line in wirewatch(folder, "alerts", "list", "--json").stdout.splitlines())
    assert (newest["title"], newest["kind"], newest["state"], newest["topic"]) == (
        "Envoys part",
        "alert",
        "pending",
        "talks",
    )
    assert (newest["severity"], newest["story"] != oldest["story"], newest["outlets"]) == ("high", True, 1)
    assert [sent["receiver"] for sent in newest["deliveries"]] == ["desk"]
    (row,) = [line for line in wirewatch(folder, "alerts", "list").stdout.splitlines() if "Envoys part" in line]
    assert "high" in row
    assert "desk pending" in row
    shown = wirewatch(folder, "alerts", "show", str(newest["id"])).stdout
    assert "herald.example: Envoys part" in " ".join(shown.split())
    assert "alert to desk: pending" in shown
    assert wirewatch(folder, "alerts", "show", "99").exit_code == 1
    assert (
        wirewatch(folder, "alerts", "list", "--topic", "tariffs").stdout
        == "no alerts in the last 24 hours of tariffs\n"
    )
    assert wirewatch(folder, "alerts", "list", "--since", "1w", "--state", "held", "--json").stdout == ""


def test_topics_are_listed_with_their_counts(folder: Path, sqlite_url: str) -> None:
    topic(folder, "talks")
    raised(sqlite_url, "Envoys meet", "Envoys part")
    listed = json.loads(wirewatch(folder, "topics", "list", "--json").stdout)
    assert (listed["key"], listed["severity"], listed["receivers"], listed["alerts"]) == ("talks", "high", ["desk"], 2)
    assert "Talks" in wirewatch(folder, "topics", "list").stdout


def test_silences_are_added_listed_and_ended(folder: Path, sqlite_url: str) -> None:
    topic(folder, "talks")
    added = wirewatch(folder, "silence", "add", "--topic", "talks", "--for", "2h", "--reason", "known")
    assert added.exit_code == 0, added.output
    assert "topic talks until" in added.stdout
    [listed] = wirewatch(folder, "silence", "list", "--json").stdout.splitlines()
    assert json.loads(listed)["reason"] == "known"
    assert wirewatch(folder, "silence", "end", "1").exit_code == 0
    assert wirewatch(folder, "silence", "end", "1").exit_code == 1
    assert wirewatch(folder, "silence", "list").stdout == "nothing is muted\n"
    assert wirewatch(folder, "silence", "add", "--for", "2h", "--reason", "what").exit_code == 2
    assert wirewatch(folder, "silence", "add", "--topic", "talks", "--for", "long", "--reason", "x").exit_code == 2


def test_a_silence_of_what_does_not_exist_is_refused_and_a_preview_changes_nothing(
    folder: Path, sqlite_url: str
) -> None:
    topic(folder, "talks")
    raised(sqlite_url, "Envoys meet")
    words = ("silence", "add", "--for", "2h", "--reason", "x")
    refused = wirewatch(folder, *words, "--topic", "talkz")
    assert (refused.exit_code, "did you mean 'talks'" in refused.stderr) == (2, True)
    assert (
        "there is no receiver 'desc'; did you mean 'desk'"
        in wirewatch(folder, *words, "--topic", "talks", "--receiver", "desc").stderr
    )
    for_room = wirewatch(folder, *words, "--topic", "talks", "--receiver", "room", "--preview").stdout
    assert for_room == "would mute none of the alerts of the last day\n"
    assert "there is no story 99999" in wirewatch(folder, *words, "--story", "99999").stderr
    preview = wirewatch(folder, *words, "--topic", "talks", "--preview").stdout
    assert preview == "would mute 1 of the alerts of the last day:\n  high talks: Envoys meet\n"
    assert wirewatch(folder, "silence", "list").stdout == "nothing is muted\n"
    added = wirewatch(folder, *words, "--topic", "talks", "--receiver", "desk", "--except-critical").stdout
    assert "topic talks for desk, except critical alerts until" in added


def test_what_was_marked_as_not_relevant_is_an_example_that_check_understands(folder: Path, sqlite_url: str) -> None:
    async def label() -> None:
        database = Database.open(sqlite_url)
        desk = Desk(database, FakeSlack(), HandClock(), FixedCatalog(catalog_of(DESK)), Rules())
        alert_id = await desk.raise_alert('A "play": about talks', receivers=())
        alert = await SqlInteractions(database).alert(alert_id)
        assert alert is not None
        click = Click(key="k", action=Action.IRRELEVANT, alert_id=alert_id, author="ann")
        await SqlInteractions(database).record(consequence(click, alert, NOW))
        await database.close()

    asyncio.run(label())
    printed = wirewatch(folder, "alerts", "labels").stdout
    assert printed.startswith("# talks\nmust_not_match:\n")
    topic = {"title": "Talks", "query": "talks", "severity": "high", "receivers": ["desk"]}
    watchlist = json.dumps({"watchlist": "w", "topics": {"talks": topic}})[:-3]
    example = printed.splitlines()[2].strip().removeprefix("- ").partition("  #")[0]
    (folder / "watchlists" / "w.yml").write_text(f'{watchlist}, "must_not_match": [{example}]}}}}}}')
    checked = wirewatch(folder, "check")
    assert checked.exit_code == 1, checked.output
    assert "must_not_match" in checked.output or "must not match" in checked.output


def labelled(url: str, title: str) -> None:
    """An alert of the topic `talks` that ann marked as not relevant, and bob too."""

    async def label() -> None:
        database = Database.open(url)
        desk = Desk(database, FakeSlack(), HandClock(), FixedCatalog(catalog_of(DESK)), Rules())
        alert_id = await desk.raise_alert(title, receivers=())
        alert = await SqlInteractions(database).alert(alert_id)
        assert alert is not None
        for author in ("ann", "bob"):
            click = Click(key=author, action=Action.IRRELEVANT, alert_id=alert_id, author=author)
            await SqlInteractions(database).record(consequence(click, alert, NOW))
        await database.close()

    asyncio.run(label())


def topic(folder: Path, query: str) -> None:
    talks = {"title": "Talks", "query": query, "severity": "high", "receivers": ["desk"]}
    write(folder / "watchlists" / "w.yml", {"watchlist": "w", "topics": {"talks": talks}})


def test_check_warns_of_what_was_marked_as_not_relevant_until_the_query_lets_it_go(
    folder: Path, sqlite_url: str
) -> None:
    labelled(sqlite_url, "A play about talks")
    topic(folder, "talks")
    checked = wirewatch(folder, "check")
    assert checked.exit_code == 0, "a doubt, no error"
    [line] = [line for line in checked.stdout.splitlines() if "still matches" in line]
    assert f"{folder}/watchlists/w.yml:1:" in line
    assert 'warning: topic talks still matches "A play about talks", https://herald.example/1' in line
    assert "marked as not relevant by ann on" in line
    assert 'by "talks" (talks)' in line
    assert "warning" in checked.stderr
    pairs = [json.loads(line) for line in wirewatch(folder, "check", "--json").stdout.splitlines()]
    assert [pair["level"] for pair in pairs if pair["check"] == "labels"] == ["warning"]
    topic(folder, "talks AND NOT play")
    assert "still matches" not in wirewatch(folder, "check").stdout


def test_check_needs_no_store(folder: Path, tmp_path: Path) -> None:
    topic(folder, "talks")
    write(folder / "wirewatch.yml", {"database": f"sqlite:///{tmp_path}/nowhere/none.db"})
    assert "valid: " in wirewatch(folder, "check").stderr
    assert not (tmp_path / "nowhere").exists(), "a check makes nothing"
    (tmp_path / "broken.db").write_text("this is no database " * 100)
    write(folder / "wirewatch.yml", {"database": f"sqlite:///{tmp_path}/broken.db"})
    unread = wirewatch(folder, "check")
    assert unread.exit_code == 0
    assert "what people marked as not relevant was not tried" in unread.stderr
    unreachable = {"WIREWATCH_DATABASE": "postgresql://nobody@127.0.0.1:1/none"}
    assert wirewatch(folder, "check", env=unreachable).exit_code == 0


def test_what_was_labelled_is_printed_once_with_the_words_that_matched(folder: Path, sqlite_url: str) -> None:
    labelled(sqlite_url, "A play")
    [pair] = wirewatch(folder, "alerts", "labels", "--json").stdout.splitlines()
    assert "offered to host talks soon" in json.loads(pair)["text"]


async def test_an_ended_silence_no_longer_mutes(sqlite_database: Database) -> None:
    store = SqlSilences(sqlite_database)
    muted = await store.add(topic="t", story_id=None, until=NOW + timedelta(hours=1), reason="", author="", now=NOW)
    assert await store.end(muted.id, NOW + timedelta(minutes=1))
    assert await store.in_force(NOW + timedelta(minutes=2)) == ()


@contextmanager
def running(slack: FakeSlack) -> Iterator[FakeSlack]:
    """A fake Slack in a thread of its own, for commands that bring their own event loop."""
    started, stopping = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with slack:
            started.set()
            await stopping.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert started.wait(10)
    yield slack
    loop.call_soon_threadsafe(stopping.set)
    thread.join()
    loop.close()


def test_slack_test_says_what_works_and_what_is_missing(folder: Path, sqlite_url: str) -> None:
    fake = FakeSlack()
    fake.workspace.add_channel("desk")
    fake.workspace.add_channel("room", private=True, member=False)
    with running(fake) as slack:
        write(folder / "wirewatch.yml", {"database": sqlite_url, "slack": {"api_url": slack.api_url}})
        env = {"SLACK_BOT_TOKEN": BOT_TOKEN}
        sound = wirewatch(folder, "slack", "test", "desk", env=env)
        assert sound.exit_code == 0, sound.output
        assert "connected to Fake as wirewatch" in sound.output
        assert "desk (#desk): its history can be read" in sound.output
        assert "Wirewatch can post here" in slack.seen("#desk")[0].text
        slack.workspace.apps[BOT_TOKEN].scopes -= {"channels:history"}
        lacking = wirewatch(folder, "slack", "test", env=env)
        assert lacking.exit_code == 1
        assert "scope channels:history is missing: it is needed to find out whether a message arrived" in lacking.output
        assert "room (#room): cannot post: there is no such channel" in lacking.output
        assert BOT_TOKEN not in lacking.output
        slack.workspace.apps[BOT_TOKEN].refusal = "token_revoked"
        refused = wirewatch(folder, "slack", "test", env=env)
        assert "Slack does not accept the bot token: token_revoked" in refused.output
        assert "receiver" in wirewatch(folder, "slack", "test", "nobody", env=env).output


def test_slack_test_without_a_token_says_how_to_set_one(folder: Path) -> None:
    said = wirewatch(folder, "slack", "test", env={"SLACK_BOT_TOKEN": ""})
    assert said.exit_code == 1
    assert "set SLACK_BOT_TOKEN" in said.output


def test_stories_are_listed_shown_joined_and_split(folder: Path, sqlite_url: str) -> None:
    raised(sqlite_url, "Envoys meet", "Envoys part")
    listed = [json.loads(line) for line in wirewatch(folder, "stories", "list", "--json").stdout.splitlines()]
    first, second = sorted(story["id"] for story in listed)
    assert {story["topics"][0] for story in listed} == {"talks"}
    shown = json.loads(wirewatch(folder, "stories", "show", str(second), "--json").stdout)
    (report,) = shown["reports"]
    assert (report["title"], report["copy_of"]) == ("Envoys part", None)
    joined = wirewatch(folder, "stories", "merge", str(first), str(second))
    assert joined.stdout == f"moved 1 article into story {first}\n"
    assert "was joined" in wirewatch(folder, "stories", "merge", str(first), str(second)).stderr
    assert len(wirewatch(folder, "stories", "list", "--json").stdout.splitlines()) == 1
    split = wirewatch(folder, "stories", "split", str(first), str(report["article"]), "--json")
    assert json.loads(split.stdout)["moved"] == 1
    assert wirewatch(folder, "stories", "show", "99").exit_code == 1
