"""An article read back from the archive, with its place in its story."""

from dataclasses import dataclass

from monitor.domain.articles.article import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedArticle:
    """A triaged article. `origin` is who wrote the text; `has_text` is False once retention deleted the text."""

    article: Article
    story_id: int
    copy_of: int | None
    origin: str
    has_text: bool
