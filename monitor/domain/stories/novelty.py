"""What a report says that its story did not have yet."""

import numpy as np

from monitor.domain.stories.reading import Reading
from monitor.domain.stories.rows import Records

MOST = 8


def novelty(reading: Reading, story: Records) -> tuple[str, ...]:
    """The headline, when at least half of its terms are new to the story, then new names and numbers as written."""
    known = np.unique(story["terms"][story["weights"] != 0])
    title = reading.title_terms
    fresh = len(title) - int(np.isin(title, known).sum())
    headline = (reading.title,) if len(title) and 2 * fresh >= len(title) else ()
    labels = [label for label, key in reading.labels if not np.isin(np.uint32(key), known)]
    return (*headline, *labels[:MOST])
