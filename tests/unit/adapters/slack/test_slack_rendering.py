"""What foreign text may not do to a message, and the limits a message never exceeds."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.adapters.slack.blocks import MAX_TEXT, Rendered, render
from monitor.adapters.slack.escape import bold, escaped, link, safe_url
from monitor.domain.alerts.alert import DeliveryKind, Evidence, Silence
from monitor.domain.catalog import Severity
from monitor.domain.delivery.message import Card, CardReport, Message, TopicTag
from monitor.domain.topics.values import Field
from tests.support.fake_slack.limits import checked_body, texts
from tests.support.fake_slack.reading import Seen, seen
from tests.support.fake_slack.workspace import FakeMessage as Posted

NOW = datetime(2026, 3, 2, 18, 2, tzinfo=UTC)
LEAD = CardReport(
    headline="Envoys meet", url="https://herald.example/1", outlet="herald.example", at=NOW, language="ru"
)
QUOTE = Evidence(term="talks", field=Field.TEXT, before="offered to host ", quote="talks", after=" soon")
CARD = Card(
    story_id=1,
    tags=(TopicTag(alert_id=1, topic="talks", title="Peace talks", severity=Severity.HIGH),),
    score=3.2,
    threshold=2.0,
    lead=LEAD,
    evidence=(QUOTE,),
    outlets=5,
    independent=3,
)


MUTE = Silence(
    id=1, topic=None, story_id=1, until=NOW + timedelta(days=30), reason="", author="<!channel>", created_at=NOW
)


def alert(card: Card, **fields: object) -> Message:
    return Message(kind=DeliveryKind.ALERT, cards=(card,), **fields)


def titled(headline: str) -> Card:
    return replace(CARD, lead=replace(LEAD, headline=headline), others=(replace(LEAD, headline=headline),))


def accepted(rendered: Rendered) -> Seen:
    """The message as a person sees it, once the fake Slack's checks have let it pass."""
    body = checked_body({"text": rendered.text, "blocks": list(rendered.blocks)})
    return seen(Posted(ts="1.000000", author="bot", body=body))


def without_dates(raw: str) -> str:
    """The message without the date tokens that are ours, each of the one form we write."""
    ours = r"<!date\^17\d{8}\^\{date_short_pretty\} \{time\}\|\d{1,2} \w{3} \d\d:\d\d UTC>"
    return re.sub(ours, "", raw)


def every_kind(card: Card) -> list[Message]:
    cards = tuple(replace(card, story_id=number) for number in range(1, 16))
    return [
        alert(card, interactive=True),
        Message(kind=DeliveryKind.DIGEST, cards=cards, more=40, interactive=True, lines=(card.lead.headline,)),
        Message(kind=DeliveryKind.REPLY, cards=(card,), lines=(card.lead.headline,) * 30),
        Message(kind=DeliveryKind.REPLY, cards=(*cards, *cards[:5])),
        Message(kind=DeliveryKind.NOTICE, lines=(card.lead.headline,) * 40, note=card.lead.headline),
    ]


def test_a_living_message_says_why_it_fired_and_who_reports_it() -> None:
    text = accepted(render(alert(CARD))).text
    assert "Envoys meet" in text
    assert "*High* · herald.example · 2 Mar 18:02 UTC · RU · *Peace talks* · score 3.2 of 2.0" in text
    assert "> herald.example: offered to host *talks* soon" in text
    assert "5 outlets, 3 independent · story 1" in text


def test_words_of_the_headline_are_named_and_not_quoted_again() -> None:
    title = Evidence(
        term="envoy", field=Field.TITLE, before="", quote="Envoys of Norland meet", after=" again", gaps=((6, 18),)
    )
    headed = replace(CARD, lead=replace(LEAD, headline="Envoys of Norland meet again"), evidence=(title,))
    text = accepted(render(alert(headed))).text
    assert "Matched in the headline: *Envoys*, *meet*" in text
    assert text.count("again") == 1
    elsewhere = replace(title, quote="Envoys", gaps=(), after=" part")
    assert "> herald.example: *Envoys* part" in accepted(render(alert(replace(CARD, evidence=(elsewhere,))))).text


def test_buttons_only_where_somebody_listens() -> None:
    assert accepted(render(alert(CARD))).buttons == ()
    assert accepted(render(alert(CARD, interactive=True))).buttons == (
        "wirewatch_acknowledge",
        "wirewatch_why",
        "wirewatch_menu",
    )


def test_several_topics_are_tags_of_one_message_with_their_severities() -> None:
    second = TopicTag(alert_id=2, topic="tariffs", title="Tariffs", severity=Severity.MEDIUM)
    rendered = render(alert(replace(CARD, tags=(*CARD.tags, second)), interactive=True))
    assert "*Peace talks* (high), *Tariffs* (medium)" in accepted(rendered).text
    menu = json.dumps(rendered.blocks[-1])
    assert "Snooze Tariffs here for 1 hour" in menu
    assert "Not relevant to Peace talks" in menu


def test_every_clause_that_decided_is_marked_and_what_lies_between_is_not() -> None:
    quote = Evidence(
        term="a, b", field=Field.TEXT, before="China was ", quote="ready to host the long peace talks", after=" soon",
        gaps=((13, 23),),
    )  # fmt: skip
    text = accepted(render(alert(replace(CARD, evidence=(quote,))))).text
    assert "China was *ready to host* the long *peace talks* soon" in text


def test_a_doubt_of_the_text_is_said() -> None:
    doubted = replace(CARD, doubt="behind a paywall: judged by the feed's 38 words")
    assert "behind a paywall: judged by the feed's 38 words" in accepted(render(alert(doubted))).text


@pytest.mark.case(92)
@pytest.mark.parametrize(
    "payload",
    [
        "<!channel>",
        "<!here>",
        "<!everyone>",
        "<@U1>",
        "<#C1>",
        "<!subteam^S>",
        "<!date^0^{date}|now>",
        "<http://evil.example|bank>",
        "&lt;!channel&gt;",
    ],
)
def test_markup_in_a_title_is_shown_not_obeyed(payload: str) -> None:
    for message in every_kind(titled(f"Minister {payload} speaks")):
        rendered = render(message)
        raw = without_dates(json.dumps([rendered.text, *rendered.blocks]))
        assert "<!" not in raw
        assert "<@" not in raw
        assert "<#" not in raw
        assert "<http://evil" not in raw
        shown = accepted(rendered)
        assert shown.pings == ()
        assert payload in shown.text
        assert {target.split("/")[2] for target, _ in shown.links} <= {"herald.example"}


@pytest.mark.case(93)
@pytest.mark.parametrize(
    "title",
    [
        "```code```",
        "*bold* _slanted_ ~struck~",
        "> quoted",
        "one\ntwo\r\nthree\u2028four",
        "x" * 10_000,
        "&" * 10_000,
        "🎉" * 50,
        "",
        " \t\n",
        "\u202eevil\u202c",
        "a\u200bb\x00c\x1b[31m",
        ":smile: :+1:",
    ],
)
def test_the_layout_survives_any_title(title: str) -> None:
    whole = render(alert(CARD))
    rendered = render(alert(titled(title)))
    shown = accepted(rendered)
    assert [block["type"] for block in rendered.blocks] == [block["type"] for block in whole.blocks]
    first = shown.text.splitlines()[0]
    assert first.startswith(":large_orange_diamond: *")
    assert "`" not in first
    assert not set(first) & set("\u202e\u202c\u200b\x00\x1b")
    assert len(first) < 400
    if not title.strip():
        assert "(no title)" in first
    assert all(accepted(render(message)) for message in every_kind(titled(title)))


@pytest.mark.case(94)
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://herald.example/a|b>c d", "https://herald.example/a%7Cb%3Ec%20d"),
        ("https://user:secret@herald.example/a", "https://herald.example/a"),
        ("https://bank.example@evil.example/", "https://evil.example/"),
        ("https://bücher.example/ä?ö=ü", "https://xn--bcher-kva.example/%C3%A4?%C3%B6=%C3%BC"),
        ("https://herald.example:8443/?a=1&b=<x>", "https://herald.example:8443/?a=1&amp;b=%3Cx%3E"),
        ("https://herald.example", "https://herald.example/"),
        ("javascript:alert(1)", None),
        ("ftp://herald.example/", None),
        ("https://", None),
        ("//herald.example/", None),
        ("https://herald.example/" + "x" * 4000, None),
        ("https://[::1", None),
        ("https://her\nald.example/\u202e", "https://herald.example/%E2%80%AE"),
        (None, None),
    ],
)
def test_links_lead_where_they_say_or_nowhere(url: str | None, shown: str | None) -> None:
    assert safe_url(url) == shown
    written = link(url, "label", 50)
    assert written == (f"<{shown}|label>" if shown else "label")


def test_bold_stands_at_a_words_edge_in_scripts_without_spaces() -> None:
    quote = Evidence(term="调停", field=Field.TITLE, before="中国提出", quote="调停", after="方案")
    text = accepted(render(alert(replace(CARD, evidence=(quote,))))).text
    assert "中国提出\u200b*调停*\u200b方案" in text


def test_a_digest_groups_by_topic_in_the_order_of_rank() -> None:
    cards = tuple(
        replace(
            CARD,
            story_id=number,
            tags=(TopicTag(alert_id=number, topic=topic, title=f"Topic {topic}", severity=Severity.HIGH),),
            lead=replace(LEAD, headline=f"story {number}"),
        )
        for number, topic in enumerate("abab", 1)
    )
    text = accepted(render(Message(kind=DeliveryKind.DIGEST, cards=cards, more=3))).text
    order = ["7 stories", "Topic a", "story 1", "story 3", "Topic b", "story 2", "story 4", "and 3 more"]
    places = [text.index(part) for part in order]
    assert all(earlier < later for earlier, later in pairwise(places))


def test_acknowledged_is_shown_and_its_button_gone() -> None:
    card = replace(CARD, acknowledged_by="ann <!here>", acknowledged_at=NOW, mute=MUTE)
    shown = accepted(render(alert(card, interactive=True)))
    assert "Acknowledged by ann <!here>, 2 Mar 18:02 UTC · :mute: Story muted by <!channel> until" in shown.text
    assert shown.pings == ()
    assert shown.buttons == ("wirewatch_why", "wirewatch_menu")


@pytest.mark.parametrize(
    ("mute", "said"),
    [
        (MUTE, "Story muted by"),
        (replace(MUTE, story_id=None, topic="talks"), "Topic muted by"),
        (replace(MUTE, story_id=None), "Everything muted by"),
    ],
)
def test_a_mute_says_what_it_mutes(mute: Silence, said: str) -> None:
    assert said in accepted(render(alert(replace(CARD, mute=mute)))).text


def test_a_digest_says_which_words_matched_and_what_became_of_each_story() -> None:
    tag = replace(CARD.tags[0], alert_id=2, doubted_by="bob")
    done = replace(CARD, story_id=2, tags=(tag,), acknowledged_by="ann", mute=MUTE)
    shown = accepted(render(Message(kind=DeliveryKind.DIGEST, cards=(CARD, done), interactive=True)))
    first, second = (line for line in shown.text.splitlines() if "herald.example ·" in line)
    assert first.endswith("5 outlets, 3 independent · *talks* · story 1")
    assert second.endswith("*talks* · story 2 · :white_check_mark: ann · :no_entry_sign: bob · :mute:")


ANY_TEXT = st.text(max_size=400)


@settings(max_examples=40, deadline=None)
@given(headline=ANY_TEXT, before=ANY_TEXT, quote=ANY_TEXT, after=ANY_TEXT, outlet=ANY_TEXT, news=ANY_TEXT, url=ANY_TEXT)
def test_whatever_a_feed_says_the_message_is_accepted_and_pings_nobody(
    headline: str, before: str, quote: str, after: str, outlet: str, news: str, url: str
) -> None:
    lead = replace(LEAD, headline=headline, outlet=outlet, url=f"https://herald.example/{url}")
    evidence = (Evidence(term="t", field=Field.TEXT, before=before, quote=quote, after=after),) * 4
    card = replace(
        CARD, lead=lead, evidence=evidence, news=news, others=(lead,) * 3, tags=(replace(CARD.tags[0], title=headline),)
    )
    for message in every_kind(card):
        for plain in (False, True):
            rendered = render(message, plain=plain)
            assert accepted(rendered).pings == ()
            assert len(rendered.text) <= MAX_TEXT
            assert sum(len(text) for block in rendered.blocks for text in texts(block)) <= 13_000
            assert "<!" not in without_dates(json.dumps([rendered.text, *rendered.blocks]))


@pytest.mark.parametrize("worst", ["&" * 5_000, "<" * 5_000, "中" * 5_000, "🎉" * 5_000, "a_" * 5_000])
def test_the_worst_texts_stay_within_every_limit(worst: str) -> None:
    lead = replace(LEAD, headline=worst, outlet=worst, url="https://herald.example/" + "?&" * 180)
    evidence = (Evidence(term="t", field=Field.TEXT, before=worst, quote=worst, after=worst),) * 9
    card = replace(CARD, lead=lead, evidence=evidence, news=worst, others=(lead,) * 3, doubt=worst)
    card = replace(card, tags=(replace(CARD.tags[0], title=worst, topic=worst, doubted_by=worst),))
    for message in every_kind(card):
        rendered = render(message)
        assert accepted(rendered)
        assert rendered.blocks, "not degraded"


def test_escaping_cuts_between_characters_not_inside_an_entity() -> None:
    for limit in range(2, 40):
        cut = escaped("a & b < c > d & e", limit)
        assert len(cut) <= limit
        assert cut.count("&") == cut.count(";")


FAMILY, FLAG, THUMB = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1fa\U0001f1e6", "\U0001f44d\U0001f3fd"


@pytest.mark.case(58)
@pytest.mark.parametrize("limit", range(2, 33))
def test_a_title_is_cut_between_characters_as_readers_see_them(limit: int) -> None:
    clusters = ["a", "e\u0301", FAMILY, "&", FLAG, FLAG, THUMB, "\u0915\u094d", "1\ufe0f\u20e3", "z" * 9]
    starts = {"".join(clusters[:length]).replace("&", "&amp;") for length in range(len(clusters))}
    starts |= {"".join(clusters[:-1]).replace("&", "&amp;") + "z" * length for length in range(9)}
    shown = escaped("".join(clusters), limit)
    assert len(shown) <= limit
    assert shown.endswith("…")
    assert shown.removesuffix("…") in starts


def test_what_marks_a_text_is_shown_as_people_expect() -> None:
    assert link("https://herald.example/1", " ", 50) == "<https://herald.example/1|(no title)>"
    assert link("https://herald.example/" + "a" * 80, "A", 50, max_url=60) == "A"
    assert bold("", "before ", " after", 50) == ""
    assert escaped("a\u200bb", 50) == "ab"


def test_what_is_linked_and_what_is_not() -> None:
    assert safe_url("http://herald.example/1") == "http://herald.example/1"
    assert safe_url("https://herald.example") == "https://herald.example/"
    assert safe_url("https://her|ald.example/1") is None
    assert safe_url("https:///1") is None
    assert safe_url(None) is None


def test_what_fits_exactly_is_not_cut() -> None:
    assert escaped("abcde", 5) == "abcde"
    assert escaped("abcde", 4) == "abc…"
    assert escaped("abc&", 8) == "abc&amp;"
    assert escaped("abc&", 7) == "abc…"
    assert safe_url("https://herald.example/1", 24) == "https://herald.example/1"
    assert safe_url("https://herald.example/1", 23) is None
