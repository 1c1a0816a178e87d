"""What people are shown as the reason of an alert."""

from monitor.domain.alerts.evidence import CONTEXT, MOST, evidence
from monitor.domain.topics.values import Field, Hit

FILLER = "word " * 40


def hit(source: str, quote: str, field: Field = Field.TEXT) -> Hit:
    start = source.index(quote)
    return Hit(term=quote, field=field, start=start, end=start + len(quote), quote=quote)


def test_a_short_text_is_shown_whole_and_without_ellipses() -> None:
    text = "Envoys offered to host talks soon."
    [shown] = evidence("", text, [hit(text, "talks")])
    assert (shown.before, shown.quote, shown.after) == ("Envoys offered to host ", "talks", " soon.")


def test_ellipses_stand_where_the_surroundings_are_cut_between_words() -> None:
    text = f"{FILLER}to host talks soon {FILLER}"
    [shown] = evidence("", text, [hit(text, "talks")])
    assert shown.before.startswith("…word ")
    assert shown.before.endswith("word to host ")
    assert shown.after.startswith(" soon word ")
    assert shown.after.endswith(" word…")
    assert len(shown.before) <= CONTEXT + 1


def test_text_without_spaces_is_cut_where_it_must() -> None:
    text = "中" * 200 + "调停" + "国" * 200
    [shown] = evidence("", text, [hit(text, "调停")])
    assert (shown.before, shown.after) == ("…" + "中" * CONTEXT, "国" * CONTEXT + "…")


def test_the_title_comes_first_and_no_word_twice() -> None:
    title, text = "Talks about talks", f"The talks were long. {FILLER}A mediator spoke. {FILLER}An envoy, too."
    hits = [hit(text, "mediator"), hit(text, "talks"), hit(title, "talks", Field.TITLE), hit(text, "envoy")]
    shown = evidence(title, text, hits)
    assert [one.quote for one in shown] == ["talks", "mediator", "envoy"]
    assert shown[0].field is Field.TITLE
    assert len(shown) <= MOST
