"""Name what a report says that its story did not have yet."""

from monitor.domain.stories.fingerprint.fingerprint import DecodedFingerprint
from monitor.domain.stories.memory.rows import Records

MOST = 8
"""Names and numbers listed: one line of a message."""


def novelty(report: DecodedFingerprint, story: Records) -> tuple[str, ...]:
    """List what is new to the story: the headline, then names and numbers as written.

    The headline counts as new when at least half of its terms are.
    """
    known = set(story["terms"][story["weights"] != 0].tolist())
    title = report.title_terms.tolist()
    fresh = sum(term not in known for term in title)
    headline = (report.title,) if title and 2 * fresh >= len(title) else ()
    labels = [label for label, key in report.labels if key not in known]
    return (*headline, *labels[:MOST])
