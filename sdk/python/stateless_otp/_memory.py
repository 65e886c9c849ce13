"""What a client keeps between calls. Safe to use from several threads."""

from __future__ import annotations

import re
import threading
import time
from typing import Dict, NamedTuple, Optional, Tuple

from ._folding import fold_identity
from ._results import Tokens

_MAX_CHALLENGES = 1000


class Kept(NamedTuple):
    tokens: Tokens
    #: Of the access token, in seconds since 1970.
    expires_at: float


class Memory:
    """The tokens of the last verify, and the challenges of bound codes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: Optional[Kept] = None
        self._challenges: Dict[Tuple[str, Optional[str]], str] = {}

    @property
    def kept(self) -> Optional[Kept]:
        with self._lock:
            return self._kept

    def keep_tokens(self, tokens: Tokens) -> None:
        kept = Kept(tokens, time.time() + tokens.expires_in)
        with self._lock:
            self._kept = kept

    def replace_tokens(self, expected: Kept, tokens: Optional[Tokens]) -> None:
        """Replaces ``expected``, unless someone has signed in or out in the meantime."""
        kept = Kept(tokens, time.time() + tokens.expires_in) if tokens else None
        with self._lock:
            if self._kept is expected:
                self._kept = kept

    def forget_tokens(self) -> None:
        with self._lock:
            self._kept = None

    def find_challenge(self, identity: str, purpose: Optional[str]) -> Optional[str]:
        with self._lock:
            return self._challenges.get(_name_challenge(identity, purpose))

    def keep_challenge(self, identity: str, purpose: Optional[str], challenge: Optional[str]) -> None:
        """``None`` forgets it. Drops the oldest: without its challenge, people request another code."""
        name = _name_challenge(identity, purpose)
        with self._lock:
            self._challenges.pop(name, None)
            if challenge is None:
                return
            if len(self._challenges) >= _MAX_CHALLENGES:
                self._challenges.pop(next(iter(self._challenges)))
            self._challenges[name] = challenge


def _name_challenge(identity: str, purpose: Optional[str]) -> Tuple[str, Optional[str]]:
    """People may type an address in other letters the second time, and a number with other separators."""
    text = fold_identity(identity) if isinstance(identity, str) else ""
    if "@" in text:
        return text.lower(), purpose
    return (text if ":" in text else re.sub(r"[ ().\-/]", "", text)), purpose
