"""OPML in and out."""

import pytest

from monitor.config.opml import MAX_DEPTH, Outline, feed_key, read_opml, write_opml
from monitor.domain.catalog import Feed, Problem

LIST = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.0"><head><title>Mine</title></head><body>
  <outline text="Europe"><outline title="Lower">
    <outline type="rss" text="T\xe4glich" xmlUrl=" https://taeglich.example/rss " language="de"/>
  </outline></outline>
  <OUTLINE TEXT="News &amp; more" XMLURL="https://more.example/?a=1&amp;b=2"/>
</body></opml>"""


def test_feeds_are_found_in_folders_and_in_any_spelling() -> None:
    assert read_opml("f", LIST) == [
        Outline(
            url="https://taeglich.example/rss", title="Täglich", language="de", folders=("Europe", "Lower"), line=4
        ),
        Outline(url="https://more.example/?a=1&b=2", title="News & more", line=6),
    ]


def test_what_is_written_is_read_back() -> None:
    feeds = [
        Feed(key='a<"&>', url="https://a.example/?x=1&y=2", language="en", tags=("x",)),
        Feed(key="b", url="https://b.example/"),
    ]
    outlines = read_opml("f", write_opml(feeds).encode())
    assert isinstance(outlines, list)
    assert [(outline.title, outline.url, outline.language) for outline in outlines] == [
        (feed.key, feed.url, feed.language) for feed in feeds
    ]


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><opml><outline text="&b;"/></opml>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><outline xmlUrl="&a;"/></opml>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BOMB, "a document type"),
        (OUTSIDE, "a document type"),
        (b"", "no element found"),
        (b"<opml><outline", "f:1:7: not readable as XML"),
        (b"<html></html>", "not an OPML file"),
        (b"\xff\xfe\x00garbage", "f:1:"),
        (b'<?xml version="1.0" encoding="x-nothing"?><opml/>', "encoding"),
        (b"<opml>" + b"<outline>" * 5000, f"more than {MAX_DEPTH} levels"),
        (b"<opml>" + b" " * 20_000_001, "bytes allowed"),
    ],
)
def test_what_is_no_opml_is_a_problem(content: bytes, words: str) -> None:
    problem = read_opml("f", content)
    assert isinstance(problem, Problem)
    assert words in str(problem)


@pytest.mark.parametrize(
    ("title", "url", "taken", "key"),
    [
        ("The Northern Post – World", "https://x.example/", [], "the-northern-post-world"),
        ("北方日报", "https://www.north.example/rss", [], "north-example"),
        ("North", "https://x.example/", ["north", "north-2"], "north-3"),
        ("", "nonsense", [], "feed"),
    ],
)
def test_keys_are_made_from_titles_else_hosts_and_never_twice(title: str, url: str, taken: list[str], key: str) -> None:
    assert feed_key(Outline(url=url, title=title), taken) == key
