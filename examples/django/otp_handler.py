"""An OTP handler with five answers: pending, valid, invalid, expired and blocked.

The codes, the counters and the delivery are those of stateless-otp. No code ever passes through this project.
"""

from django.conf import settings
from stateless_otp import OTPClient, OTPError

_client = OTPClient(
    settings.OTP_URL,
    headers={"X-API-Key": settings.OTP_API_KEY} if settings.OTP_API_KEY else {},
)

_ANSWERS = {
    "invalid_code": ("invalid", "Invalid OTP"),
    # What was typed cannot be a code.
    "invalid_request": ("invalid", "Invalid OTP"),
    "expired_code": ("expired", "Your OTP has been expired, request for new OTP"),
    "blocked": ("blocked", "Too many attempts. Try again later."),
    "rate_limited": ("blocked", "Too many attempts. Try again later."),
    "pending": ("pending", "OTP already sent. Please wait."),
    "invalid_identity": ("invalid", "This is not a phone number."),
}


class OTPHandler:
    """Sends a code and verifies it."""

    @staticmethod
    def generate_otp(phone_number):
        """Have a code sent by SMS, unless one is pending."""
        try:
            sent = _client.request_otp(phone_number)
        except OTPError as error:
            return _to_answer(error)
        return {"status": "sent", "message": f"It can be used for {sent.ttl_seconds} seconds."}

    @staticmethod
    def verify_otp(phone_number, otp_code):
        """Verify a code. It works once."""
        try:
            _client.check_otp(phone_number, otp_code)
        except OTPError as error:
            return _to_answer(error)
        return {"status": "valid", "message": "OTP Verified"}


def _to_answer(error):
    if error.code not in _ANSWERS:
        # The service or its provider cannot be reached, or refuses our key: not something a person can mend.
        raise error
    status, message = _ANSWERS[error.code]
    return {"status": status, "message": message}
