"""Statements of the full-text index in both dialects, and how a search is written in each."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from sqlalchemy import TextClause, text

from monitor.domain.articles.searchable import SearchTerm, SearchTerms

# A word is a lexeme with at most so many places, and places count up to here (PostgreSQL: Limitations of text search).
_MOST_PLACES, _LAST_PLACE = 255, 16_383

QUEUED = text("SELECT article_id, changes FROM search_queue ORDER BY article_id DESC LIMIT :limit")
WAITING = text("SELECT count(*) FROM (SELECT 1 FROM search_queue LIMIT :limit) AS waiting")
FINISHED = text("DELETE FROM search_queue WHERE article_id = :article_id AND changes = :changes")
POSTGRES_FINISHED = text(
    "DELETE FROM search_queue WHERE article_id IN (SELECT article_id FROM search_queue "
    "WHERE article_id = :article_id AND changes = :changes FOR UPDATE SKIP LOCKED)"
)
"""As FINISHED, but never waiting for a transaction that is just changing the article: it would stay queued anyway."""

SQLITE_KEPT = text("SELECT content FROM search_documents WHERE article_id = :article_id")
SQLITE_FORGET_WORDS = text(
    "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', :article_id, :words)"
)
SQLITE_ADD_WORDS = text("INSERT INTO search_words (rowid, words) VALUES (:article_id, :words)")
SQLITE_KEEP = text("INSERT OR REPLACE INTO search_documents (article_id, content) VALUES (:article_id, :content)")
FORGET = text("DELETE FROM search_documents WHERE article_id = :article_id")

POSTGRES_KEEP = text(
    "INSERT INTO search_documents (article_id, words) VALUES (:article_id, CAST(:words AS tsvector)) "
    "ON CONFLICT (article_id) DO UPDATE SET words = excluded.words"
)


def found_ids(*, is_postgres: bool) -> TextClause:
    """Return the statement that walks matching articles from `:before` back to `:oldest`, newest first."""
    if is_postgres:
        return text(
            "SELECT article_id FROM search_documents WHERE words @@ CAST(:asked AS tsquery) "
            "AND article_id < :before AND article_id >= :oldest ORDER BY article_id DESC LIMIT :limit"
        )
    return text(
        "SELECT rowid AS article_id FROM search_words WHERE search_words MATCH :asked "
        "AND rowid < :before AND rowid >= :oldest ORDER BY rowid DESC LIMIT :limit"
    )


def asked(terms: SearchTerms, *, is_postgres: bool) -> str:
    """Return a search as FTS5 or as tsquery; the words hold letters and digits only."""
    one: Callable[[SearchTerm], str] = _tsquery if is_postgres else _fts5
    either, both, but = (" | ", " & ", " & !") if is_postgres else (" OR ", " AND ", " NOT ")
    wanted = both.join(f"({either.join(map(one, group))})" for group in terms.groups)
    return "".join([f"({wanted})", *(f"{but}({one(term)})" for term in terms.excluded)])


def _fts5(term: SearchTerm) -> str:
    return f'"{" ".join(term.words)}"' + (" *" if term.prefix else "")


def _tsquery(term: SearchTerm) -> str:
    quoted = [f"'{word}'" for word in term.words]
    return " <-> ".join([*quoted[:-1], quoted[-1] + (":*" if term.prefix else "")])


def tsvector(words: Iterable[str]) -> str:
    """Return words as the text of a tsvector, so that PostgreSQL's own parser has no say in what a word is."""
    placed = sorted((word, place) for place, word in enumerate(words, 1))
    lexemes = []
    for word, places in groupby(placed, lambda pair: pair[0]):
        shown: Sequence[int] = [min(place, _LAST_PLACE) for _, place in places][:_MOST_PLACES]
        lexemes.append(f"'{word}':{','.join(map(str, dict.fromkeys(shown)))}")
    return " ".join(lexemes)
