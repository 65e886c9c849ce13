"""Tokens that are refreshed, and sessions that end."""

from __future__ import annotations

import socket
import threading
import unittest
from typing import Any, Dict, List

from stateless_otp import OTPClient, OTPError

from .stub import Request, Stub, answer_json, answer_problem
from .test_answers import TOKENS

ALICE = "alice@example.com"
NEXT_TOKENS: Dict[str, Any] = {**TOKENS, "access_token": "access-2", "refresh_token": "refresh-2"}


class Sessions(unittest.TestCase):
    def test_a_refresh_sends_each_refresh_token_once_and_keeps_the_next(self) -> None:
        third: Dict[str, Any] = {**TOKENS, "access_token": "access-3", "refresh_token": "refresh-3"}
        with Stub(answer_json(200, TOKENS), answer_json(200, NEXT_TOKENS), answer_json(200, third)) as stub:
            with OTPClient(stub.url) as client:
                client.verify_otp(ALICE, "482931")
                self.assertEqual(client.refresh().refresh_expires_in, 3600)
                client.refresh()
                self.assertEqual(client.get_access_token(), "access-3")
        sent = [(request.path, request.json) for request in stub.requests[1:]]
        path = "/api/v1/token/refresh"
        self.assertEqual(sent, [(path, {"refresh_token": f"refresh-{n}"}) for n in (1, 2)])

    # Attack on ourselves: two threads that send the same refresh token end the session by its replay.
    def test_threads_that_refresh_at_the_same_time_share_one_exchange(self) -> None:
        arrived, go_on = threading.Event(), threading.Event()

        def answer_late(connection: socket.socket, request: Request) -> bool:
            arrived.set()
            go_on.wait()
            return answer_json(200, NEXT_TOKENS)(connection, request)

        with Stub(answer_json(200, TOKENS), answer_late, answer_json(200, NEXT_TOKENS)) as stub:
            with OTPClient(stub.url, timeout=30) as client:
                client.verify_otp(ALICE, "482931")
                tokens: List[str] = []
                started = [threading.Event() for _ in range(8)]

                def refresh(event: threading.Event) -> None:
                    event.set()
                    tokens.append(client.refresh().access_token)

                threads = [threading.Thread(target=refresh, args=(event,)) for event in started]
                threads[0].start()
                arrived.wait()
                for thread in threads[1:]:
                    thread.start()
                for event in started:
                    event.wait()
                go_on.set()
                for thread in threads:
                    thread.join()
        sent = [request.json["refresh_token"] for request in stub.requests[1:]]
        self.assertEqual(sent.count("refresh-1"), 1)

    def test_a_token_that_has_expired_is_refreshed_before_it_is_used(self) -> None:
        short = {**TOKENS, "expires_in": 1}
        inactive = answer_json(401, {"active": False})
        with Stub(answer_json(200, short), answer_json(200, NEXT_TOKENS), inactive) as stub:
            with OTPClient(stub.url) as client:
                client.verify_otp(ALICE, "482931")
                client.verify_bearer()
                self.assertEqual(client.get_access_token(), "access-2")
        paths = [request.path for request in stub.requests]
        self.assertEqual(paths[1:], ["/api/v1/token/refresh", "/api/v1/token/verify"])
        self.assertEqual(stub.requests[2].headers["authorization"], "Bearer access-2")

    def test_a_token_that_has_expired_and_cannot_be_refreshed_is_none(self) -> None:
        with Stub(answer_json(200, {**TOKENS, "expires_in": 1}), answer_problem(401, "invalid_token")) as stub:
            with OTPClient(stub.url) as client:
                client.verify_otp(ALICE, "482931")
                self.assertFalse(client.verify_bearer().active)

    def test_a_refused_refresh_token_ends_the_session(self) -> None:
        with Stub(answer_json(200, TOKENS), answer_problem(401, "invalid_token")) as stub:
            with OTPClient(stub.url) as client:
                client.verify_otp(ALICE, "482931")
                for _ in range(2):
                    with self.assertRaises(OTPError) as caught:
                        client.refresh()
                    self.assertEqual(caught.exception.code, "invalid_token")
                self.assertIsNone(client.get_access_token())
        self.assertEqual(len(stub.requests), 2, "without a refresh token, nothing is asked")

    def test_a_refresh_that_the_service_could_not_answer_may_be_tried_again(self) -> None:
        with Stub(
            answer_json(200, TOKENS), answer_problem(503, "store_unavailable"), answer_json(200, NEXT_TOKENS)
        ) as stub:
            with OTPClient(stub.url) as client:
                client.verify_otp(ALICE, "482931")
                with self.assertRaises(OTPError):
                    client.refresh()
                client.refresh()
                self.assertEqual(client.get_access_token(), "access-2")

    def test_a_logout_everywhere_keeps_the_tokens_until_it_is_done(self) -> None:
        with Stub(
            answer_json(200, TOKENS), answer_problem(503, "store_unavailable"), answer_json(200, {"success": True})
        ) as stub, OTPClient(stub.url) as client:
            client.verify_otp(ALICE, "482931")
            with self.assertRaises(OTPError):
                client.logout_all()
            client.logout_all()
            self.assertIsNone(client.get_access_token())
            with self.assertRaises(OTPError) as raised:
                client.logout_all()
        self.assertEqual(raised.exception.code, "invalid_token")
        self.assertEqual(len(stub.requests), 3)
        self.assertEqual(stub.requests[2].headers["authorization"], "Bearer access-1")

    def test_a_logout_brings_both_tokens_and_forgets_them_whatever_is_answered(self) -> None:
        for handler in (answer_json(200, {"success": True}), answer_problem(503, "store_unavailable")):
            with Stub(answer_json(200, TOKENS), handler) as stub, OTPClient(stub.url) as client:
                client.verify_otp(ALICE, "482931")
                try:
                    client.logout()
                except OTPError as error:
                    self.assertEqual(error.code, "store_unavailable")
                self.assertIsNone(client.get_access_token())
                client.logout()
            self.assertEqual(len(stub.requests), 2)
            self.assertEqual(stub.requests[1].json, {"refresh_token": "refresh-1"})
            self.assertEqual(stub.requests[1].headers["authorization"], "Bearer access-1")
