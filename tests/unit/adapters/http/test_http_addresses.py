"""No connection to an address that is not public: counted at connect(), whoever makes it."""

import asyncio

import pytest

from monitor.adapters.http.client import HttpFetcher
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.addresses import AddressRule
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched, HttpSettings
from tests.support.hostile_servers import FixedClock, fetching, plain, recorded_connects, redirect, resolving, serving

HOSTILE = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://017700000001/",
    "http://127\u30020\u30020\u30021/",
    "http://\u2460\u2461\u2466.0.0.1/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fec0::1]/",
    "http://[fe80::1%25lo]/",
    "http://10.0.0.5/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://224.0.0.1/",
    "http://[ff02::1]/",
    "http://255.255.255.255/",
]


def refused(result: object) -> bool:
    return isinstance(result, Failure) and result.reason in (Reason.BLOCKED, Reason.BAD_URL, Reason.DNS)


@pytest.mark.case(87)
@pytest.mark.parametrize("url", HOSTILE)
async def test_hostile_spellings_reach_nobody(url: str) -> None:
    with recorded_connects() as connects:
        async with fetching(allow_networks=()) as fetcher:
            results = [await fetcher.feed(url, Validators()), await fetcher.page(url + "article")]
    assert [refused(result) for result in results] == [True, True]
    assert connects == []


@pytest.mark.case(87, 89)
@pytest.mark.parametrize("url", HOSTILE)
async def test_redirects_and_robots_lead_to_nobody_either(url: str) -> None:
    location = url.encode()
    answers = {"/feed": redirect(location), "/robots.txt": redirect(location), "/page": plain(b"<html>")}
    async with serving(dict(answers), host="127.0.0.99") as outlet:
        async with fetching(outlet, allow_networks=("127.0.0.99",)) as fetcher:
            with recorded_connects() as connects:
                results = [
                    await fetcher.feed(outlet.url("/feed", "127.0.0.99"), Validators()),
                    await fetcher.page(outlet.url("/page", "127.0.0.99")),
                ]
    assert [isinstance(result, Failure) for result in results] == [True, True]
    assert {address[0] for address in connects} <= {"127.0.0.99"}


@pytest.mark.case(88)
@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "127.0.0.1"],
        ["93.184.215.14"] * 9 + ["10.0.0.1"],
        ["::1"],
        ["not an address"],
        [],
    ],
)
async def test_one_private_address_among_many_blocks_the_name(addresses: list[str]) -> None:
    fetcher = HttpFetcher(HttpSettings(), FixedClock(), resolve=resolving(rebound_example=addresses))
    with recorded_connects() as connects:
        assert refused(await fetcher.feed("http://rebound.example/", Validators()))
    assert connects == []


@pytest.mark.case(88)
async def test_the_address_vetted_is_the_address_connected_to() -> None:
    answers = iter([("127.0.0.2",), ("127.0.0.1",)] * 50)

    async def rebinding(_host: str, _port: int) -> tuple[str, ...]:
        return next(answers)

    async with serving({"/": plain(b"x")}, host="127.0.0.2") as server:
        async with fetching(server, allow_networks=("127.0.0.2",), resolve=rebinding) as fetcher:
            with recorded_connects() as connects:
                for _ in range(100):
                    server.answers["/"] = plain(b"x", b"Connection: close")
                    await fetcher.feed(server.url("/", "rebound.example"), Validators())
    assert {address[0] for address in connects} == {"127.0.0.2"}


@pytest.mark.case(89)
@pytest.mark.parametrize("hop", [1, 2, 3, 4, 5])
async def test_the_hop_to_a_private_address_is_the_last(hop: int) -> None:
    async with serving(host="127.0.0.3") as server:
        for number in range(1, hop):
            server.answers[f"/{number}"] = redirect(b"/%d" % (number + 1))
        server.answers[f"/{hop}"] = redirect(b"http://127.0.0.1:%d/secret" % server.port)
        async with fetching(server, allow_networks=("127.0.0.3",)) as fetcher:
            with recorded_connects() as connects:
                result = await fetcher.feed(server.url("/1", "127.0.0.3"), Validators())
    assert isinstance(result, Failure)
    assert result.reason is Reason.BLOCKED
    assert len(server.requests) == hop
    assert {address[0] for address in connects} == {"127.0.0.3"}


@pytest.mark.case(90)
@pytest.mark.parametrize("port", [1, 22, 25, 6379, 8080])
async def test_other_ports_are_not_asked(port: int) -> None:
    fetcher = HttpFetcher(HttpSettings(allow_networks=("127.0.0.0/8",)), FixedClock())
    with recorded_connects() as connects:
        result = await fetcher.feed(f"http://127.0.0.1:{port}/", Validators())
    assert isinstance(result, Failure)
    assert result.reason is Reason.BLOCKED
    assert connects == []


@pytest.mark.case(90)
@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://news.example@127.0.0.9:{port}/", b"127.0.0.9"),
        ("http://127.0.0.9:{port}#@news.example/", b"127.0.0.9"),
        ("http://127.0.0.9:{port}?@news.example/", b"127.0.0.9"),
        ("http://127.0.0.9:{port}\\@news.example/", None),
        ("http://%31%32%37.0.0.9:{port}/", None),
        ("http://127.0.0.9%2f@news.example/", None),
        ("http://127.0.0.9 :{port}/", None),
        ("http://127.0.0.9:{port}\t/", None),
        ("http:///127.0.0.9:{port}/", None),
        ("//127.0.0.9:{port}/", None),
    ],
)
async def test_tricks_with_the_host_are_refused_or_read_exactly(url: str, host: bytes | None) -> None:
    async with serving({"/": plain(b"x"), "/?@news.example/": plain(b"x")}, host="127.0.0.9") as server:
        async with fetching(server, allow_networks=("127.0.0.9",)) as fetcher:
            result = await fetcher.feed(url.format(port=server.port), Validators())
    if host is None:
        assert isinstance(result, Failure)
        assert server.requests == []
    else:
        assert isinstance(result, Fetched)
        assert server.requests[0].headers[b"host"].split(b":")[0] == host


@pytest.mark.case(91)
async def test_an_exempt_address_is_the_only_one() -> None:
    async with serving({"/": plain(b"x")}, host="127.0.0.5") as allowed:
        async with fetching(allowed, allow_networks=("127.0.0.5",)) as fetcher:
            reached = [
                isinstance(await fetcher.feed(allowed.url("/", f"127.0.0.{last}"), Validators()), Fetched)
                for last in range(1, 10)
            ]
    assert reached == [last == 5 for last in range(1, 10)]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:93.184.215.14", True),
        ("::ffff:10.1.2.3", False),
        ("198.51.100.1", False),
        ("192.88.99.1", False),
        ("192.0.0.9", False),
        ("239.255.255.250", False),
        ("2001::1", False),
        ("64:ff9b:1::1", False),
        ("fd00::1", False),
        ("2606:2800::1%eth0", False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_the_rule(address: str, allowed: bool) -> None:
    assert AddressRule().permits(address) is allowed


def test_an_exemption_covers_the_mapped_spelling_and_no_neighbour() -> None:
    rule = AddressRule.of(("10.0.0.5", "fd00::/8"))
    permitted = [rule.permits(address) for address in ("10.0.0.5", "::ffff:10.0.0.5", "10.0.0.6", "fd12::1", "fe80::1")]
    assert permitted == [True, True, False, True, False]


@pytest.mark.case(79)
async def test_slow_names_do_not_hold_up_others() -> None:
    async def slow(host: str, _port: int) -> tuple[str, ...]:
        if host.startswith("slow"):
            await asyncio.Event().wait()
        return ("127.0.0.1",)

    async with serving({"/": plain(b"x")}) as server, fetching(server, resolve=slow) as fetcher:
        waiting = [
            asyncio.ensure_future(fetcher.feed(server.url("/", f"slow{number}.example"), Validators()))
            for number in range(40)
        ]
        await asyncio.sleep(0)
        async with asyncio.timeout(4):  # the lookups take 5
            assert isinstance(await fetcher.feed(server.url("/", "quick.example"), Validators()), Fetched)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.case(79)
async def test_a_name_with_thousands_of_addresses_is_tried_a_few_times() -> None:
    many = [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(10_000)]
    async with serving() as server, fetching(server, resolve=resolving(many_example=many)) as fetcher:
        with recorded_connects() as connects:
            result = await fetcher.feed(server.url("/", "many.example"), Validators())
    assert isinstance(result, Failure)
    assert result.reason is Reason.CONNECT
    assert 0 < len(connects) <= 16


@pytest.mark.case(79)
async def test_an_unknown_name_is_said_to_be_unknown() -> None:
    fetcher = HttpFetcher(HttpSettings(), FixedClock())
    result = await fetcher.feed("http://no-such-name.invalid/", Validators())
    assert isinstance(result, Failure)
    assert result.reason is Reason.DNS


@pytest.mark.case(87)
@pytest.mark.parametrize(
    ("address", "permitted"),
    [
        ("64:ff9b::8.8.8.8", True),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::168.63.129.16", False),
        ("64:ff9b::", False),
        ("64:ff9b:1::8.8.8.8", True),
        ("64:ff9b:1:fffe::8.8.8.8", True),
        ("64:ff9b:1:808:8:800::", True),
        ("64:ff9b:1:a00:0:100::", False),
        ("64:ff9b:1::192.168.1.1", False),
        ("::ffff:0:8.8.8.8", False),
        ("::ffff:0:10.0.0.1", False),
        ("100:0:0:1::1", False),
        ("5f00::1", False),
        ("5f00:ffff::1", False),
        ("3fff::1", False),
        ("3fff:fff::1", False),
        ("168.63.129.16", False),
        ("168.63.129.17", True),
        ("::ffff:168.63.129.16", False),
        ("2600::1", True),
        ("2606:4700::1111", True),
    ],
)
def test_what_an_address_reaches_decides(address: str, permitted: bool) -> None:
    assert AddressRule().permits(address) is permitted


def test_an_allowed_network_is_allowed_behind_nat64_too() -> None:
    rule = AddressRule.of(("10.0.0.0/8",))
    assert rule.permits("64:ff9b::10.0.0.1")
    assert not rule.permits("64:ff9b::192.168.0.1")
    assert AddressRule.of(("64:ff9b::/96",)).permits("64:ff9b::192.168.0.1")
