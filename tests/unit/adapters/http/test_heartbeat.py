"""The heartbeat goes the way that http.* names: proxy and authorities."""

import ssl
from pathlib import Path

import trustme

from monitor.adapters.http.heartbeat import beat
from monitor.domain.failures import Failure, Reason
from tests.support.hostile_servers import plain, serving


async def test_it_goes_through_the_proxy() -> None:
    async with serving({"http://watch.example/ping": plain(b"ok")}) as proxy:
        assert await beat("http://watch.example/ping", proxy=f"http://127.0.0.1:{proxy.port}") is None
    assert [request.path for request in proxy.requests] == ["http://watch.example/ping"]


async def test_it_trusts_ones_own_authority_alone(tmp_path: Path) -> None:
    authority, file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with serving({"/": plain(b"ok")}, tls=context) as server:
        url = f"https://127.0.0.1:{server.port}/"
        assert await beat(url, ca_file=str(file)) is None
        refused = await beat(url)
    assert isinstance(refused, Failure)
    assert refused.reason is Reason.TLS
