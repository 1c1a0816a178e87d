from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.domain.stories import StoryIndex, fingerprint
from monitor.domain.stories.values import Placed, ReportText

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
BRIDGE = (
    "The old harbour bridge at Zorba collapsed on Monday morning, throwing two lorries and a school bus into the river "
    "Lind, the fire brigade said. Fourteen people were taken to hospital and three are missing. Mayor Ilse Brandt said "
    "engineers had warned of cracks in the northern pier since last autumn. The bridge carries the only road to the "
    "island of Murn, where some four thousand people live; ferries will run every hour from Tuesday. "
    "Prosecutor Karl Weber opened an inquiry into the firm that inspected the pier in October."
)


class IndexedReports:
    """An index and the articles placed with it."""

    def __init__(self, window=timedelta(hours=72)):
        self.index = StoryIndex(window)
        self.placed = []

    def take(self, title, text, outlet="harbour-gazette.example", at=NOON):
        report = ReportText(title=title, text=text, language=None, outlet=outlet)
        made = fingerprint(report)
        placement = self.index.locate(made, outlet=outlet, at=at)
        number = len(self.placed) + 1
        self.placed.append(
            Placed(
                sequence=number,
                article_id=number,
                story_id=number if placement.story_id is None else placement.story_id,
                copy_of=placement.copy_of,
                outlet=outlet,
                at=at,
                fingerprint=made,
            )
        )
        self.index.learn(self.placed[-1:])
        return placement


def test_the_first_report_is_a_story_of_its_own():
    placement = IndexedReports().take("Harbour bridge collapses in Zorba", BRIDGE)
    assert placement.story_id is None
    assert placement.copy_of is None


def test_the_same_text_elsewhere_under_another_headline_is_a_copy_of_the_earliest():
    desk = IndexedReports()
    desk.take("Harbour bridge collapses in Zorba", BRIDGE)
    desk.take("Bus falls into river", BRIDGE, outlet="hill-post.example")
    placement = desk.take("Three missing after collapse", BRIDGE + " More soon.", outlet="lake-mail.example")
    assert placement.copy_of == 1
    assert placement.story_id == 1
    assert placement.novelty == ()


def test_a_cut_text_is_a_copy():
    desk = IndexedReports()
    desk.take("Harbour bridge collapses in Zorba", BRIDGE)
    cut = BRIDGE[: int(len(BRIDGE) * 0.5)]
    assert desk.take("Zorba bridge falls", cut, outlet="hill-post.example").copy_of == 1


def test_columns_of_one_headline_and_other_figures_stay_apart():
    desk = IndexedReports()
    for day in range(5):
        placement = desk.take(
            f"The war at a glance: what we know on day {290 + day}",
            "The main developments of the day at a glance.",
            at=NOON + timedelta(days=day),
        )
        assert placement.story_id is None


def test_a_cookie_wall_under_a_thousand_headlines_is_no_story():
    wall = (
        "We value your privacy. We and our partners store and access information on a device, such as cookies, and use "
        "personal details for advertising, measurement and audience research. With your permission we may use precise "
        "location. You may accept or refuse, and change your mind at any time by returning to this site."
    )
    desk = IndexedReports()
    names = ["Bridge", "Harvest", "Election", "Orchestra", "Glacier", "Volcano", "Budget", "Museum"]
    for number, name in enumerate(names):
        placement = desk.take(f"{name} near Town{number}x", wall, outlet=f"outlet{number}.example")
        assert placement.copy_of is None


def test_empty_and_one_word_texts_do_not_gather():
    desk = IndexedReports()
    for title, text in [("", ""), ("", ""), ("War", ""), ("Breaking", "."), ("\ud800", "\ud800")]:
        assert desk.take(title, text).copy_of is None


def test_rebuilt_from_its_rows_the_index_answers_the_same():
    desk = IndexedReports()
    desk.take("Harbour bridge collapses in Zorba", BRIDGE)
    desk.take("Volcano erupts on Murn", "The volcano of Murn erupted at dawn; ash closed the airport of Zorba.")
    desk.take("Zorba bridge falls", BRIDGE[:300], outlet="hill-post.example")
    again = StoryIndex(timedelta(hours=72))
    again.learn(desk.placed)
    asked = fingerprint(ReportText(title="Bridge falls", text=BRIDGE, language=None, outlet="lake-mail.example"))
    assert again.locate(asked, outlet="l", at=NOON) == desk.index.locate(asked, outlet="l", at=NOON)
    assert again.sequence == desk.index.sequence == 3


def test_learnt_by_the_hundred_the_index_answers_as_learnt_one_by_one():
    desk = IndexedReports()
    rows = []
    for number in range(1, 601):
        text = " ".join(f"word{(number * step) % 977}" for step in range(1, 60))
        made = fingerprint(ReportText(title=text[:40], text=text, language=None, outlet=f"o{number % 7}.example"))
        rows.append(
            Placed(
                sequence=number,
                article_id=number if number != 600 else 3,
                story_id=number % 90 + 1,
                copy_of=number - 1 if number % 5 == 0 else None,
                outlet=f"o{number % 7}.example",
                at=NOON,
                fingerprint=made,
            )
        )
    for row in rows:
        desk.index.learn([row])
    at_once = StoryIndex(timedelta(hours=72))
    at_once.learn(rows)
    for row in rows:
        asked = {"outlet": "new.example", "at": NOON}
        assert at_once.locate(row.fingerprint, **asked) == desk.index.locate(row.fingerprint, **asked)


def test_what_is_forgotten_is_not_found():
    desk = IndexedReports()
    desk.take("Harbour bridge collapses in Zorba", BRIDGE)
    desk.take("Volcano erupts on Murn", "The volcano of Murn erupted at dawn.", at=NOON + timedelta(days=2))
    desk.index.forget(NOON + timedelta(days=1))
    assert len(desk.index) == 1
    assert desk.take("Zorba bridge falls", BRIDGE, at=NOON + timedelta(days=2)).copy_of is None


def test_other_reports_of_an_event_join_its_story_and_name_what_is_new():
    desk = IndexedReports()
    desk.take(
        "Harbour bridge collapses in Zorba, 14 hurt",
        "The harbour bridge at Zorba collapsed into the river Lind on Monday; 14 people were hurt, Mayor Brandt said.",
    )
    placement = desk.take(
        "Zorba harbour bridge collapses into river Lind, 14 hurt",
        "Fourteen people were hurt when the harbour bridge at Zorba collapsed, according to Prosecutor Weber.",
        outlet="hill-post.example",
        at=NOON + timedelta(hours=1),
    )
    assert placement.story_id == 1
    assert placement.copy_of is None
    assert "Weber" in placement.novelty
    assert "Zorba" not in placement.novelty


def test_names_and_numbers_carry_a_story_across_languages():
    desk = IndexedReports()
    for hour, outlet in enumerate(("harbour-gazette.example", "hill-post.example")):
        desk.take(
            "Lavrov and Blinken meet in Delhi at G20",
            "Secretary Antony Blinken and minister Sergey Lavrov met in Delhi for ten minutes at the G20.",
            outlet=outlet,
            at=NOON + timedelta(minutes=hour),
        )
    placement = desk.take(
        "Blinken i Ławrow spotkali się w Delhi na G20",
        "Sekretarz Antony Blinken i minister Siergiej Ławrow rozmawiali w Delhi na spotkaniu G20.",
        outlet="kurier.example",
        at=NOON + timedelta(hours=1),
    )
    assert placement.story_id == 1


def test_a_reaction_to_an_event_is_not_absorbed():
    desk = IndexedReports()
    desk.take(
        "Harbour bridge collapses in Zorba, 14 hurt",
        "The harbour bridge at Zorba collapsed into the river Lind on Monday; 14 people were hurt.",
    )
    placement = desk.take(
        "Opposition slams Mayor Brandt over Zorba bridge",
        "The opposition demanded the resignation of Mayor Brandt, whose office had ignored warnings about the bridge.",
        at=NOON + timedelta(hours=5),
    )
    assert placement.story_id is None


def test_an_outlet_that_republishes_hourly_stays_one_story_with_one_original():
    desk = IndexedReports()
    for hour in range(30):
        placement = desk.take("Harbour bridge collapses in Zorba", BRIDGE, at=NOON + timedelta(hours=hour))
    assert placement.copy_of == 1
    assert {placed.story_id for placed in desk.placed} == {1}


def test_an_article_learnt_again_replaces_its_row():
    desk = IndexedReports()
    desk.take("Harbour bridge collapses in Zorba", BRIDGE)
    desk.take("Volcano erupts on Murn", "The volcano of Murn erupted at dawn.")
    anew = fingerprint(ReportText(title="Sea calm", text="Calm seas all week.", language=None, outlet="a.example"))
    first = desk.placed[0]
    desk.index.learn(
        [
            Placed(
                sequence=9,
                article_id=first.article_id,
                story_id=first.story_id,
                copy_of=None,
                outlet=first.outlet,
                at=NOON,
                fingerprint=anew,
            )
        ]
    )
    assert desk.take("Zorba bridge falls", BRIDGE, outlet="hill-post.example").copy_of is None


def test_a_long_report_that_contains_a_flash_is_in_its_story_but_no_copy():
    desk = IndexedReports()
    flash = BRIDGE[:330]
    desk.take("Harbour bridge collapses in Zorba", flash)
    longer = BRIDGE + " " + " ".join(f"Witness number{n} described what happened at pier{n}." for n in range(40))
    placement = desk.take("Harbour bridge collapses in Zorba", longer, outlet="hill-post.example")
    assert placement.copy_of is None
    assert placement.story_id == 1


def test_what_was_never_committed_is_unlearnt():
    desk, mill = IndexedReports(), "The old mill of Murn burnt down on Tuesday night; nobody was hurt. " * 5
    desk.take("Harbour bridge collapses in Zorba", BRIDGE)
    before = len(desk.index), desk.index.sequence
    desk.take("Mill burns down in Murn", mill)
    desk.index.unlearn(before[1])
    assert desk.index.sequence == before[1]
    again = desk.take(
        "Mill burns down in Murn", "The old mill of Murn burnt down on Tuesday night; nobody was hurt. " * 5
    )
    assert again.copy_of is None
    assert again.story_id is None
    copy = desk.take("A mill is lost", mill)
    assert copy.copy_of == 3


def test_one_event_in_english_russian_and_chinese_is_one_story_when_names_and_numbers_agree():
    desk = IndexedReports()
    desk.take(
        "Putin and Xi sign 12 agreements in Beijing, NATO responds",
        "Russian President Vladimir Putin and Xi signed 12 agreements in Beijing on 14 May; NATO and the EU responded.",
    )
    russian = desk.take(
        "Путин и Си подписали в Пекине 12 соглашений, НАТО ответило",
        "Президент России Владимир Путин и Си подписали 14 мая в Пекине 12 соглашений; НАТО и ЕС ответили.",
        outlet="vestnik.example",
        at=NOON + timedelta(hours=1),
    )
    chinese = desk.take(
        "普京与习近平在北京签署12项协议 北约回应",
        "俄罗斯总统普京5月14日在北京与习近平签署12项协议，北约和欧盟作出回应。",
        outlet="ribao.example",
        at=NOON + timedelta(hours=2),
    )
    assert (russian.story_id, chinese.story_id) == (1, 1)
    other = desk.take(
        "Путин и Эрдоган обсудили в Анкаре 3 проекта",
        "Президент России Владимир Путин обсудил в Анкаре с Эрдоганом 3 проекта газопроводов.",
        outlet="gazeta.example",
        at=NOON + timedelta(hours=3),
    )
    assert other.story_id != 1


def test_two_stories_of_one_event_are_found_and_a_rebuilt_index_learns_the_join():
    desk = IndexedReports()
    desk.take(
        "Harbour bridge collapses in Zorba, 14 hurt", "The harbour bridge at Zorba fell; Mayor Brandt said 14 hurt."
    )
    made = fingerprint(
        ReportText(
            title="Zorba harbour bridge collapses, 14 hurt",
            text="Mayor Brandt of Zorba said the harbour bridge fell and 14 people were hurt.",
            language=None,
            outlet="hill-post.example",
        )
    )
    later = NOON + timedelta(minutes=3)
    placed = Placed(
        sequence=2, article_id=2, story_id=2, copy_of=None, outlet="hill-post.example", at=later, fingerprint=made
    )
    desk.index.learn([placed])
    assert desk.index.same_event(2, [1]) == 1
    moved = replace(placed, sequence=3, story_id=1)
    desk.index.learn([moved])
    again = StoryIndex(timedelta(hours=72))
    again.learn([desk.placed[0], moved])
    asked = fingerprint(ReportText(title="Bridge falls", text=BRIDGE, language=None, outlet="lake-mail.example"))
    assert again.locate(asked, outlet="l", at=later) == desk.index.locate(asked, outlet="l", at=later)


def test_stories_older_than_an_hour_are_not_joined():
    desk = IndexedReports()
    for number in range(2):
        desk.take(f"Harbour bridge collapses in Zorba, {number + 14} hurt", "The harbour bridge at Zorba fell.")
    row = replace(desk.placed[1], sequence=3, article_id=3, story_id=3, at=NOON + timedelta(hours=2))
    desk.index.learn([replace(row, article_id=4, at=NOON), replace(row, sequence=4)])
    assert desk.index.same_event(3, [1]) is None
