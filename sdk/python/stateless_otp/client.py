"""The client."""

from __future__ import annotations

import ssl
import time
from types import TracebackType
from typing import Dict, Mapping, Optional, Type, cast

from . import _answers
from ._api import NULL, Api
from ._memory import Memory
from ._refresher import Refresher
from ._results import SentOTP, Tokens, TokenStatus, Verified
from .errors import OTPError

# A token that expires this soon counts as expired.
_EXPIRY_MARGIN_SECONDS = 5


class OTPClient:
    """Signs one person in at a stateless-otp service.

    It keeps the tokens of the last verify and the challenges of bound codes in memory, and is thread-safe. Failed calls
    raise :class:`OTPError`. A verify is never retried, since that would cost a second attempt. Redirects are not followed,
    and proxy settings in the environment are ignored.

        with OTPClient("http://localhost:8000/api/v1") as client:
            client.request_otp("alice@example.com")
            tokens = client.verify_otp("alice@example.com", input("Code: "))
            print(client.verify_bearer().claims)

    :param base_url: of the API, including ``/api/v1``.
    :param timeout: of a whole call, in seconds. DNS lookups are not limited by it.
    :param headers: sent with every request, such as ``{"X-API-Key": ...}``.
    :param ssl_context: default: ``ssl.create_default_context()``, which checks certificates.
    :raises ValueError, TypeError: for an invalid base URL, timeout or header.
    """

    def __init__(
        self,
        base_url: str,
        timeout: float = 5.0,
        headers: Optional[Mapping[str, str]] = None,
        *,
        ssl_context: Optional[ssl.SSLContext] = None,
    ) -> None:
        self._api = Api(base_url, timeout, headers, ssl_context)
        self._memory = Memory()
        self._refresher = Refresher(self._api, self._memory)

    def request_otp(
        self,
        identity: str,
        *,
        channel: Optional[str] = None,
        purpose: Optional[str] = None,
        bind: Optional[bool] = None,
        challenge: Optional[str] = None,
        locale: Optional[str] = None,
        device: Optional[str] = None,
        human_check: Optional[str] = None,
        can_answer_check: bool = False,
    ) -> SentOTP:
        """Has a code sent to ``identity``: an e-mail address, a phone number or an id of your own.

        :param channel: ``email``, ``sms``, ``whatsapp``, ``voice`` or ``custom``. Default: by the identity.
        :param purpose: what the code is for. Default: the service's, ``sign-in``.
        :param bind: ``True``: the code works only together with the challenge in the answer. Strangers can spend the
            attempts of any other code. ``False``: also when a challenge is remembered, ask for a code without one.
        :param challenge: send the code of this challenge again. Default: the one that is remembered, if any.
        :param locale: language of the message, such as ``en``.
        :param device: what ``verify_otp`` returned for the browser that asks now; the code is bound then.
        :param human_check: the solution of the ``human_check`` of an error with the code ``human_check_required``.
        :param can_answer_check: ``True``: there is someone who can solve one. Otherwise none is asked for, and limits end
            earlier.
        :raises OTPError: ``human_check_required``, ``rate_limited``, ``blocked``, ``pending``, ``delivery_failed``, ...
        """
        remembered = None if bind is False else self._memory.find_challenge(identity, purpose)
        fields: Dict[str, object] = {
            "identity": identity,
            "channel": channel,
            "purpose": purpose,
            "bind": bind,
            "locale": locale,
            "device": device,
            "human_check": human_check or (NULL if can_answer_check else None),
        }
        try:
            answer = self._api.post("/otp/request", {**fields, "challenge": challenge or remembered})
            sent = _answers.read_sent(answer)
        except OTPError as error:
            if error.code != "expired_code" or challenge or not remembered:
                raise
            # The remembered challenge has expired and nothing was sent, so bind a new one.
            sent = _answers.read_sent(self._api.post("/otp/request", {**fields, "bind": True}))
        self._memory.keep_challenge(identity, purpose, sent.challenge)
        return sent

    def verify_otp(
        self,
        identity: str,
        otp: str,
        *,
        purpose: Optional[str] = None,
        challenge: Optional[str] = None,
        device: Optional[str] = None,
        remember: Optional[bool] = None,
    ) -> Tokens:
        """Exchanges a code, as typed, for tokens, and keeps them.

        A service that issues no tokens (``ACCESS_TOKENS=off``) makes this a :class:`Verified`: see :meth:`check_otp`.

        :param purpose: as in the request.
        :param challenge: default: the one that is remembered from the request, if any.
        :param device: what an earlier verify returned for this browser. The result holds the next one.
        :param remember: ``True``: the result holds a ``device``, by which this browser is known later. Keep it there, in a
            cookie that scripts cannot read, and never use it for anyone else who types the same identity.
        :raises OTPError: ``invalid_code`` with ``attempts_left``; ``expired_code``, ``blocked``, ``rate_limited``, ...
            After ``timeout`` or ``network_error`` nobody knows whether the code was used up.
        """
        fields = {
            "identity": identity,
            "otp": otp,
            "purpose": purpose,
            "challenge": challenge or self._memory.find_challenge(identity, purpose),
            "device": device,
            "remember": remember,
        }
        result = _answers.read_verified(self._api.post("/otp/verify", fields))
        self._memory.keep_challenge(identity, purpose, None)
        if isinstance(result, Tokens):
            self._memory.keep_tokens(result)
        else:
            self._memory.forget_tokens()
        return cast(Tokens, result)

    def check_otp(
        self,
        identity: str,
        otp: str,
        *,
        purpose: Optional[str] = None,
        challenge: Optional[str] = None,
        device: Optional[str] = None,
        remember: Optional[bool] = None,
    ) -> Verified:
        """Like :meth:`verify_otp`, for a service that issues no tokens: says whose code it was."""
        result = self.verify_otp(
            identity, otp, purpose=purpose, challenge=challenge, device=device, remember=remember
        )
        return cast(Verified, result)

    def verify_token(self, token: str) -> TokenStatus:
        """Asks whether a token is active, and for its claims."""
        return _answers.read_token_status(self._api.post("/token/verify", {"token": token}))

    def verify_bearer(self) -> TokenStatus:
        """Asks whether the stored token is active, refreshing it first if it has expired.

        Without a token the answer is no, and nothing is asked.
        """
        token = self.get_access_token()
        if token is None:
            return TokenStatus(active=False)
        return _answers.read_bearer_status(self._api.get("/token/verify", token))

    def get_access_token(self) -> Optional[str]:
        """The stored token, for calls to your own API, or ``None``.

        One that has expired is refreshed first, where there is a refresh token.
        """
        kept = self._memory.kept
        if kept is None or kept.tokens.refresh_token is None:
            return kept and kept.tokens.access_token
        if kept.expires_at > time.time() + _EXPIRY_MARGIN_SECONDS:
            return kept.tokens.access_token
        try:
            return self.refresh().access_token
        except OTPError as error:
            if error.code == "invalid_token":
                return None
            raise

    def refresh(self) -> Tokens:
        """Exchanges the stored refresh token for new tokens, and keeps them.

        A refresh token works once, and using one twice ends the session. So threads that call this at the same time
        share one exchange. When the service refuses the token, all tokens are forgotten: sign in again.

        :raises OTPError: ``invalid_token`` when the session is over, or when there is no refresh token;
            ``not_found`` where the service issues none.
        """
        return self._refresher.refresh()

    def logout(self) -> None:
        """Ends the session at the service and forgets the tokens, even when the call fails."""
        try:
            # Waits for a refresh under way: its new tokens must end.
            with self._refresher.held_up():
                kept = self._memory.kept
                if kept is None:
                    return
                fields = {"refresh_token": kept.tokens.refresh_token}
                _answers.read_success(self._api.post("/token/logout", fields, kept.tokens.access_token))
        finally:
            self._memory.forget_tokens()

    def logout_all(self) -> None:
        """Signs the person out everywhere: the service refuses every token and session from before.

        Only then are the tokens forgotten, so that a call that failed can be repeated.

        :raises OTPError: ``invalid_token`` when nobody is signed in.
        """
        token = self.get_access_token()
        if token is None:
            raise OTPError("invalid_token", "There is no session; sign in")
        _answers.read_success(self._api.post("/token/logout-all", {}, token))
        self._memory.forget_tokens()

    def close(self) -> None:
        """Closes the idle connection."""
        self._api.close()

    def __enter__(self) -> OTPClient:
        return self

    def __exit__(
        self,
        _type: Optional[Type[BaseException]],
        _error: Optional[BaseException],
        _traceback: Optional[TracebackType],
    ) -> None:
        self.close()
