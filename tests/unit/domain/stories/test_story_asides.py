import pytest

from monitor.domain.stories.fingerprint.asides import is_aside


@pytest.mark.parametrize(
    "title", ["READ: The mayor's letter in full", "Why the bridge fell", "Quay: Video", "Who pays?"]
)
def test_a_headline_that_announces_something_else_than_a_report_is_an_aside(title):
    assert is_aside(title)


@pytest.mark.parametrize("title", ["Readers' bridge falls in Zorba", "Whyburn elects a mayor", "Bridge falls in Zorba"])
def test_a_report_is_none(title):
    assert not is_aside(title)
