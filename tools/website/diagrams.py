"""Mermaid diagrams: the script that draws them, and what becomes of them without it."""

from collections.abc import Iterator
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File

import env
from bootstrap import mermaid

FOLDER: Final = "assets/mermaid"
_FENCES: Final = "pymdownx.superfences"


def available() -> bool:
    """Whether the set-up has fetched the script."""
    return (env.cached_mermaid() / mermaid.SCRIPT).is_file()


def files(config: MkDocsConfig) -> Iterator[File]:
    """The script and its licence, served by the site itself; the theme loads it where it is needed."""
    for name in (mermaid.SCRIPT, mermaid.LICENSE) if available() else ():
        source = str(env.cached_mermaid() / name)
        yield File.generated(config, f"{FOLDER}/{name}", abs_src_path=source)


def as_text(config: MkDocsConfig) -> None:
    """Show diagrams as the text that they are written as."""
    fences: dict[str, Any] = config.mdx_configs.get(_FENCES, {})
    fences["custom_fences"] = [
        fence for fence in fences.get("custom_fences", ()) if fence["name"] != "mermaid"
    ]
