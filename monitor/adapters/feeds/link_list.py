"""Read a page that lists news with links, by the recipe of its source."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.adapters.feeds.address_dates import date_in
from monitor.adapters.feeds.entries import RawEntry, RawFeed, absolute, finish
from monitor.adapters.feeds.list_dates import ListDates
from monitor.adapters.feeds.list_rows import Row, base_of, rows_of
from monitor.adapters.text.charsets import decode_page
from monitor.adapters.text.html_to_text import one_line, storable
from monitor.adapters.text.limits import TITLE, cut
from monitor.domain.catalog import ListRecipe
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import ParsedFeed

LINKS = 1_000
"""Links of a page that count: several times the longest lists of news."""
_PATTERN = re.compile(r"^(?:\^|/|\.{1,2}/|https?:)|\\[dwsS.]|\.html?\$?$|\.s?html\b|\[0-9\]")
"""Begins, or holds, what no selector does: then `links` is a pattern of addresses."""
_GLOB = re.compile(r"[^\\.\])]\*|^\*")
_SHELL = re.compile(r"enable javascript|javascript (?:is|to be) (?:required|enabled|disabled)", re.IGNORECASE)
_FEW_WORDS = 60
"""Words of a page below which scripts build it: a menu and a footer have more."""
_MORE = re.compile(
    r"(?:read|see|learn|find out)? ?(?:more|details?|full (?:story|text)|continue(?: reading)?)\W*"
    r"|mehr(?: lesen)?|weiterlesen"
    r"|lire (?:la suite|plus)|leer más|подробнее|читать далее|детальніше|więcej|czytaj (?:dalej|więcej)"
    r"|devamı(?:nı oku)?"
    r"|更多|详细|查看详情|\W*",
    re.IGNORECASE,
)
"""Texts of links that are no headline."""


def read_list(
    body: bytes, url: str, charset: str | None, recipe: ListRecipe | None, now: datetime
) -> ParsedFeed | Failure:
    """Read the links that `recipe` chooses from the page in `body`; the page's own scripts do not run."""
    if recipe is None:
        return Failure(reason=Reason.NO_ENTRIES, detail="a list page needs `list: {links: ...}`", permanent=True)
    page = decode_page(body, charset)
    if page.lstrip()[:5].lower() in ("<?xml", "<rss ", "<feed") and "<html" not in page[:2_000].lower():
        return Failure(reason=Reason.NOT_A_PAGE, detail="XML, not a web page: `kind` is feed or sitemap")
    tree = LexborHTMLParser(page)
    base = base_of(tree, url)
    try:
        chosen = list(_chosen(tree, recipe.links, base, url))[: 4 * LINKS]
        rows = rows_of(chosen)
        found = [_entry(row, recipe) for row in rows[:LINKS]]
    except SelectolaxError:
        return Failure(reason=Reason.NO_ENTRIES, detail=f"no selector and no pattern: {_wrong(tree, recipe)}")
    if not found:
        return Failure(reason=Reason.NO_ENTRIES, detail=_instead(tree, recipe, base))
    identities = identities_of([row.url for row in rows[:LINKS]])
    dates = ListDates(recipe.date_format, _language(tree), now)
    raw = [
        RawEntry(
            guid="" if identity == row.url else identity,
            link=row.url,
            title=title,
            literal=frozenset({"title"}),
            dates=[moment.isoformat()] if (moment := dates.read(date) or date_in(row.url, now)) else [],
        )
        for row, identity, (title, date) in zip(rows, identities, found, strict=False)
    ]
    entries = finish(RawFeed(language=_language(tree), entries=raw), url=url, now=now)
    return ParsedFeed(
        title=cut(_title(tree), 300),
        language=entries[0].language if entries else None,
        entries=entries,
        parser="list",
        doubts=tuple(_doubts(recipe, len(rows), found, [entry.published for entry in entries])),
    )


def is_pattern(links: str) -> bool:
    """Tell a pattern of addresses ("/news/*", "t\\d{8}_\\d+\\.html") from a CSS selector."""
    return bool(_PATTERN.search(links))


def identities_of(addresses: Sequence[str]) -> list[str]:
    """Return each address without the parts of its query that tell no two addresses of the page apart.

    Some sites add a token to every link at every request.
    """
    bare = [address.partition("?")[0].partition("#")[0] for address in addresses]
    shared = Counter(bare)
    return [
        address if shared[path] > 1 or len(addresses) < 2 or _is_script(path) else path
        for address, path in zip(addresses, bare, strict=True)
    ]


def _is_script(path: str) -> bool:
    """Return whether the query may be all that names an article: "/show.php?id=7", "/?p=7"."""
    last = urlsplit(path).path.rpartition("/")[2].lower()
    return not last or last.endswith((".php", ".aspx", ".asp", ".jsp", ".do", ".cgi", ".action")) or "index" in last


def _chosen(tree: LexborHTMLParser, links: str, base: str, url: str) -> Iterator[tuple[LexborNode, str]]:
    """Yield the links that a recipe names with their addresses, those of the page itself left out."""
    here = url.partition("#")[0].rstrip("/")
    matches = _matcher(links) if is_pattern(links) else None
    for node in tree.css("a[href]" if matches else links):
        link = node if node.tag == "a" else node.css_first("a[href]") or _around(node)
        href = ((link.attributes.get("href") if link else None) or "").strip()
        address = absolute(href, base) if link and not href.startswith("#") else None
        if link is None or address is None or address.partition("#")[0].rstrip("/") == here:
            continue
        if matches is None or matches(address) or matches(href):
            yield link, address


def _around(node: LexborNode) -> LexborNode | None:
    """Return the link that an element stands in."""
    parent = node.parent
    while parent is not None and parent.tag not in ("a", "body", "-undef"):
        parent = parent.parent
    return parent if parent is not None and parent.tag == "a" and parent.attributes.get("href") else None


def _matcher(pattern: str) -> Callable[[str], object]:
    """Return the test of an address: a regular expression, or "*" for any characters."""
    if _GLOB.search(pattern):
        parts = (re.escape(part) for part in pattern.removeprefix("./").split("*"))
        pattern = ".*".join(parts)
    elif pattern.startswith("./"):
        pattern = pattern[2:]
    try:
        return re.compile(pattern).search
    except re.error as error:
        raise SelectolaxError(str(error)) from None


def _entry(row: Row, recipe: ListRecipe) -> tuple[str, str]:
    """Return the title and the date of a row, as they stand there."""
    title = row.text_of(recipe.title) if recipe.title else ""
    date = row.date_of(recipe.date)
    if not title:
        texts = [text for text in map(_headline, row.links) if text and not _MORE.fullmatch(text)]
        title = max(texts, key=len, default="") or row.heading()
    return cut(one_line(storable(title)), TITLE), date


def _headline(link: LexborNode) -> str:
    """Return the heading in a link, else its text, else its title or the text of its picture."""
    for selector in ("h1, h2, h3, h4, h5, h6", "[class*=title], [class*=headline]"):
        heading = link.css_first(selector)
        if heading is not None and (words := one_line(heading.text(separator=" "))):
            return words
    words = one_line(link.text(separator=" "))
    named = one_line(link.attributes.get("title") or "")
    shortened = words.endswith(("...", "…")) and len(named) > len(words)
    picture = link.css_first("img[alt]")
    alternative = one_line((picture.attributes.get("alt") if picture else None) or "")
    return (named if shortened else words) or named or alternative


def _doubts(
    recipe: ListRecipe, rows: int, found: Sequence[tuple[str, str]], dates: Sequence[datetime | None]
) -> Iterator[str]:
    if rows > LINKS:
        yield f"{rows:,} links; the first {LINKS:,} count"
    untitled = sum(not title for title, _ in found)
    if untitled:
        yield f"{untitled:,} of {len(found):,} links have no title" + (" by this selector" if recipe.title else "")
    if not any(dates):
        named = next((date for _, date in found if date), "")
        yield f"no date can be read{f', such as {named[:60]!r}' if named else ''}"


def _instead(tree: LexborHTMLParser, recipe: ListRecipe, base: str) -> str:
    """Describe a page on which nothing was chosen, so that a person can repair the recipe."""
    title = cut(_title(tree), 80) or "no title"
    links = [address for node in tree.css("a[href]") if (address := absolute(node.attributes.get("href") or "", base))]
    words = len(tree.body.text(separator=" ").split()) if tree.body else 0
    scripts = len(tree.css("script"))
    shell = tree.html is not None and bool(_SHELL.search(tree.html[:500_000]))
    if scripts and (words < _FEW_WORDS or (shell and len(links) < 10)):
        return (
            f"the page is built by JavaScript, which is not run: {title!r}, {len(links)} links, {words} words, "
            f"{scripts} scripts"
        )
    places = Counter("/".join(urlsplit(address).path.split("/")[:3]) for address in links)
    usual = ", ".join(f"{place or '/'} ({count})" for place, count in places.most_common(3))
    most = f", most under {usual}" if usual else ""
    return f"no link matches {recipe.links!r}; the page is now {title!r} with {len(links)} links{most}"


def _wrong(tree: LexborHTMLParser, recipe: ListRecipe) -> str:
    for selector in (recipe.links, recipe.title, recipe.date):
        try:
            if selector and not is_pattern(selector):
                tree.css(selector)
        except SelectolaxError:
            return repr(selector)
    return repr(recipe.links)


def _title(tree: LexborHTMLParser) -> str:
    node = tree.css_first("title")
    return one_line(storable(node.text()[:2_000])) if node else ""


def _language(tree: LexborHTMLParser) -> str:
    node = tree.css_first("html")
    return (node.attributes.get("lang") if node else None) or ""
