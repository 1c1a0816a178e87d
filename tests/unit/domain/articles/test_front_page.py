"""The root of a site is no article, and a page of another article has few of its words."""

import pytest

from monitor.domain.articles.front_page import is_front_page, share_of_words

ASKED = "https://herald.example/world/envoys-meet"


@pytest.mark.parametrize("url", ["/", "", "/en/", "/de", "/pt-br/", "/index.html", "/home", "/news/"])
def test_the_root_of_a_site_is_a_front_page(url):
    assert is_front_page(f"https://herald.example{url}", ASKED)


@pytest.mark.parametrize("url", ["/world/envoys", "/?p=7", "/en/envoys-meet", "/index.php?id=7", "/newsroom", "/1"])
def test_other_addresses_are_none(url):
    assert not is_front_page(f"https://herald.example{url}", ASKED)


def test_an_address_that_was_asked_for_may_look_like_one():
    assert not is_front_page("https://herald.example/news", "https://herald.example/news")
    assert is_front_page("https://herald.example/", "https://herald.example/")
    assert not is_front_page("file:///", "file:///")


@pytest.mark.parametrize(
    ("title", "text", "share"),
    [
        ("Envoys meet in Port Alba", "The envoys of both meet at Port Alba.", 1.0),
        ("Actor opens library", "Museum reopens. Ferry timetable.", 0.0),
        ("Actor opens library", "The library of the actor.", 2 / 3),
        ("特使会面", "两国特使周日会面", 2 / 3),
        ("!", "anything", 1.0),
    ],
)
def test_the_share_of_a_titles_words(title, text, share):
    assert share_of_words(title, text) == pytest.approx(share)
