"""Every script and every disguise: what must be found, and what must not."""

import pytest

from tests.support.topic_workbench import hits, quotes

HARD = [
    ('"北京"', "他在北京说话。", "zh", True),
    ("北京", "我們回到北京市政府", "zh", True),
    ("习近平", "国家主席习近平访问", "zh", True),
    ("北京", "北。京", "zh", False),
    ("トランプ", "米大統領のﾄﾗﾝﾌﾟ氏", "ja", True),
    ("관세", "미국의 상호관세를 논의", "ko", True),
    ("관세", "\u1100\u116a\u11ab\u1109\u1166", "ko", True),
    ("ภาษี", "ขึ้นภาษีนำเข้า", "th", True),
    ("москва", "В МОСКВЕ прошли переговоры", "ru", True),
    ("переговоры", "после переговоров", "ru", True),
    ("пошлина", "новые пошлины", "ru", True),
    ("переговори", "під час переговорів у Києві", "uk", True),
    ("санкція", "нові санкції", "uk", True),
    ("umowa", "nowej umowy handlowej", "pl", True),
    ("negocjacje", "w negocjacjach pokojowych", "pl", True),
    ("Zoll", "neue Zölle auf Stahl", "de", True),
    ("négociation", "les négociations de paix", "fr", True),
    ("négociation", "les negociations de paix", "fr", True),
    ("arancel", "los aranceles", "es", True),
    ("ειρήνη", "για την ΕΙΡΉΝΗ", "el", True),
    ("سلام", "محادثات السلام", "ar", True),
    ("U.S.", "the U.S. government", "en", True),
    ("U.S.", "the U.S", "en", True),
    ("U.S.", "give us time", "en", False),
    ("C++", "written in C++ today", "en", True),
    ("C++", "vitamin C today", "en", False),
    ("AT&T", "shares of AT&T rose", "en", True),
    ("AT&T", "at t zero", "en", False),
    ("AT&T", "shares of AT&amp;T", "en", False),
    ("strasse", "die Hauptstraße", "de", False),
    ("strasse", "in der Straße", "de", True),
    ("straße", "in der STRASSE", "de", True),
    ("istanbul", "İstanbul'da", "tr", True),
    ('"white house"', "the White\u00a0House said", "en", True),
    ('"white house"', "the White\n   House said", "en", True),
    ('"white house"', "white. House prices", "en", False),
    ('"white house"', "painted white\n\nHouse prices", "en", False),
    ("e-mail", "an e\u2011mail", "en", True),
    ("china", "China’s tariffs", "en", True),
    ("china", "the US–China talks", "en", True),
    ("=US", "the US-Russia summit", "en", True),
    ("=US", "tell us more", "en", False),
    ("=US", "ＵＳ officials", "en", True),
    ("tariff", "in Tariffville", "en", False),
    ("tariff", "ta\u00adriff ra\u200btes", "en", True),
    ("rates", "ta\u00adriff ra\u200btes", "en", True),
    ("tariff", "\u202etariff\u202c", "en", True),
    ("tariff", "ｔａｒｉｆｆ", "en", True),
    ("café", "cafe\u0301", "en", True),
    ("cafe", "café", "fr", True),
    ("zelensky", "Zelenskyy", "en", False),
    ("fi", "ﬁ", "en", True),
    ("apple", "\u0410pple", "en", False),
    ('"п\'ять"', "п’ять", "uk", True),
    ("đồng", "dong", "vi", True),
    ("G20", "the G20峰会", "zh", True),
    ("峰会", "G20峰会", "zh", True),
    ("𠀀", "有𠀀字", "zh", True),
    ("חדשות", "חֲדָשׁוֹת", "he", True),
]


@pytest.mark.case(56, 57)
@pytest.mark.parametrize(("query", "text", "language", "found"), HARD)
def test_a_hard_case(query: str, text: str, language: str, found: bool) -> None:
    assert hits(query, text, lang=language) is found


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [("tariff", "tariffs", None), ("пошлина", "пошлины", None), ("tariff", "tariffs 关税", "zh")],
)
def test_without_a_language_the_script_decides(query: str, text: str, language: str | None) -> None:
    assert hits(query, text, lang=language)


@pytest.mark.parametrize(
    ("query", "text", "quoted"),
    [
        ("tariff", "the ta\u00adriffs\u200b rose", "ta\u00adriffs"),
        ("café", "a cafe\u0301 there", "cafe\u0301"),
        ("strasse", "die Straße.", "Straße"),
        ("C++", "in C++ now", "C++"),
        ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8 now", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
        ("office", "the oﬃce is", "oﬃce"),
    ],
)
def test_the_quote_is_what_the_page_says(query: str, text: str, quoted: str) -> None:
    assert quotes(query, text) == [quoted]


@pytest.mark.parametrize("text", ["", " ", "\ud800", "\x00", "\u200b", "\U000e0041", "a" * 5000, "\u0301", "\u1100"])
def test_no_text_is_too_strange(text: str) -> None:
    assert not hits("tariff OR 关税 OR tar* OR /x+y/", text, text)
