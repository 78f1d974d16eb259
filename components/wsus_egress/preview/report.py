"""`wsus-egress report`: writes the page, whole or not at all."""

from __future__ import annotations

import contextlib
import datetime
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wsus_egress.preview import as_html
from wsus_egress.preview.analysis import analyse, stale_acceptances


class Unwritable(ValueError):  # noqa: N818 - as InvalidName
    """A place where no file can be written."""


@dataclass(frozen=True, slots=True)
class Report:
    """The page, and whether there is something in it that nobody accepts."""

    page: str
    findings: bool


def report(project: Path, names: Sequence[str], today: datetime.date) -> Report:
    """The page of a project's environments.

    Raises:
        PolicyErrors: With every problem of the project.
    """
    analyses = analyse(project, names, today, each_control=True)
    proofs = [target.proof for each in analyses for target in each.targets if target.proof]
    return Report(
        as_html.page(analyses, stale_acceptances(analyses)),
        any(proof.findings for proof in proofs),
    )


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
