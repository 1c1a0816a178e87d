"""From clicks to proposals: verdicts become changes of a query, scored and shown as a diff."""

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.adapters.text.language import LangidDetector
from monitor.app.configuration import opened
from monitor.app.runtime.compiled_topics import CompiledTopics
from monitor.app.runtime.learnt_models import LearntModels
from monitor.app.runtime.story_window import WINDOW
from monitor.app.tools.input_document import InputDocument
from monitor.app.tools.replay import Replay, SetClock
from monitor.cli.main import main
from monitor.domain.alerts.interactions import Action, Click, MissedArticle, consequence
from monitor.domain.stories.index import StoryIndex
from monitor.domain.topics.matcher import compile_catalog
from monitor.steps.triage import Triage
from storage.articles.store import SqlArticleStore
from storage.feeds.store import SqlFeedStore
from storage.outbox.interactions import SqlInteractions
from storage.schema.upgrade import upgrade_now
from storage.sql.database import Database
from storage.views.verdicts import SqlVerdicts

WATCHLIST = """\
# The trade desk.
watchlist: trade
receivers: [desk]
topics:
  tariffs:
    title: Tariffs # all of them
    query: tariff
"""
SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]


def document(number: int) -> InputDocument:
    """Return an article of its own story: odd numbers on imported lathes, even ones on dentists."""
    chance = random.Random(number)
    words = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(56)]
    news = "tariff on imported lathes" if number % 2 else "dentist tariff"
    return InputDocument(
        id=str(number),
        title=f"{' '.join(words[:6]).title()} {news}",
        text=f"{' '.join(words[6:30])} {news} {' '.join(words[30:])}.",
        lang="en",
        url=f"https://kestrel.example/{number}",
        published=datetime.now(UTC) - timedelta(hours=30 - number),
    )


def replay_into(database: Database, topics: CompiledTopics, models: LearntModels | None = None) -> Replay:
    """Return a replay through the daemon's triage into a migrated store."""
    clock, articles = SetClock(), SqlArticleStore(database)
    return Replay(
        feeds=SqlFeedStore(database),
        articles=articles,
        triage=Triage(store=articles, topics=topics, index=StoryIndex(WINDOW), clock=clock, opinions=models),
        clock=clock,
        languages=LangidDetector(),
        outlet_of=lambda url: url.split("/")[2],
    )


@pytest.fixture
async def config(tmp_path: Path) -> Path:
    """A configuration whose store holds 24 judged articles, each alert with a verdict."""
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists/trade.yml").write_text(WATCHLIST)
    (tmp_path / "wirewatch.yml").write_text(f"database: sqlite:///{tmp_path / 'store.db'}\n")
    (tmp_path / "feeds.yml").write_text("feeds: []\n")
    (tmp_path / "receivers.yml").write_text("receivers: {desk: {console: true}}\n")
    source, _ = opened(tmp_path)
    database = Database.open(f"sqlite:///{tmp_path / 'store.db'}")
    database.run_now(upgrade_now)
    replay = replay_into(database, CompiledTopics(source, compile_catalog))
    async for _ in replay.run([document(number) for number in range(24)]):
        pass
    clicks = SqlInteractions(database)
    for number in range(24):
        alert = await clicks.alert(number + 1)
        assert alert is not None
        action = Action.RELEVANT if number % 2 else Action.IRRELEVANT
        click = Click(key=f"c{number}", action=action, alert_id=alert.id, author="ann")
        await clicks.record(consequence(click, alert, datetime.now(UTC)))
    await database.close()
    return tmp_path


async def test_verdicts_become_a_scored_diff(config: Path) -> None:
    said = await asyncio.to_thread(CliRunner().invoke, main, ["topics", "improve", "tariffs", "--config", str(config)])
    assert said.exit_code == 0, said.output
    assert "24 verdicts and examples: 12 relevant, 12 not relevant" in said.output
    assert "on the verdicts: precision 0.50, recall 1.00 -> precision 1.00, recall 1.00" in said.output
    assert "in the last 7 days: 0 alerts more, 12 fewer" in said.output
    assert "-    query: tariff\n" in said.output
    assert "# all of them" in said.output, "comments of the file stay"
    assert (config / "watchlists/trade.yml").read_text() == WATCHLIST, "nothing is applied"


async def test_proposals_as_json(config: Path) -> None:
    said = await asyncio.to_thread(
        CliRunner().invoke, main, ["topics", "improve", "tariffs", "--config", str(config), "--json"]
    )
    first = json.loads(said.output.splitlines()[0])
    assert (first["before"]["precision"], first["after"]["precision"]) == (0.5, 1.0)


async def test_a_missed_article_is_a_verdict_once_for_each_text(config: Path) -> None:
    database = Database.open(f"sqlite:///{config / 'store.db'}")
    clicks, at = SqlInteractions(database), datetime.now(UTC)
    page = json.dumps({"title": "Levy on glass", "text": "A levy.", "language": "en", "outlet": "tarn.example"})
    await clicks.missed(MissedArticle(topic="tariffs", article_id=None, page=page, author="bob", at=at))
    await clicks.missed(MissedArticle(topic="tariffs", article_id=1, page="", author="bob", at=at))
    verdicts = await SqlVerdicts(database).of("tariffs")
    await database.close()
    assert len(verdicts) == 25
    assert [one.document.title for one in verdicts if one.text_of is None] == ["Levy on glass"]
    [changed] = [one for one in verdicts if one.text_of == 1]
    assert changed.relevant, "the last verdict on a text counts"


async def test_the_effect_of_a_pull_request_as_markdown(config: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    (base / "watchlists").mkdir(parents=True)
    for name in ("wirewatch.yml", "feeds.yml", "receivers.yml", "watchlists/trade.yml"):
        (base / name).write_text((config / name).read_text())
    (config / "watchlists/trade.yml").write_text(WATCHLIST.replace("query: tariff", "query: tariff NOT dentist"))
    store = str(config / "store.db")
    asked = ["check", "--config", str(config), "--against", str(base), "--backtest", store]
    said = await asyncio.to_thread(CliRunner().invoke, main, asked)
    assert said.exit_code == 0, said.output
    assert "| `tariffs` | 24 | 12 | 0 | 12 |" in said.output
    assert "**Lost, `tariffs`**" in said.output
    unknown = await asyncio.to_thread(CliRunner().invoke, main, [*asked[:4], "no-such-ref", "--backtest", store])
    assert unknown.exit_code == 2
    assert "neither a folder nor a revision of git" in unknown.output


async def test_an_article_becomes_an_example_that_guards_the_topic(config: Path) -> None:
    asked = ["topics", "example", "tariffs", "1", "--not", "--config", str(config)]
    said = await asyncio.to_thread(CliRunner().invoke, main, asked)
    assert said.exit_code == 0, said.output
    watchlist = (config / "watchlists/trade.yml").read_text()
    assert "must_not_match:" in watchlist
    assert "# all of them" in watchlist
    assert "dentist" in (config / "examples/tariffs-1.txt").read_text()
    checked = await asyncio.to_thread(CliRunner().invoke, main, ["check", "--config", str(config)])
    assert checked.exit_code == 1, "the query as it is matches the example"
    assert "a must_not_match example fails" in checked.output


async def test_a_topic_that_says_so_holds_back_what_people_found_irrelevant(config: Path) -> None:
    database = Database.open(f"sqlite:///{config / 'store.db'}")
    clicks, at = SqlInteractions(database), datetime.now(UTC)
    for number in range(30):
        page = {"title": f"Lathes {number}", "text": document(2 * number + 1).text, "language": "en", "outlet": "t"}
        missed = MissedArticle(
            topic="tariffs", article_id=None, page=json.dumps(page), author="bob", at=at + timedelta(seconds=number)
        )
        await clicks.missed(missed)
    watched = WATCHLIST + "    learn: hold\n"
    (config / "watchlists/trade.yml").write_text(watched)
    source, _ = opened(config)
    models = LearntModels(verdicts=SqlVerdicts(database), catalogs=source)
    await models.renew()
    tomorrow = Database.open("sqlite://")
    tomorrow.run_now(upgrade_now)
    replay = replay_into(tomorrow, CompiledTopics(source, compile_catalog), models)
    notes = {
        done.document.title: [note.text for note in done.verdict.notes if note.step == "alert"]
        async for done in replay.run([document(200), document(201)])
    }
    await tomorrow.close()
    await database.close()
    for title, [note] in notes.items():
        if "dentist" in title:
            assert note.startswith("tariffs: held back: people's verdicts speak against it by ")
            assert "dentist" in note
        else:
            assert note == "tariffs: new story on the topic"
