"""Sources that answer but have gone blind are found, and topics that are quiet because of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.domain.feeds.coverage import (
    Reading,
    TopicSample,
    blindness,
    in_brief,
    quiet_by_failures,
    topic_text,
    usual_matches,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def readings(number: int, first: int = 0, **values: object) -> list[Reading]:
    """Articles of a source, one every eight hours."""
    plain = Reading(at=START, fetched=True, length=3_000, language="en")
    moments = [START + 8 * HOUR * place for place in range(first, first + number)]
    return [replace(plain, **{"at": at, "published": at - HOUR, **values}) for at in moments]


def kinds(before: dict[str, object], after: dict[str, object], number: int = 6) -> str | None:
    found = blindness([*readings(20, **before), *readings(number, first=20, **after)], None)
    return found.kind if found else None


def test_what_has_changed_is_found_within_two_days() -> None:
    assert kinds({}, {"walled": True}) == "walls"
    assert kinds({}, {"length": 200}) == "shrunk"
    assert kinds({}, {"language": "de"}) == "language"
    assert kinds({}, {"published": START}) == "dates"


def test_what_was_always_so_is_no_trouble() -> None:
    assert kinds({}, {}) is None
    assert kinds({"walled": True}, {"walled": True}) is None
    assert kinds({"length": 300}, {"length": 100}) is None
    assert kinds({"published": START}, {"published": START}) is None
    assert kinds({}, {"walled": True}, number=5) is None


def test_a_trouble_lasts_until_an_article_is_as_usual_again() -> None:
    before = readings(20)
    walls = readings(50, first=20, walled=True)
    known = blindness([*before, *walls[:6]], None)
    assert known is not None
    assert "last 6 pages were consent, login or paywall pages" in known.text
    assert blindness(walls, known) is known  # its habit has long been forgotten
    assert blindness([*walls, *readings(1, first=70)], known) is None


def test_a_topic_is_quiet_only_when_its_sources_fail() -> None:
    working = tuple((f"s{number}", None) for number in range(6))
    failing = (("a", "403"), ("b", "403"), ("c", "silent"))
    quiet = TopicSample(topic="china-mediation", recent=0, usual=14.2, sources=(*failing, *working))
    assert quiet_by_failures(quiet)
    assert topic_text(quiet) == (
        "china-mediation: 0 matches in 36 h, usually 14; 3 of its 9 best sources fail: 403, 403, silent"
    )
    assert not quiet_by_failures(replace(quiet, sources=working))
    assert not quiet_by_failures(replace(quiet, recent=9))
    assert not quiet_by_failures(replace(quiet, usual=None))


def test_the_usual_number_is_known_after_three_windows() -> None:
    assert usual_matches(10, timedelta(days=3)) is None
    assert usual_matches(28, timedelta(days=100)) == 3.0
    assert in_brief("access refused: HTTP 403") == "403"
    assert in_brief("too slow: 30 s") == "too slow"
