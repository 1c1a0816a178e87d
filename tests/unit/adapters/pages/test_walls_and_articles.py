"""Walls and short articles in eight languages are told apart; docs/pages.md has the figures."""

from datetime import UTC, datetime

import pytest

from monitor.adapters.pages.read import read_page
from monitor.domain.articles.article import Text
from monitor.domain.failures import Failure
from tests.support.labelled.articles import ARTICLES
from tests.support.labelled.walls import LEADS, WALLS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KINDS = ("not found", "removed", "robot check", "forbidden", "login", "consent", "paywall", "script")


def page(title: str, lines: list[str]) -> bytes:
    words = "".join(f"<p>{line}</p>" for line in lines)
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>{title}</title></head><body><nav><a href='/'>Home</a>"
        f" <a href='/world'>World</a></nav><main><article><h1>{title}</h1>{words}</article></main>"
        "<footer>© The publishers.</footer></body></html>"
    ).encode()


def is_article(title: str, lines: list[str], expected: str = "") -> bool:
    read = read_page(page(title, lines), "https://herald.example/world/1", None, NOW, expected)
    assert isinstance(read, Text | Failure)
    return isinstance(read, Text)


def as_walls() -> list[tuple[str, str, str, list[str]]]:
    return [
        (language, kind, title, text.format(lead=LEADS[language]).split("\n"))
        for language, walls in WALLS.items()
        for kind, (title, text) in zip(KINDS, walls, strict=True)
    ]


def as_articles() -> list[tuple[str, str, list[str]]]:
    return [
        (language, title, [f"{line}{end}" for line in text.rstrip(end).split(end)])
        for language, articles in ARTICLES.items()
        for title, text in articles
        for end in ("。" if language == "zh" else ". ",)
    ]


@pytest.mark.case(68)
@pytest.mark.parametrize(("language", "kind", "title", "lines"), as_walls())
def test_a_wall_is_no_article(language: str, kind: str, title: str, lines: list[str]) -> None:
    assert not is_article(title, lines)


@pytest.mark.case(68)
@pytest.mark.parametrize(("language", "title", "lines"), as_articles())
def test_a_short_article_is_no_wall(language: str, title: str, lines: list[str]) -> None:
    assert is_article(title, lines)


@pytest.mark.parametrize(("language", "kind", "title", "lines"), as_walls())
def test_a_wall_stays_one_behind_the_feeds_title(language: str, kind: str, title: str, lines: list[str]) -> None:
    """Many walls keep the title of the article they hide."""
    expected = f"A ferry leaves for {language}"
    assert not is_article(expected, lines, expected)


def test_the_set_is_large_enough() -> None:
    assert len(as_walls()) >= 60
    assert len(as_articles()) >= 60
    assert len(WALLS) == len(ARTICLES) == 8
