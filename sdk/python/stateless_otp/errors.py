"""The one error that the calls of a client raise."""

from __future__ import annotations

from typing import Any, Optional, Tuple, Type


class OTPError(Exception):
    """A call that did not go well. ``str(error)`` says it in one line, without codes, tokens or identities.

    ``code`` is what the service answered, such as ``invalid_code``, ``expired_code``, ``blocked`` or ``rate_limited``
    (all in spec/vectors/problems-v1.json), or one of these, when it did not answer:

    - ``timeout``: no whole answer within the timeout of the client. It is not known whether the call was carried out.
    - ``network_error``: no connection, a certificate that was refused, or a connection that broke off.
    - ``unexpected_answer``: something answered that does not speak this protocol.
    """

    code: str
    #: HTTP status of the answer; ``None`` when there was none.
    status: Optional[int]
    #: With ``invalid_code``: attempts that the code has left.
    attempts_left: Optional[int]
    #: How long to wait, where that is known.
    retry_after_seconds: Optional[int]

    def __init__(
        self,
        code: str,
        message: str,
        status: Optional[int] = None,
        attempts_left: Optional[int] = None,
        retry_after_seconds: Optional[int] = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.attempts_left = attempts_left
        self.retry_after_seconds = retry_after_seconds

    def __reduce__(self) -> Tuple[Type[OTPError], Tuple[Any, ...]]:
        # Without this, an error that crosses processes loses all but its message.
        details = (self.status, self.attempts_left, self.retry_after_seconds)
        return type(self), (self.code, str(self), *details)
