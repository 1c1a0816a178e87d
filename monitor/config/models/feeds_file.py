"""Model `feeds.yml` as the file spells it.

Descriptions end up in the JSON Schema, for editors.
"""

from typing import Literal

from pydantic import (
    Field,
    model_validator,
)

from monitor.config.models.fields import (
    Duration,
    Flag,
    Language,
    Strict,
    Text,
    Url,
    Word,
    Words,
    refusal,
)


class ListItem(Strict):
    """How a list page is read."""

    links: Text = Field(description="A CSS selector of the links, or a pattern of their addresses, such as /news/*.")
    title: Text | None = Field(default=None, description="Selector of the title in a link's row; default: the link.")
    date: Text | None = Field(default=None, description="Selector of the date in a link's row; default: found.")
    date_format: Text | None = Field(default=None, description="How dates are written, such as %d.%m.%Y.")


class FeedItem(Strict):
    """One source: a feed, a news sitemap or a list page."""

    key: Word = Field(description="Its name in logs and on the status page; keep it when the address changes.")
    url: Url = Field(description="Address of the RSS, Atom, RDF or JSON feed, of the sitemap or of the list page.")
    kind: Literal["feed", "sitemap", "list"] = Field(default="feed", description="The kind of document there.")
    list_: ListItem | None = Field(default=None, alias="list", description="How a page of kind list is read.")
    every: Duration | None = Field(
        default=None, description="Fixed polling interval; default: adapts to how often the feed publishes."
    )
    full_text: Flag = Field(default=True, description="Fetch article pages; false: the feed's own text is enough.")
    language: Language | None = Field(default=None, description="Language code, such as en or zh.")
    tier: int = Field(default=2, ge=1, le=3, description="1 wire service or major outlet, 2 regular, 3 minor.")
    tags: Words = Field(default=(), description="Words that queries can ask for.")
    enabled: Flag = Field(default=True, description="false: keep it here, do not poll it.")

    @model_validator(mode="after")
    def _recipe_of_a_list(self) -> "FeedItem":
        if self.kind == "list" and self.list_ is None:
            raise refusal("kind: list needs list: {links: ...}; `wirewatch feeds discover URL` proposes one")
        if self.kind != "list" and self.list_ is not None:
            raise refusal("list goes with kind: list")
        return self


class FeedsFile(Strict):
    """The sources: `feeds.yml`. Edits take effect within seconds."""

    feeds: tuple[FeedItem, ...] = Field(strict=False, description="The feeds to poll.")
