"""Pages whose files stand outside `docs/`, the decisions in the navigation, and links to what one edits."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File

import env

PAGES: Final = {
    "benchmarks.md": "benchmarks/README.md",
    "contributing.md": "CONTRIBUTING.md",
    "security.md": "SECURITY.md",
}
"""Each page that the site makes, and the file that it shows."""
_WRITTEN: Final = {"settings.md", "changelog.md"}
"""What tools write: an edit of the page would be lost."""
_DECISIONS: Final = "decisions/"
_LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def with_decisions(nav: Any, docs: Path) -> Any:
    """The navigation, with every decision where it says `decisions/`."""
    if isinstance(nav, list):
        return [with_decisions(entry, docs) for entry in nav]
    if isinstance(nav, dict):
        return {title: with_decisions(entry, docs) for title, entry in nav.items()}
    if nav == _DECISIONS:
        return [
            path.relative_to(docs).as_posix() for path in sorted((docs / _DECISIONS).glob("*.md"))
        ]
    return nav


def pages(config: MkDocsConfig) -> Iterator[File]:
    """The pages that show files outside `docs/`."""
    for name, source in PAGES.items():
        text = (env.ROOT / source).read_text(encoding="utf-8")
        yield File.generated(config, name, content=relinked(text, source, config.repo_url or ""))


def relinked(text: str, source: str, repository: str) -> str:
    """The text with links as seen from `docs/`; what the site does not have is linked in the repository."""
    shown = {path: name for name, path in PAGES.items()}

    def link(found: re.Match[str]) -> str:
        words, target, anchor = found[1], found[2], found[3] or ""
        if "://" in target:
            return found[0]
        path = os.path.normpath(Path(source).parent / target)
        if path in shown:
            return f"[{words}]({shown[path]}{anchor})"
        if path.startswith("docs/") and path.endswith(".md") and "/changelog.d/" not in path:
            return f"[{words}]({path.removeprefix('docs/')}{anchor})"
        return f"[{words}]({repository}blob/main/{path}{anchor})" if repository else words

    return _LINK.sub(link, text)


def edit_url(page: str, proposed: str | None, config: MkDocsConfig) -> str | None:
    """Where one edits a page; None if nobody knows, or if a tool writes it."""
    if page in PAGES and config.repo_url and config.edit_uri:
        folder = config.edit_uri.removesuffix("docs/")
        return f"{config.repo_url}{folder}{PAGES[page]}"
    return None if page in _WRITTEN else proposed
