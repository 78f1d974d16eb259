"""Whether a change moves the version of this package, with which the package's lists may change.

For example a pull request that turns `pulumi-wsus-egress[aws,cli]==0.1.0` into `==0.2.0` in
requirements.txt is judged by the version that is installed, so both sides of it have its lists.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from wsus_egress.config.yamlfile import file_bytes
from wsus_egress.problems import Location

NAMING_FILES: Final = ("requirements.txt", "pyproject.toml")
"""The files that say which version of the package a project has."""
_NAMED: Final = re.compile(rb"pulumi[-_.]wsus[-_.]egress\b[^\n]*", re.IGNORECASE)


def package_moved(root: Path, base: Path) -> Location | None:
    """The line that asks for the package otherwise than the base does, or the file that no longer asks.

    None where the base did not ask at all: with the package its lists are new too.
    """
    if not any(_named(base / file) for file in NAMING_FILES):
        return None
    for file in NAMING_FILES:
        now, was = (_named(folder / file) for folder in (root, base))
        if sorted(now.values()) != sorted(was.values()):
            lines = (line for line, text in now.items() if text not in was.values())
            return Location(file, next(lines, 1))
    return None


def _named(path: Path) -> dict[int, bytes]:
    try:
        text = file_bytes(path)
    except OSError:
        return {}
    return {
        text.count(b"\n", 0, match.start()) + 1: match[0].strip() for match in _NAMED.finditer(text)
    }
