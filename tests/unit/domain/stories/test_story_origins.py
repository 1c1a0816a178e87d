from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.stories import confirmed, independent_outlets, origin_of
from monitor.domain.stories.values import Voice

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def voice(article_id, outlet, *, credit=None, copy_of=None, copied_from=None, minutes=(0, 0)):
    first, last = (NOON + timedelta(minutes=minute) for minute in minutes)
    origin = origin_of(outlet, credit, copied_from)
    return Voice(text=copy_of or article_id, origin=origin, first=first, last=last)


def test_an_agency_and_its_credited_copies_count_as_one():
    voices = [
        voice(1, "reuters.com"),
        voice(2, "harbour-gazette.example", credit="Reuters"),
        voice(3, "hill-post.example", credit="By Jane Roe, Reuters"),
        voice(4, "valley-times.example"),
    ]
    assert independent_outlets(voices) == ("reuters.com", "valley-times.example")


def test_a_copy_counts_with_what_it_copies():
    voices = [
        voice(1, "harbour-gazette.example"),
        voice(2, "hill-post.example", copy_of=1),
        voice(3, "lake-mail.example", copy_of=1),
    ]
    assert independent_outlets(voices) == ("harbour-gazette.example",)


def test_copies_of_one_forgotten_text_count_once():
    voices = [voice(8, "hill-post.example", copy_of=1), voice(9, "lake-mail.example", copy_of=1)]
    assert len(independent_outlets(voices)) == 1


def test_one_credit_among_copies_speaks_for_all():
    voices = [
        voice(1, "harbour-gazette.example"),
        voice(2, "hill-post.example", copy_of=1, credit="AFP"),
        voice(3, "lake-mail.example", credit="(AFP)"),
        voice(4, "harbour-gazette.example"),
    ]
    assert independent_outlets(voices) == ("afp.com", "harbour-gazette.example")


def test_no_voices_no_outlets():
    assert independent_outlets([]) == ()


def test_confirmation_in_time_counts_the_first_and_the_last_report_of_each():
    apart = [voice(1, "a.example"), voice(2, "b.example", minutes=(20, 50)), voice(3, "c.example", minutes=(70, 70))]
    assert confirmed(apart, 2, timedelta(minutes=20))
    assert not confirmed(apart, 3, timedelta(minutes=49))
    assert confirmed(apart, 3, timedelta(minutes=50)) is False
    assert confirmed(apart, 3, timedelta(minutes=70))
    assert confirmed(apart, 3, None)
    assert not confirmed(apart, 4, None)


outlets = st.sampled_from(["a.example", "b.example", "c.example", "reuters.com"])
voices = st.builds(
    lambda number, outlet, text, first, lasts: voice(number, outlet, copy_of=text, minutes=(first, first + lasts)),
    st.integers(1, 9), outlets, st.integers(1, 4), st.integers(0, 60), st.integers(0, 60),
)  # fmt: skip


@given(st.lists(voices, max_size=8), st.integers(1, 4), st.integers(0, 60))
def test_confirmation_in_time_is_what_trying_every_span_finds(spoken, wanted, minutes):
    within = timedelta(minutes=minutes)
    speakers = {one.text: independent_outlets([two for two in spoken if two.text == one.text]) for one in spoken}
    assert all(len(names) == 1 for names in speakers.values())
    times = [(at, speakers[one.text][0]) for one in spoken for at in (one.first, one.last)]
    best = max((len({who for at, who in times if start <= at <= start + within}) for start, _ in times), default=0)
    assert confirmed(spoken, wanted, within) is (best >= wanted)
