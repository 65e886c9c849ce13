"""A server that answers what a test says, byte by byte."""

from __future__ import annotations

import json
import socket
import threading
from types import TracebackType
from typing import Callable, Dict, List, NamedTuple, Optional, Type


class Request(NamedTuple):
    method: str
    path: str
    #: Names in lower case.
    headers: Dict[str, str]
    body: bytes
    #: Of the connection, in the order in which they were opened.
    connection: int

    @property
    def json(self) -> Dict[str, object]:
        fields = json.loads(self.body)
        assert isinstance(fields, dict)
        return fields


#: Writes an answer. Returns whether the connection stays open.
Handler = Callable[[socket.socket, Request], bool]


def format_answer(status: int, headers: Optional[Dict[str, str]] = None, body: bytes = b"") -> bytes:
    fields = {**(headers or {}), "Content-Length": str(len(body))}
    lines = [f"HTTP/1.1 {status} Stub", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def answer_json(status: int, body: object, headers: Optional[Dict[str, str]] = None) -> Handler:
    return answer_bytes(
        format_answer(status, {"Content-Type": "application/json", **(headers or {})}, json.dumps(body).encode())
    )


def answer_problem(status: int, code: str) -> Handler:
    return answer_json(status, {"success": False, "code": code, "detail": code})


def answer_bytes(content: bytes, stays_open: bool = True) -> Handler:
    def handle(connection: socket.socket, _request: Request) -> bool:
        connection.sendall(content)
        return stays_open

    return handle


class Stub:
    """Answers each request by the next handler, and the last one again and again."""

    def __init__(self, *handlers: Handler) -> None:
        self._handlers = list(handlers)
        self._lock = threading.Lock()
        self._open: List[socket.socket] = []
        self._threads: List[threading.Thread] = []
        self.requests: List[Request] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/api/v1"
        self._start(self._accept)

    def close(self) -> None:
        """Ends every connection and every thread."""
        # Closing does not wake an accept; a shutdown does.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # It has ended by itself.
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Stub:
        return self

    def __exit__(
        self,
        _type: Optional[Type[BaseException]],
        _error: Optional[BaseException],
        _traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        count = 0
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(connection)
            self._start(self._serve, connection, count)
            count += 1

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection:
            try:
                while True:
                    request = _read_request(connection, number)
                    if request is None:
                        return
                    with self._lock:
                        self.requests.append(request)
                        handler = self._handlers.pop(0) if len(self._handlers) > 1 else self._handlers[0]
                    if not handler(connection, request):
                        return
            except OSError:
                return  # The client has gone, as it may.


def _read_request(connection: socket.socket, number: int) -> Optional[Request]:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        received += chunk
        if received[0] < 0x20:
            connection.sendall(b"HTTP/1.1 400 This is no HTTP\r\n\r\n")
            return None
    head, _separator, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _version = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _colon, value in pairs}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return Request(method, path, headers, body, number)
