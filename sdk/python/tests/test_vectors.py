"""The vectors of the specification, derived once more with hmac and hashlib alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional

from stateless_otp._folding import fold_identity, fold_text
from stateless_otp._memory import Memory

#: What is dropped from a code after folding, besides hyphens.
WHITE_SPACE = "\t\n\v\f\r \u2028\u2029"
#: Crockford's alphabet.
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VECTORS = Path(__file__).resolve().parents[3] / "spec" / "vectors"


def read_vectors(name: str) -> Dict[str, Any]:
    content = json.loads((VECTORS / name).read_text("utf-8"))
    assert isinstance(content, dict)
    return content


def digest(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def tag(key: bytes, message: bytes) -> str:
    return encode(digest(key, message)[:16])


def derive_key(secret: bytes, label: str) -> bytes:
    """HKDF-SHA-256 (RFC 5869) with an empty salt; 32 bytes are one block."""
    return digest(digest(bytes(32), secret), b"stateless-otp/v1/" + label.encode() + b"\x01")


def prefixed(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part


def encode_subject(namespace: str, purpose: str, identity: str) -> bytes:
    return b"".join(prefixed(text.encode()) for text in (namespace, purpose, identity))


def derive_code(vector: Dict[str, Any]) -> str:
    subject = encode_subject(vector["namespace"], vector["purpose"], vector["identity"])
    window = vector["unix_seconds"] // vector["window_seconds"]
    message = subject + prefixed(bytes.fromhex(vector["challenge_hex"])) + window.to_bytes(8, "big")
    key = derive_key(base64.b64decode(vector["secret"]), "code")
    number = int.from_bytes(digest(key, message)[:8], "big")
    digits: int = vector["digits"]
    return str(number % 10**digits).zfill(digits)


def derive_tag(vector: Dict[str, Any]) -> str:
    key = derive_key(base64.b64decode(vector["secret"]), "identity")
    subject = encode_subject(vector["namespace"], vector["purpose"], vector["identity"])
    return tag(key, subject)


def read_typed_code(typed: object) -> Optional[str]:
    """What spec/protocol.md says of typed codes, in the words of another language."""
    if not isinstance(typed, str) or len(typed) > 64:
        return None
    kept = "".join(char for char in fold_text(typed) if char not in WHITE_SPACE + "-")
    return kept if re.fullmatch("[0-9]{4,10}", kept) else None


def derive_base32_code(vector: Dict[str, Any]) -> str:
    subject = encode_subject(vector["namespace"], vector["purpose"], vector["identity"])
    window = vector["unix_seconds"] // vector["window_seconds"]
    message = subject + prefixed(bytes.fromhex(vector["challenge_hex"])) + window.to_bytes(8, "big")
    mac = digest(derive_key(base64.b64decode(vector["secret"]), "code"), message)
    bits = int.from_bytes(mac[:8], "big") >> 4
    return "".join(BASE32[bits >> 5 * place & 31] for place in reversed(range(12)))


def read_typed_base32(typed: object) -> Optional[str]:
    if not isinstance(typed, str) or len(typed) > 24:
        return None
    kept = "".join(char for char in fold_text(typed) if char not in WHITE_SPACE + "-")
    # ASCII letters only: upper() would take a dotless i for one.
    kept = re.sub("[a-z]", lambda match: match[0].upper(), kept)
    kept = kept.replace("O", "0").replace("I", "1").replace("L", "1")
    return kept if re.fullmatch(f"[{BASE32}]{{12}}", kept) else None


class Base32Vectors(unittest.TestCase):
    content = read_vectors("base32-codes-v1.json")

    def test_every_code_is_the_first_60_bits_of_the_mac(self) -> None:
        self.assertGreaterEqual(len(self.content["codes"]), 20)
        for vector in self.content["codes"]:
            self.assertEqual(derive_base32_code(vector), vector["code"], vector)

    def test_every_typed_code_is_read_or_refused(self) -> None:
        for vector in self.content["accepted"]:
            self.assertEqual(read_typed_base32(vector["input"]), vector["code"], vector)
        for vector in self.content["refused"]:
            self.assertIsNone(read_typed_base32(vector["input"]), vector)


CHANNELS = ["email", "sms", "whatsapp", "voice", "custom"]


def seal_challenge(vector: Dict[str, Any]) -> bytes:
    """Section 12 of spec/protocol.md."""
    secret = base64.b64decode(vector["secret"])
    fields = (
        b"\x01"
        + digest(derive_key(secret, "key-id"), b"")[:6]
        + bytes.fromhex(vector["record_id_hex"])
        + int(vector["opened_at"]).to_bytes(4, "big")
        + int(vector["life_seconds"]).to_bytes(2, "big")
        + bytes([0x80 | 12, sum(1 << CHANNELS.index(channel) for channel in vector["channels"])])
    )
    subject = encode_subject(vector["namespace"], vector["purpose"], vector["identity"])
    return fields + digest(derive_key(secret, "challenge"), subject + prefixed(fields))[:16]


class ChallengeVectors(unittest.TestCase):
    content = read_vectors("challenges-v1.json")

    def test_every_challenge_carries_its_record_and_follows_from_hmac_alone(self) -> None:
        self.assertGreaterEqual(len(self.content["challenges"]), 8)
        for vector in self.content["challenges"]:
            sealed = seal_challenge(vector)
            self.assertEqual(encode(sealed), vector["challenge"], vector)
            self.assertEqual(encode(sealed[1:7]), vector["key_id"])

    def test_every_code_of_a_challenge_is_that_of_its_record(self) -> None:
        for vector in self.content["challenges"]:
            times = {"unix_seconds": vector["opened_at"], "window_seconds": vector["life_seconds"]}
            record = {**vector, **times, "challenge_hex": vector["record_id_hex"]}
            self.assertEqual(derive_base32_code(record), vector["code"], vector)

    def test_no_other_challenge_has_a_valid_mac(self) -> None:
        first = self.content["challenges"][0]
        for vector in self.content["refused"]:
            self.assertNotEqual(vector["challenge"], encode(seal_challenge(first)), vector)


class TypedCodeVectors(unittest.TestCase):
    def test_every_typed_code_is_read_or_refused(self) -> None:
        content = read_vectors("typed-codes-v1.json")
        for vector in content["accepted"]:
            self.assertEqual(read_typed_code(vector["input"]), vector["code"], vector)
        for vector in content["refused"]:
            self.assertIsNone(read_typed_code(vector["input"]), vector)


class FoldingVectors(unittest.TestCase):
    def test_every_text_is_folded_as_the_service_folds_it(self) -> None:
        content = read_vectors("folding-v1.json")
        for fold, vectors in ((fold_text, content["texts"]), (fold_identity, content["identities"])):
            for vector in vectors:
                self.assertEqual(fold(vector["input"]), vector["folded"], vector)
                self.assertEqual(fold(vector["folded"]), vector["folded"], vector)

    def test_every_character_of_the_lists_becomes_its_twin_and_no_other_changes(self) -> None:
        lists = json.loads((VECTORS.parent / "folding.json").read_text("utf-8"))
        twins = {}
        for name in ("dropped", "spaces", "hyphens", "digits", "full_width"):
            for text in lists[name]:
                first, last = (int(point, 16) for point in (text.split("-") * 2)[:2])
                for point in range(first, last + 1):
                    index = point - first
                    twins[point] = ["", " ", "-", str(index % 10), chr(0x21 + index)][list(lists).index(name) - 2]
        for point in range(0x110000):
            self.assertEqual(fold_text(chr(point)), twins.get(point, chr(point)), hex(point))

    def test_a_challenge_is_found_again_however_the_identity_is_pasted(self) -> None:
        memory = Memory()
        for kept, pasted in (
            ("alice@example.com", "\u200bALICE\uff20example.com\u00a0"),
            ("+49 151 1234-5678", "\u202a+49\u00a0151\u2011\uff11\uff12\uff13\uff14 5678\u202c"),
            ("user:42", "user:\uff14\uff12"),
        ):
            memory.keep_challenge(kept, None, kept)
            self.assertEqual(memory.find_challenge(pasted, None), kept)


class CodeVectors(unittest.TestCase):
    vectors: List[Dict[str, Any]] = read_vectors("code-v1.json")["vectors"]

    def test_every_code_follows_from_hmac_and_sha_256_alone(self) -> None:
        self.assertGreaterEqual(len(self.vectors), 40)
        for vector in self.vectors:
            self.assertEqual(derive_code(vector), vector["code"], vector)

    def test_every_tag_follows_from_hmac_and_sha_256_alone(self) -> None:
        for vector in self.vectors:
            self.assertEqual(derive_tag(vector), vector["identity_tag"], vector)

    def test_the_worked_example_of_the_protocol_follows_too(self) -> None:
        text = (VECTORS.parent / "protocol.md").read_text("utf-8")
        lines = text.partition("<!-- example -->")[2].strip("\n").partition("\n\n")[0].splitlines()
        example = dict(line.strip().rsplit(None, 1) for line in lines)
        secret, challenge = bytes(range(32)), bytes.fromhex("00112233445566778899aabbccddeeff")
        window = (1795290000 // 300).to_bytes(8, "big")
        message = encode_subject("default", "sign-in", "alice@example.com") + prefixed(challenge) + window
        mac = digest(derive_key(secret, "code"), message)
        number = int.from_bytes(mac[:8], "big")
        self.assertIn(f"the number {number}.", text)
        identity_key, address_key = derive_key(secret, "identity"), derive_key(secret, "address")
        computed = {
            "secret": secret.hex(),
            "extracted": digest(bytes(32), secret).hex(),
            "K_code": derive_key(secret, "code").hex(),
            "key id": encode(digest(derive_key(secret, "key-id"), b""))[:8],
            "challenge": challenge.hex(),
            "on the wire": encode(challenge),
            "window": window.hex(),
            "message": message.hex(),
            "mac": mac.hex(),
            "6 digits": str(number % 10**6).zfill(6),
            "10 digits": str(number % 10**10).zfill(10),
            "K_identity": identity_key.hex(),
            "record tag": tag(identity_key, encode_subject("default", "sign-in", "alice@example.com")),
            "identity tag": tag(identity_key, encode_subject("default", "", "alice@example.com")),
            "K_address": address_key.hex(),
            "192.0.2.1": tag(address_key, prefixed(b"request_ip 192.0.2.1")),
            "2001:db8::1": tag(address_key, prefixed(b"verify_ip 2001:db8:0:0::/64")),
        }
        self.assertEqual(example, computed)

    def test_the_derivation_of_keys_is_that_of_rfc_5869(self) -> None:
        # RFC 5869 appendix A.3: empty salt. Our outputs are its first 32 bytes with another info.
        extracted = digest(bytes(32), bytes([0x0B] * 22))
        self.assertEqual(
            extracted.hex(), "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04"
        )
        first = digest(extracted, b"\x01")
        self.assertEqual(first.hex(), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
