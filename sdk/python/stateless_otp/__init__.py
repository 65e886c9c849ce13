"""A client of stateless-otp: requests codes, exchanges them for tokens, checks tokens."""

from ._results import SentOTP, Tokens, TokenStatus, Verified
from ._version import __version__
from .client import OTPClient
from .errors import OTPError

__all__ = ["OTPClient", "OTPError", "SentOTP", "TokenStatus", "Tokens", "Verified", "__version__"]
