"""Languages are told by script, by letters, by statistics, and short headlines by what the feed claims."""

import pytest

from monitor.adapters.text.language import LangidDetector

DETECTOR = LangidDetector()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The envoys met on Sunday and agreed to meet again before the end of the month", "en"),
        ("Die Gesandten trafen sich am Sonntag und wollen sich noch in diesem Monat wieder treffen", "de"),
        ("Les émissaires se sont réunis dimanche et se reverront avant la fin du mois", "fr"),
        ("Wysłannicy spotkali się w niedzielę i chcą spotkać się ponownie w tym miesiącu", "pl"),
        ("Посланники встретились в воскресенье и договорились о новых переговорах", "ru"),
        ("Посланці зустрілися в неділю й домовилися про нові переговори їхніх країн", "uk"),
        ("Міністр замежных спраў заявіў пра новыя перамовы ў нядзелю", "be"),
        ("Пратениците се срещнаха в неделя и се договориха за нови преговори, каза говорителят", "bg"),
        ("Изасланици су се састали у недељу и договорили нове преговоре, рекао је портпарол", "sr"),
        ("特使们星期日举行了会谈", "zh"),
        ("特使は日曜日に会談を行った", "ja"),
        ("특사들은 일요일에 회담을 가졌다", "ko"),
        ("اجتمع المبعوثون يوم الأحد واتفقوا على اللقاء مرة أخرى قبل نهاية الشهر", "ar"),
        ("השליחים נפגשו ביום ראשון", "he"),
        ("Οι απεσταλμένοι συναντήθηκαν την Κυριακή", "el"),
        ("คณะทูตพบกันเมื่อวันอาทิตย์", "th"),
    ],
)
def test_each_language_is_known_without_a_hint(text, language):
    assert DETECTOR.detect(text) == language


@pytest.mark.parametrize("hint", ["en", "en-GB", "en_US", "EN"])
def test_a_short_headline_goes_by_the_hint(hint):
    assert DETECTOR.detect("Apple beats estimates", hint) == "en"


def test_a_hint_of_another_script_is_not_believed():
    assert DETECTOR.detect("特使举行会谈", "en") == "zh"
    assert DETECTOR.detect("Посланники встретились вечером", "en") == "ru"


def test_a_wrong_hint_does_not_survive_a_whole_text():
    text = "The envoys met on Sunday and agreed to meet again before the end of the month. " * 5
    assert DETECTOR.detect(text, "de") == "en"


@pytest.mark.parametrize("text", ["", "...", "12:30", "ok"])
def test_too_little_text_is_no_language_but_the_hints(text):
    assert DETECTOR.detect(text) is None
    assert DETECTOR.detect(text, "pl") == "pl"
    assert DETECTOR.detect(text, "nonsense") is None
