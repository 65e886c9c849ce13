"""Checks the base URL, headers and timeout when the client is created."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, Mapping, Optional
from urllib.parse import urlsplit

_FIELD_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110 section 5.6.2
_FIELD_VALUE = re.compile(r"[\x20-\x7E\t]*")
_PATH = re.compile(r"[\x21-\x7E]*")
_URL = re.compile(r"https?://[^\s@?#/\\]+(?:/[^\s?#\\]*)?", re.IGNORECASE)
_HOST = re.compile(r"[^\x00-\x20\x7F]+")
# They say where a request ends, which http.client does.
_RESERVED = ("connection", "content-length", "transfer-encoding")
_MAX_TIMEOUT_SECONDS = 86400


@dataclass(frozen=True)
class Target:
    host: str
    port: int
    is_tls: bool
    #: Of the base URL, without a trailing slash.
    path: str


def read_base_url(base_url: str) -> Target:
    """Raises ``ValueError`` unless it is an http or https URL without credentials, query and fragment."""
    if not isinstance(base_url, str):
        raise TypeError(f"base_url must be a str, got {type(base_url).__name__}")
    text = base_url.strip()
    target = _read_target(text)
    if target is None:
        raise ValueError(
            "base_url must be an http or https URL such as https://otp.example.com/api/v1,"
            f' without user name, query and fragment; got "{_redact(text)}"'
        )
    return target


def _read_target(text: str) -> Optional[Target]:
    # urlsplit would drop line ends.
    if not _URL.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:  # brackets or a port that cannot be
        return None
    if not host or port == 0 or not _HOST.fullmatch(host) or not _PATH.fullmatch(parts.path):
        return None
    is_tls = parts.scheme == "https"
    default_port = 443 if is_tls else 80
    return Target(host, default_port if port is None else port, is_tls, parts.path.rstrip("/"))


def _redact(text: str) -> str:
    """Without what may be a secret."""
    without_user = re.sub(r"^([a-z]+://)?.*@", r"\1…@", text, flags=re.DOTALL | re.IGNORECASE)
    shown = re.sub(r"[?#].*", "?…", without_user, flags=re.DOTALL)
    return shown if len(shown) <= 100 else f"{shown[:100]}…"


def read_headers(headers: Optional[Mapping[str, str]]) -> Dict[str, str]:
    """By lower-case name. Raises ``ValueError`` for an invalid header, without quoting its value."""
    for name, value in (headers or {}).items():
        if not _FIELD_NAME.fullmatch(name):
            raise ValueError("headers: a name may have letters, digits and !#$%&'*+.^_`|~- only")
        if not _FIELD_VALUE.fullmatch(value):
            raise ValueError(f"headers: the value of {name} must be printable ASCII in one line")
        if name.lower() in _RESERVED:
            raise ValueError(f"headers: {name} is set by the client")
    return {name.lower(): value for name, value in (headers or {}).items()}


def read_timeout(timeout: float) -> float:
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise TypeError(f"timeout must be a number of seconds, got {type(timeout).__name__}")
    if not 0 < timeout <= _MAX_TIMEOUT_SECONDS:
        raise ValueError(f"timeout must be more than 0 and at most {_MAX_TIMEOUT_SECONDS} seconds, got {timeout}")
    return float(timeout)
