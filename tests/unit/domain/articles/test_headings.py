"""The headline that pages repeat above their text."""

from monitor.domain.articles.headings import without_heading


def test_the_headline_and_what_stands_above_it_go() -> None:
    assert without_heading("Envoy named\nThe envoy travels.", "Envoy named") == "The envoy travels."
    assert without_heading("World\nEnvoy named!\n\nThe envoy travels.", "“Envoy named”") == "The envoy travels."
    assert without_heading("中国任命特使\n特使将访问。", "中国任命特使") == "特使将访问。"


def test_what_is_no_headline_stays() -> None:
    assert without_heading("Envoy named by China\nHe travels.", "Envoy named") == "Envoy named by China\nHe travels."
    assert without_heading("One\nTwo\nThree\nEnvoy named\nFour", "Envoy named").startswith("One")
    assert without_heading("Envoy named", "Envoy named") == "Envoy named"
    assert without_heading("...\nText", "", "!") == "...\nText"
