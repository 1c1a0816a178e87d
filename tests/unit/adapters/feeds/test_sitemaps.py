"""Sitemaps become entries: their own site's, of the last days, whatever is wrong with the document."""

import gzip
from datetime import UTC, datetime

from monitor.adapters.feeds.sitemap import read_sitemap
from monitor.domain.failures import Failure, Reason

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
URL = "https://www.harbour.example/news-sitemap.xml"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)


def news(place, title="Ports reopen", date="2026-03-06T10:00:00+02:00", more=""):
    return (
        f"<url><loc>{place}</loc><image:image><image:loc>https://img.example/1.jpg</image:loc>"
        f"<image:title>A crane</image:title></image:image><news:news><news:publication><news:name>Harbour Wire"
        f"</news:name><news:language>en-GB</news:language></news:publication><news:publication_date>{date}"
        f"</news:publication_date><news:title>{title}</news:title>{more}</news:news></url>"
    )


def read(*urls, url=URL):
    return read_sitemap(f"{HEAD}{''.join(urls)}</urlset>".encode(), url, None, NOW)


def index(*parts):
    rows = "".join(
        f"<sitemap><loc>{address}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</sitemap>"
        for address, date in parts
    )
    return read_sitemap(f"<sitemapindex>{rows}</sitemapindex>".encode(), URL, None, NOW)


def test_a_news_sitemap_gives_address_title_date_language_and_keywords() -> None:
    found = read(
        news(
            "https://harbour.example/a?x=1&y=2",
            "Cranes &amp; ships",
            more="<news:keywords>ports, trade</news:keywords>",
        )
    )
    (entry,) = found.entries
    assert (entry.url, entry.title) == ("https://harbour.example/a?x=1&y=2", "Cranes & ships")
    assert (entry.published, entry.language) == (datetime(2026, 3, 6, 8, tzinfo=UTC), "en")
    assert (entry.tags, entry.summary, found.title) == (("ports", "trade"), "", "Harbour Wire")


def test_a_packed_sitemap_is_unpacked_and_a_bomb_is_not() -> None:
    packed = gzip.compress(f"{HEAD}{news('https://harbour.example/a')}</urlset>".encode())
    assert len(read_sitemap(packed, URL, None, NOW).entries) == 1
    bomb = read_sitemap(gzip.compress(b"<urlset>" + b" " * 60_000_000), URL, None, NOW)
    assert isinstance(bomb, Failure)
    assert bomb.reason is Reason.TOO_LARGE


def test_only_the_last_days_count_by_the_newest_entry() -> None:
    old = news("https://harbour.example/old", date="2026-02-20")
    assert [entry.url[-3:] for entry in read(news("https://harbour.example/new"), old).entries] == ["new"]
    assert [entry.url[-3:] for entry in read(old).entries] == ["old"]  # a sitemap that stands still shows that


def test_a_date_ahead_is_none() -> None:
    (entry,) = read(news("https://harbour.example/a", date="2027-01-01")).entries
    assert entry.published is None


def test_a_sitemap_speaks_for_its_own_site_only() -> None:
    found = read(
        news("https://harbour.example/a"), news("https://sport.harbour.example/b"), news("https://rival.example/c")
    )
    assert len(found.entries) == 2
    assert "1 addresses of other sites are left out" in found.doubts
    foreign = read(news("https://rival.example/c"))
    assert isinstance(foreign, Failure)
    assert "rival.example" in foreign.detail


def test_a_damaged_sitemap_gives_what_stands_before_the_damage() -> None:
    body = f"{HEAD}{news('https://harbour.example/a')}{news('https://harbour.example/b')[:60]}".encode()
    found = read_sitemap(body, URL, None, NOW)
    assert [entry.url for entry in found.entries] == ["https://harbour.example/a"]
    assert "damaged" in found.doubts[0]


def test_a_plain_sitemap_is_dated_by_its_changes_or_its_addresses() -> None:
    found = read(
        "<url><loc>https://harbour.example/2026/03/05/ships</loc><lastmod>2026-03-06</lastmod></url>",
        "<url><loc>https://harbour.example/2019/03/05/ships</loc><lastmod>2026-03-06</lastmod></url>",
    )
    assert [entry.url for entry in found.entries] == ["https://harbour.example/2026/03/05/ships"]


def test_an_index_names_its_newest_parts_first_and_those_of_others_never() -> None:
    found = index(
        ("https://harbour.example/2019.xml", "2019-01-01"),
        ("https://harbour.example/part-1.xml", "2026-03-05"),
        ("https://harbour.example/part-2.xml", "2026-03-06"),
        ("https://harbour.example/news.xml", ""),
        ("https://rival.example/news.xml", "2026-03-06"),
    )
    assert [part.rpartition("/")[2] for part in found.parts] == ["news.xml", "part-2.xml", "part-1.xml"]


def test_entities_do_not_multiply_and_open_nothing() -> None:
    body = (
        '<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
        "<urlset><url><loc>https://harbour.example/a</loc><title>&b;&c;</title></url></urlset>"
    )
    (entry,) = read_sitemap(body.encode(), URL, None, NOW).entries
    assert len(entry.title) < 100


def test_what_is_no_sitemap_is_named() -> None:
    for body, word in (
        (b"<rss><channel/></rss>", "a feed"),
        (b"<html>x</html>", "a web page"),
        (b"", "an empty answer"),
    ):
        found = read_sitemap(body, URL, None, NOW)
        assert isinstance(found, Failure)
        assert word in found.detail
