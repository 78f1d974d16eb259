"""The repository's address, for its link and the edit links: the released one, else the clone's own."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig

from wsus_egress.release import PUBLISHER, REPOSITORY

_NOBODY: Final = "OWNER"
_SECURE: Final = re.compile(r"^(?:ssh://)?git@([^:/]+)[:/](.+)$")
_EDIT: Final = {"github": "edit/main/docs/", "gitlab": "-/edit/main/docs/"}


def address(root: Path) -> str:
    """Where the project is developed, or this clone came from, as a page to look at; empty if unknown."""
    if PUBLISHER != _NOBODY:
        return REPOSITORY
    git = shutil.which("git")
    if git is None:
        return ""
    command = [git, "-C", str(root), "config", "--get", "remote.origin.url"]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    page = _SECURE.sub(r"https://\1/\2", found).removesuffix(".git")
    # An address may carry a token of whoever cloned: that is nobody else's business.
    page = re.sub(r"^(https://)[^/@]*@", r"\1", page)
    return page if page.startswith("https://") else ""


def link(config: MkDocsConfig, page: str) -> None:
    """Give every page the repository's link, and its edit link where the host's form is known."""
    if not page:
        return
    config.repo_url = f"{page}/"
    config.repo_name = "/".join(page.split("/")[3:])
    host = page.split("/")[2]
    edit = next((form for name, form in _EDIT.items() if name in host), None)
    config.edit_uri = edit or ""
    if edit is not None:
        config.theme["icon"]["repo"] = f"fontawesome/brands/{next(n for n in _EDIT if n in host)}"
