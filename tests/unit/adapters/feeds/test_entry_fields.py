"""The fields of an entry, as feeds really write them: nothing the feed says is lost or taken for something else."""

import json
import time

import pytest

from monitor.adapters.feeds.clean import root_name
from monitor.domain.failures import Failure
from tests.support.feed_documents import atom, item, read, rss, titles

MEDIA = ' xmlns:media="http://search.yahoo.com/mrss/"'


def only(document):
    found = read(document)
    assert not isinstance(found, Failure), found
    (entry,) = found.entries
    return entry


@pytest.mark.parametrize(
    ("inside", "address"),
    [
        ('<atom:link rel="related" href="https://g.example/more"/><link>https://g.example/1</link>', "https://g.example/1"),
        ('<link href="https://g.example/2"/>', "https://g.example/2"),
        ("<link>https://g.example/3</link><link>https://g.example/phone/3</link>", "https://g.example/3"),
        ('<guid isPermaLink="false">e</guid><enclosure url="https://c.example/e.mp3" type="audio/mpeg"/>',
         "https://c.example/e.mp3"),
        ('<enclosure url="https://c.example/e.mp3" type="audio/mpeg"/><guid>https://g.example/5</guid>',
         "https://g.example/5"),
        ("<link>http://p.example/~r/6</link><fb:origLink>https://g.example/6</fb:origLink>", "https://g.example/6"),
        ("<link>http://p.example/c?i=7</link><ph:origLink>https://g.example/7</ph:origLink>", "https://g.example/7"),
    ],
)  # fmt: skip
def test_the_address_is_the_entrys_own(inside: str, address: str) -> None:
    spaces = (
        ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0"'
        ' xmlns:ph="http://www.pheedo.com/namespace/pheedo"'
    )
    assert only(rss(f"<item><title>T</title>{inside}</item>", attributes=spaces)).url == address


def test_a_web_page_goes_before_other_alternates() -> None:
    links = "".join(
        f'<link rel="{rel}" type="{kind}" href="https://g.example/{name}"/>'
        for rel, kind, name in (
            ("self", "application/atom+xml", "self"),
            ("alternate", "application/pdf", "a.pdf"),
            ("alternate", "text/html", "a.html"),
        )
    )
    assert only(atom(f"<entry><id>1</id><title>T</title>{links}</entry>")).url == "https://g.example/a.html"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Mayor <i>opens</i> the <b>bridge</b>", "Mayor opens the bridge"),
        ("H<sub>2</sub>O levy raised", "H2O levy raised"),
        ("Mayor<!-- cut --> opens<![CDATA[ the bridge]]>", "Mayor opens the bridge"),
        ("&lt;&lt;Special&gt;&gt; Ferry tables", "<<Special>> Ferry tables"),
        ("<![CDATA[Berth <row nine> shut]]>", "Berth <row nine> shut"),
        ("Spread of X&amp;lt;Y and Z&amp;gt;W", "Spread of X<Y and Z>W"),
        ("Spread of A&amp;lt;B and C&amp;gt;D", "Spread of A<B and C>D"),
        ("Fares up &lt;4%", "Fares up <4%"),
        ("&amp;lt;em&amp;gt;Ferry&amp;lt;/em&amp;gt; sails", "Ferry sails"),
        ("Ferry&lt;br/&gt;sails &lt;img src='x.png' alt='a &gt; b'&gt;", "Ferry sails"),
        ("Ferry &lt;amp-img src='x'&gt;&lt;/amp-img&gt;sails", "Ferry sails"),
    ],
)
def test_markup_goes_and_text_stays(markup: str, text: str) -> None:
    assert titles(rss(item(1, markup))) == [text]


def test_xhtml_is_read_in_titles_and_summaries() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml">'
    title = f'<title type="xhtml">{div}Mayor <em>opens</em> it</div></title>'
    summary = f'<summary type="xhtml">{div}<p>By <b>noon</b>.</p></div></summary>'
    entry = only(atom(f"<entry><id>1</id>{title}{summary}</entry>"))
    assert (entry.title, entry.summary) == ("Mayor opens it", "By noon.")


def test_plain_text_of_atom_may_name_an_element() -> None:
    entry = only(atom("<entry><id>1</id><title type='text'>The &lt;b&gt; tag at thirty</title></entry>"))
    assert entry.title == "The <b> tag at thirty"


def test_a_caption_is_the_summary_only_where_there_is_no_other() -> None:
    caption = (
        "<media:group><media:description>A crane at dusk, seen from the old pier</media:description></media:group>"
    )
    with_own = only(rss(item(1, extra=caption).replace("<title>", caption + "<title>", 1), attributes=MEDIA))
    assert (with_own.summary, with_own.text) == ("They met for the 1. time.",) * 2
    alone = only(rss(f"<item><title>T</title>{caption}</item>", attributes=MEDIA))
    assert alone.summary == "A crane at dusk, seen from the old pier"
    other_prefix = rss(
        f"<item><title>T</title>{caption}</item>".replace("media:", "m:"), attributes=MEDIA.replace(":media", ":m")
    )
    assert only(other_prefix).summary == alone.summary


def test_labels_and_terms_are_tags() -> None:
    entry = only(
        atom('<entry><id>1</id><title>T</title><category term="t7" label="Ports"/><category label="Sea"/></entry>')
    )
    assert entry.tags == ("t7", "Ports", "Sea")


def test_plain_texts_of_a_json_feed_are_not_taken_for_html() -> None:
    text = "Tick <row nine> when a<b and b>c &amp; so on."
    entry = only(json.dumps({"items": [{"id": "1", "title": "Form <9>", "content_text": text}]}))
    assert (entry.title, entry.summary, entry.text) == ("Form <9>", text, text)
    entry = only(
        json.dumps({"items": [{"id": "1", "title": "Bridge &#8217;opens&#8217;", "content_html": "<p>a&lt;b</p>"}]})
    )
    assert (entry.title, entry.text) == ("Bridge \u2019opens\u2019", "a<b")
    with_file = {"id": "1", "attachments": [{"url": "https://c.example/e.mp3", "mime_type": "audio/mpeg"}]}
    assert only(json.dumps({"items": [with_file]})).url == "https://c.example/e.mp3"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('<source url="https://www.gazette.example/rss">Gazette</source>', "https://www.gazette.example/rss"),
        ("<source>Harbour Gazette</source>", "Harbour Gazette"),
        ('<source url="https://feeds.feedburner.com/gazette">Gazette</source>', "Gazette"),
        ("", None),
    ],
)
def test_the_source_names_the_paper_an_aggregator_took_an_item_from(source: str, named: str | None) -> None:
    assert only(rss(item(1, extra=source))).source == named


@pytest.mark.parametrize("start", ["<![CDATA[", "<!--"])
def test_items_that_a_text_quotes_are_none(start: str) -> None:
    end = "]]>" if start == "<![CDATA[" else "-->"
    quoted = f"<description>{start}<item><title>Quoted</title></item>{end}</description>"
    document = rss(item(1, extra=quoted.replace("description", "notes")), item(2))
    assert titles(document) == ["Envoys meet, day 1", "Envoys meet, day 2"]


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("<!-- a --><?x y?>\n<!DOCTYPE rss [<!ENTITY a 'b'>]> <RSS version='2.0'>", "rss"),
        ("<!DOCTYPE html><html>", "html"),
        ("<!-- never closed <rss>", ""),
        ("words", ""),
        ("", ""),
    ],
)
def test_the_root_is_found_behind_the_prologue(text: str, root: str) -> None:
    assert root_name(text) == root


def test_comments_before_the_root_cost_no_time() -> None:
    started = time.process_time()
    assert root_name("<!-- a -->" * 5_000 + "<rss>") == "rss"
    assert root_name("<!-- a --><!--" * 5_000) == ""
    assert time.process_time() - started < 0.5
