"""The reference's entries: every public class and function of the modules that the page names.

A page of modules would have their names as headings and their remarks to developers as introductions.
"""

import ast
import re
from pathlib import Path
from typing import Final

_MEMBERS: Final = re.compile(r"^<!-- members: ([\w.]+) -->$", re.MULTILINE)


def with_members(markdown: str, sources: Path) -> str:
    """The page with one directive for each member of a module that a comment names.

    Args:
        markdown: The page.
        sources: The folder with the package.
    """

    def directives(found: re.Match[str]) -> str:
        return "\n\n".join(f"::: {found[1]}.{name}" for name in members(found[1], sources))

    return _MEMBERS.sub(directives, markdown)


def members(module: str, sources: Path) -> list[str]:
    """A module's own public classes and functions, in their order; read, not imported."""
    text = sources.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    kinds = (ast.ClassDef, ast.FunctionDef)
    return [
        node.name
        for node in ast.parse(text).body
        if isinstance(node, kinds) and not node.name.startswith("_")
    ]
