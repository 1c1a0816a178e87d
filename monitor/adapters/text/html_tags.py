"""Tell tags of HTML from angle brackets that are text ("yields of A<B and C>D")."""

import re

BRACKET = "\ufdd0"
"""Stands for a "<" that is text until a fragment is plain: a noncharacter, which texts do not hold (Unicode, 23.7)."""

_NAMES = (
    r"a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|bgsound|big|blink"
    r"|blockquote|body|br|button|canvas|caption|center|cite|code|col|colgroup|command|content|data|datalist"
    r"|dd|del|details|dfn|dialog|dir|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame"
    r"|frameset|h1|h2|h3|h4|h5|h6|head|header|hgroup|hr|html|i|iframe|image|img|input|ins|isindex|kbd"
    r"|keygen|label|legend|li|link|listing|main|map|mark|marquee|math|menu|menuitem|meta|meter|multicol|nav"
    r"|nobr|noembed|noframes|noscript|object|ol|optgroup|option|output|p|param|picture|plaintext|pre"
    r"|progress|q|rb|rp|rt|rtc|ruby|s|samp|script|search|section|select|shadow|slot|small|source|spacer"
    r"|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time"
    r"|title|tr|track|tt|u|ul|var|video|wbr|xmp|path|g|circle|rect|line|polygon|polyline|text|use|defs|mi"
    r"|mo|mn|mrow|msup|msub|mfrac"
)
"""Elements of HTML, present and past (WHATWG HTML, "Index", "Obsolete features"), and common ones of SVG and MathML."""
_BARE = (
    r"allowfullscreen|async|autoplay|checked|compact|controls|crossorigin|default|defer|disabled|hidden|inert|ismap"
    r"|itemscope|loop|multiple|muted|nohref|nomodule|noresize|noshade|novalidate|nowrap|open|playsinline|readonly"
    r"|required|reversed|selected|\w+fullscreen|[a-z]+-[a-z-]+"
)
"""Attributes that stand without a value."""
_NO_TAG = re.compile(
    rf"""<(?:(?=[^!?/a-z]) | (?!
        [!?]                                                    # comments, declarations, CDATA, processing instructions
        | /(?:{_NAMES})(?![\w:-])[^<>]*(?:>|\Z)       # the end of an element
        | (?:{_NAMES})(?:
            \s*+/?>                                             # no attributes
            | [\s/"']++(?:[\w:.@-]++[\s"']++){{0,30}}[\w:.@-]++\s*+=   # attributes
            | (?:\s++(?:{_BARE})(?![\w-]))++\s*+/?>
            )
        | /?[a-z][\w.]*+[:-][a-z][\w.-]*+(?:\s*+/?>|\s[^<>]*(?:=|>))    # custom elements, other vocabularies
    ))""",
    re.IGNORECASE | re.VERBOSE,
)


def mark_brackets(markup: str) -> str:
    """Replace each "<" that begins no tag by BRACKET, so that no parser takes it for one."""
    return _NO_TAG.sub(BRACKET, markup) if "<" in markup else markup
