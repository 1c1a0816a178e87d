"""Bytes become the text that was meant, whatever their label says."""

import pytest
from webencodings.labels import LABELS

from monitor.adapters.text.charsets import _codec, decode_feed, decode_page

SAMPLES = {
    "iso-8859-1": "Le Pôle de l'été à Besançon",
    "windows-1252": "“Pôle” – été",
    "iso-8859-2": "Zażółć gęślą jaźń",
    "windows-1250": "Příliš žluťoučký kůň",
    "windows-1251": "Посланники встретились",
    "iso-8859-5": "Посланники встретились",
    "koi8-r": "Посланники встретились",
    "koi8-u": "Посланці зустрілися їхні",
    "cp866": "Посланники встретились",
    "windows-1253": "Απεσταλμένοι",
    "iso-8859-7": "Απεσταλμένοι",
    "windows-1254": "İstanbul'da görüşme",
    "iso-8859-9": "İstanbul'da görüşme",
    "windows-1255": "השליחים נפגשו",
    "iso-8859-8": "השליחים נפגשו",
    "windows-1256": "اجتمع المبعوثون",
    "windows-1257": "Šių metų",
    "iso-8859-4": "Šių metų",
    "iso-8859-15": "Prix en €",
    "iso-8859-16": "Șase știri",
    "tis-620": "คณะทูตพบกัน",
    "gb2312": "特使举行会谈",
    "gbk": "特使舉行會談",
    "gb18030": "特使举行会谈",
    "big5": "特使舉行會談",
    "shift_jis": "特使は日曜日に",
    "euc-jp": "特使は日曜日に",
    "iso-2022-jp": "特使は日曜日に",
    "euc-kr": "특사들은 일요일에",
    "utf-16": "Посланники — 特使",
}


@pytest.mark.case(32, 34)
@pytest.mark.parametrize(("label", "text"), SAMPLES.items())
def test_thirty_charsets_in_declaration_and_header(label, text):
    declared = f'<?xml version="1.0" encoding="{label}"?><rss>{text}</rss>'
    assert text in decode_feed(declared.encode(label), None)
    assert text in decode_feed(f"<rss>{text}</rss>".encode(label), label)


@pytest.mark.case(32)
@pytest.mark.parametrize(
    "label",
    ["utf-7", "punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape", "rot13", "hex", "zlib", "base64",
     "mbcs", "x-nothing", "utf-8\x00", "'", "a" * 40],
)  # fmt: skip
def test_labels_that_crash_codecs_are_ignored(label):
    body = f'<?xml version="1.0" encoding="{label}"?><rss>é — 特使</rss>'.encode()
    assert "é — 特使" in decode_feed(body, label)


@pytest.mark.case(34)
@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_need_no_mark(charset):
    assert decode_feed("<rss>特使</rss>".encode(charset), None) == "<rss>特使</rss>"


@pytest.mark.case(34)
def test_what_says_utf_8_and_is_not_is_read_all_the_same():
    body = '<?xml version="1.0" encoding="utf-8"?><rss>“Pôle” – été</rss>'.encode("cp1252")
    assert "“Pôle” – été" in decode_feed(body, "utf-8")


@pytest.mark.case(67)
def test_one_wrong_byte_does_not_spoil_the_rest():
    text = "Les émissaires réunis à Genève, été après été"
    assert decode_page(text.encode() + b" \x93quoted\x94", None) == text + " “quoted”"


@pytest.mark.case(67)
def test_a_servers_default_label_gives_way_to_the_pages_own():
    page = '<html><head><meta charset="windows-1251"></head>Посланники встретились</html>'
    assert "Посланники" in decode_page(page.encode("cp1251"), "iso-8859-1")


@pytest.mark.case(67)
def test_a_page_with_no_label_is_read_by_its_letters():
    text = "Посланники двух стран встретились в воскресенье и договорились о новых переговорах в следующем месяце. " * 5
    assert decode_page(f"<html><p>{text}".encode("cp1251"), "iso-8859-1") == f"<html><p>{text}"


def test_utf_8_under_a_latin_label_stays_utf_8():
    assert decode_page("<p>été 特使".encode(), "iso-8859-1") == "<p>été 特使"


WEB_LABELS = {
    "x-cp1250": ("cp1250", "Příliš žluťoučký kůň"),
    "x-cp1251": ("cp1251", "Посланники встретились"),
    "x-cp1253": ("cp1253", "Οι απεσταλμένοι συναντήθηκαν"),
    "x-cp1254": ("cp1254", "İstanbul'da görüşme ağır"),
    "x-cp1255": ("cp1255", "השליחים נפגשו"),
    "x-mac-cyrillic": ("mac-cyrillic", "Посланники встретились"),
    "x-sjis": ("cp932", "特使は日曜日に①会った"),
    "windows-31j": ("cp932", "特使は日曜日に①会った"),
    "x-euc-jp": ("euc_jp", "特使は日曜日に会った"),
    "x-gbk": ("gbk", "特使舉行會談"),
    "gb_2312-80": ("gb2312", "特使举行会谈"),
    "x-x-big5": ("big5", "特使舉行會談"),
    "windows-949": ("cp949", "특사들은 일요일에 똠방각하"),
    "windows-874": ("cp874", "คณะทูตพบกัน"),
    "dos-874": ("cp874", "คณะทูตพบกัน"),
    "koi8": ("koi8-r", "Посланники встретились"),
    "iso-8859-8-i": ("iso8859-8", "השליחים נפגשו"),
    "logical": ("iso8859-8", "השליחים נפגשו"),
    "sun_eu_greek": ("iso8859-7", "Οι απεσταλμένοι"),
    "cyrillic": ("iso8859-5", "Посланники встретились"),
    "866": ("cp866", "Посланники встретились"),
}
MISSPELT = {
    "koi8-ru": ("koi8-u", "Посланці зустрілися їхні"),
    "unicode20utf8": ("utf-8", "Посланники — 特使"),
    "win1251": ("cp1251", "Посланники встретились"),
    "win-1250": ("cp1250", "Příliš žluťoučký kůň"),
    "windows1253": ("cp1253", "Οι απεσταλμένοι συναντήθηκαν"),
    "windows_1251": ("cp1251", "Посланники встретились"),
    "ansi-1251": ("cp1251", "Посланники встретились"),
    "cp-1254": ("cp1254", "İstanbul'da görüşme ağır"),
    "ms-1251": ("cp1251", "Посланники встретились"),
    "iso8859.2": ("iso8859-2", "Zażółć gęślą jaźń"),
    "8859-5": ("iso8859-5", "Посланники встретились"),
    "koi8r": ("koi8-r", "Посланники встретились"),
    "utf8mb4": ("utf-8", "Посланники — 特使"),
    "shift-jis": ("cp932", "特使は日曜日に①会った"),
    "euc_kr": ("cp949", "특사들은 일요일에"),
    "big5-eten": ("big5", "特使舉行會談"),
}


@pytest.mark.case(32)
@pytest.mark.parametrize(("label", "codec", "text"), [(k, *v) for k, v in (WEB_LABELS | MISSPELT).items()])
def test_labels_mean_what_browsers_and_people_mean(label, codec, text):
    declared = f'<?xml version="1.0" encoding="{label}"?><rss>{text}</rss>'
    assert text in decode_feed(declared.encode(codec), None)
    assert text in decode_page(f'<meta charset="{label}"><p>{text}'.encode(codec), None)
    assert text in decode_page(f"<p>{text}".encode(codec), label)


def test_every_label_of_the_encoding_standard_is_known():
    assert not [label for label in LABELS if _codec(label) is None]
