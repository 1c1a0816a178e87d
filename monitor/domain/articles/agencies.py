"""Recognise news agencies by domain and by the credit lines that outlets print."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agency:
    """Describe a news agency: its domains, its own first, and its names in lower case."""

    domains: tuple[str, ...]
    names: tuple[str, ...]


AGENCIES = (
    Agency(
        ("reuters.com", "reutersagency.com"),
        ("reuters", "thomson reuters", "reuter", "рейтер", "рейтерс", "路透社", "路透", "ロイター"),
    ),
    Agency(("apnews.com", "ap.org"), ("ap", "associated press", "the associated press", "ассошиэйтед пресс", "美联社")),
    Agency(("afp.com",), ("afp", "agence france-presse", "agence france presse", "франс пресс", "法新社")),
    Agency(("tass.com", "tass.ru"), ("tass", "itar-tass", "тасс", "итар-тасс", "塔斯社")),
    Agency(("ria.ru",), ("ria novosti", "ria", "риа новости", "俄新社")),
    Agency(("interfax.com", "interfax.ru"), ("interfax", "интерфакс")),
    Agency(("interfax.com.ua",), ("interfax-ukraine", "интерфакс-украина", "інтерфакс-україна")),
    Agency(("ukrinform.net", "ukrinform.ua"), ("ukrinform", "укринформ", "укрінформ")),
    Agency(("unian.info", "unian.ua"), ("unian", "униан", "уніан")),
    Agency(
        ("xinhuanet.com", "news.cn", "xinhua.net"),
        ("xinhua", "xinhua news agency", "синьхуа", "新华社", "新華社", "新华网"),
    ),
    Agency(("chinanews.com", "chinanews.com.cn"), ("china news service", "中新社", "中新网")),
    Agency(("dpa.com", "dpa-international.com"), ("dpa", "deutsche presse-agentur")),
    Agency(("apa.at",), ("apa", "austria presse agentur")),
    Agency(("pap.pl",), ("pap", "polska agencja prasowa")),
    Agency(("ansa.it",), ("ansa",)),
    Agency(("efe.com",), ("efe", "agencia efe")),
    Agency(("europapress.es",), ("europa press",)),
    Agency(("kyodonews.net", "kyodonews.jp"), ("kyodo", "kyodo news", "共同通信", "共同社")),
    Agency(("jiji.com",), ("jiji", "jiji press", "時事通信")),
    Agency(("yna.co.kr",), ("yonhap", "yonhap news agency", "韩联社", "연합뉴스")),
    Agency(("aa.com.tr",), ("anadolu", "anadolu agency", "anadolu ajansı")),
    Agency(("ptinews.com",), ("pti", "press trust of india")),
    Agency(("aninews.in",), ("ani", "asian news international")),
    Agency(("bloomberg.com",), ("bloomberg", "bloomberg news", "彭博社")),
    Agency(("upi.com",), ("upi", "united press international")),
    Agency(("pa.media",), ("pa media", "press association")),
    Agency(("irna.ir",), ("irna",)),
    Agency(("belta.by",), ("belta", "белта")),
)
"""Public knowledge. The first domain stands for the agency wherever origins are counted."""

_BY_NAME = {name: agency.domains[0] for agency in AGENCIES for name in agency.names}
_BY_DOMAIN = {domain: agency.domains[0] for agency in AGENCIES for domain in agency.domains}
_NAMES = "|".join(re.escape(name) for name in sorted(_BY_NAME, key=len, reverse=True))
_LISTED = re.compile(rf"(?<!\w)(?:{_NAMES})(?!\w)|[\u4e00-\u9fff]{{2}}社", re.IGNORECASE)
# How a wire says it is one: a dateline "PLACE (Agency) -", "/TASS/", "新华社北京5月1日电", or a last line of credit.
_DATELINE = re.compile(rf"[(/\[【（]\s*({_NAMES})\s*[)/\]】）]", re.IGNORECASE)
_IDEOGRAPHIC_DATELINE = re.compile(r"^\W*(新华社|新華社|中新社|路透社|美联社|法新社|塔斯社)[^。]{0,30}[电電]")
_SIGNATURE = re.compile(
    r"(?:^|\n|[.!?»”\"]\s)\W*(?:source|sources|credit|by|quelle|źródło|fuente|fonte|источник|джерело|来源|來源)?"
    rf"\W*({_NAMES})(?:\W+(?:{_NAMES}))*\W*$",
    re.IGNORECASE,
)
_HEAD, _TAIL = 400, 160


def agency_of_outlet(outlet: str) -> str | None:
    """Return the agency whose own domain `outlet` is, by its first domain."""
    return _BY_DOMAIN.get(outlet.casefold().removeprefix("www."))


def agency_credited(credit: str | None) -> str | None:
    """Return the agency a credit line names ("Reuters", "By AFP", "新华社"), by domain.

    Of several the first counts.
    """
    for found in _LISTED.finditer(credit or ""):
        named = found.group().casefold()
        # "Ap" or "ria" in lower case are words, not agencies.
        if named in _BY_NAME and (
            not named.isascii() or len(named) > 4 or found.group() != named or credit == named or named == "dpa"
        ):
            return _BY_NAME[named]
    return None


def credit_in(text: str) -> str | None:
    """Return the agency that the dateline or signature of a text credits, as written."""
    head, tail = text[:_HEAD], text[-_TAIL:].rstrip()
    for pattern, part in ((_DATELINE, head), (_IDEOGRAPHIC_DATELINE, head), (_SIGNATURE, tail)):
        found = pattern.search(part)
        if found and agency_credited(found.group(1)):
            return found.group(1)
    return None
