"""The client against the real service. Run by test/sdk/python.test.ts, which starts the service and says where it is."""

from __future__ import annotations

import json
import os
import ssl
import unittest
from typing import Any, Dict
from urllib.request import urlopen

from stateless_otp import OTPClient, OTPError, SentOTP

from .test_vectors import read_vectors

ALICE = "alice@example.com"
SERVICE = os.environ["SERVICE_URL"]
#: Steers the service: gives the last code away, and moves its clock.
STEER = os.environ["STEER_URL"]
TLS_SERVICE = os.environ["TLS_SERVICE_URL"]
CERTIFICATE = os.environ["CERTIFICATE"]


def steer(path: str) -> Dict[str, Any]:
    with urlopen(f"{STEER}/{path}", timeout=30) as answer:
        content = json.load(answer)
    assert isinstance(content, dict)
    return content


def last_code() -> str:
    code = steer("code")["code"]
    assert isinstance(code, str)
    return code


def wrong(code: str) -> str:
    return str((int(code) + 1) % 10 ** len(code)).zfill(len(code))


class Journey(unittest.TestCase):
    def setUp(self) -> None:
        steer("restart")
        self.client = OTPClient(SERVICE, timeout=30)
        self.addCleanup(self.client.close)

    def refuse(self, code: str, call: Any, *arguments: Any, **options: Any) -> OTPError:
        with self.assertRaises(OTPError) as caught:
            call(*arguments, **options)
        self.assertEqual(caught.exception.code, code)
        return caught.exception

    def test_a_code_becomes_a_token_once(self) -> None:
        sent = self.client.request_otp("Alice@Example.com")
        self.assertEqual(sent, SentOTP(300, 0, 6, "email"))
        code = last_code()
        tokens = self.client.verify_otp(ALICE, f" {code[:3]}-{code[3:]} ")
        self.assertEqual((tokens.token_type, tokens.expires_in, tokens.refresh_expires_in), ("bearer", 900, 3600))
        status = self.client.verify_bearer()
        self.assertEqual((status.active, (status.claims or {})["sub"]), (True, ALICE))
        self.assertTrue(self.client.verify_token(tokens.access_token).active)
        self.refuse("expired_code", self.client.verify_otp, ALICE, code)

    def test_a_wrong_code_says_how_many_attempts_are_left(self) -> None:
        self.client.request_otp(ALICE)
        code = last_code()
        for left in (4, 3, 2, 1, 0):
            error = self.refuse("invalid_code", self.client.verify_otp, ALICE, wrong(code))
            self.assertEqual((error.status, error.attempts_left), (401, left))
        error = self.refuse("blocked", self.client.verify_otp, ALICE, code)
        self.assertEqual((error.status, error.retry_after_seconds), (429, 300))

    def test_a_limit_says_when_to_come_back(self) -> None:
        for _ in range(5):
            self.client.request_otp(ALICE)
        error = self.refuse("rate_limited", self.client.request_otp, ALICE)
        self.assertEqual((error.status, error.retry_after_seconds), (429, 600))

    def test_a_code_expires(self) -> None:
        self.client.request_otp(ALICE)
        code = last_code()
        steer("advance?seconds=300")
        self.assertEqual(self.refuse("expired_code", self.client.verify_otp, ALICE, code).status, 410)

    def test_a_token_expires(self) -> None:
        self.client.request_otp(ALICE)
        tokens = self.client.verify_otp(ALICE, last_code())
        steer("advance?seconds=900")
        self.assertFalse(self.client.verify_bearer().active)
        self.assertFalse(self.client.verify_token(tokens.access_token).active)

    def test_what_is_malformed_is_refused_in_words(self) -> None:
        self.assertIn("4 to 10 digits", str(self.refuse("invalid_request", self.client.verify_otp, ALICE, "12")))
        self.refuse("invalid_identity", self.client.request_otp, "nobody")
        self.refuse("unsupported_channel", self.client.request_otp, ALICE, channel="sms")
        self.refuse("invalid_request", self.client.request_otp, ALICE, challenge="too short")

    def test_a_bound_code_needs_the_client_that_asked(self) -> None:
        bound = self.client.request_otp(ALICE, bind=True)
        code = last_code()
        with OTPClient(SERVICE, timeout=30) as other:
            self.refuse("expired_code", other.verify_otp, ALICE, code)
        again = self.client.request_otp(ALICE)
        self.assertEqual((again.challenge, last_code()), (bound.challenge, code))
        self.client.verify_otp(ALICE, code)
        self.assertTrue(self.client.verify_bearer().active)

    def test_a_bound_code_that_has_ended_is_followed_by_another_bound_one(self) -> None:
        bound = self.client.request_otp(ALICE, bind=True)
        steer("advance?seconds=300")
        again = self.client.request_otp(ALICE)
        self.assertIsNotNone(again.challenge)
        self.assertNotEqual(again.challenge, bound.challenge)
        self.client.verify_otp(ALICE, last_code())

    def test_a_session_is_refreshed_and_ends(self) -> None:
        self.client.request_otp(ALICE)
        first = self.client.verify_otp(ALICE, last_code())
        second = self.client.refresh()
        self.assertNotEqual((first.access_token, first.refresh_token), (second.access_token, second.refresh_token))
        self.assertTrue(self.client.verify_bearer().active)
        self.client.logout()
        self.assertFalse(self.client.verify_bearer().active)
        self.assertFalse(self.client.verify_token(second.access_token).active)
        self.assertIsNone(self.refuse("invalid_token", self.client.refresh).status)

    def test_signing_out_everywhere_ends_the_other_sessions_too(self) -> None:
        self.client.request_otp(ALICE)
        other = self.client.verify_otp(ALICE, last_code())
        self.client.request_otp(ALICE)
        self.client.verify_otp(ALICE, last_code())
        self.client.logout_all()
        self.assertIsNone(self.client.get_access_token())
        self.assertFalse(self.client.verify_token(other.access_token).active)
        self.refuse("invalid_token", self.client.logout_all)

    def test_a_session_that_has_expired_asks_to_sign_in_again(self) -> None:
        self.client.request_otp(ALICE)
        self.client.verify_otp(ALICE, last_code())
        steer("advance?seconds=3601")
        self.assertEqual(self.refuse("invalid_token", self.client.refresh).status, 401)
        self.assertIsNone(self.client.get_access_token())

    def test_an_identity_reaches_the_service_as_it_was_typed(self) -> None:
        content = read_vectors("identities-v1.json")
        for vector in content["accepted"]:
            if vector["default_country"] is None:
                # Several of them are one person, who would reach a limit.
                steer("restart")
                self.client.request_otp(vector["input"], bind=True)
                self.client.verify_otp(vector["input"], last_code())
                claims = self.client.verify_bearer().claims or {}
                self.assertEqual(claims["sub"], vector["value"], vector)
        for vector in content["refused"]:
            if vector["default_country"] is None and vector["input"] is not None:
                with self.assertRaises(OTPError, msg=vector) as caught:
                    self.client.request_otp(vector["input"])
                self.assertIn(caught.exception.code, ("invalid_identity", "invalid_request"), vector)

    def test_a_certificate_is_checked(self) -> None:
        with OTPClient(TLS_SERVICE, timeout=30) as client:
            error = self.refuse("network_error", client.request_otp, ALICE)
            self.assertIn("certificate", str(error))
        trusting = ssl.create_default_context(cafile=CERTIFICATE)
        with OTPClient(TLS_SERVICE, timeout=30, ssl_context=trusting) as client:
            for _ in range(2):
                self.assertEqual(client.request_otp(ALICE).channel, "email")
        name = TLS_SERVICE.replace("localhost", "127.0.0.2")
        with OTPClient(name, timeout=30, ssl_context=trusting) as client:
            self.refuse("network_error", client.request_otp, ALICE)
