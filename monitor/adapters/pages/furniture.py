"""Take out of a page what is not the article's text, and keep an article that stands where furniture does."""

import re

from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import MANUALLY_CLEANED

from monitor.adapters.pages.teasers import is_cue, is_teaser, may_be_cue
from monitor.adapters.pages.wall_phrases import CONSENT_VOICE, CONSENT_WORDS

FURNITURE = tuple(tag for tag in MANUALLY_CLEANED if tag != "form")
"""Elements that trafilatura drops whole. A form is not always dropped: some pages stand in one from end to end."""
_MAY_HOLD_AN_ARTICLE = ("aside", "footer", "menu", "figure", "details", "dialog")
_LINES = ("p", "div", "li", "h2", "h3", "h4", "h5", "h6", "strong", "b", "em", "i", "span", "blockquote", "section")
"""Elements of which a teaser line may consist."""
_INLINE = ("a", "strong", "b", "em", "i", "span")
_LINE_LENGTH = 400
"""Characters of the longest teaser line."""
_BANNERS = ("div", "section", "aside", "dialog", "form")
_BANNER = re.compile(
    r"cookie|consent|\bcmp\b|gdpr|privacy|onetrust|didomi|usercentrics|sp_message|qc-cmp|truste|dialog|modal|banner|notice"
)
_BANNER_LENGTH = 8_000


def cleaned(tree: HtmlElement) -> HtmlElement:
    """Drop readings of ruby, consent banners and teaser lines; turn furniture that holds the article into a box."""
    etree.strip_elements(tree, "rt", "rp", "rtc", with_tail=False)
    _free_article(tree)
    _drop_banners(tree)
    _drop_teasers(tree)
    return tree


def without_furniture(tree: HtmlElement) -> HtmlElement:
    """Drop what trafilatura would drop after searching all of it a dozen times.

    Left as it is when no paragraph would remain, for then trafilatura keeps it too.
    """
    paragraphs = tree.iter("p")
    inside = [next(paragraph.iterancestors(*FURNITURE), None) is not None for paragraph in paragraphs]
    if not inside or not all(inside):
        etree.strip_elements(tree, *FURNITURE, with_tail=False)
    return tree


def _free_article(tree: HtmlElement) -> None:
    """Rename an aside, footer or the like that holds most of the page's paragraphs."""
    if next(tree.iter(*_MAY_HOLD_AN_ARTICLE), None) is None:
        return
    held: dict[HtmlElement, int] = {}
    all_letters = 0
    for paragraph in tree.iter("p"):
        size = len(" ".join(paragraph.itertext()))
        all_letters += size
        for around in paragraph.iterancestors(*_MAY_HOLD_AN_ARTICLE):
            held[around] = held.get(around, 0) + size
    for element, size in held.items():
        if 2 * size > all_letters and size > 300:
            element.tag = "div"


def _drop_banners(tree: HtmlElement) -> None:
    """Drop boxes that ask for consent, unless nothing else would remain."""
    for element in list(tree.iter(*_BANNERS)):
        names = " ".join(element.values()).lower() if len(element.attrib) else ""
        if not _BANNER.search(names) and element.tag != "dialog":
            continue
        text = " ".join(element.itertext())[: _BANNER_LENGTH + 1].lower()
        marks = {match[0] for pattern in (CONSENT_VOICE, CONSENT_WORDS) for match in pattern.finditer(text)}
        if len(text) <= _BANNER_LENGTH and len(marks) > 1 and CONSENT_VOICE.search(text):
            _drop(element)


def _drop_teasers(tree: HtmlElement) -> None:
    """Drop lines of a cue and a link ("READ MORE: ..."), and lists of links below a cue."""
    begun = [element for element in tree.iter(*_LINES, "a") if element.text and may_be_cue(element.text.lstrip())]
    for element in begun:
        line = _line_of(element)
        words = "".join(line.itertext())
        if len(words) > _LINE_LENGTH:
            continue
        if is_cue(words):
            following = line.getnext()
            while following is not None and _is_all_links(following):
                behind = following.getnext()
                _drop(following)
                following = behind
            if line.tag not in _INLINE:
                _drop(line)
        elif line.tag not in _INLINE:
            linked = " ".join("".join(link.itertext()) for link in line.iter("a"))
            if linked and is_teaser(words, linked):
                _drop(line)


def _line_of(element: HtmlElement) -> HtmlElement:
    """Return the line that an element begins: the first box around it, or what begins the text of one."""
    line = element
    while line.tag in _INLINE:
        around = line.getparent()
        if around is None or around.tag not in _LINES or (around.text or "").strip() or around[0] is not line:
            break
        line = around
    return line


def _is_all_links(element: HtmlElement) -> bool:
    words = "".join("".join(element.itertext()).split())
    linked = "".join("".join("".join(link.itertext()).split()) for link in element.iter("a"))
    return bool(linked) and len(words) - len(linked) <= 3


def _drop(element: HtmlElement) -> None:
    """Drop an element with its words, without those behind it; one that was dropped with its box is left alone."""
    if element.getparent() is not None:
        element.drop_tree()
