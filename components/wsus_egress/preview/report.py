"""`wsus-egress report`: writes the page, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


class Unwritable(ValueError):  # noqa: N818 - as InvalidName
    """A place where no file can be written."""


def write(path: Path, text: str) -> None:
    """Write a file so that there is never half of it.

    Raises:
        Unwritable: When it cannot be written; what was there before is then still there.
    """
    if path.is_dir():
        raise Unwritable(f"{path} is a folder; name a file in it")
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=".", suffix=".part", encoding="utf-8", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(text)
        # Temporary files are for their owner alone; a report is as open as any new file.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
        raise Unwritable(f"cannot write {path}: {error.strerror or error}") from error
