from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.stories import confirmed, independent_outlets, origin_of
from monitor.domain.stories.values import SourceText

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def source(article_id, outlet, *, credit=None, copy_of=None, copied_from=None, minutes=(0, 0)):
    first, last = (NOON + timedelta(minutes=minute) for minute in minutes)
    origin = origin_of(outlet, credit, copied_from)
    return SourceText(text=copy_of or article_id, origin=origin, first=first, last=last)


def test_an_agency_and_its_credited_copies_count_as_one():
    sources = [
        source(1, "reuters.com"),
        source(2, "harbour-gazette.example", credit="Reuters"),
        source(3, "hill-post.example", credit="By Jane Roe, Reuters"),
        source(4, "valley-times.example"),
    ]
    assert independent_outlets(sources) == ("reuters.com", "valley-times.example")


def test_a_copy_counts_with_what_it_copies():
    sources = [
        source(1, "harbour-gazette.example"),
        source(2, "hill-post.example", copy_of=1),
        source(3, "lake-mail.example", copy_of=1),
    ]
    assert independent_outlets(sources) == ("harbour-gazette.example",)


def test_copies_of_one_forgotten_text_count_once():
    sources = [source(8, "hill-post.example", copy_of=1), source(9, "lake-mail.example", copy_of=1)]
    assert len(independent_outlets(sources)) == 1


def test_one_credit_among_copies_speaks_for_all():
    sources = [
        source(1, "harbour-gazette.example"),
        source(2, "hill-post.example", copy_of=1, credit="AFP"),
        source(3, "lake-mail.example", credit="(AFP)"),
        source(4, "harbour-gazette.example"),
    ]
    assert independent_outlets(sources) == ("afp.com", "harbour-gazette.example")


def test_no_voices_no_outlets():
    assert independent_outlets([]) == ()


def test_confirmation_in_time_counts_the_first_and_the_last_report_of_each():
    apart = [source(1, "a.example"), source(2, "b.example", minutes=(20, 50)), source(3, "c.example", minutes=(70, 70))]
    assert confirmed(apart, 2, timedelta(minutes=20))
    assert not confirmed(apart, 3, timedelta(minutes=49))
    assert confirmed(apart, 3, timedelta(minutes=50)) is False
    assert confirmed(apart, 3, timedelta(minutes=70))
    assert confirmed(apart, 3, None)
    assert not confirmed(apart, 4, None)


outlets = st.sampled_from(["a.example", "b.example", "c.example", "reuters.com"])
sources = st.builds(
    lambda number, outlet, text, first, lasts: source(number, outlet, copy_of=text, minutes=(first, first + lasts)),
    st.integers(1, 9), outlets, st.integers(1, 4), st.integers(0, 60), st.integers(0, 60),
)  # fmt: skip


@given(st.lists(sources, max_size=8), st.integers(1, 4), st.integers(0, 60))
def test_confirmation_in_time_is_what_trying_every_span_finds(spoken, wanted, minutes):
    within = timedelta(minutes=minutes)
    speakers = {one.text: independent_outlets([two for two in spoken if two.text == one.text]) for one in spoken}
    assert all(len(names) == 1 for names in speakers.values())
    times = [(at, speakers[one.text][0]) for one in spoken for at in (one.first, one.last)]
    best = max((len({who for at, who in times if start <= at <= start + within}) for start, _ in times), default=0)
    assert confirmed(spoken, wanted, within) is (best >= wanted)
