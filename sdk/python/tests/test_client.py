"""What the client sends, keeps and sends by itself."""

from __future__ import annotations

import socket
import threading
import unittest
from typing import Any, Dict, List

from stateless_otp import OTPClient, OTPError

from .stub import Request, Stub, answer_bytes, answer_json, answer_problem, format_answer
from .test_answers import TOKENS

ALICE = "alice@example.com"
CHALLENGES = ["a7AszVyXGPLrLZ4q7nHbaQ", "b7AszVyXGPLrLZ4q7nHbaQ"]
SENT: Dict[str, Any] = {
    "success": True,
    "message": "OTP sent successfully.",
    "ttl_seconds": 300,
    "resend_in_seconds": 0,
    "code_length": 6,
    "channel": "email",
}
FIRST, SECOND = (answer_json(200, {**SENT, "challenge": challenge}) for challenge in CHALLENGES)


class WhatIsSent(unittest.TestCase):
    def test_a_request_holds_what_was_given_and_nothing_else(self) -> None:
        with Stub(answer_json(200, SENT)) as stub:
            with OTPClient(stub.url + "/", headers={"X-API-Key": "key"}) as client:
                client.request_otp(ALICE)
                client.request_otp(ALICE, channel="email", purpose="payment", bind=True, locale="de")
        first, second = stub.requests
        self.assertEqual((first.method, first.path), ("POST", "/api/v1/otp/request"))
        self.assertEqual(first.json, {"identity": ALICE})
        self.assertEqual(first.headers["content-type"], "application/json")
        self.assertEqual(first.headers["x-api-key"], "key")
        self.assertIn("stateless-otp-python/", first.headers["user-agent"])
        self.assertEqual(
            second.json,
            {"identity": ALICE, "channel": "email", "purpose": "payment", "bind": True, "locale": "de"},
        )

    def test_a_device_is_sent_and_returned_when_told_and_never_kept_for_another_call(self) -> None:
        remembered = answer_json(200, {**TOKENS, "device": "otd1.abc-_1"})
        with Stub(FIRST, remembered, answer_json(200, SENT), answer_json(200, TOKENS)) as stub:
            with OTPClient(stub.url) as client:
                self.assertEqual(client.request_otp(ALICE, device="otd1.old").challenge, CHALLENGES[0])
                tokens = client.verify_otp(ALICE, "482931", device="otd1.old", remember=True)
                self.assertEqual(tokens.device, "otd1.abc-_1")
                self.assertNotIn("otd1", repr(tokens))
                client.request_otp(ALICE)
                self.assertIsNone(client.verify_otp(ALICE, "482931").device)
        request, verify, *others = stub.requests
        self.assertEqual(request.json, {"identity": ALICE, "device": "otd1.old"})
        self.assertEqual(
            verify.json,
            {
                "identity": ALICE,
                "otp": "482931",
                "challenge": CHALLENGES[0],
                "device": "otd1.old",
                "remember": True,
            },
        )
        for other in others:
            self.assertNotIn("device", other.json)

    def test_the_token_of_a_verify_is_the_bearer_of_the_next_check(self) -> None:
        with Stub(answer_json(200, TOKENS), answer_json(401, {"active": False})) as stub:
            with OTPClient(stub.url) as client:
                self.assertFalse(client.verify_bearer().active)
                self.assertIsNone(client.get_access_token())
                client.verify_otp(ALICE, "482 931")
                self.assertEqual(client.get_access_token(), "access-1")
                client.verify_bearer()
        verify, check = stub.requests
        self.assertEqual(verify.json, {"identity": ALICE, "otp": "482 931"})
        self.assertEqual((check.method, check.path), ("GET", "/api/v1/token/verify"))
        self.assertEqual(check.headers["authorization"], "Bearer access-1")

    def test_a_failed_verify_keeps_the_tokens_that_there_are(self) -> None:
        with Stub(answer_json(200, TOKENS), answer_problem(401, "invalid_code")) as stub:
            with OTPClient(stub.url) as client:
                client.verify_otp(ALICE, "482931")
                with self.assertRaises(OTPError):
                    client.verify_otp("bob@example.com", "000000")
                self.assertEqual(client.get_access_token(), "access-1")

    def test_a_base_url_may_be_written_in_any_way_that_is_clear(self) -> None:
        with Stub(*[answer_json(200, {"active": False})] * 4) as stub:
            plain = stub.url.rstrip("/")
            for url in (plain, f"{plain}/", f"{plain}//", f" {plain.upper().replace('/API/V1', '/api/v1')}\n"):
                with OTPClient(url) as client:
                    self.assertFalse(client.verify_token("x").active)
        self.assertEqual({request.path for request in stub.requests}, {"/api/v1/token/verify"})

    def test_what_cannot_be_an_option_is_refused_before_anything_is_sent(self) -> None:
        for url, shown in (
            ("localhost:8000", None),
            ("otp.example.com", None),
            ("/api/v1", None),
            ("", None),
            ("ftp://localhost", None),
            ("http://", None),
            ("http:///api/v1", None),
            ("http://localhost/a b", None),
            ("http://localhost:99999", None),
            ("http://localhost:8000:8000", None),
            ("http://local host", None),
            ("http://local\nhost", None),
            ("http://[::1", None),
            ("http:\\\\localhost", None),
            # Attack: get a secret into a log.
            ("http://user:secret@localhost", "http://…@localhost"),
            ("http://user:se/secret?@localhost/a", "http://…@localhost/a"),
            ("user:secret@localhost", "…@localhost"),
            ("http://secret@localhost", "http://…@localhost"),
            ("http://localhost/?a=secret", "http://localhost/?…"),
            ("http://localhost/#secret", "http://localhost/?…"),
        ):
            with self.assertRaises(ValueError, msg=url) as refused:
                OTPClient(url)
            self.assertIn("must be an http or https URL such as https://", str(refused.exception))
            self.assertTrue(str(refused.exception).endswith(f'; got "{url if shown is None else shown}"'), url)
            self.assertNotIn("secret", str(refused.exception))
        for timeout in (0, -1, 1e9, float("nan"), float("inf")):
            with self.assertRaises(ValueError, msg=str(timeout)):
                OTPClient("http://localhost", timeout=timeout)
        # Attack: smuggle a header of one's own through a value that is not ours.
        for headers in ({"X-A": "b\r\nX-Admin: yes"}, {"X-A\r\nX-B": "c"}, {"": "b"}, {"X-A": "\u2028"}, {"Content-Length": "5"}):
            with self.assertRaises(ValueError) as caught:
                OTPClient("http://localhost", headers=headers)
            self.assertNotIn("yes", str(caught.exception))


class Challenges(unittest.TestCase):
    def test_a_challenge_is_remembered_for_its_identity_and_purpose_alone(self) -> None:
        with Stub(FIRST, SECOND, answer_problem(401, "invalid_code")) as stub:
            with OTPClient(stub.url) as client:
                self.assertEqual(client.request_otp(ALICE, bind=True).challenge, CHALLENGES[0])
                client.request_otp(ALICE, bind=True, purpose="payment")
                for identity, purpose in ((ALICE, None), (ALICE, "payment"), ("bob@example.com", None)):
                    with self.assertRaises(OTPError):
                        client.verify_otp(identity, "482931", purpose=purpose)
        challenges = [request.json.get("challenge") for request in stub.requests[2:]]
        self.assertEqual(challenges, [*CHALLENGES, None])

    def test_a_resend_names_the_challenge_and_takes_the_new_one(self) -> None:
        with Stub(FIRST, SECOND, answer_json(200, TOKENS)) as stub:
            with OTPClient(stub.url) as client:
                client.request_otp(ALICE)
                client.request_otp(f" {ALICE.title()}")
                client.verify_otp(ALICE.upper(), "482931")
                client.verify_otp(ALICE, "482931")
        challenges = [request.json.get("challenge") for request in stub.requests]
        self.assertEqual(challenges, [None, *CHALLENGES, None])

    def test_a_resend_of_a_remembered_challenge_that_has_ended_is_a_new_request(self) -> None:
        with Stub(FIRST, answer_problem(410, "expired_code"), SECOND) as stub:
            with OTPClient(stub.url) as client:
                client.request_otp(ALICE, bind=True)
                self.assertEqual(client.request_otp(ALICE).challenge, CHALLENGES[1])
        self.assertEqual(stub.requests[2].json, {"identity": ALICE, "bind": True})

    def test_a_resend_of_a_challenge_that_was_given_is_not_asked_twice(self) -> None:
        with Stub(answer_problem(410, "expired_code")) as stub, OTPClient(stub.url) as client:
            with self.assertRaises(OTPError) as caught:
                client.request_otp(ALICE, challenge=CHALLENGES[0])
        self.assertEqual((caught.exception.code, len(stub.requests)), ("expired_code", 1))

    def test_an_unbound_request_forgets_the_challenge(self) -> None:
        with Stub(FIRST, answer_json(200, SENT), answer_problem(401, "invalid_code")) as stub:
            with OTPClient(stub.url) as client:
                client.request_otp(ALICE, bind=True)
                client.request_otp(ALICE, bind=False)
                with self.assertRaises(OTPError):
                    client.verify_otp(ALICE, "482931")
        self.assertEqual(stub.requests[1].json, {"identity": ALICE, "bind": False})
        self.assertNotIn("challenge", stub.requests[2].json)


class KeptConnection(unittest.TestCase):
    def test_calls_one_after_another_share_a_connection(self) -> None:
        with Stub(answer_json(200, {"active": False})) as stub, OTPClient(stub.url) as client:
            for _ in range(3):
                client.verify_token("a")
            self.assertEqual({request.connection for request in stub.requests}, {0})

    def test_a_connection_that_the_server_has_closed_costs_no_call(self) -> None:
        closed = threading.Event()

        def answer_and_close(connection: socket.socket, request: Request) -> bool:
            answer_json(200, {"active": False})(connection, request)
            connection.shutdown(socket.SHUT_RDWR)
            closed.set()
            return False

        with Stub(answer_and_close) as stub, OTPClient(stub.url) as client:
            for _ in range(3):
                self.assertFalse(client.verify_token("a").active)
                closed.wait()
                closed.clear()
            self.assertEqual(len(stub.requests), 3)

    def test_an_answer_that_ends_with_its_connection_is_read_whole(self) -> None:
        content = b'HTTP/1.0 200 OK\r\n\r\n{"active": false}'
        with Stub(answer_bytes(content, stays_open=False)) as stub, OTPClient(stub.url) as client:
            self.assertFalse(client.verify_token("a").active)
            self.assertFalse(client.verify_token("a").active)

    def test_an_answer_in_chunks_is_read_whole(self) -> None:
        content = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"active"\r\n8\r\n: false}\r\n0\r\n\r\n'
        with Stub(answer_bytes(content)) as stub, OTPClient(stub.url) as client:
            for _ in range(2):
                self.assertFalse(client.verify_token("a").active)
            self.assertEqual({request.connection for request in stub.requests}, {0})

    # Attack: two threads on one connection, so that one gets the token that was meant for the other.
    def test_threads_never_get_the_answers_of_each_other(self) -> None:
        def echo(connection: socket.socket, request: Request) -> bool:
            claims = {"active": True, "claims": {"sub": request.json["token"]}}
            return answer_json(200, claims)(connection, request)

        wrong: List[object] = []
        with Stub(echo) as stub, OTPClient(stub.url, timeout=30) as client:

            def check(name: str) -> None:
                for _ in range(50):
                    status = client.verify_token(name)
                    if status.claims != {"sub": name}:
                        wrong.append(status)

            threads = [threading.Thread(target=check, args=(f"token-{n}",)) for n in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual((wrong, len(stub.requests)), ([], 400))

    def test_a_redirect_is_an_error_and_nobody_else_is_asked(self) -> None:
        with Stub(answer_json(200, SENT)) as other:
            redirect = format_answer(307, {"Location": f"{other.url}/otp/request"})
            with Stub(answer_bytes(redirect)) as stub, OTPClient(stub.url) as client:
                with self.assertRaises(OTPError) as caught:
                    client.request_otp(ALICE)
            self.assertEqual((caught.exception.code, caught.exception.status), ("unexpected_answer", 307))
            self.assertEqual(other.requests, [])
