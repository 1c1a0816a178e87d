"""What blocks messages is named in words that an operator knows."""

import pytest

from monitor.domain.delivery.attempt import throttle_in_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("app:slack", "Slack"),
        ("app:webhook", "Slack's webhook"),
        ("app:http", "webhooks"),
        ("app:apprise", "Apprise"),
        ("channel:slack:#desk", "channel #desk"),
        ("channel:http:risk", "channel risk"),
        ("receiver:desk", "receiver desk"),
    ],
)
def test_a_throttle_is_named_in_words(name: str, words: str) -> None:
    assert throttle_in_words(name) == words
