"""Lets only one set-up of a user at a time write to the per-user cache."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bootstrap.console import say


@contextmanager
def unless_busy(lock: Path) -> Iterator[bool]:
    """Take the lock until the block ends if it is free; yield whether it was."""
    with lock.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def exclusive(lock: Path, what: str) -> Iterator[None]:
    """Wait while another set-up installs `what`; the system frees the lock of a dead one."""
    with lock.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another set-up is installing {what}: waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
