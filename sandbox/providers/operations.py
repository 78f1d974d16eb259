"""Imitates a cloud API's timing: one update at a time, long operations, throttled requests."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from providers.errors import CloudError, azure_error

# What the Azure SDK's pipeline does with a 429 before it gives up; the wait is Retry-After's.
_ATTEMPTS: Final = 4
_RETRY_AFTER: Final = 0.02


class ThrottledError(CloudError):
    """An answer 429, with the seconds after which to ask again."""

    def __init__(self, retry_after: float) -> None:
        """Too many requests."""
        said = azure_error("TooManyRequests", f"Retry-After: {retry_after:g}. Too many requests.")
        super().__init__(str(said))
        self.retry_after = retry_after


class Traffic:
    """Answers the first writes of a run with 429, so that every run passes through some.

    `$WSUS_EGRESS_SANDBOX_THROTTLE` says how many; more than a client asks again is a failure.
    """

    def __init__(self, throttled: int) -> None:
        """Throttle that many requests."""
        self._left = int(os.environ.get("WSUS_EGRESS_SANDBOX_THROTTLE", throttled))

    def enter(self) -> None:
        """Take one request, repeated as often as a client would."""
        for attempt in range(_ATTEMPTS):
            try:
                self._answer()
            except ThrottledError as refusal:
                if attempt + 1 == _ATTEMPTS:
                    raise
                time.sleep(refusal.retry_after)
            else:
                return

    def _answer(self) -> None:
        if self._left > 0:
            self._left -= 1
            raise ThrottledError(_RETRY_AFTER)


@contextmanager
def alone(folder: Path, scope: str | None, seconds: float) -> Iterator[None]:
    """Hold what takes one operation at a time, for as long as the operation lasts.

    A second one is refused at once, whichever process asks: the lock is a file's.

    Args:
        folder: Where the cloud is kept.
        scope: The id of the thing; None where any number of operations may run.
        seconds: How long the operation lasts before its outcome is known.
    """
    if scope is None:
        time.sleep(seconds)
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(scope.casefold().encode()).hexdigest()[:16]
    with (folder / f"operation-{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise azure_error(
                "AnotherOperationInProgress",
                "Another operation on this or dependent resource is in progress. To retrieve status "
                f"of the operation use uri: {scope}/operations/{name}.",
            ) from None
        time.sleep(seconds)
        yield
