"""HTTP exchanges with a deadline, over a persistent connection."""

from __future__ import annotations

import http.client
import io
import os
import selectors
import socket
import ssl
import threading
import time
from typing import Any, Dict, Optional

from ._answers import Answer
from .errors import OTPError

_MAX_ANSWER_BYTES = 65536
# Node closes idle connections after 5 seconds, and a call that coincides with that fails.
_MAX_IDLE_SECONDS = 3.0


class Transfer:
    """Exchanges requests with one server. Thread-safe: each exchange has its own connection."""

    def __init__(self, host: str, port: int, context: Optional[ssl.SSLContext]) -> None:
        self._host = host
        self._port = port
        self._context = context
        self._lock = threading.Lock()
        self._idle: Optional[_Connection] = None

    def exchange(
        self, method: str, path: str, headers: Dict[str, str], body: Optional[bytes], timeout: float
    ) -> Answer:
        """Raises ``OTPError`` with ``timeout``, ``network_error`` or ``unexpected_answer``. Never retries."""
        deadline = time.monotonic() + timeout
        connection = self._take() or _Connection(self._host, self._port, self._context)
        connection.deadline = deadline
        is_reusable = False
        try:
            connection.request(method, path, body=body, headers=headers)
            with connection.getresponse() as response:
                answer = Answer(response.status, response.getheader("Retry-After"), _read_body(response))
                is_reusable = response.isclosed() and not response.will_close
            return answer
        except (TimeoutError, socket.timeout) as error:  # two classes before Python 3.10
            raise OTPError("timeout", f"No answer within {timeout:g} seconds") from error
        except ssl.SSLCertVerificationError as error:
            raise OTPError("network_error", "The certificate of the server was refused") from error
        except (OSError, http.client.IncompleteRead, UnicodeError) as error:
            raise OTPError("network_error", "The service could not be reached, or broke off") from error
        except (http.client.HTTPException, ValueError) as error:
            raise OTPError("unexpected_answer", "The answer is not HTTP") from error
        finally:
            if is_reusable:
                self._give_back(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Closes the idle connection. The next exchange opens a new one."""
        with self._lock:
            connection, self._idle = self._idle, None
        if connection:
            connection.close()

    def _take(self) -> Optional[_Connection]:
        with self._lock:
            connection, self._idle = self._idle, None
        if connection and not connection.is_fresh():
            connection.close()
            return None
        return connection

    def _give_back(self, connection: _Connection) -> None:
        connection.idle_since = time.monotonic()
        with self._lock:
            connection_to_close, self._idle = self._idle, connection
        if connection_to_close:
            connection_to_close.close()


class _Connection(http.client.HTTPConnection):
    """A connection with a total deadline; ``timeout`` of the base class limits each single operation."""

    def __init__(self, host: str, port: int, context: Optional[ssl.SSLContext]) -> None:
        super().__init__(host, port)
        self.default_port = 443 if context else 80
        self.deadline = 0.0
        self.idle_since = 0.0
        self._context = context
        # Two processes sharing a connection after a fork would receive each other's answers.
        self._process = os.getpid()

    def connect(self) -> None:
        connected = _connect(self.host, self.port, self.deadline)
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context:
                connected.settimeout(_remaining(self.deadline))
                connected = self._context.wrap_socket(connected, server_hostname=self.host)
        except BaseException:
            connected.close()
            raise
        self.sock = _DeadlineSocket(connected, self)

    def is_fresh(self) -> bool:
        """Whether the server has kept it open: an idle connection becomes readable when it is closed."""
        if self._process != os.getpid() or time.monotonic() - self.idle_since > _MAX_IDLE_SECONDS:
            return False
        if not self.sock:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return not selector.select(timeout=0)


class _DeadlineSocket:
    """The part of a socket that ``http.client`` uses."""

    def __init__(self, connected: socket.socket, connection: _Connection) -> None:
        self._socket = connected
        self._connection = connection

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(_remaining(self._connection.deadline))
        self._socket.sendall(data)

    def makefile(self, *_args: Any, **_options: Any) -> io.BufferedReader:
        # The socket stays open as long as this file of it: http.client closes the socket before it reads a last answer.
        raw = self._socket.makefile("rb", buffering=0)
        return io.BufferedReader(_DeadlineReader(raw, self._socket, self._connection))

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()


class _DeadlineReader(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, connected: socket.socket, connection: _Connection) -> None:
        self._raw = raw
        self._socket = connected
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Optional[int]:
        self._socket.settimeout(_remaining(self._connection.deadline))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _read_body(response: http.client.HTTPResponse) -> bytes:
    body = response.read(_MAX_ANSWER_BYTES + 1)
    if len(body) > _MAX_ANSWER_BYTES:
        raise OTPError("unexpected_answer", "The answer is too long", status=response.status)
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return body


def _connect(host: str, port: int, deadline: float) -> socket.socket:
    """Tries each address of the host, each with its share of the time."""
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failure: OSError = OSError("the host has no address")
    for index, (family, kind, protocol, _name, address) in enumerate(addresses):
        connecting = socket.socket(family, kind, protocol)
        try:
            connecting.settimeout(_remaining(deadline) / (len(addresses) - index))
            connecting.connect(address)
            return connecting
        except OSError as error:
            connecting.close()
            failure = error
        except BaseException:
            connecting.close()
            raise
    raise failure


def _remaining(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise socket.timeout("timed out")
    return remaining
