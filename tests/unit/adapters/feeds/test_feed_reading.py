"""Feeds as they really are: every complete item comes out, plain, whatever stands around it."""

import gzip
import json
import random
import socket
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.failures import Failure, Reason
from tests.support.feed_documents import NOW, URL, atom, item, read, rss, titles

TEN = [f"Envoys meet, day {number}" for number in range(10)]


@pytest.mark.parametrize(
    ("document", "parser"),
    [
        (rss(item(1)), "feedparser"),
        (
            atom('<entry><id>a</id><title>Envoys meet</title><link href="https://h.example/1"/></entry>'),
            "feedparser",
        ),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
            '<channel><title>H</title></channel><item rdf:about="x"><title>Envoys meet</title><link>https://h.example/1</link>'
            "</item></rdf:RDF>",
            None,
        ),
        ('<rss version="0.91"><channel><item><title>Envoys meet</title></item></channel></rss>', None),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1, "title": "Envoys meet"}]}', "json"),
    ],
)
def test_every_kind_of_feed_is_read(document, parser):
    feed = read(document)
    assert [entry.title[:11] for entry in feed.entries] == ["Envoys meet"]
    assert parser in (None, feed.parser)


def test_an_entry_has_all_its_fields():
    extra = (
        "<pubDate>Sat, 28 Feb 2026 10:00:00 +0100</pubDate><author>Ann Pole</author><category>War</category>"
        "<category>Peace</category>"
    )
    feed = read(rss(item(1, extra=extra), head="<language>en-gb</language>"))
    (entry,) = feed.entries
    assert (entry.guid, entry.link, entry.url) == ("id-1", "https://herald.example/1", "https://herald.example/1")
    assert (entry.summary, entry.text) == ("They met for the 1. time.",) * 2
    assert entry.published == datetime(2026, 2, 28, 9, tzinfo=UTC)
    assert (entry.author, entry.tags, entry.language, feed.title) == ("Ann Pole", ("War", "Peace"), "en", "The Herald")


@pytest.mark.case(31)
@pytest.mark.parametrize(
    "reference", ["&#xD800;", "&#99999999999;", "&#x110000;", "&#;", "&#x;", "&#" + "9" * 5_000 + ";"]
)
def test_a_bad_reference_costs_one_character(reference):
    items = [item(n, title=f"a{reference}b" if n == 4 else None) for n in range(10)]
    found = titles(rss(*items))
    assert found[:4] + found[5:] == TEN[:4] + TEN[5:]
    assert found[4][0] == "a"
    assert found[4][-1] == "b"


@pytest.mark.case(33)
def test_what_comes_before_a_truncation_is_kept():
    whole = rss(*(item(n) for n in range(60)))
    cut = whole.index("<item><title>Envoys meet, day 55") + 40
    assert titles(whole[:cut])[:55] == [f"Envoys meet, day {n}" for n in range(55)]


@pytest.mark.case(33)
@pytest.mark.parametrize(
    "document",
    [
        "\n\n  junk before " + rss(*map(item, range(10))),
        rss(*map(item, range(10))) + rss(item(11)),
        rss(*map(item, range(10))).replace("</channel></rss>", ""),
        rss(*map(item, range(10))).replace("They met", "They & we&nbsp;met"),
        rss(*map(item, range(10)), attributes=' xmlns:media="x"').replace("</item>", "<media:x></item>", 1),
        rss(*map(item, range(10))).replace("<description>", "<description><![CDATA[", 1),
    ],
)
def test_broken_documents_yield_all_items(document):
    assert set(TEN) <= set(titles(document))


def test_a_cdata_section_left_open_swallows_no_other_item():
    items = [item(n) for n in range(10)]
    items[3] = items[3].replace("<description>", "<description><![CDATA[")
    items[6] = items[6].replace("They met", "<![CDATA[They]]> met")
    assert set(TEN) - {TEN[3]} <= set(titles(rss(*items)))


@pytest.mark.case(35, 61)
@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE rss [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
        + rss(item(1, "x&c;y"), declaration=""),
        '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd">' + rss(item(1), declaration=""),
        '<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]>' + rss(item(1), declaration=""),
        "/etc/passwd",
        "http://127.0.0.1:1/feed",
        "file:///etc/passwd",
    ],
)
def test_nothing_in_a_document_opens_a_file_or_a_connection(document, monkeypatch, tmp_path):
    opened = []
    read(rss(item(0)))
    monkeypatch.setattr(socket, "socket", lambda *_, **__: opened.append("socket"))
    monkeypatch.setattr("builtins.open", lambda *_, **__: opened.append("file"))
    found = read(document)
    monkeypatch.undo()
    assert not opened
    assert isinstance(found, Failure) or "root:" not in "".join(entry.title for entry in found.entries)


@pytest.mark.case(35)
def test_entities_do_not_multiply():
    layers = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    found = read(f'<!DOCTYPE rss [<!ENTITY l0 "lol">{layers}]>' + rss(item(1, "&l9;"), item(2), declaration=""))
    assert isinstance(found, Failure) or all(len(entry.title) <= 1_000 for entry in found.entries)


@pytest.mark.case(48)
@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Sun, 01 Mar 2026 11:00:00 GMT", datetime(2026, 3, 1, 11, tzinfo=UTC)),
        ("2026-03-01T11:00:00+02:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("Sun, 01 Mar 2026 23:00:00 GMT", NOW + timedelta(hours=11)),
        ("Tue, 03 Mar 2026 11:00:00 GMT", None),
        ("Fri, 01 Jan 0001 00:00:00 +1400", None),
        ("0000-00-00T00:00:00Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("Sat, 01 Jan 1970 00:00:00 GMT", None),
        ("Mon, 30 Feb 2026 10:00:00 GMT", None),
        ("soon", None),
        ("", None),
        ("9" * 10_000, None),
    ],
)
def test_dates_are_within_reason_or_none(date, expected):
    (entry,) = read(rss(item(1, extra=f"<pubDate>{date}</pubDate>"))).entries
    assert entry.published == expected


def test_a_guid_that_looks_like_a_date_is_none():
    document = rss(item(1).replace("id-1", "20240607"), item(2).replace("id-2", "20240608"))
    assert [entry.published for entry in read(document).entries] == [None, None]


@pytest.mark.case(49)
@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/world/1", "https://herald.example/world/1"),
        ("2", "https://herald.example/feeds/2"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("http://[::1", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:a@b.example", None),
        ("  https://herald.example/a b ", "https://herald.example/a%20b"),
        ("https://herald.example/" + "a" * 5_000, None),
    ],
)
def test_links_are_absolute_web_addresses_or_none(link, expected):
    document = rss(f"<item><title>T</title><link>{link}</link></item>")
    assert [entry.link for entry in read(document).entries] == [expected]


@pytest.mark.case(49)
def test_xml_base_is_honoured():
    entry = '<entry xml:base="sub/"><title>T</title><link href="1"/></entry>'
    (found,) = read(atom(entry, attributes=' xml:base="https://other.example/a/"')).entries
    assert found.link == "https://other.example/a/sub/1"


@pytest.mark.parametrize(
    "links",
    [
        '<id>https://h.example/1</id><link href="https://h.example/1"/>',
        '<id>tag:h.example,2026:1</id><link rel="alternate" href="https://h.example/1"/>',
        '<id>https://h.example/1</id><link rel="alternate" href="1"/>',
        '<id>1</id><link href="https://h.example/1"/>',
    ],
)
def test_a_base_is_used_where_an_address_needs_one(links: str) -> None:
    feed = read(atom(f'<entry xml:base="https://h.example/">{links}<title>T</title></entry>'))
    assert [entry.link for entry in feed.entries] == ["https://h.example/1"]


@pytest.mark.case(52)
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty answer"),
        (b"  \n ", "an empty answer"),
        (b"%PDF-1.7 ...", "a PDF file"),
        (gzip.compress(b"<rss/>", mtime=0), "a gzip file"),
        (b"<!DOCTYPE html><html><body>Hello</body></html>", "a web page"),
        (b"<html><head><link rel='alternate' type='application/rss+xml' href='/rss'></head>",
         "a web page; it names the feed https://herald.example/rss"),
        (b'<?xml version="1.0"?><opml version="2.0"><body/></opml>', "an OPML list of feeds"),
        (b'{"error": 1}', "JSON, but no JSON Feed"),
        (b"plain text, nothing else", "neither RSS, Atom, RDF nor JSON Feed"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_named(body, reason):
    assert read(body) == Failure(reason=Reason.NOT_A_FEED, detail=reason)


@pytest.mark.case(55)
def test_what_databases_refuse_is_gone_from_every_field():
    bad = "a\x00b\x0bc\ud800d\uffffe"
    raw = f"<item><title>{bad}&#0;</title><link>https://herald.example/1</link><guid>{bad}</guid><author>{bad}</author>"
    document = rss(raw + f"<category>{bad}</category><description>{bad}</description></item>")
    as_json = json.dumps({"items": [{"id": bad, "title": bad, "url": "https://h.example/1", "content_text": bad}]})
    for found in (read(document), read(as_json)):
        (entry,) = found.entries
        for value in (entry.title, entry.guid, entry.author, entry.summary, *entry.tags):
            assert not set("\x00\x0b\ud800\uffff") & set(value)
            value.encode()
    assert entry.title == "abcde"


@pytest.mark.parametrize("bad", [*"\x00\x08\x0b\x1f\x7f\ufdd0\ufdef\ufffe\uffff"])
def test_a_character_that_databases_refuse_goes_alone_and_slows_nothing(bad):
    found = read(rss(item(1, title=f"Dr\ufdf2{bad}"), item(2, title="&eacute;&#0000000065;")))
    assert found.parser == "feedparser"
    assert [entry.title for entry in found.entries] == ["Dr\ufdf2", "\u00e9A"]
    assert titles(rss(item(1, title=f"Dr\ufdf2{bad}"))) == ["Dr\ufdf2"]


FLAG = "\U0001f1fa\U0001f1e6"


@pytest.mark.case(58)
def test_text_is_cut_where_a_character_ends():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    (entry,) = read(rss(item(1, "x" * 998 + family))).entries
    assert len(entry.title) <= 1_000
    assert not entry.title.endswith("\u200d")
    (entry,) = read(rss(item(1, "x" * 999 + "e\u0301"))).entries
    assert entry.title == "x" * 999
    (entry,) = read(rss(item(1, "x" * 997 + FLAG * 2))).entries
    assert entry.title == "x" * 997 + FLAG


@pytest.mark.case(59)
def test_fields_of_any_length_are_bounded():
    huge = "x" * 1_000_000
    categories = "".join(f"<category>{n}</category>" for n in range(10_000))
    document = rss(
        f"<item><title>{huge}</title><guid>{huge}</guid><description>{huge}</description>{categories}</item>"
    )
    (entry,) = read(document).entries
    assert (len(entry.title), len(entry.guid), len(entry.summary), len(entry.text)) == (1_000, 4_096, 20_000, 200_000)
    assert len(entry.tags) == 50


@pytest.mark.case(60)
@pytest.mark.parametrize(
    "markup",
    [
        "&lt;p&gt;Envoys &amp;amp; kings&lt;/p&gt;",
        "&amp;lt;b&amp;gt;Envoys &amp;amp;amp; kings&amp;lt;/b&amp;gt;",
        "<![CDATA[<script>alert(1)</script><p>Envoys &amp; kings</p><style>p{}</style>]]>",
        "<![CDATA[<svg onload=alert(1)><text>x</text></svg>Envoys &amp; <i>kings</i>]]>",
        "<![CDATA[<div>Envoys &amp; kings]]>",
    ],
)
def test_markup_becomes_plain_text(markup):
    (entry,) = read(rss(item(1, markup, extra=f"<author>{markup}</author>"))).entries
    assert (entry.title, entry.author) == ("Envoys & kings", "Envoys & kings")


def test_words_are_not_glued_nor_split_and_paragraphs_stand_on_lines():
    markup = "<![CDATA[<p>First <b>par</b>t.</p><p>Second</p><ul><li>one</li><li>two</li></ul>]]>"
    (entry,) = read(rss(f"<item><title>T</title><description>{markup}</description></item>")).entries
    assert entry.summary == "First part.\nSecond\none\ntwo"


@pytest.mark.case(62)
@pytest.mark.parametrize(
    "junk",
    [
        "<gml:pos>1</gml:pos>",
        "<psc:chapter/>",
        "<georss:point>a b</georss:point>",
        '<media:content url="x"/>',
        '<itunes:image xmlns:itunes="urn:x"/>',
        "<x:y>",
        "</rss>",
        '<a xmlns="urn:q">',
        "&unknown;",
        "<![CDATA[",
        "<!--",
    ],
)
def test_junk_in_one_item_costs_no_other(junk):
    items = [item(n, extra=junk if n == 4 else "") for n in range(10)]
    assert set(TEN) - {TEN[4]} <= set(titles(rss(*items)))


@pytest.mark.case(62)
def test_mutants_lose_no_intact_item():
    chance = random.Random(7)
    wounds = [
        "&#xD800;",
        "<",
        "&",
        "]]>",
        "<![CDATA[",
        "<!--",
        '"',
        "</b>",
        "<b",
        "\x00",
        "<gml:pos>",
        "<q xmlns='u'>",
        "</item>",
    ]
    lost = 0
    for _ in range(300):
        victim = chance.randrange(10)
        items = [item(n) for n in range(10)]
        at = chance.randrange(6, len(items[victim]) - 7)
        items[victim] = items[victim][:at] + chance.choice(wounds) + items[victim][at + chance.randrange(3) :]
        found = read(rss(*items))
        lost += len(set(TEN) - {TEN[victim]} - {entry.title for entry in found.entries})
    assert lost <= 2  # of 2,700


@pytest.mark.case(16)
def test_what_a_feed_asks_of_its_pollers():
    head = (
        "<ttl>90</ttl><skipHours><hour>0</hour><hour>23</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
        "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    )
    spaces = ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    feed = read(rss(item(1), head=head, attributes=spaces))
    assert (feed.ttl, feed.update_period) == (timedelta(minutes=90), timedelta(hours=6))
    assert (feed.skip_hours, feed.skip_days) == ({0, 23}, {6})


@pytest.mark.parametrize("quoted", ["", "<entry>", "</entry>", "</item>"])
def test_what_a_feed_asks_is_read_behind_its_items_too_but_not_within(quoted):
    within = item(1, extra=f"<ttl>7</ttl><comments><![CDATA[{quoted}]]></comments><ttl>8</ttl>")
    assert read(rss(item(0), within, item(2), "<ttl>90</ttl>")).ttl == timedelta(minutes=90)
    assert read(rss(item(0), within, item(2))).ttl is None


@pytest.mark.case(17)
@pytest.mark.parametrize("ttl", ["-1", "x", "1000000000000", "0"])
def test_a_ttl_that_makes_no_sense_is_none(ttl):
    assert read(rss(item(1), head=f"<ttl>{ttl}</ttl>")).ttl is None


def test_an_empty_feed_is_a_feed():
    assert read(rss()).entries == ()


def test_discovery_is_not_fooled_by_other_links():
    page = b"<html><link rel=alternate type=text/html href=/x><link rel=stylesheet href=/y></html>"
    assert "names" not in read(page).detail
    assert URL.startswith("https")
