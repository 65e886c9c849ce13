"""What the client makes of every answer in spec/vectors/problems-v1.json, over a socket."""

from __future__ import annotations

import dataclasses
import json
import pickle
import unittest
from typing import Any, Callable, Dict

from stateless_otp import OTPClient, OTPError

from .stub import Stub, answer_bytes, answer_json, format_answer
from .test_vectors import read_vectors

TOKENS: Dict[str, Any] = {
    "success": True,
    "access_token": "access-1",
    "token_type": "bearer",
    "expires_in": 900,
    "refresh_token": "refresh-1",
    "refresh_expires_in": 3600,
}

CALLS: Dict[str, Callable[[OTPClient], Any]] = {
    "request_otp": lambda client: client.request_otp("alice@example.com"),
    "verify_otp": lambda client: client.verify_otp("alice@example.com", "482931"),
    "verify_token": lambda client: client.verify_token("access-1"),
    "verify_bearer": lambda client: client.verify_bearer(),
    "refresh": lambda client: client.refresh(),
    "logout": lambda client: client.logout(),
}
NEEDS_TOKENS = ("verify_bearer", "refresh", "logout")


def describe_error(error: OTPError) -> Dict[str, Any]:
    return {
        "code": error.code,
        "status": error.status,
        "attempts_left": error.attempts_left,
        "retry_after_seconds": error.retry_after_seconds,
    }


def _to_members(result: Any) -> Dict[str, Any]:
    """Without a device: most answers have none."""
    members = dataclasses.asdict(result)
    return {name: value for name, value in members.items() if name != "device" or value is not None}


class AnswerVectors(unittest.TestCase):
    def test_every_answer_becomes_its_result_or_its_error(self) -> None:
        vectors = read_vectors("problems-v1.json")["answers"]
        self.assertGreaterEqual(len(vectors), 90)
        for vector in vectors:
            with self.subTest(vector["name"]):
                self.check(vector)

    def check(self, vector: Dict[str, Any]) -> None:
        answer = vector["answer"]
        content = format_answer(answer["status"], answer["headers"], answer["body"].encode())
        handlers = [answer_json(200, TOKENS)] if vector["call"] in NEEDS_TOKENS else []
        with Stub(*handlers, answer_bytes(content)) as stub, OTPClient(stub.url) as client:
            if handlers:
                client.verify_otp("alice@example.com", "482931")
            if "error" in vector:
                with self.assertRaises(OTPError) as caught:
                    CALLS[vector["call"]](client)
                self.assertEqual(describe_error(caught.exception), vector["error"])
                if vector["name"].startswith("the problem "):
                    self.assertEqual(str(caught.exception), json.loads(answer["body"])["detail"])
            else:
                result = CALLS[vector["call"]](client)
                self.assertEqual(result and _to_members(result), vector["result"])
            self.assertEqual(len(stub.requests), len(handlers) + 1, "nothing is sent twice")

    def test_every_problem_of_the_service_has_its_answer(self) -> None:
        content = read_vectors("problems-v1.json")
        codes = {vector.get("error", {}).get("code") for vector in content["answers"]}
        self.assertLessEqual({problem["code"] for problem in content["problems"]}, codes)


class HumanChecks(unittest.TestCase):
    def test_the_check_of_an_error_is_solved_by_the_caller_and_sent_with_the_same_request(self) -> None:
        check = {"provider": "turnstile", "site_key": "1x00000000000000000000AA"}
        problem = {"success": False, "code": "human_check_required", "human_check": check}
        sent = {"success": True, "ttl_seconds": 300, "resend_in_seconds": 0, "code_length": 6, "channel": "email"}
        answers = [answer_json(403, problem), answer_json(200, sent), answer_json(200, sent)]
        with Stub(*answers) as stub, OTPClient(stub.url) as client:
            with self.assertRaises(OTPError) as caught:
                client.request_otp("alice@example.com", can_answer_check=True)
            self.assertEqual(caught.exception.human_check, check)
            self.assertEqual(pickle.loads(pickle.dumps(caught.exception)).human_check, check)
            client.request_otp("alice@example.com", human_check="solution", can_answer_check=True)
            client.request_otp("alice@example.com")
        fields = [request.json.get("human_check", "left out") for request in stub.requests]
        self.assertEqual(fields, [None, "solution", "left out"])


class Errors(unittest.TestCase):
    def test_an_error_crosses_processes_whole(self) -> None:
        error = OTPError("invalid_code", "The code is wrong", 401, attempts_left=3)
        copy = pickle.loads(pickle.dumps(error))
        self.assertEqual(describe_error(copy), describe_error(error))
        self.assertEqual(str(copy), "The code is wrong")

    # Attack: have a made-up line written into the log of anyone who logs the error.
    def test_the_message_is_one_line_whoever_answered(self) -> None:
        problem = {"success": False, "code": "internal", "detail": "a\r\n\x1b[2J\u2028ERROR admin" + "x" * 5000}
        with Stub(answer_json(500, problem)) as stub, OTPClient(stub.url) as client:
            with self.assertRaises(OTPError) as caught:
                client.request_otp("alice@example.com")
        self.assertTrue(str(caught.exception).isprintable())
        self.assertLessEqual(len(str(caught.exception)), 300)

    # Attack: read tokens in logs that show objects.
    def test_no_token_shows_in_the_repr_of_a_result(self) -> None:
        with Stub(answer_json(200, TOKENS)) as stub, OTPClient(stub.url) as client:
            tokens = client.verify_otp("alice@example.com", "482931")
            for text in (repr(tokens), repr(client), str(tokens)):
                self.assertNotIn("access-1", text)
                self.assertNotIn("refresh-1", text)
