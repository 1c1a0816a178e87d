import pytest

from monitor.domain.articles.agencies import agency_credited, agency_of_outlet, credit_in


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("Reuters", "reuters.com"),
        ("By AFP", "afp.com"),
        ("Jane Roe, Reuters", "reuters.com"),
        ("The Associated Press", "apnews.com"),
        ("新华社", "xinhuanet.com"),
        ("ТАСС", "tass.com"),
        ("EFE/EPA", "efe.com"),
        ("PAP", "pap.pl"),
        ("John Smith", None),
        ("pap smear test", None),
        ("", None),
        (None, None),
    ],
)
def test_a_credit_line_names_its_agency(line, agency):
    assert agency_credited(line) == agency


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("ZORBA, May 21 (dpa) - A bridge fell.", "dpa"),
        ("ZORBA, May 21. /TASS/. A bridge fell.", "TASS"),
        ("新华社北京5月1日电 一座桥倒塌。", "新华社"),
        ("A bridge fell.\nSource: Xinhua", "Xinhua"),
        ("A bridge fell. (Reuters)", "Reuters"),
        ("The mayor told Reuters on Monday that a bridge fell.", None),
        ("", None),
    ],
)
def test_a_text_credits_an_agency_in_its_dateline_or_signature_only(text, credit):
    assert credit_in(text) == credit


def test_an_agency_is_known_by_any_of_its_domains():
    assert agency_of_outlet("www.tass.ru") == agency_of_outlet("tass.com") == "tass.com"
    assert agency_of_outlet("harbour-gazette.example") is None
