"""What the calls return. ``repr`` omits tokens and claims, so that they are not logged by accident."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional


@dataclass(frozen=True)
class SentOTP:
    """A code is on its way."""

    #: Remaining life of the code in seconds.
    ttl_seconds: int
    #: Time until the next send is possible.
    resend_in_seconds: int
    #: Digits of the code; more than usual after many wrong guesses.
    code_length: int
    #: ``email``, ``sms``, ``whatsapp``, ``voice`` or ``custom``.
    channel: str
    #: Of a bound code, remembered by the client.
    challenge: Optional[str] = None
    #: ``digits``, or ``base32`` for 12 letters and digits such as ABCD-EFGH-JKMN.
    code_alphabet: str = "digits"


@dataclass(frozen=True)
class Verified:
    """A correct code, where the service issues no tokens (``ACCESS_TOKENS=off``)."""

    #: In its canonical form.
    identity: str
    #: Makes the person's browser a known one, if asked for. Give it to that browser: the client does not keep it.
    device: Optional[str] = field(default=None, repr=False)


@dataclass(frozen=True)
class Tokens:
    """The tokens for a correct code, or from a refresh."""

    access_token: str = field(repr=False)
    #: ``bearer``.
    token_type: str
    #: Life of the access token in seconds.
    expires_in: int
    #: ``None`` unless the service issues refresh tokens.
    refresh_token: Optional[str] = field(default=None, repr=False)
    #: Life of the refresh token in seconds.
    refresh_expires_in: Optional[int] = None
    #: Makes the person's browser a known one, if asked for. Give it to that browser: the client does not keep it.
    device: Optional[str] = field(default=None, repr=False)


@dataclass(frozen=True)
class TokenStatus:
    """Whether a token is active, and its claims if it is."""

    active: bool
    #: ``sub`` is the identity. Check ``purpose`` before you grant access.
    claims: Optional[Mapping[str, Any]] = field(default=None, repr=False)
