"""What a client keeps between calls. Safe to use from several threads."""

from __future__ import annotations

import threading
from typing import Dict, Optional, Tuple

from ._results import Tokens

_MAX_CHALLENGES = 1000


class Memory:
    """The tokens of the last verify, and the challenges of bound codes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: Optional[Tokens] = None
        self._challenges: Dict[Tuple[str, Optional[str]], str] = {}

    @property
    def tokens(self) -> Optional[Tokens]:
        with self._lock:
            return self._tokens

    def keep_tokens(self, tokens: Optional[Tokens]) -> None:
        with self._lock:
            self._tokens = tokens

    def replace_tokens(self, expected: Tokens, tokens: Optional[Tokens]) -> None:
        """Keeps what became of ``expected``, unless something else has been kept meanwhile."""
        with self._lock:
            if self._tokens is expected:
                self._tokens = tokens

    def find_challenge(self, identity: str, purpose: Optional[str]) -> Optional[str]:
        with self._lock:
            return self._challenges.get((identity, purpose))

    def keep_challenge(self, identity: str, purpose: Optional[str], challenge: Optional[str]) -> None:
        """With ``None``, forgets it. The oldest make room: without its challenge, a person asks for another code."""
        with self._lock:
            self._challenges.pop((identity, purpose), None)
            if challenge is None:
                return
            if len(self._challenges) >= _MAX_CHALLENGES:
                self._challenges.pop(next(iter(self._challenges)))
            self._challenges[identity, purpose] = challenge
