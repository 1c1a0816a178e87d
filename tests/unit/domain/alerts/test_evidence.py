"""What people are shown as the reason of an alert."""

from monitor.domain.alerts.evidence import CONTEXT, MOST, evidence, telling_evidence
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


def marked(title: str, text: str, *quotes: tuple[str, Field]) -> list[str]:
    """The marked pieces of the one telling quote."""
    hits = [hit(title if where is Field.TITLE else text, quote, where) for quote, where in quotes]
    return [piece for one in telling_evidence(title, text, hits) for piece, matches in one.pieces if matches]


def test_the_sentence_with_the_most_terms_is_quoted_and_all_of_them_are_marked() -> None:
    title = "Norland and the tariff"
    text = "Norland is a country. The ministry of Norland announced a tariff of 25 percent on steel. Steel is heavy."
    hits = [
        hit(title, "tariff", Field.TITLE), hit(text, "Norland"), hit(text, "tariff"), hit(text, "steel"),
        Hit(term="Norland", field=Field.TEXT, start=38, end=45, quote="Norland"),
    ]  # fmt: skip
    [shown] = telling_evidence(title, text, hits)
    assert [piece for piece, matches in shown.pieces if matches] == ["Norland", "tariff", "steel"]
    assert shown.before.endswith("The ministry of ")


def test_neighbours_are_joined_and_overlaps_merged() -> None:
    text = "China was ready to host peace talks between both."
    assert marked("", text, ("host peace", Field.TEXT), ("peace talks", Field.TEXT), ("ready", Field.TEXT)) == [
        "ready to host peace talks"
    ]


def test_the_headline_is_quoted_only_where_no_sentence_holds_as_much() -> None:
    title = "Trump speaks of tariffs"
    assert marked(title, "A tariff is a tax.", ("Trump", Field.TITLE), ("tariff", Field.TEXT)) == ["tariff"]
    both = marked(title, "A tax is a tax.", ("Trump", Field.TITLE), ("tariffs", Field.TITLE))
    assert both == ["Trump speaks of tariffs"]
    assert telling_evidence(title, "", ()) == ()


def test_words_far_apart_are_not_quoted_together() -> None:
    text = f"The envoy {'of many words ' * 30} spoke of a mediator and of talks."
    shown = marked("", text, ("envoy", Field.TEXT), ("mediator", Field.TEXT), ("talks", Field.TEXT))
    assert shown == ["mediator and of talks"]


def test_the_quote_does_not_run_into_the_next_sentence() -> None:
    text = "It rained. China offered to host talks on Monday. A spokesman told reporters about it."
    [shown] = telling_evidence("", text, [hit(text, "host talks")])
    assert (shown.before, shown.quote, shown.after) == ("China offered to ", "host talks", " on Monday.")
