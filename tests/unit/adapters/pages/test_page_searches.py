"""trafilatura's searches answer from memory what they would answer themselves."""

import random

import pytest
from trafilatura import xpaths

from monitor.adapters.pages import read as page_reading
from monitor.adapters.pages.trafilatura_cache import REMEMBERED, Search
from monitor.adapters.pages.tree import tree_of

assert page_reading, "it has the searches replaced"

SEARCHES = [
    pytest.param(search, id=f"{name}-{number}")
    for name in (
        "REMOVE_COMMENTS_AND_LISTS_XPATH",
        "OVERALL_DISCARD_XPATH",
        "DISCARD_IMAGE_ELEMENTS",
        "TEASER_DISCARD_XPATH",
        "RAW_TREE_PRUNE_XPATH",
        "BODY_XPATH",
    )
    for number, search in enumerate(getattr(xpaths, name))
    if isinstance(search, Search)
]
TAGS = ("div", "section", "p", "span", "ul", "ol", "details", "article", "main", "aside", "li", "b")
NAMES = ("id", "class", "style", "role", "itemprop", "aria-hidden", "data-component", "data-lp-replacement-content")
VALUES = (
    *("comments", "comment-list", "Commentary", "disqus_thread", "share", "social-bar", "cookie-note", "navigation"),
    *("display: none", "hidden", "true", "articleBody", "article-content", "story-body", "content", "main-content"),
    *("teaser box", "image-caption", "infinite-scroll", "mvp-post-add-box", "elementor-share-buttons", "post", "lead"),
    *("reply-7", "byline", "MostPopularStories", "plain", "x&#1;y", ""),
)


def markup(chance, depth=0):
    """A random element with random attributes, in random order."""
    tag = chance.choice(TAGS)
    names = chance.sample(NAMES, chance.randrange(4))
    attributes = "".join(f' {name}="{chance.choice(VALUES)}"' for name in names)
    inside = "".join(markup(chance, depth + 1) for _ in range(chance.randrange(4))) if depth < 5 else "words"
    heading = "<h1>Ferry leaves</h1>" if chance.random() < 0.1 else ""
    return f"<{tag}{attributes}>{heading}{inside}</{tag}>"


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_finds_what_the_expression_finds(search):
    chance, found = random.Random(7), 0
    for _ in range(60):
        tree, _ = tree_of(f"<html><body>{''.join(markup(chance) for _ in range(6))}</body></html>")
        expected = list(search.expression(tree))
        assert search(tree) == (expected[:1] if search.first else expected)
        found += len(expected)
    assert found > 3, "the pages have to hold what is searched for"


def test_every_costly_expression_is_replaced():
    assert len(SEARCHES) >= 10


def test_what_is_remembered_is_bounded():
    search = Search(xpaths.OVERALL_DISCARD_XPATH[0].expression)
    tree, _ = tree_of("".join(f"<p class='c{number}'>word</p>" for number in range(REMEMBERED + 10)))
    assert search(tree) == []
    assert len(search._answers) <= REMEMBERED
