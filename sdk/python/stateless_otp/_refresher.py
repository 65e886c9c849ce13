"""The exchange of a refresh token for new tokens."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Iterator

from . import _answers
from ._api import Api
from ._memory import Memory
from ._results import Tokens
from .errors import OTPError


class Refresher:
    """One exchange at a time: a refresh token works once, and using one twice ends the session."""

    def __init__(self, api: Api, memory: Memory) -> None:
        self._api = api
        self._memory = memory
        self._lock = threading.Lock()

    def refresh(self) -> Tokens:
        """Threads that call this at the same time share one exchange."""
        before = self._memory.kept
        with self.held_up():
            kept = self._memory.kept
            if kept and before and kept is not before:
                return kept.tokens
            if kept is None or kept.tokens.refresh_token is None:
                raise OTPError("invalid_token", "There is no refresh token; sign in")
            try:
                answer = self._api.post("/token/refresh", {"refresh_token": kept.tokens.refresh_token})
                tokens = _answers.read_refreshed(answer)
            except OTPError as error:
                if error.code == "invalid_token":
                    self._memory.replace_tokens(kept, None)
                raise
            self._memory.replace_tokens(kept, tokens)
            return tokens

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Waits for a refresh under way; none begins until this ends."""
        timeout = self._api.timeout
        if not self._lock.acquire(timeout=timeout):
            raise OTPError("timeout", f"Another refresh took longer than {timeout:g} seconds")
        try:
            yield
        finally:
            self._lock.release()
