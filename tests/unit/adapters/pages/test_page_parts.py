"""Parts of pages that belong to the article, and parts that do not."""

import json
from datetime import UTC, datetime

import pytest

from monitor.adapters.pages.json_ld import loads
from monitor.adapters.pages.read import read_page
from monitor.adapters.pages.teasers import is_cue, is_teaser, without_teasers
from monitor.domain.articles.article import Text
from monitor.domain.failures import Failure, Reason
from tests.support.article_pages import SENTENCES, page, paragraphs

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BANNER = "<p>We value your privacy. We and our 99 partners store and/or access information on a device. Accept all.</p>"


def read(markup: str, title: str = "") -> Text | Failure:
    return read_page(markup.encode(), "https://herald.example/world/envoys", None, NOW, title)


def body(markup: str, title: str = "") -> str:
    found = read(markup, title)
    assert isinstance(found, Text), found
    return found.body


def test_readings_in_ruby_are_left_out() -> None:
    line = (
        "<p>特使は<ruby>停戦<rp>(</rp><rt>ていせん</rt><rp>)</rp></ruby>"
        "<ruby><rb>協定<rt>きょうてい</ruby>に署名した。</p>"
    )
    assert "特使は停戦協定に署名した。" in body(page(line + paragraphs()))


@pytest.mark.parametrize("box", ["aside", "footer", "figure", "details", "dialog"])
def test_an_article_where_furniture_stands_is_found(box: str) -> None:
    markup = (
        f"<html><head><title>Envoys meet</title></head><body><{box}>{paragraphs()}</{box}><p>All rights.</p></body>"
    )
    assert all(sentence in body(markup) for sentence in SENTENCES)


@pytest.mark.parametrize("mark", ['id="cookie-bar"', 'class="cmp-box"', 'role="dialog"', 'id="onetrust-banner-sdk"'])
def test_a_consent_banner_inside_an_article_is_left_out(mark: str) -> None:
    text = body(page(f"<div {mark}>{BANNER * 4}</div>" + paragraphs(5)))
    assert SENTENCES[0] in text
    assert "partners" not in text


@pytest.mark.parametrize(
    "line",
    [
        '<p>READ MORE: <a href="/z">Zebra crossing opens</a></p>',
        '<p><a href="/z">Read also: Zebra crossing opens</a></p>',
        '<p><strong>Also Read | </strong><a href="/z">Zebra crossing opens</a></p>',
        '<p><em>See also:</em> <a href="/z">Zebra crossing opens</a> <a href="/y">Zebra two</a></p>',
        '<div><span>Related</span> <a href="/z">Zebra crossing opens</a></div>',
        '<h4>Read more</h4><ul><li><a href="/z">Zebra crossing opens</a></li><li><a href="/y">Zebra two</a></li></ul>',
        '<p><b>Lesen Sie auch:</b> <a href="/z">Zebra tritt ab</a></p>',
        '<p>À lire aussi <a href="/z">Le Zebra ouvre</a></p>',
        '<p>Lea también: <a href="/z">El Zebra abre</a></p>',
        '<p>Czytaj też: <a href="/z">Zebra otwarta</a></p>',
        '<p>Читайте также: <a href="/z">Zebra открыта</a></p>',
        '<p>Читайте також: <a href="/z">Zebra відкрита</a></p>',
        '<p>Leggi anche: <a href="/z">Apre la Zebra</a></p>',
        '<p>相关阅读：<a href="/z">Zebra 开放</a></p>',
        '<p>関連記事：<a href="/z">Zebra が開通</a></p>',
        "<p>READ MORE: Zebra crossing opens in the capital</p>",
    ],
)
def test_a_line_that_leads_elsewhere_is_left_out(line: str) -> None:
    text = body(page(paragraphs(4) + line + paragraphs(8)))
    assert "Zebra" not in text
    assert all(sentence in text for sentence in SENTENCES)


@pytest.mark.parametrize(
    "line",
    [
        "<p>Read more books, the zebra keeper told <a href='/l'>pupils</a> of all schools on Monday.</p>",
        "<p>Also read out was the will of <a href='/l'>the zebra keeper</a>, which names three heirs.</p>",
        "<p>Related to the <a href='/l'>zebra clause</a> is the one on transit, lawyers said.</p>",
        "<p>See also: the zebra plan of the previous government failed for want of money, he said.</p>",
        "<p>Explained in one line, the <a href='/l'>zebra clause</a> keeps the border open.</p>",
    ],
)
def test_a_sentence_that_begins_like_a_cue_stays(line: str) -> None:
    assert "zebra" in body(page(paragraphs(4) + line + paragraphs(8)))


def test_cues_and_teasers_are_told_from_words() -> None:
    assert is_cue(" Read more: ")
    assert not is_cue("Read more books")
    assert is_teaser("READ MORE: A headline", "A headline")
    assert not is_teaser("Read more about it in the book, he said", "book")
    assert without_teasers("One.\nREAD MORE: A headline\nTwo.") == "One.\nTwo."


DATA = {"@type": "NewsArticle", "articleBody": " ".join(SENTENCES * 2)}


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "//<![CDATA[\n{}\n//]]>",
        "/*<![CDATA[*/{}/*]]>*/",
        "<![CDATA[{}]]>",
        "<!-- {} -->",
        "\ufeff{};",
        "<!--//--><![CDATA[//><!--\n{}\n//--><!]]>",
    ],
)
@pytest.mark.parametrize("comma", ["", ","])
def test_data_is_read_as_sites_write_it(around: str, comma: str) -> None:
    written = around.replace("{}", json.dumps(DATA)[:-1] + comma + " }")
    assert loads(written) == DATA
    text = body(page("<div id=app></div>", head=f'<script type="application/ld+json">{written}</script>'))
    assert all(sentence in text for sentence in SENTENCES)


def test_a_comma_before_a_brace_in_words_stays() -> None:
    assert loads('{"a": "x,} y,]", "b": [1, 2, ],}') == {"a": "x,} y,]", "b": [1, 2]}


def test_live_updates_in_data_are_part_of_the_text_once() -> None:
    updates = [{"@type": "BlogPosting", "headline": f"Update {n}", "articleBody": SENTENCES[n]} for n in range(6)]
    data = json.dumps({"@type": "https://schema.org/LiveBlogPosting", "liveBlogUpdate": updates})
    text = body(page(f"<p>{SENTENCES[0]}</p>", head=f'<script type="application/ld+json">{data}</script>'))
    assert [text.count(sentence) for sentence in SENTENCES[:6]] == [1] * 6


def front(title: str = "The Herald") -> str:
    entries = "".join(
        f"<section><h2><a href='/{n}'>Piece {n} of the day</a></h2><p>{SENTENCES[n]}</p></section>" for n in range(7)
    )
    return f"<html><head><title>{title}</title></head><body><main>{entries}</main></body></html>"


def test_a_list_of_others_headlines_is_no_article() -> None:
    found = read(front(), "Ferry leaves early")
    assert isinstance(found, Failure)
    assert (found.reason, found.detail) == (Reason.NOT_A_PAGE, "a list of articles")


def test_a_round_up_that_bears_the_feeds_title_is_an_article() -> None:
    assert SENTENCES[6] in body(front("Seven pieces of the day | The Herald"), "Seven pieces of the day")


def test_headings_of_an_article_are_no_list() -> None:
    parts = "".join(f"<h2>Part {n}</h2><p>{SENTENCES[n]}</p>" for n in range(7))
    related = "".join(f"<h3><a href='/{n}'>Other piece {n}</a></h3>" for n in range(9))
    assert SENTENCES[6] in body(page(parts, aside=related))
