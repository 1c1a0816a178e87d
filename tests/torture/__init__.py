"""Tests with a long and a short version: any order of events, days of running, loads.

The long ones are as long as they should be unless `$TORTURE` makes them shorter: with 0.1 they do a tenth.
"""

import os


def share(of: int) -> int:
    """How many of so many to do."""
    return max(1, round(of * float(os.environ.get("TORTURE", "1"))))
