"""Requests that begin in time or not at all.

A message of unknown outcome is looked for and, where it is not found, posted again: by then nothing may post the first
one any more. But a process can be stopped at any moment, for hours, and go on; and before a request is written, every
address of a host that does not answer may take a whole timeout.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from monitor.ports import Clock

_call = threading.local()


class TooLate(OSError):
    """The time a request was meant for is over; nothing of it was sent."""


def after(moment: datetime | None, clock: Clock) -> Callable[[], bool]:
    """Whether `moment` is past; None never is."""
    return lambda: moment is not None and clock.now() > moment


@contextmanager
def punctual(late: Callable[[], bool]) -> Iterator[None]:
    """Make what this thread sends meanwhile raise `TooLate` once `late` says so."""
    if late():
        raise TooLate("the time to send it is over")
    _call.late = late
    try:
        yield
    finally:
        del _call.late


class PunctualTLS(ssl.SSLContext):
    """A client's TLS that looks at the clock once more when the connection stands, right before the request."""

    patience = 10.0
    """Seconds for which the kernel keeps sending what nobody acknowledges, after a close too; Linux would for a quarter
    of an hour (tcp(7), TCP_USER_TIMEOUT)."""

    def wrap_socket(
        self,
        sock: socket.socket,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLSocket:
        """As the standard library's; raises TooLate."""
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(self.patience * 1000))
        wrapped = super().wrap_socket(
            sock, server_side, do_handshake_on_connect, suppress_ragged_eofs, server_hostname, session
        )
        late: Callable[[], bool] | None = getattr(_call, "late", None)
        if late is not None and late():
            wrapped.close()
            raise TooLate("the time to send it is over")
        return wrapped


def punctual_tls(patience: float, ca_file: str | None = None) -> PunctualTLS:
    """One that trusts what the system trusts (what `ssl.create_default_context` does)."""
    context = PunctualTLS(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(ca_file)
    context.patience = patience
    return context
