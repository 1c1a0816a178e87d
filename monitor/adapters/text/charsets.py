"""Decode the bytes of feeds and pages under our own choice of charset.

Labels are written by strangers: some name codecs that crash or execute (utf-7, punycode, unicode_escape), many are
wrong. Only charsets of an allow-list are used, and what the bytes themselves say outweighs any label.
"""

import codecs
import re
from collections.abc import Sequence
from functools import lru_cache

import webencodings
from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SHAPES = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_ALLOWED = re.compile(
    r"ascii|utf-(?:8|16|32)(?:-[lb]e)?|utf-8-sig|iso8859-\d+|cp\d+|mac-\w+|koi8-[rtu]|kz1048|ptcp154|tis-620|hp-roman8"
    r"|gb2312|gbk|gb18030|hz|big5|big5hkscs|shift_jis\w*|euc_\w+|iso2022_\w+|johab"
)
_WIDER = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""Labels mean these supersets, as in browsers (encoding.spec.whatwg.org)."""
_MISSPELT = (
    (
        re.compile(r"^(?:x-)*(?:win(?:dows)?|cp|ansi|ms|windows-cp|ibm-cp|microsoft-cp)-?(125\d|874|949|936|932|950)$"),
        r"cp\1",
    ),
    (re.compile(r"^(?:x-)*(?:iso|is)?-?8859-?(\d{1,2})(?:-[ei])?$"), r"iso-8859-\1"),
    (
        re.compile(
            r"^(?:x-)*(?:utf|uft|utf8-utf|unicode-utf|charset-?utf)-?8(?:-?(?:mb4|mb3|bom|sig|unicode(?:-ci)?))?$"
        ),
        "utf-8",
    ),
    # in the standard, but newer than the library
    (re.compile(r"^koi8-ru$"), "koi8-u"),
    (re.compile(r"^x-user-defined$"), "cp1252"),  # as the HTML standard has it for pages
    (re.compile(r"^(?:x-)?unicode(?:11|20)utf8$"), "utf-8"),
    (re.compile(r"^(?:cs)?unicode(?:feff)?$|^(?:iso-10646-)?ucs-2$"), "utf-16le"),
    (re.compile(r"^unicodefffe$"), "utf-16be"),
    (re.compile(r"^(?:x-)*koi-?8?(?:-?r)?$"), "koi8-r"),
    (re.compile(r"^(?:x-)*koi-?8-?u$"), "koi8-u"),
    (re.compile(r"^(?:x-)*(?:shift|s)-?jis$|^(?:x-)*sjis.*$|^windows-31j$|^cp943c?$"), "cp932"),
    (re.compile(r"^(?:x-)*euc-?(jp|kr|cn|tw)$"), r"euc-\1"),
    (re.compile(r"^(?:x-)*gb-?(?:2312|k|18030)(?:-80)?.*$|^chinese$"), "gb18030"),
    (re.compile(r"^(?:x-)*big-?5.*$"), "big5hkscs"),
    (re.compile(r"^latin-?(\d{1,2})$"), r"latin\1"),
)
"""Labels that no standard has and whose meaning is plain."""
_SEVEN_BIT = re.compile(r"iso2022_\w+|hz")
_XML_LABEL = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_META_LABEL = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_ESCAPED = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[\u0080-\ud7ff\ue000-\U0010ffff]")
_ACCENTED = re.compile("[\u00c0-\u00ff]")
_PLAIN = re.compile("[A-Za-z]")
_HEAD = 4_096
_SAMPLE = 20_000


def decode_feed(body: bytes, charset: str | None) -> str:
    """Decode a feed document; `charset` is what HTTP said. Never raises."""
    return decode(body, [charset or "", _label(_XML_LABEL, body)])


def decode_page(body: bytes, charset: str | None) -> str:
    """Decode a web page; `charset` is what HTTP said. Never raises.

    Latin-1 in a header is often just the server's default, so a page's own label goes before it.
    """
    labels = [charset or "", _label(_META_LABEL, body) or _label(_XML_LABEL, body)]
    if _codec(labels[0]) == "cp1252":
        labels.reverse()
    return decode(body, labels)


def decode(body: bytes, labels: Sequence[str]) -> str:
    """Decode by byte order mark, then valid UTF-8, then the labels in their order.

    Bytes that are valid UTF-8 and not plain ASCII are UTF-8, whatever a label says. What no label fits is guessed
    from the letters. Never raises; bytes that stay unreadable become U+FFFD.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    start = body[:64].lstrip(b" \t\r\n")
    shaped = next((name for shape, name in _SHAPES if start.startswith(shape)), "")
    claims = [name for name in map(_codec, (shaped, *labels)) if name]
    likely = ["utf-8", *claims, "cp1252"]
    if claims and claims[0].startswith(("utf-16", "utf-32", "cp037")):
        likely = [claims[0], "utf-8", *claims[1:], "cp1252"]
    elif any(_SEVEN_BIT.fullmatch(claim) for claim in claims) and body.isascii():
        likely = [*claims, "utf-8"]
    for name in likely:
        try:
            text = body.decode(name)
        except (UnicodeError, ValueError):
            mixed = _mixed(body) if name == "utf-8" else None
            if mixed is None:
                continue
            return mixed
        return (name == "cp1252" and _guessed(body, text)) or text
    return body.decode(claims[0] if claims else "utf-8", "replace")


def _mixed(body: bytes) -> str | None:
    """Decode UTF-8 with some bytes wrong; None when more is wrong than right.

    The wrong bytes are read as cp1252.
    """
    text = body.decode("utf-8", "surrogateescape")
    wrong, right = len(_ESCAPED.findall(text)), len(_BEYOND_ASCII.findall(text))
    if right < 2 * wrong:
        return None
    return _ESCAPED.sub(lambda match: bytes([ord(match[0]) - 0xDC00]).decode("cp1252", "replace"), text)


def _label(pattern: re.Pattern[bytes], body: bytes) -> str:
    found = pattern.search(body, 0, _HEAD)
    return found[1].decode("ascii") if found else ""


@lru_cache(maxsize=500)
def _codec(label: str) -> str | None:
    """Return Python's name of the charset that a label means: the web's first, Python's own, plain misspellings."""
    plain = label.strip(" \t\r\n\f'\",;").lower()
    bare = re.sub(r"[\s_.:-]+", "-", plain)
    for spelt in (plain, bare, *(pattern.sub(meant, bare) for pattern, meant in _MISSPELT if pattern.match(bare))):
        standard = webencodings.lookup(spelt) if spelt else None
        name = standard.codec_info.name if standard is not None else ""
        if not _ALLOWED.fullmatch(name):
            try:
                name = codecs.lookup(spelt).name if spelt else ""
            except (LookupError, ValueError, UnicodeError):
                continue
        if _ALLOWED.fullmatch(name):
            return _WIDER.get(name, name)
    return None


def _guessed(body: bytes, text: str) -> str | None:
    """Decode under a guessed charset when every fifth Latin-1 letter has an accent."""
    accented = len(_ACCENTED.findall(text[:_SAMPLE]))
    letters = len(_PLAIN.findall(text[:_SAMPLE]))
    if accented * 4 <= letters:
        return None
    high = next((at for at, byte in enumerate(body) if byte > 127), 0)
    guess = from_bytes(body[max(0, high - 200) : high + _SAMPLE]).best()
    name = _codec(guess.encoding) if guess else None
    try:
        return body.decode(name) if name else None
    except (UnicodeError, ValueError):
        return None
