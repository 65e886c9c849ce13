"""The requests to the service."""

from __future__ import annotations

import json
import ssl
from typing import Dict, Mapping, Optional

from ._answers import Answer
from ._target import read_base_url, read_headers, read_timeout
from ._transfer import Transfer
from ._version import __version__

# Sent as null, where that differs from leaving a field out.
NULL = object()


class Api:
    """The operations of a service by their paths, as the client's arguments describe it."""

    def __init__(
        self,
        base_url: str,
        timeout: float,
        headers: Optional[Mapping[str, str]],
        ssl_context: Optional[ssl.SSLContext],
    ) -> None:
        target = read_base_url(base_url)
        context = (ssl_context or ssl.create_default_context()) if target.is_tls else None
        self._path = target.path
        self.timeout = read_timeout(timeout)
        self._headers = {
            "accept": "application/json",
            "user-agent": f"stateless-otp-python/{__version__}",
            **read_headers(headers),
        }
        self._transfer = Transfer(target.host, target.port, context)

    def get(self, path: str, token: str) -> Answer:
        return self._exchange("GET", path, _bearer(token), None)

    def post(self, path: str, fields: Mapping[str, object], token: Optional[str] = None) -> Answer:
        """Leaves out fields that are ``None``."""
        present = {name: value for name, value in fields.items() if value is not None}
        present = {name: None if value is NULL else value for name, value in present.items()}
        headers = {"content-type": "application/json", **(_bearer(token) if token else {})}
        return self._exchange("POST", path, headers, json.dumps(present).encode("ascii"))

    def close(self) -> None:
        """Closes the idle connection."""
        self._transfer.close()

    def _exchange(
        self, method: str, path: str, headers: Dict[str, str], body: Optional[bytes]
    ) -> Answer:
        all_headers = {**self._headers, **headers}
        return self._transfer.exchange(method, self._path + path, all_headers, body, self.timeout)


def _bearer(token: str) -> Dict[str, str]:
    return {"authorization": f"Bearer {token}"}
