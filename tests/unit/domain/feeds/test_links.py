"""One address per article, and never one address for two."""

import socket

import pytest

from monitor.adapters.text.outlets import outlets
from monitor.domain.articles.article import Entry
from monitor.domain.feeds.canonical_url import canonical, is_web_address
from monitor.domain.feeds.identity import keys_of

PLAIN = "https://www.herald.example/world/envoys-meet"


@pytest.mark.case(50)
@pytest.mark.parametrize(
    "spelling",
    [
        PLAIN,
        PLAIN + "/",
        PLAIN + "#comments",
        PLAIN + "?utm_source=rss&utm_medium=feed",
        PLAIN + "?fbclid=abc&at_medium=RSS&at_campaign=KARANGA",
        PLAIN + "?amp=1",
        PLAIN + "/amp/",
        PLAIN + ".amp",
        "http://www.herald.example:80/world/envoys-meet",
        "https://m.herald.example/world/envoys-meet",
        "https://amp.herald.example/world/envoys-meet",
        "https://www.herald.example/amp/world/envoys-meet",
        "https://www.google.com/amp/s/www.herald.example/world/envoys-meet",
        "https://www-herald-example.cdn.ampproject.org/c/s/www.herald.example/world/envoys-meet",
        "https://HERALD.example/world/envoys-meet",
    ],
)
def test_spellings_of_one_address_are_one_article(spelling):
    keys = [keys_of("feed", [Entry(url=canonical(url))])[0].url for url in (PLAIN, spelling)]
    assert keys[0] == keys[1]


@pytest.mark.case(50)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("?id=1", "?id=2"),
        ("?cid=1", "?cid=2"),
        ("?uid=1", "?uid=2"),
        ("?p=1", "?p=2"),
        ("?eid=9", "?eid=8"),
        ("?session=a", "?session=b"),
        ("?source=a", "?source=b"),
        ("/#!/story/1", "/#!/story/2"),
        ("/#/story/1", "/#/story/2"),
        ("/A", "/a"),
        ("/amp-shortage", "/shortage"),
        ("/1", "/1/2"),
        (":8080/1", "/1"),
    ],
)
def test_different_articles_keep_different_addresses(one, other):
    urls = [canonical("https://herald.example" + tail) for tail in (one, other)]
    keys = [keys_of("feed", [Entry(url=url)])[0].url for url in urls]
    assert urls[0] != urls[1]
    assert keys[0] != keys[1]


@pytest.mark.case(51)
@pytest.mark.parametrize(
    "link",
    [
        "https://news.google.com/rss/articles/CBMiX2h0?oc=5",
        "https://feedproxy.google.com/~r/x/~3/abc/",
        "https://t.co/Ab3",
    ],
)
def test_redirectors_are_kept_as_they_are(link):
    assert canonical(link) == link


@pytest.mark.case(49)
@pytest.mark.parametrize(
    "url", ["http://[::1", "javascript:alert(1)", "data:x", "//x.example/", "https://", "http://a:b/", ""]
)
def test_what_is_no_web_address_is_left_alone(url):
    assert not is_web_address(url)
    assert canonical(url) == url


def test_a_canonical_address_is_its_own():
    for url in (
        PLAIN,
        "https://herald.example/?id=1",
        "https://x.example/#!/a",
        "http://[::1]:8080/a",
        "https://1.2.3.4/a",
    ):
        assert canonical(canonical(url)) == canonical(url)


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("http://127.0.0.2:8001/a", "127.0.0.2:8001"),
        ("http://[::1]:8001/a", "::1:8001"),
        ("http://kestrel.example:8001/a", "kestrel.example"),
        ("https://news.kestrel.co.uk:8443/a", "kestrel.co.uk"),
        ("https://www.herald.co.uk/a", "herald.co.uk"),
        ("https://edition.herald.example.com/a", "example.com"),
        ("https://anna.github.io/a", "anna.github.io"),
        ("http://127.0.0.1/a", "127.0.0.1"),
        ("http://localhost/a", "localhost"),
        ("nonsense", ""),
        ("http://[::1", ""),
    ],
)
def test_an_outlet_is_a_registrable_domain_found_offline(url, outlet, monkeypatch):
    def no_network(*_, **__):
        raise AssertionError("no connection is needed")

    monkeypatch.setattr(socket, "create_connection", no_network)
    assert outlets().outlet(url) == outlet
