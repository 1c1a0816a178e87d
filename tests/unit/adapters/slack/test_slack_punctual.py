"""What is too late is not sent, however late that is noticed."""

import socket
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.error import URLError

import pytest
import trustme

from monitor.adapters.slack.deadline import TooLate, after, punctual, punctual_tls
from monitor.adapters.slack.errors import failure_of
from monitor.domain.alerts.alert import NotSent
from tests.support.delivery_world import HandClock

AUTHORITY = trustme.CA()


class Listener:
    """A TLS server that answers every request, and keeps what it was sent."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self._socket.getsockname()[1]}/"
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert("localhost").configure_cert(self._tls)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        try:
            with self._tls.wrap_socket(connection, server_side=True) as wrapped:
                self.heard.append(wrapped.recv(65536))
                wrapped.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except OSError:
            return  # the other side may leave as it likes

    def close(self) -> None:
        """Wait until the one connection is over."""
        self._thread.join(5)
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


def ask(listener: Listener, answers: list[bool]) -> bytes:
    """Send a request that is late as `answers` say, one after the other."""
    context = punctual_tls(10.0)
    AUTHORITY.configure_trust(context)
    with (
        punctual(lambda: answers.pop(0)),
        urllib.request.urlopen(listener.url, context=context, timeout=5) as answer,
    ):
        body: bytes = answer.read()
        return body


def test_a_request_in_time_is_sent(listener: Listener) -> None:
    assert ask(listener, [False, False]) == b"ok"
    assert listener.heard[0].startswith(b"GET / HTTP/1.1")


def test_a_connection_that_took_too_long_is_not_used(listener: Listener) -> None:
    with pytest.raises(URLError) as raised:
        ask(listener, [False, True])
    outcome = failure_of(raised.value)
    assert isinstance(outcome, NotSent)
    assert not outcome.begun
    listener.close()
    assert listener.heard in ([], [b""]), "not one byte of a request"


def test_what_is_late_from_the_start_does_not_connect() -> None:
    with pytest.raises(TooLate) as raised, punctual(lambda: True):
        pytest.fail("it went on")
    assert isinstance(failure_of(raised.value), NotSent)


def test_a_certificate_nobody_vouches_for_is_refused(listener: Listener) -> None:
    with pytest.raises(URLError) as raised:
        urllib.request.urlopen(listener.url, context=punctual_tls(10.0), timeout=5)
    assert isinstance(raised.value.reason, ssl.SSLCertVerificationError)


def test_only_what_has_an_end_ends() -> None:
    clock = HandClock(datetime(2026, 3, 2, tzinfo=UTC))
    soon = after(clock.now() + timedelta(seconds=10), clock)
    assert not after(None, clock)()
    assert not soon()
    clock.advance(timedelta(seconds=11))
    assert soon()
