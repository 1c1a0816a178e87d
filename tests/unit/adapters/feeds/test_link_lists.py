"""List pages become entries by a recipe: links, titles and dates in ten languages."""

from datetime import UTC, datetime

import pytest

from monitor.adapters.feeds.link_list import read_list
from monitor.adapters.feeds.propose_list import proposed_recipe
from monitor.domain.catalog import ListRecipe
from monitor.domain.failures import Failure, Reason

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
URL = "https://ministry.example/press/"
FIFTH = datetime(2026, 3, 5, tzinfo=UTC)


def read(html, links, **recipe):
    return read_list(html.encode(), URL, None, ListRecipe(links=links, **recipe), NOW)


def rows(*pairs, lang="en"):
    items = "".join(
        f"<li><a href='{place}'>{title}</a> <span class=day>{date}</span></li>" for place, title, date in pairs
    )
    return f"<html lang={lang}><title>Press</title><ul class=releases>{items}</ul><a href=/about>About us</a></html>"


@pytest.mark.parametrize(
    ("lang", "date"),
    [
        ("en", "March 5, 2026"),
        ("de", "5. März 2026"),
        ("fr", "5 mars 2026"),
        ("es", "5 de marzo de 2026"),
        ("ru", "5 марта 2026"),
        ("uk", "5 березня 2026"),
        ("pl", "5 marca 2026"),
        ("tr", "5 Mart 2026"),
        ("zh", "2026年3月5日"),
        ("it", "Pubblicato: 5 marzo 2026 | Roma"),
        ("en", "[2026-03-05]"),
        ("de", "05.03.2026"),
    ],
)
def test_dates_in_ten_languages(lang: str, date: str) -> None:
    (entry,) = read(rows(("/a/1", "Minister travels", date), lang=lang), "ul.releases a", date=".day").entries
    assert (entry.title, entry.url, entry.published) == ("Minister travels", "https://ministry.example/a/1", FIFTH)


def test_a_pattern_of_addresses_chooses_links_and_their_dates() -> None:
    page = "<li><a href='./202603/t20260305_11.html'>Spokesperson answers</a></li><li><a href=/x>Other</a></li>"
    (entry,) = read(page, r"t\d{8}_\d+\.html").entries
    assert (entry.url, entry.published) == ("https://ministry.example/press/202603/t20260305_11.html", FIFTH)
    assert len(read(page, "/press/*.html").entries) == 1


def test_a_card_with_three_links_is_one_entry_titled_by_its_heading() -> None:
    card = (
        "<article><a href=/n/{0}><img alt=Harbour></a><h2><a href=/n/{0}>Ferry line {0} opens</a></h2>"
        "<time datetime=2026-03-05>yesterday</time><a href=/n/{0}>Read more</a></article>"
    )
    found = read(f"<main>{card.format(1)}{card.format(2)}</main>", "/n/*")
    assert [(entry.title, entry.published) for entry in found.entries] == [
        ("Ferry line 1 opens", FIFTH),
        ("Ferry line 2 opens", FIFTH),
    ]


def test_dates_beside_their_links_before_or_behind() -> None:
    behind = "<dl><dt><a href=/1>One</a></dt><dd>5 March 2026</dd><dt><a href=/2>Two</a></dt><dd>4 March 2026</dd></dl>"
    before = "<div><p>5 March 2026</p><h3><a href=/1>One</a></h3><p>4 March 2026</p><h3><a href=/2>Two</a></h3></div>"
    for page, links, date in ((behind, "dt a", "dd"), (before, "h3 a", "p")):
        assert [entry.published.day for entry in read(page, links, date=date).entries] == [5, 4]


def test_a_format_of_dates_without_a_year() -> None:
    found = read(rows(("/1", "One", "5 marca"), ("/2", "Two", "24 grudnia")), "li a", date=".day", date_format="%d %B")
    assert [entry.published for entry in found.entries] == [FIFTH, datetime(2025, 12, 24, tzinfo=UTC)]


def test_tokens_in_links_do_not_make_new_entries_but_ids_do() -> None:
    def identities(*places):
        return [
            entry.guid or entry.url for entry in read(rows(*((place, "T", "") for place in places)), "li a").entries
        ]

    assert identities("/a?t=1", "/b?t=1") == identities("/a?t=2", "/b?t=2")
    assert identities("/show.php?id=1", "/show.php?id=2") != identities("/show.php?id=3", "/show.php?id=4")


def test_what_the_page_looks_like_now_when_nothing_matches() -> None:
    found = read(rows(("/news/1", "One", ""), ("/news/2", "Two", "")), "ul.old a")
    assert isinstance(found, Failure)
    assert found.reason is Reason.NO_ENTRIES
    assert found.detail.startswith("no link matches 'ul.old a'; the page is now 'Press' with 3 links")


def test_a_page_of_scripts_is_called_that() -> None:
    found = read("<title>App</title><div id=root></div><script src=/app.js></script>", "a")
    assert isinstance(found, Failure)
    assert "built by JavaScript" in found.detail
    assert "no selector" in read(rows(("/1", "One", "")), "ul..x [").detail


def test_a_recipe_is_proposed_from_the_links_that_look_alike() -> None:
    headlines = [
        (f"/press/{number}", f"The minister opens bridge number {number} in the north", "5 March 2026")
        for number in range(5)
    ]
    page = f"<nav><a href=/a>One</a><a href=/b>Two</a><a href=/c>Three</a></nav>{rows(*headlines)}"
    recipe = proposed_recipe(page.encode(), URL, None)
    assert recipe is not None
    found = read_list(page.encode(), URL, None, recipe, NOW)
    assert [entry.url for entry in found.entries] == [f"https://ministry.example/press/{number}" for number in range(5)]
    assert proposed_recipe(b"<p>Nothing here</p>", URL, None) is None
