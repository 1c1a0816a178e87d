"""Certificates: refused when wrong, and never asked again without."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from monitor.adapters.http.client import HttpFetcher
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched, HttpSettings
from tests.support.hostile_servers import FixedClock, HostileServer, fetching, plain, resolving, serving

HOST = "secure.example"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def good(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    return context


def expired(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    past = datetime.now(UTC) - timedelta(days=1)
    authority.issue_cert(HOST, not_before=past - timedelta(days=9), not_after=past).configure_cert(context)
    return context


def other_host(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    return context


def self_signed(_: trustme.CA) -> ssl.SSLContext:
    return good(trustme.CA())


def old_protocol(authority: trustme.CA) -> ssl.SSLContext:
    context = good(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return context


def https(server: HostileServer) -> str:
    return server.url("/", HOST).replace("http:", "https:")


async def test_a_good_certificate_is_accepted(authority: trustme.CA) -> None:
    async with serving({"/": plain(b"safe")}, tls=good(authority)) as server:
        resolve = resolving(secure_example="127.0.0.1")
        async with fetching(server, tls=trusting(authority), resolve=resolve) as fetcher:
            results = [await fetcher.feed(https(server), Validators()) for _ in range(2)]
    assert [isinstance(result, Fetched) for result in results] == [True, True]


@pytest.mark.case(81)
@pytest.mark.parametrize("flawed", [expired, other_host, self_signed, old_protocol])
async def test_a_flawed_one_is_refused_and_nothing_is_sent(
    flawed: Callable[[trustme.CA], ssl.SSLContext], authority: trustme.CA
) -> None:
    async with serving({"/": plain(b"unsafe")}, tls=flawed(authority)) as server:
        resolve = resolving(secure_example="127.0.0.1")
        async with fetching(server, tls=trusting(authority), resolve=resolve) as fetcher:
            result = await fetcher.feed(https(server), Validators())
    assert isinstance(result, Failure)
    assert result.reason is Reason.TLS
    assert result.detail
    assert server.requests == []


@pytest.mark.case(81)
async def test_our_own_trust_does_not_include_strangers(authority: trustme.CA) -> None:
    async with serving({"/": plain(b"unsafe")}, tls=good(authority)) as server:
        settings = HttpSettings(allow_networks=("127.0.0.1",), allow_ports=(server.port,))
        fetcher = HttpFetcher(settings, FixedClock(), resolve=resolving(secure_example="127.0.0.1"))
        result = await fetcher.feed(https(server), Validators())
        await fetcher.aclose()
    assert isinstance(result, Failure)
    assert result.reason is Reason.TLS
    assert server.requests == []


@pytest.mark.case(81)
async def test_https_where_http_is_spoken_is_refused(authority: trustme.CA) -> None:
    async with serving({"/": plain(b"plain")}) as server:
        resolve = resolving(secure_example="127.0.0.1")
        short = timedelta(seconds=0.5)
        async with fetching(server, tls=trusting(authority), resolve=resolve, connect_timeout=short) as fetcher:
            result = await fetcher.feed(https(server), Validators())
    assert isinstance(result, Failure)
    assert result.reason in (Reason.TLS, Reason.CONNECT, Reason.TIMEOUT)


async def test_a_secure_address_that_leads_to_an_insecure_one_is_not_permanent(authority: trustme.CA) -> None:
    async with serving({"/b": plain(b"x")}) as insecure, serving(tls=good(authority)) as server:
        server.answers["/"] = plain(b"", b"Location: " + insecure.url("/b").encode(), status=b"301 M")
        resolve = resolving(secure_example="127.0.0.1")
        async with fetching(server, insecure, tls=trusting(authority), resolve=resolve) as fetcher:
            result = await fetcher.feed(https(server), Validators())
    assert isinstance(result, Fetched)
    assert result.permanent_url is None
