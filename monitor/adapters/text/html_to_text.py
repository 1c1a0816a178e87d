"""Turn markup into the plain text that a browser would show."""

import html
import re

from selectolax.lexbor import LexborHTMLParser

from monitor.adapters.text.html_tags import BRACKET, mark_brackets

_TAG = re.compile(r"<(?:[A-Za-z/!?][^<>]*|!--)>?")
_COMPLETE_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--|<!\[CDATA\[")
_BLOCK = re.compile(
    r"<(?=/?(?:p|div|br|hr|li|ul|ol|dl|dt|dd|tr|td|th|table|h[1-6]|blockquote|pre|section|article|header|footer"
    r"|figure|figcaption|address|aside|main|nav|form|option)\b)",
    re.IGNORECASE,
)
_UNSEEN = ["script", "style", "noscript", "template", "head", "title", "iframe", "object", "svg", "math", "textarea"]
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ATTRIBUTE = r"""\s++[^\s"'<>/=]++(?:\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=`]++))?+"""
_WELL_WRITTEN = re.compile(rf"<(?:/?([A-Za-z][A-Za-z0-9]*+)(?:>|(?:{_ATTRIBUTE})*+\s*+/?>)|!--(?:(?!--)[^<>])*+-->)")
"""A tag, with its name, or a comment. None of them contains "<" or ">", so that no parser can see another end of it."""
_SHOWN_NOWHERE = re.compile(
    rf"<(iframe|style)(?=[\s>])(?:{_ATTRIBUTE})*+\s*+>(?:[^<]++|<(?!/(?i:\1)))*+</\1>|<script(?=[\s>])[^<>]*+>[^<]*+</script>"
)
"""Elements whose content is nothing but text until they end, and goes with them; a script has other ways to end."""
_BLOCKS = frozenset(
    (
        *("p", "br", "div", "li", "ul", "ol", "hr", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("blockquote", "pre", "section", "article", "header", "footer"),
        *("figure", "figcaption", "address", "aside", "main", "nav", "form"),
    )
)
_INLINES = frozenset(
    (
        *("a", "img", "span", "strong", "em", "b", "i", "u", "s", "small", "big", "sub", "sup", "code"),
        *("cite", "q", "font", "center", "del", "ins", "mark", "abbr", "time", "kbd", "tt", "wbr"),
        *("picture", "source", "label", "audio", "video", "track", "embed", "input", "button", "details", "summary"),
        *("var", "samp", "strike", "dfn", "nobr", "acronym", "link"),
    )
)
"""Elements that only ever show their text where it stands; tables, for one, may move it."""
_SHOWN_AS: dict[str | None, str] = {**dict.fromkeys(_BLOCKS, "\n"), **dict.fromkeys(_INLINES, ""), None: ""}
"""A comment has no name."""
_REFERENCE = re.compile(r"(&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?))")
"""What `html.unescape` looks at, each for itself."""
_REFERENCES_KEPT = 5_000
_CONTROLS = bytes(code for code in (*range(32), 127) if code not in (9, 10, 13))
_NONCHARACTERS = (b"\xef\xb7", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
"""U+FDD0 to U+FDEF (and their neighbours), U+FFFE and U+FFFF as UTF-8 begins them."""
_HIDDEN = re.compile(r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*", re.IGNORECASE)
_MANY_TAGS = 5_000
"""Building a tree is quadratic in nesting: 66,000 nested elements take a minute. Beyond this tags are just cut out."""
_PASSES = 3
"""HTML is found escaped twice in feeds, seldom more often."""


_C1 = re.compile("[\x80-\x9f]")
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
"""The controls U+0080 to U+009F as HTML reads their references, "&#150;" for a dash: those of windows-1252.

https://html.spec.whatwg.org/multipage/parsing.html#numeric-character-reference-end-state
"""


class _References(dict[str, str]):
    """Remember what each reference stands for: a document repeats few of them."""

    def __missing__(self, reference: str) -> str:
        meant = html.unescape(reference)
        if len(self) < _REFERENCES_KEPT:
            self[reference] = meant
        return meant


_meant = _References()


def storable(text: str) -> str:
    """Drop NUL, controls, surrogates and noncharacters, which databases refuse."""
    text = _without_c1(text)
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return _UNSTORABLE.sub("", text)
    # to search the bytes takes a twentieth of the time of every character
    suspect = len(raw.translate(None, _CONTROLS)) != len(raw) or (
        b"\xef" in raw and any(start in raw for start in _NONCHARACTERS)
    )
    return _UNSTORABLE.sub("", text) if suspect else text


def _without_c1(text: str) -> str:
    return text if text.isascii() or not _C1.search(text) else text.translate(_WINDOWS)


def one_line(text: str) -> str:
    """Replace all white space, line ends too, by single spaces."""
    # of white space only the space itself is printable; taking words apart and together takes several times as long
    return text.strip() if text.isprintable() and "  " not in text else " ".join(_without_c1(text).split())


def lines(text: str) -> str:
    """Join runs of spaces, drop blank lines and space at either end."""
    shown = list(filter(None, map(str.strip, _without_c1(text).splitlines())))
    joined = "\n".join(shown)
    # mostly that was all there is to do; to look at every line takes several times as long
    if "  " not in joined and "".join(shown).isprintable():
        return joined
    return "\n".join(map(one_line, shown))


def unescaped(text: str) -> str:
    """Return what `html.unescape` gives, in a third of its time."""
    if "&" not in text:
        return text
    pieces = _REFERENCE.split(text)
    pieces[1::2] = map(_meant.__getitem__, pieces[1::2])
    return "".join(pieces)


def plain_line(markup: str) -> str:
    """Return `plain` on one line."""
    return one_line(plain(markup)) if "<" in markup or "&" in markup else one_line(markup)


def plain(markup: str) -> str:
    """Return the text of an HTML fragment, ill-formed or escaped twice as it may be.

    Paragraphs are on lines of their own.

    Storable, if the markup itself is.
    """
    text = mark_brackets(markup)
    for _ in range(_PASSES):
        if "<" in text and _COMPLETE_TAG.search(text):
            text = mark_brackets(_shown(text))
        elif "&" in text:
            before, text = text, mark_brackets(unescaped(text))
            if text == before:
                break
        else:
            break
    if "<" in text and _COMPLETE_TAG.search(text):
        text = _TAG.sub(" ", text)
    text = text.replace(BRACKET, "<")
    return lines(storable(text) if "&" in markup else text)


def _shown(markup: str) -> str:
    if markup.count("<") > _MANY_TAGS:
        return _TAG.sub(" ", _HIDDEN.sub(" ", markup))
    if "]]>" in markup or "<![" in markup:
        markup = markup.replace("<![CDATA[", "").replace("]]>", "")
    # plain markup needs no parser
    pieces = _WELL_WRITTEN.split(_SHOWN_NOWHERE.sub("<wbr>", markup))
    shown = list(map(_SHOWN_AS.get, pieces[1::2]))
    if None not in shown:
        pieces[1::2] = shown
        text = "".join(pieces)
        if "<" not in text:
            return unescaped(text)
    tree = LexborHTMLParser(_BLOCK.sub("\n<", markup))
    body = tree.body
    if body is None:
        return ""
    tree.strip_tags(_UNSEEN)
    return body.text() or ""
