"""The client of a stateless-otp service: asks for codes, turns them into tokens, checks tokens."""

from ._results import SentOTP, Tokens, TokenStatus
from ._version import __version__
from .client import OTPClient
from .errors import OTPError

__all__ = ["OTPClient", "OTPError", "SentOTP", "TokenStatus", "Tokens", "__version__"]
