"""Turns an answer into a result or an ``OTPError``; see spec/vectors/problems-v1.json for the cases."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Dict, NoReturn, Optional, Union

from ._results import SentOTP, Tokens, TokenStatus, Verified
from .errors import OTPError

_MAX_WHOLE = 2**53 - 1
_MAX_MESSAGE_LENGTH = 300
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{22,512}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 section 2.1
_MAX_TOKEN_LENGTH = 8192


@dataclass(frozen=True)
class Answer:
    """What came over the wire."""

    status: int
    #: The header ``Retry-After``.
    retry_after: Optional[str]
    body: bytes


def read_sent(answer: Answer) -> SentOTP:
    body = read_success(answer)
    challenge = body.get("challenge")
    if challenge is not None and not _is_text(challenge, _CHALLENGE):
        raise _unexpected(answer)
    channel = body.get("channel")
    if not isinstance(channel, str):
        raise _unexpected(answer)
    return SentOTP(
        ttl_seconds=_read_whole(answer, body, "ttl_seconds"),
        resend_in_seconds=_read_whole(answer, body, "resend_in_seconds"),
        code_length=_read_whole(answer, body, "code_length"),
        code_alphabet="base32" if body.get("code_alphabet") == "base32" else "digits",
        channel=channel,
        challenge=challenge,
    )


def read_verified(answer: Answer) -> Union[Tokens, Verified]:
    body = read_success(answer)
    identity = body.get("identity")
    if "access_token" not in body and isinstance(identity, str) and identity:
        return Verified(identity, device=_read_device(answer, body))
    tokens = _read_tokens(answer, has_refresh="refresh_token" in body)
    return replace(tokens, device=_read_device(answer, body))


def read_refreshed(answer: Answer) -> Tokens:
    return _read_tokens(answer, has_refresh=True)


def read_token_status(answer: Answer) -> TokenStatus:
    body = _read_object(answer)
    active, claims = body.get("active"), body.get("claims")
    if active is False:
        return TokenStatus(active=False)
    if active is True and isinstance(claims, dict):
        return TokenStatus(active=True, claims=claims)
    raise _unexpected(answer)


def read_bearer_status(answer: Answer) -> TokenStatus:
    body = _parse(answer.body)
    if answer.status == 401 and isinstance(body, dict) and body.get("active") is False:
        return TokenStatus(active=False)
    return read_token_status(answer)


def _unexpected(answer: Answer) -> OTPError:
    return OTPError(
        "unexpected_answer",
        f"The answer (status {answer.status}) did not come from a stateless-otp service",
        status=answer.status,
        retry_after_seconds=_read_retry_after(answer),
    )


def _read_tokens(answer: Answer, has_refresh: bool) -> Tokens:
    body = read_success(answer)
    if body.get("token_type") != "bearer":
        raise _unexpected(answer)
    return Tokens(
        access_token=_read_token(answer, body, "access_token"),
        token_type="bearer",
        expires_in=_read_whole(answer, body, "expires_in"),
        refresh_token=_read_token(answer, body, "refresh_token") if has_refresh else None,
        refresh_expires_in=_read_whole(answer, body, "refresh_expires_in") if has_refresh else None,
    )


def _read_token(answer: Answer, body: Dict[str, Any], member: str) -> str:
    """A token that fits in a header."""
    value = body.get(member)
    if not isinstance(value, str) or len(value) > _MAX_TOKEN_LENGTH or not _TOKEN.fullmatch(value):
        raise _unexpected(answer)
    return value


def _read_device(answer: Answer, body: Dict[str, Any]) -> Optional[str]:
    return _read_token(answer, body, "device") if "device" in body else None


def read_success(answer: Answer) -> Dict[str, Any]:
    body = _read_object(answer)
    if body.get("success") is not True:
        raise _unexpected(answer)
    return body


def _read_object(answer: Answer) -> Dict[str, Any]:
    body = _parse(answer.body)
    if answer.status >= 400 and isinstance(body, dict):
        raise _create_problem(answer, body)
    if answer.status != 200 or not isinstance(body, dict):
        raise _unexpected(answer)
    return body


def _create_problem(answer: Answer, body: Dict[str, Any]) -> OTPError:
    if body.get("success") is not False or not _is_text(body.get("code"), _CODE):
        return _unexpected(answer)
    wait = _to_whole(body.get("retry_after_seconds"))
    check = body.get("human_check")
    return OTPError(
        body["code"],
        _to_message(body.get("detail")) or body["code"],
        status=answer.status,
        attempts_left=_to_whole(body.get("attempts_left")),
        retry_after_seconds=_read_retry_after(answer) if wait is None else wait,
        human_check=check if isinstance(check, dict) else None,
    )


def _read_retry_after(answer: Answer) -> Optional[int]:
    text = answer.retry_after or ""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def _read_whole(answer: Answer, body: Dict[str, Any], member: str) -> int:
    value = _to_whole(body.get(member))
    if value is None:
        raise _unexpected(answer)
    return value


def _to_whole(value: object) -> Optional[int]:
    """A whole JSON number in any notation, else ``None``."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 <= value <= _MAX_WHOLE and value == int(value) else None


def _to_message(detail: object) -> str:
    """One line that is safe to log, wherever the answer came from."""
    text = detail[:_MAX_MESSAGE_LENGTH] if isinstance(detail, str) else ""
    return "".join(char if char.isprintable() else " " for char in text).strip()


def _is_text(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _parse(body: bytes) -> object:
    """The JSON value, or ``None`` when it is invalid; no valid answer is ``null``."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
