"""Full-text search on both databases: what is found, in which order, after edits and deletions, and in old archives."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import delete, text, update

from monitor.app.tools.search import search_query, search_words_of
from monitor.domain.articles.searchable import SearchRefused
from monitor.domain.status.search_view import SearchFilter
from storage.schema.content import articles, texts
from storage.search.index import SearchIndex, _batch, _write
from storage.sql.database import Database
from tests.support.web_pages import NOW, Archive, a_catalog

TEXTS = {
    "Steel tariffs rise": "Importers of steel pay a new tariff. Élysée officials objected, said Müller.",
    "Electric tariff halved": "The electricity tariff of Northport is halved for night-time use.",
    "两艘渡轮在北港相撞": "两艘渡轮在大雾中相撞，港口关闭。中国外交部表示关注。",
    "Пароми зіткнулися": "Два пароми зіткнулися в тумані біля Нордпорта.",
    "Ferry's collision": "The ferry collided with another ferry; talks on peace went on. peace talks begin.",
}


@pytest.fixture
async def archive(database: Database) -> dict[str, int]:
    rows, writer = {}, Archive(database)
    story = await writer.story("any")
    for title, body in TEXTS.items():
        rows[title] = await writer.article(story, title, body, outlet="herald" if "tariff" in body else "post")
    await SearchIndex(database).index_all()
    return rows


def titles(database: Database, asked: str, **wanted: object) -> list[str]:
    page = search_words_of(database, asked, SearchFilter(**wanted))  # type: ignore[arg-type]
    return ["".join(part for part, _ in hit.title) for hit in page.hits]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("tariff", ["Electric tariff halved", "Steel tariffs rise"]),
        ("TARIFFS", ["Steel tariffs rise"]),
        ("tariff steel", ["Steel tariffs rise"]),
        ("tariff -steel", ["Electric tariff halved"]),
        ("steel OR ferry", ["Ferry's collision", "Steel tariffs rise"]),
        ('"peace talks"', ["Ferry's collision"]),
        ('"talks peace"', []),
        ("elysee muller", ["Steel tariffs rise"]),
        ("night-time", ["Electric tariff halved"]),
        ("相撞", ["两艘渡轮在北港相撞"]),
        ("北港相撞", ["两艘渡轮在北港相撞"]),
        ("撞", ["两艘渡轮在北港相撞"]),
        ("外交部", ["两艘渡轮在北港相撞"]),
        ("撞相", []),
        ("中国 渡轮", ["两艘渡轮在北港相撞"]),
        ("пароми", ["Пароми зіткнулися"]),
        ("ферри", []),
        ("ferry's", ["Ferry's collision"]),
        ("ste", []),
        ("ste*", ["Steel tariffs rise"]),
    ],
)
async def test_what_is_found_newest_first(
    database: Database, archive: dict[str, int], asked: str, found: list[str]
) -> None:
    assert titles(database, asked) == found


@pytest.mark.parametrize(
    "asked",
    [
        '"',
        "' OR 1=1 --",
        "title:steel*",
        "NEAR(a b)",
        "a AND (",
        "steel & !x | (",
        "\\",
        "%",
        "^tariff",
        "a" * 5000,
        "\x00steel",
    ],
)
async def test_no_text_breaks_the_search(database: Database, archive: dict[str, int], asked: str) -> None:
    with suppress(SearchRefused):
        titles(database, asked)


async def test_filters_and_pages(database: Database, archive: dict[str, int]) -> None:
    assert titles(database, "tariff", outlet="post.example") == []
    assert titles(database, "ferry OR 渡轮", outlet="post.example") == ["Ferry's collision", "两艘渡轮在北港相撞"]
    assert titles(database, "tariff", since=NOW + timedelta(days=1)) == []
    assert len(titles(database, "tariff", since=NOW - timedelta(days=1))) == 2
    page = search_words_of(database, "tariff", SearchFilter(), limit=1)
    assert page.next == page.hits[0].article_id
    rest = search_words_of(database, "tariff", SearchFilter(before=page.next), limit=5)
    assert [hit.article_id for hit in rest.hits] == [archive["Steel tariffs rise"]]
    assert rest.next is None


async def test_the_snippet_marks_what_was_found(database: Database, archive: dict[str, int]) -> None:
    (hit,) = search_words_of(database, "外交部", SearchFilter()).hits
    assert ("外交部", True) in hit.snippet
    (hit,) = search_words_of(database, "muller", SearchFilter()).hits
    assert ("Müller", True) in hit.snippet


async def test_an_edit_and_a_deletion_are_followed(database: Database, archive: dict[str, int]) -> None:
    number = archive["Steel tariffs rise"]
    await database.run(
        lambda c: c.execute(update(texts).where(texts.c.article_id == number).values(body="Copper now."))
    )
    await SearchIndex(database).index_all()
    assert titles(database, "importers") == []
    assert titles(database, "copper") == ["Steel tariffs rise"]
    await database.run(lambda c: c.execute(delete(texts).where(texts.c.article_id == number)))
    await SearchIndex(database).index_all()
    assert titles(database, "copper") == []
    assert titles(database, "importers") == ["Steel tariffs rise"], "the summary stays when the text's time is over"
    await database.run(lambda c: c.execute(delete(articles).where(articles.c.id == number)))
    await SearchIndex(database).index_all()
    assert titles(database, "importers") == []
    kept = await database.read(lambda c: c.execute(text("SELECT count(*) FROM search_documents")).scalar_one())
    assert kept == len(TEXTS) - 1


async def test_an_article_changed_while_it_is_indexed_is_indexed_again(
    database: Database, archive: dict[str, int]
) -> None:
    number = archive["Steel tariffs rise"]
    index = SearchIndex(database)
    await database.run(lambda c: c.execute(update(texts).where(texts.c.article_id == number).values(body="Copper.")))
    batch = await database.read(_batch)
    await database.run(lambda c: c.execute(update(texts).where(texts.c.article_id == number).values(body="Nickel.")))
    await database.run(lambda c: _write(c, batch))
    assert await index.waiting() == 1
    await index.index_all()
    assert titles(database, "nickel") == ["Steel tariffs rise"]
    assert titles(database, "copper") == []


async def test_the_index_agrees_with_a_plain_search(database: Database) -> None:
    """Against a scan of all texts for whole words."""
    chance = random.Random(7)
    words = ["ferry", "ferries", "steel", "harbour", "渡轮", "talks", "tariff", "tariffs", "fog", "北港"]
    writer, bodies = Archive(database), {}
    for number in range(60):
        body = " ".join(chance.choices(words, k=6))
        bodies[await writer.article(None, f"n{number}", body)] = body.split()
    await SearchIndex(database).index_all()
    for word in words:
        page = search_words_of(database, f'"{word}"', SearchFilter(), limit=100)
        assert {hit.article_id for hit in page.hits} == {id_ for id_, said in bodies.items() if word in said}
        begun = search_words_of(database, word, SearchFilter(), limit=100)
        assert {hit.article_id for hit in begun.hits} == {
            id_
            for id_, said in bodies.items()
            if any(one.startswith(word) and (one == word or len(word) > 3) for one in said)
        }


async def test_a_query_in_the_topic_language_searches_too(database: Database, archive: dict[str, int]) -> None:
    page = search_query(database, a_catalog(), "tariff* AND NOT electric*", SearchFilter())
    assert ["".join(part for part, _ in hit.title) for hit in page.hits] == ["Steel tariffs rise"]
    assert page.read == len(TEXTS)
    assert ("tariffs", True) in page.hits[0].title
    with pytest.raises(SearchRefused):
        search_query(database, a_catalog(), "tariff AND (", SearchFilter())
