"""Whatever goes wrong below the protocol is an ``OTPError`` too, and in time."""

from __future__ import annotations

import socket
import threading
import unittest
from unittest import mock

from stateless_otp import OTPClient, OTPError

from .stub import Handler, Request, Stub, answer_bytes, answer_json, format_answer

ACTIVE_NOT = {"active": False}


def call(url: str, timeout: float = 30.0) -> OTPError:
    """The error of a call that must fail."""
    with OTPClient(url, timeout=timeout) as client:
        try:
            client.verify_token("a")
        except OTPError as error:
            return error
    raise AssertionError("The call went well")


def repeat(piece: bytes, start: bytes = b"HTTP/1.1 200 OK\r\n") -> Handler:
    """Sends the start at once, and then a piece every now and then until the client goes."""

    def handle(connection: socket.socket, _request: Request) -> bool:
        connection.sendall(start)
        gone = threading.Event()
        while not gone.wait(0.02):
            connection.sendall(piece)
        return False

    return handle


class Faults(unittest.TestCase):
    def check(self, handler: Handler, code: str, timeout: float = 30.0) -> OTPError:
        with Stub(handler) as stub:
            error = call(stub.url, timeout)
            self.assertEqual(error.code, code)
            self.assertLessEqual(len(stub.requests), 1, "nothing is sent twice")
            return error

    def test_nobody_listens(self) -> None:
        with socket.socket() as taken:
            # Nobody else can listen there meanwhile.
            taken.bind(("127.0.0.1", 0))
            error = call(f"http://127.0.0.1:{taken.getsockname()[1]}")
        self.assertEqual((error.code, error.status), ("network_error", None))

    def test_there_is_no_such_host(self) -> None:
        self.assertEqual(call("http://nobody.invalid").code, "network_error")
        self.assertEqual(call(f"http://{'a' * 64}.example").code, "network_error")

    def test_the_server_does_not_speak_tls(self) -> None:
        with Stub(answer_json(200, ACTIVE_NOT)) as stub:
            self.assertEqual(call(stub.url.replace("http:", "https:")).code, "network_error")

    def test_no_answer_comes(self) -> None:
        def wait(connection: socket.socket, _request: Request) -> bool:
            connection.recv(1)  # until the client has gone
            return False

        error = self.check(wait, "timeout", timeout=0.2)
        self.assertIn("0.2 seconds", str(error))

    def test_the_connection_is_not_accepted(self) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            address = listener.getsockname()
            # The queue of the listener is full with these, so the next one waits.
            waiting = [socket.socket() for _ in range(4)]
            try:
                for connection in waiting:
                    connection.setblocking(False)
                    connection.connect_ex(address)
                self.assertEqual(call(f"http://127.0.0.1:{address[1]}", timeout=0.3).code, "timeout")
            finally:
                for connection in waiting:
                    connection.close()

    # Attack: hold a thread for ever by an answer that comes in drops, each in time.
    def test_the_timeout_is_that_of_the_whole_call(self) -> None:
        self.check(repeat(b"X-Drop: 1\r\n"), "timeout", timeout=0.5)
        start = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"
        self.check(repeat(b" ", start), "timeout", timeout=0.5)
        self.check(repeat(b"HTTP/1.1 100 Continue\r\n\r\n", start=b""), "timeout", timeout=0.5)

    # Attack: fill the memory of the client.
    def test_an_answer_is_read_up_to_64_kib(self) -> None:
        padded = b" " * (65536 - 17) + b'{"active": false}'
        with Stub(answer_bytes(format_answer(200, {}, padded))) as stub, OTPClient(stub.url) as client:
            self.assertFalse(client.verify_token("a").active)
        error = self.check(answer_bytes(format_answer(200, {}, b" " + padded)), "unexpected_answer")
        self.assertEqual(error.status, 200)
        announced = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b" " * 70000
        self.check(answer_bytes(announced), "unexpected_answer")
        chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
        endless = repeat(chunk, start=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        self.check(endless, "unexpected_answer")

    def test_the_answer_breaks_off(self) -> None:
        for content in (
            b"",
            b"HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"active\": false",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n{\"active\"",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ):
            with self.subTest(content):
                self.check(answer_bytes(content, stays_open=False), "network_error")

    def test_the_answer_is_not_http(self) -> None:
        headers = b"".join(b"X-%d: 1\r\n" % number for number in range(200))
        for content in (
            b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n",
            b"\x00\x01\x02\xff\r\n\r\n",
            b"HTTP/1.1 abc OK\r\n\r\n",
            b"HTTP/1.1 200 " + b"x" * 70000 + b"\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 70000 + b"\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n",
            b"HTTP/1.1 101 Switching\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe",
        ):
            with self.subTest(content[:40]):
                self.check(answer_bytes(content, stays_open=False), "unexpected_answer")

    # Attack: leave the rest of one answer on the connection, to be read as the answer to the next call.
    def test_after_a_fault_the_next_call_has_a_connection_of_its_own(self) -> None:
        long = format_answer(200, {}, b" " * 70000 + b'HTTP/1.1 200 OK\r\n\r\n{"active": true, "claims": {}}')
        with Stub(answer_bytes(long), answer_json(200, ACTIVE_NOT)) as stub, OTPClient(stub.url) as client:
            with self.assertRaises(OTPError):
                client.verify_token("a")
            self.assertFalse(client.verify_token("a").active)
            self.assertEqual([request.connection for request in stub.requests], [0, 1])

    # Attack on ourselves: a forked worker that answers one person with what the other worker was sent.
    def test_a_forked_process_has_a_connection_of_its_own(self) -> None:
        with Stub(answer_json(200, ACTIVE_NOT)) as stub, OTPClient(stub.url) as client:
            client.verify_token("parent")
            with mock.patch("os.getpid", return_value=-1):
                client.verify_token("child")
            connections = {request.json["token"]: request.connection for request in stub.requests}
            self.assertEqual(connections, {"parent": 0, "child": 1})
