"""The pages of one story and of one article, and the answer to why."""

from monitor.domain.topics.values import Field, Hit
from monitor.web.marks import Piece, marked, paragraphs
from storage.sql.database import Database
from tests.support.web_pages import Archive, served


async def test_a_story_shows_each_report_with_copies_and_independent_ones(database: Database) -> None:
    archive = Archive(database)
    await archive.feed()
    story = await archive.ferry_story()
    async with served(database) as client:
        page = (await client.get(f"/stories/{story}")).text
        assert (await client.get("/stories/99999")).status_code == 404
        assert (await client.get("/stories/nonsense")).status_code == 422
        assert (await client.get("/stories/99999999999999999999999")).status_code == 404
    assert "copy of <a" in page
    assert "herald.example</a>" in page
    assert page.count(">independent</span>") == 2
    assert 'lang="zh"' in page
    assert "两艘渡轮在北港相撞" in page
    assert "Begins the story: no earlier report resembles it" in page
    assert '<mark class="m1">ferry</mark> collision' in page
    assert "https://slack.com/archives/C1/p" in page


async def test_an_article_has_its_hits_marked_and_its_score_taken_apart(sqlite_database: Database) -> None:
    archive = Archive(sqlite_database)
    story = await archive.ferry_story()
    async with served(sqlite_database) as client:
        cards = (await client.get(f"/stories/{story}")).text
        number = cards.split('href="/articles/')[1].split('"')[0]
        page = (await client.get(f"/articles/{number}")).text
    assert '<mark class="m2" title="found by collision">collision</mark>' in page
    assert "ferry and collision: 2.5" in page
    assert "The page was read." in page
    assert "- title: &#39;Two ferries collide off Northport&#39;" in page


async def test_why_answers_in_one_sentence_and_shows_the_ledger(sqlite_database: Database) -> None:
    archive = Archive(sqlite_database)
    story = await archive.story("Harvest fair")
    await archive.article(story, "Harvest fair draws crowds", "A fair.", url="https://herald.example/fair")
    async with served(sqlite_database) as client:
        known = (await client.get("/why", params={"url": "https://www.herald.example/fair?utm_source=x"})).text
        unknown = (await client.get("/why", params={"url": "https://nowhere.example/x"})).text
        empty = await client.get("/why")
    assert "Harvest fair draws crowds" in known
    assert 'class="answer"' in known
    assert "Never seen" in unknown
    assert empty.status_code == 200


def test_marks_follow_the_text_and_leave_out_what_moved() -> None:
    hits = [
        Hit("ferry", Field.TEXT, 4, 9, "ferry"),
        Hit("gone", Field.TEXT, 0, 4, "gone"),
        Hit("inside", Field.TEXT, 5, 8, "err"),
    ]
    pieces = list(marked("The ferry\nsank", Field.TEXT, hits, {"ferry": 1}))
    assert pieces == [Piece("The "), Piece("ferry", 1, "ferry"), Piece("\nsank")]
    assert ["".join(piece.text for piece in part) for part in paragraphs(pieces)] == ["The ferry", "sank"]
