"""JSON over HTTPS with a token: few retries, no redirects, and no message contains the token."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from wsus_egress.problems import visible

ATTEMPTS: Final = 4
TIMEOUT_SECONDS: Final = 30
LONGEST_WAIT_SECONDS: Final = 30.0
_OVERLOADED: Final = frozenset({429, 503})
_FAILING: Final = frozenset({500, 502, 504})
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Refused(Exception):  # noqa: N818 - it reads as what it is
    """The service refused, or could not be reached. `status` is 0 where it did not answer."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the message, which contains nothing that was sent."""
        super().__init__(message)
        self.status = status


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token elsewhere."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        del args, kwargs


def _sleep(seconds: float) -> None:
    time.sleep(seconds)


@dataclass(frozen=True)
class Service:
    """One API at a base address.

    Attributes:
        base: Its address; http only on this machine.
        headers: Sent with every request; the token is among them, so they are in no text.
        sleep: Waits so many seconds between attempts.
    """

    base: str
    headers: Mapping[str, str] = field(repr=False)
    sleep: Callable[[float], None] = field(default=_sleep, repr=False, compare=False)

    def get(self, path: str, **query: str | int) -> Any:
        """Read what is at a path.

        Raises:
            Refused: When no attempt gets a valid answer.
        """
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def send(self, method: str, path: str, value: Mapping[str, Any]) -> Any:
        """Write something to a path.

        Raises:
            Refused: When no attempt gets a valid answer.
        """
        return self._call(method, path, json.dumps(value).encode())

    def _call(self, method: str, path: str, body: bytes | None) -> Any:
        address = self.base.rstrip("/") + path
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise Refused(
                0, f"{self.base!r} is not an https address, and a token would be sent there"
            )
        shown = f"{method} {parts.scheme}://{parts.netloc}{parts.path}"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(method, address, body)
            except urllib.error.HTTPError as error:
                # A POST may have created the comment before it failed: a retry would create a second one.
                again = error.code in _OVERLOADED or (error.code in _FAILING and method != "POST")
                if not again or attempt == ATTEMPTS:
                    raise Refused(error.code, self._without_token(_told(shown, error))) from None
                wait = _wait(error.headers.get("Retry-After"), attempt)
            except (OSError, http.client.HTTPException, ValueError) as error:
                if method == "POST" and not _never_arrived(error):
                    raise Refused(0, f"{shown}: {_reason(error)}") from None
                if attempt == ATTEMPTS:
                    raise Refused(0, f"{shown}: {_reason(error)}") from None
                wait = _wait(None, attempt)
            self.sleep(wait)
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _without_token(self, text: str) -> str:
        """The service's text without the token, which the service may echo."""
        for value in self.headers.values():
            text = text.replace(value.split()[-1], "***")
        return text

    def _once(self, method: str, address: str, body: bytes | None) -> Any:
        headers = {"Accept": "application/json", "User-Agent": "wsus-egress", **self.headers}
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(address, body, headers, method=method)  # noqa: S310 - checked
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return json.loads(answer.read() or b"null")


def _never_arrived(error: BaseException) -> bool:
    return isinstance(getattr(error, "reason", None), ConnectionRefusedError)


def _reason(error: BaseException) -> str:
    return str(getattr(error, "reason", None) or error) or type(error).__name__


def _wait(told: str | None, attempt: int) -> float:
    wait = float(told) if told and told.isascii() and told.isdigit() else 0.5 * 2.0**attempt
    return min(wait, LONGEST_WAIT_SECONDS)


def _told(shown: str, error: urllib.error.HTTPError) -> str:
    try:
        found = json.loads(error.read(10_000))
        said = str(found.get("message") or found.get("error") or "")
    except (OSError, ValueError, AttributeError):
        said = ""
    plain = visible(" ".join(said.split())[:300])
    return f"{shown}: {error.code} {error.reason}" + (f": {plain}" if plain else "")
