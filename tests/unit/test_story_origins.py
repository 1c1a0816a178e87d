from datetime import UTC, datetime

from monitor.domain.stories import independent_outlets, origin_of
from monitor.domain.stories.values import Member


def member(article_id, outlet, *, credit=None, copy_of=None, copied_from=None):
    return Member(
        article_id=article_id,
        outlet=outlet,
        origin=origin_of(outlet, credit, copied_from),
        copy_of=copy_of,
        at=datetime(2030, 1, 1, tzinfo=UTC),
        title="",
        url=None,
    )


def test_an_agency_and_its_credited_copies_count_as_one():
    members = [
        member(1, "reuters.com"),
        member(2, "harbour-gazette.example", credit="Reuters"),
        member(3, "hill-post.example", credit="By Jane Roe, Reuters"),
        member(4, "valley-times.example"),
    ]
    assert independent_outlets(members) == ("reuters.com", "valley-times.example")


def test_a_copy_counts_with_what_it_copies():
    members = [
        member(1, "harbour-gazette.example"),
        member(2, "hill-post.example", copy_of=1),
        member(3, "lake-mail.example", copy_of=2),
    ]
    assert independent_outlets(members) == ("harbour-gazette.example",)


def test_copies_of_one_forgotten_text_count_once():
    members = [member(8, "hill-post.example", copy_of=1), member(9, "lake-mail.example", copy_of=1)]
    assert len(independent_outlets(members)) == 1


def test_one_credit_among_copies_speaks_for_all():
    members = [
        member(1, "harbour-gazette.example"),
        member(2, "hill-post.example", copy_of=1, credit="AFP"),
        member(3, "lake-mail.example", credit="(AFP)"),
        member(4, "harbour-gazette.example"),
    ]
    assert independent_outlets(members) == ("afp.com", "harbour-gazette.example")


def test_copies_that_name_each_other_do_not_hang():
    assert independent_outlets([member(1, "a.example", copy_of=2), member(2, "b.example", copy_of=1)])


def test_no_members_no_outlets():
    assert independent_outlets([]) == ()
