"""Markup made plain: plain markup, read without a parser, says what a parser makes of it."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.adapters.text.html_to_text import lines, plain, plain_line, storable, unescaped

C1 = "".join(map(chr, range(0x80, 0xA0)))
NAMES = (
    *(
        "p",
        "BR",
        "div",
        "a",
        "img",
        "b",
        "em",
        "blockquote",
        "li",
        "h2",
        "figure",
        "table",
        "script",
        "iframe",
        "style",
    ),
    *("form", "button", "input", "video", "audio", "embed", "details", "summary", "nobr", "var", "link", "!--", "!---"),
)
ATTRIBUTES = (
    "",
    " ",
    " class='pier'",
    ' href="a?b&amp;c"',
    ' alt="1 > 2"',
    " open",
    " id=x",
    ' / class="y"',
    " id=x/",
    " a = 'b' c",
    " @click=y",
    " =",
    " x=a=b",
    ' a="b"c',
    "--",
    "-",
    '\n title=""',
)
TAGS = st.builds(
    lambda shape, name, attribute: shape.format(name + attribute),
    st.sampled_from(("<{}>", "</{}>", "<{}/>", "<{}")),
    st.sampled_from(NAMES),
    st.sampled_from(ATTRIBUTES),
)
WORDS = st.sampled_from(
    (
        "harbour",
        " ",
        "\n",
        "\u2028",
        "é",
        "&amp;",
        "&lt;p&gt;",
        "&nbsp;",
        "&copy",
        "&notit;",
        "&#1;",
        "&#x80;",
        "&",
        "]]>",
        "<",
        ">",
        "-->",
        "--!>",
        "<!-- quay -->",
        "<!---->",
        "<!-->",
        "<script>moor(1 & 2)</script>",
        "<iframe src=x>quay</iframe>",
        "<iframe></iframe >",
        "<style>p { color: red }</STYLE>",
        "<style a=b>p > b </styles></style>",
        "<style>p</Style>b</style>",
        "<iframe src='x'><a href=\"y\">quay</a> < pier</iframe>",
    )
)
BEYOND_SIMPLE = "<svg></svg>"
"""Shows nothing, and makes the parser read all that follows."""


@settings(max_examples=500)
@given(st.lists(TAGS | WORDS, max_size=12).map("".join))
def test_what_is_read_without_a_parser_is_what_a_parser_shows(markup: str) -> None:
    assert plain("<b></b>" + markup) == plain(BEYOND_SIMPLE + markup)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Envoys <b>meet</b></p><p>again</p>", "Envoys meet\nagain"),
        ('<a href="https://h.example/?a=1&amp;b=2">Ferry</a><br/>late', "Ferry\nlate"),
        ("<p>Ferry<script>track()</script> late</p>", "Ferry late"),
        ("<p title='a > b'>Ferry</p>", "Ferry"),
        ("&lt;p&gt;Ferry&lt;/p&gt; &amp;amp; late", "Ferry\n& late"),
    ],
)
def test_paragraphs_stand_on_lines_of_their_own(markup: str, text: str) -> None:
    assert plain(markup) == text


@given(
    st.text(
        st.characters(exclude_characters=C1) | st.sampled_from("\x00\x0b\x7f\ud800\ufdd0\ufdf0\ufffe\uffff\ufffd\n\t")
    )
)
def test_what_cannot_be_stored_goes_and_nothing_else(text: str) -> None:
    unwanted = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
    assert storable(text) == unwanted.sub("", text)


@given(st.text(st.sampled_from("ab \t\n\r\x0b\x1c\xa0\u2028<&;")))
def test_lines_have_single_spaces_and_no_blank_ones(text: str) -> None:
    assert lines(text) == "\n".join(line for line in (" ".join(line.split()) for line in text.splitlines()) if line)
    assert plain_line(text) == " ".join(plain(text).split())


@given(
    st.lists(
        st.sampled_from(["&", "#", "x", "amp", "amp;", "lt", "gt;", "nbsp;", "39;", "x27", "notit;", "8217;", " ", "é"])
    )
)
def test_references_are_read_as_html_does(pieces):
    text = "".join(pieces)
    assert unescaped(text) == html.unescape(text)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("It\x92s \x93late\x94 \x96 again", "It’s “late” – again"),
        ("It&#146;s late", "It’s late"),
        ("5\x80 a day\x85", "5€ a day…"),
        ("one\x81two", "onetwo"),
    ],
)
def test_controls_from_128_to_159_are_those_of_windows(given, meant):
    assert plain_line(given) == meant
    assert plain(f"<p>{given}</p>") == meant
