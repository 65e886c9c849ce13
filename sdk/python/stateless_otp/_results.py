"""What the calls return. Tokens and claims are left out of ``repr``, so that no log shows them by accident."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional


@dataclass(frozen=True)
class SentOTP:
    """A code is on its way."""

    #: Life left of the code.
    ttl_seconds: int
    #: Time until another request could be sent.
    resend_in_seconds: int
    #: Digits of the code; more than usual for an identity that has been guessed at.
    code_length: int
    #: ``email``, ``sms``, ``whatsapp``, ``voice`` or ``custom``.
    channel: str
    #: Of a bound code. The client remembers it, and sends it by itself.
    challenge: Optional[str] = None


@dataclass(frozen=True)
class Tokens:
    """What a right code, or a refresh, has become."""

    access_token: str = field(repr=False)
    #: ``bearer``.
    token_type: str
    #: Life of the access token in seconds.
    expires_in: int
    #: Where the service issues refresh tokens.
    refresh_token: Optional[str] = field(default=None, repr=False)
    #: Life of the refresh token in seconds.
    refresh_expires_in: Optional[int] = None


@dataclass(frozen=True)
class TokenStatus:
    """Whether a token is active, and if so what it says."""

    active: bool
    #: ``sub`` is the identity. Look at ``purpose`` before you open a door.
    claims: Optional[Mapping[str, Any]] = field(default=None, repr=False)
