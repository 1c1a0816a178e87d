"""Every query tried on the compiler of the topic language; its complaints at their place in the file."""

from collections.abc import Sequence

from monitor.config.parts import WatchlistPart


def check_queries(watchlists: Sequence[WatchlistPart]) -> None:
    """Note what is wrong with queries and with the vocabularies they use."""
