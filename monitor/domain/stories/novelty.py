"""What a report says that its story did not have yet."""

from monitor.domain.stories.fingerprint.fingerprint import Reading
from monitor.domain.stories.memory.rows import Records

MOST = 8


def novelty(reading: Reading, story: Records) -> tuple[str, ...]:
    """The headline, when at least half of its terms are new to the story, then new names and numbers as written."""
    known = set(story["terms"][story["weights"] != 0].tolist())
    title = reading.title_terms.tolist()
    fresh = sum(term not in known for term in title)
    headline = (reading.title,) if title and 2 * fresh >= len(title) else ()
    labels = [label for label, key in reading.labels if key not in known]
    return (*headline, *labels[:MOST])
