"""What an article means for the alerts of its story."""

from dataclasses import replace
from datetime import timedelta

from monitor.domain.alerts.alert import Alert, AlertKind
from monitor.domain.alerts.judge import ArticleJudge, severity
from monitor.domain.alerts.verdict import StoryFacts, Verdict
from monitor.domain.articles.article import Article, Method, Text
from monitor.domain.catalog import Severity, SeverityStep, Topic
from monitor.domain.stories.fingerprint.fingerprint import fingerprint
from monitor.domain.stories.index import StoryIndex
from monitor.domain.stories.values import Placement, ReportText, SourceText, StoryMember
from monitor.domain.topics.values import Field, Hit, Match, Matches
from tests.support.builders import NOW, alert, article, catalog, member, topic

TOPIC = topic()
ARTICLE = article(body="The tariff starts in March.")
MATCH = Match(topic="tariffs", score=2.0, hits=(Hit(term="tariff", field=Field.TEXT, start=4, end=10, quote="tariff"),))
ALERT = alert()


def report_of(
    article_id: int, outlet: str, *, copy_of: int | None = None, matched: bool = True, minutes: int = 0
) -> StoryMember:
    return member(article_id, outlet, topics=("tariffs",) if matched else (), minutes=minutes, copy_of=copy_of)


def source(member: StoryMember) -> SourceText:
    return SourceText(text=member.copy_of or member.article_id, origin=member.origin, first=member.at, last=member.at)


SELF = report_of(10, "kestrel.example", matched=False)


def judged(
    *members: StoryMember,
    article: Article = ARTICLE,
    alert: Alert | None = None,
    placement: Placement | None = None,
    topic: Topic = TOPIC,
) -> Verdict:
    report = ReportText(title=article.title, text="", language="en", outlet=article.outlet)
    judge = ArticleJudge(
        article=article,
        fingerprint=fingerprint(report),
        matches=Matches(matches=(MATCH,)),
        catalog=catalog(topic),
        index=StoryIndex(timedelta(days=3)),
        now=NOW,
    )
    others = [member for member in members if member.article_id != article.id]
    own = next(member for member in members if member.article_id == article.id)
    facts = StoryFacts(
        id=5,
        own=source(own),
        others=tuple(map(source, others)),
        reported_topics=frozenset(topic for member in others for topic, _ in member.topics),
        own_topics=frozenset(topic for topic, _ in own.topics),
        alerts=(alert,) if alert else (),
    )
    return judge.judge(facts, placement or Placement(story_id=5))


def test_a_first_report_alerts_with_its_evidence() -> None:
    verdict = judged(SELF)
    (change,) = verdict.alerts
    assert change.kind is AlertKind.NEW
    assert change.evidence[0].quote == "tariff"
    assert change.evidence[0].before == "The "
    assert [d.receiver for d in verdict.deliveries] == ["desk"]


def test_a_baseline_article_is_placed_but_raises_nothing() -> None:
    verdict = judged(SELF, article=replace(ARTICLE, baseline=True))
    assert not verdict.alerts
    assert not verdict.deliveries
    assert any("baseline" in note.text for note in verdict.notes)


def test_a_copy_of_a_text_already_told_raises_nothing() -> None:
    copy = Placement(story_id=5, copy_of=1)
    assert not judged(report_of(1, "wire.example"), SELF, alert=ALERT, placement=copy).alerts
    assert not judged(report_of(1, "wire.example"), SELF, placement=copy).alerts


def test_a_copy_alerts_when_no_earlier_report_matched_for_then_nobody_was_told() -> None:
    verdict = judged(report_of(1, "wire.example", matched=False), SELF, placement=Placement(story_id=5, copy_of=1))
    assert [change.kind for change in verdict.alerts] == [AlertKind.NEW]


def test_another_independent_outlet_updates_and_names_it() -> None:
    (change,) = judged(report_of(1, "wire.example"), SELF, alert=ALERT).alerts
    assert change.kind is AlertKind.UPDATE
    assert change.news == "", "that another outlet reports it is counted, and no news"
    assert any(
        "now 2 independent outlets" in note.text
        for note in judged(report_of(1, "wire.example"), SELF, alert=ALERT).notes
    )


def test_the_same_outlet_updates_only_when_it_says_something_new() -> None:
    earlier = report_of(1, "kestrel.example")
    assert not judged(earlier, SELF, alert=ALERT).alerts
    (change,) = judged(earlier, SELF, alert=ALERT, placement=Placement(story_id=5, novelty=("march",))).alerts
    assert change.news == "kestrel.example: The tariff starts in March."
    assert change.development


def test_min_outlets_waits_for_independent_confirmation() -> None:
    topic = replace(TOPIC, min_outlets=2)
    assert not judged(SELF, topic=topic).alerts
    assert not judged(report_of(1, "wire.example", copy_of=10), SELF, topic=topic).alerts
    (change,) = judged(report_of(1, "wire.example"), SELF, topic=topic).alerts
    assert change.kind is AlertKind.NEW


def test_severity_rises_with_score_and_with_confirmation_in_time() -> None:
    steps = (
        SeverityStep(severity=Severity.HIGH, min_score=3.0),
        SeverityStep(severity=Severity.CRITICAL, min_independent=3, within=timedelta(minutes=30)),
    )
    topic = replace(TOPIC, steps=steps)
    assert severity(topic, 2.9, ()) is Severity.MEDIUM
    assert severity(topic, 3.0, ()) is Severity.HIGH
    quick = [source(report_of(n, f"{n}.example", minutes=10 * n)) for n in range(1, 4)]
    slow = [source(report_of(n, f"{n}.example", minutes=20 * n)) for n in range(1, 4)]
    assert severity(topic, 0, quick) is Severity.CRITICAL
    assert severity(topic, 0, slow) is Severity.MEDIUM


def test_severity_never_falls_again() -> None:
    (change,) = judged(report_of(1, "wire.example"), SELF, alert=replace(ALERT, severity=Severity.CRITICAL)).alerts
    assert change.severity is Severity.CRITICAL


EDITED = replace(
    ARTICLE,
    revision=1,
    story_id=5,
    text=Text(
        title=ARTICLE.title, body="The tariff starts in April.", method=Method.PAGE, changes=("“March” became “April”",)
    ),
)


def test_an_edited_article_stays_in_its_story_and_updates_the_alert() -> None:
    judge = ArticleJudge(
        article=EDITED,
        fingerprint=fingerprint(ReportText(title="t", text="", language=None, outlet="kestrel.example")),
        matches=Matches(matches=(MATCH,)),
        catalog=catalog(),
        index=StoryIndex(timedelta(days=3)),
        now=NOW,
    )
    placement = judge.locate(())
    assert placement.story_id == 5
    assert placement.copy_of is None
    (change,) = judged(report_of(10, "kestrel.example"), article=EDITED, alert=ALERT, placement=placement).alerts
    assert change.kind is AlertKind.UPDATE
    assert "kestrel.example changed its report" in change.news
    assert "April" in change.news


def test_a_topic_that_only_the_edited_text_matches_alerts() -> None:
    placement = Placement(story_id=5, novelty=EDITED.text.changes if EDITED.text else ())
    (change,) = judged(SELF, article=EDITED, placement=placement).alerts
    assert change.kind is AlertKind.NEW
    (change,) = judged(SELF, article=replace(EDITED, baseline=True), placement=placement).alerts
    assert change.kind is AlertKind.NEW


def test_an_edited_baseline_article_that_matched_before_raises_nothing() -> None:
    own = report_of(10, "kestrel.example")
    assert not judged(
        own, article=replace(EDITED, baseline=True), placement=Placement(story_id=5, novelty=("x",))
    ).alerts


def test_an_outlets_own_name_is_no_news() -> None:
    same = report_of(1, "kestrel.example")
    assert not judged(same, SELF, alert=ALERT, placement=Placement(story_id=5, novelty=("Kestrel",))).alerts
    (change,) = judged(same, SELF, alert=ALERT, placement=Placement(story_id=5, novelty=("Kestrel", "March"))).alerts
    assert change.news == "kestrel.example: The tariff starts in March."
