"""The changelog's part that is not released yet, from the fragments in `docs/changelog.d/`."""

import subprocess
import sys
from pathlib import Path
from typing import Final

PAGE: Final = "changelog.md"
_MARK: Final = "<!-- towncrier release notes start -->\n"


def with_unreleased(markdown: str, root: Path) -> str:
    """The changelog's text with the collected fragments above the releases."""
    before, mark, after = markdown.partition(_MARK)
    return f"{before}{mark}\n{unreleased(root)}\n{after}"


def unreleased(root: Path) -> str:
    """What towncrier would write today, under a title without version and day; nothing without fragments."""
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "Unreleased"]
    drafted = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    _, _, entries = drafted.stdout.partition("## Unreleased")
    _, kind, rest = entries.partition("\n### ")
    return f"## Unreleased\n{kind}{rest}" if kind else ""
