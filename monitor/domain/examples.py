"""Topics tried on their own examples: what must match, and what must not."""

from collections.abc import Callable, Iterator, Sequence

from monitor.domain.catalog import Example, Place, Problem, Topic
from monitor.domain.topics.values import Document, Match, Matches

MatchDocument = Callable[[Document], Matches]
DetectLanguage = Callable[[str], str | None]
_QUOTES = 3


def failed_examples(topics: Sequence[Topic], match: MatchDocument, detect: DetectLanguage) -> Iterator[Problem]:
    """One problem, at its place, for each example that goes against its topic, with the reason in words.

    An example that names no language is given the one `detect` sees, as an article would be.
    """
    for topic in topics:
        for example in topic.must_match:
            found = _try(example, match, detect)
            if _match_of(topic, found) is None:
                yield _problem(topic, example, f"must match but does not{_why_not(topic, found)}")
        for example in topic.must_not_match:
            found = _try(example, match, detect)
            if (against := _match_of(topic, found)) is not None:
                yield _problem(topic, example, f"must not match but does{_why(against)}")


def _try(example: Example, match: MatchDocument, detect: DetectLanguage) -> Matches:
    language = example.language or detect(f"{example.title}\n{example.text}")
    return match(Document(title=example.title, text=example.text, language=language))


def _match_of(topic: Topic, found: Matches) -> Match | None:
    return next((match for match in found.matches if match.topic == topic.key), None)


def _why_not(topic: Topic, found: Matches) -> str:
    near = next((near for near in found.near if near.topic == topic.key), None)
    if near is None:
        return ": nothing the query asks for was found"
    return f": score {near.score:.2f} of {near.threshold:g}; {near.missing}"


def _why(match: Match) -> str:
    quotes = list(dict.fromkeys(hit.quote for hit in match.hits))[:_QUOTES]
    return f": score {match.score:.2f}" + (f", because of {', '.join(map(repr, quotes))}" if quotes else "")


def _problem(topic: Topic, example: Example, message: str) -> Problem:
    place = example.place or topic.place or Place(file=topic.watchlist, line=1, column=1)
    beginning = " ".join((example.title or example.source or example.text).split())[:60]
    return Problem(place=place, message=f"topic {topic.key!r}: the example {beginning!r} {message}")
