"""Pages become the text of their article and nothing else, or a reason why there is none."""

import json
from datetime import UTC, datetime

import pytest

from monitor.adapters.pages.read import PAGE_BYTES, read_page
from monitor.domain.articles.article import Method, Text
from monitor.domain.failures import Failure, Reason
from tests.support.article_pages import SENTENCES, WALLS, page, paragraphs

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(markup, url="https://herald.example/world/envoys", charset=None):
    body = markup if isinstance(markup, bytes) else markup.encode()
    return read_page(body, url, charset, NOW)


def test_an_article_is_read_without_its_furniture():
    found = read(page(paragraphs(), aside="<p>Read also: Zebra crossing opens</p>"))
    assert isinstance(found, Text)
    assert (found.title, found.method, found.doubts) == ("Envoys meet in Port Alba", Method.PAGE, ())
    assert all(sentence in found.body for sentence in SENTENCES)
    assert "All rights reserved" not in found.body


@pytest.mark.case(72)
@pytest.mark.parametrize("number", range(50))
def test_words_of_navigation_and_related_boxes_are_not_text(number):
    places = ("nav", "aside", "after", "header", "list")
    place, classes = places[number % 5], ("related", "most-read", "teaser-list", "sidebar", "recommended")[number // 10]
    links = "".join(f"<li><a href='/{n}'>Zebra talks {n} at the border</a></li>" for n in range(6))
    box = f"<div class='{classes}'><h3>More stories</h3><ul>{links}</ul></div>"
    markup = page(
        paragraphs(),
        nav=links if place == "nav" else "",
        aside=box if place == "aside" else "",
    )
    if place == "after":
        markup = markup.replace("</article>", f"</article>{box}")
    elif place == "header":
        markup = markup.replace("<nav>", f"<header>{box}</header><nav>")
    elif place == "list":
        markup = markup.replace("<footer>", f"<section class='{classes}'><ul>{links}</ul></section><footer>")
    found = read(markup)
    assert "Zebra" not in found.body
    assert SENTENCES[3] in found.body


@pytest.mark.case(68)
@pytest.mark.parametrize("name", WALLS)
def test_walls_are_no_text(name):
    found = read(WALLS[name])
    assert isinstance(found, Failure), found
    assert found.reason in (Reason.WALL, Reason.NO_TEXT)


@pytest.mark.case(68)
@pytest.mark.parametrize(
    "sentence",
    [
        "Subscribers of the port's newsletter were the first to hear, and to continue reading it they must pay.",
        "The ministry's website answered 404 for most of the day.",
        "Engineers said the site needs JavaScript to work at all.",
        "The law on cookies, a spokesman said, values your privacy; sites must reject all trackers.",
        "Are you a robot, the clerk asked, before letting the envoy log in to continue.",
    ],
)
def test_articles_about_walls_are_articles(sentence):
    assert isinstance(read(page(paragraphs(20) + f"<p>{sentence}</p>", "Cookies, robots and paywalls")), Text)


def test_a_consent_host_is_a_wall_whatever_it_says():
    found = read(page(paragraphs()), url="https://consent.herald.example/collect?next=1")
    assert found == Failure(reason=Reason.WALL, detail="a consent page", permanent=True)


@pytest.mark.case(66)
@pytest.mark.parametrize("depth", [300, 3_000, 100_000])
def test_nesting_beyond_the_parsers_limit_hides_nothing(depth):
    deep = "<div>" * depth + "<p>The zebra clause was agreed upon at last, both sides confirmed.</p>" + "</div>" * depth
    found = read(page(paragraphs(6) + deep + paragraphs(6)))
    assert isinstance(found, Text)
    assert "zebra clause" in found.body
    assert "deep nesting repaired" in found.doubts


@pytest.mark.case(66)
def test_ordinary_nesting_is_not_doubted():
    assert read(page("<div>" * 60 + paragraphs() + "</div>" * 60)).doubts == ()


@pytest.mark.case(67)
@pytest.mark.parametrize("dirt", [b"\x00", b"\xed\xa0\x80", b"&#xD800;", b"\x0b\x1b", b"\xff"])
def test_dirt_in_the_bytes_costs_only_itself(dirt):
    clean = page(paragraphs()).encode()
    at = clean.index(b"spokeswoman")
    found = read(clean[:at] + dirt + clean[at:])
    assert all(sentence in found.body for sentence in SENTENCES if "spokeswoman" not in sentence)
    found.body.encode()
    assert "\x00" not in found.body


@pytest.mark.case(67)
def test_a_wrong_label_is_seen_through():
    said = "<p>Посланники двух стран встретились в воскресенье и договорились о новых переговорах номер"
    russian = "".join(f"{said} {number}.</p>" for number in range(9))
    markup = page(russian, "Посланники встретились").replace("utf-8", "windows-1251").encode("cp1251")
    for charset in (None, "iso-8859-1", "windows-1251"):
        assert "Посланники двух стран" in read(markup, charset=charset).body


@pytest.mark.case(73)
def test_the_last_line_of_a_long_page_is_read():
    lines = "".join(f"<p>Line {n} of the record says that the committee met and adjourned.</p>" for n in range(200))
    assert "zebra clause" in read(page(lines + "<p>At the very end the zebra clause was adopted by all.</p>")).body


def test_a_body_given_as_data_is_used_when_the_page_shows_less():
    body = " ".join(SENTENCES * 2)
    data = json.dumps({"@graph": [{"@type": ["NewsArticle"], "articleBody": body, "headline": "Envoys"}]})
    found = read(page(f"<p>{SENTENCES[0]}</p>", head=f'<script type="application/ld+json">{data}</script>'))
    assert found.body == body


def test_facts_of_the_page_are_read_within_reason():
    head = (
        '<meta property="og:title" content="Envoys &amp;amp; kings"><meta name="author" content="Ann Pole">'
        '<meta property="article:published_time" content="2026-02-28T10:00:00+01:00">'
    )
    found = read(page(paragraphs(), head=head))
    assert (found.title, found.author, found.published) == (
        "Envoys & kings",
        "Ann Pole",
        datetime(2026, 2, 28, 9, tzinfo=UTC),
    )
    assert read(page(paragraphs(), head=head.replace("2026", "2036"))).published is None


@pytest.mark.parametrize(
    "data", ["[" * 100_000, "{", "null", '{"@type": 1, "articleBody": []}', '{"@graph": {"@graph": {}}}']
)
def test_broken_data_harms_nothing(data):
    assert isinstance(read(page(paragraphs(), head=f'<script type="application/ld+json">{data}</script>')), Text)


def test_an_agency_is_credited():
    assert read(page("<p>PORT ALBA (Reuters) - " + paragraphs()[3:])).credit == "Reuters"


@pytest.mark.case(65)
def test_a_page_beyond_the_limit_is_refused_unread():
    found = read(page("x" * PAGE_BYTES))
    assert (found.reason, found.permanent) == (Reason.TOO_LARGE, True)


def test_a_text_beyond_its_limit_is_cut_and_says_so():
    lines = "".join(f"<p>Line {n} of the record says that the committee met and adjourned.</p>" for n in range(3_500))
    found = read(page(lines))
    assert len(found.body) <= 200_000
    assert found.doubts == ("cut at 200,000 characters",)


@pytest.mark.case(69)
@pytest.mark.parametrize("body", [b"", b"  ", b"%PDF-1.7", b"\x1f\x8b\x08", b"PK\x03\x04"])
def test_files_are_no_pages(body):
    assert read(body).reason is Reason.NOT_A_PAGE


@pytest.mark.parametrize("body", [b"\x00\x01\x02", b"plain words", b"<", b"<html>", b"{}", b"<!-- -->", b"\xff" * 999])
def test_what_has_no_article_says_so(body):
    assert read(body).reason in (Reason.NO_TEXT, Reason.NOT_A_PAGE)
