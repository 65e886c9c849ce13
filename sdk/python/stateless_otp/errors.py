"""The only error that calls raise."""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple, Type


class OTPError(Exception):
    """A call failed. ``str(error)`` is one line without codes, tokens or identities.

    ``code`` is the error code of the service, such as ``invalid_code``, ``expired_code``, ``blocked`` or ``rate_limited``
    (all in spec/vectors/problems-v1.json), or one of these if it did not answer:

    - ``timeout``: no complete answer within the client's timeout. The call may or may not have been carried out.
    - ``network_error``: no connection, a rejected certificate, or a broken connection.
    - ``unexpected_answer``: the answer does not follow the protocol.
    """

    code: str
    #: HTTP status of the answer; ``None`` without an answer.
    status: Optional[int]
    #: With ``invalid_code``: remaining attempts.
    attempts_left: Optional[int]
    #: How long to wait, if known.
    retry_after_seconds: Optional[int]
    #: With ``human_check_required``: what to solve, as the service sends it.
    human_check: Optional[Dict[str, Any]]

    def __init__(
        self,
        code: str,
        message: str,
        status: Optional[int] = None,
        attempts_left: Optional[int] = None,
        retry_after_seconds: Optional[int] = None,
        human_check: Optional[Dict[str, Any]] = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.attempts_left = attempts_left
        self.retry_after_seconds = retry_after_seconds
        self.human_check = human_check

    def __reduce__(self) -> Tuple[Type[OTPError], Tuple[Any, ...]]:
        # Without this, an error that crosses processes loses all but its message.
        details = (self.status, self.attempts_left, self.retry_after_seconds, self.human_check)
        return type(self), (self.code, str(self), *details)
