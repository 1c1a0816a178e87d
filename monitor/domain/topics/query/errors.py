"""Describe what is wrong with a query, at its place, and how to mend it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryProblem:
    """Hold an error or a `warning` in a query or in a vocabulary that it uses.

    `offset` and `length` are code points of `Topic.query`; for a vocabulary's entry, which stands elsewhere in the
    file, `vocabulary` and `entry` name it, `topic` is "" and `offset` counts within the entry.
    """

    topic: str
    watchlist: str
    offset: int
    length: int
    message: str
    suggestion: str = ""
    warning: bool = False
    vocabulary: str | None = None
    entry: str | None = None

    def __str__(self) -> str:
        return f"{self.message}; {self.suggestion}" if self.suggestion else self.message


class QueryError(Exception):
    """Refuse a query. `offset` and `length` are code points of the query."""

    def __init__(self, message: str, offset: int, length: int, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = length
        self.suggestion = suggestion

    def problem(self, topic: str, watchlist: str) -> QueryProblem:
        """Return the error as a value."""
        return QueryProblem(
            topic=topic,
            watchlist=watchlist,
            offset=self.offset,
            length=self.length,
            message=self.message,
            suggestion=self.suggestion,
        )


def in_vocabulary(problem: QueryProblem, vocabulary: str, entry: str) -> QueryProblem:
    """Return the problem as one of a vocabulary's entry."""
    return replace(problem, topic="", vocabulary=vocabulary, entry=entry)
