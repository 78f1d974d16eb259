"""Writing what a command makes: a file as a whole or not at all, anything else directly."""

from __future__ import annotations

import os
from pathlib import Path


class CannotWrite(Exception):  # noqa: N818 - as InvalidName
    """The output cannot be written; the message says why and what to do."""


def write(output: Path, text: str) -> None:
    """Write a text.

    A file is replaced when all of it is written, where a link leads. What is no file (a pipe, a
    device) is written to: a rename would put a file in its place.

    Raises:
        CannotWrite: When it cannot be written; a file that was there stays as it was.
    """
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        bad = ascii(error.object[error.start : error.end])
        what = f"{output} cannot be written: the text has {bad} in it, which UTF-8 has no bytes for"
        raise CannotWrite(f"{what}; rename what is called so") from error
    try:
        if output.exists() and not output.is_file():
            with output.open("wb") as stream:
                stream.write(content)
        else:
            _replace(output.resolve(), content)
    except (OSError, RuntimeError) as error:  # Python 3.12 says RuntimeError of a circle of links.
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        what = f"{output} cannot be written ({reason}); name another file"
        raise CannotWrite(what) from error


def _replace(output: Path, content: bytes) -> None:
    temporary = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)
