"""Writes docs/believed.md: what the stand-ins for the clouds do without a source that says so.

`make schemas` runs it, and a test holds the page to what it writes.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "sandbox"))

from providers.evidence import behaviours  # noqa: E402 - the folder is on the path now.

PAGE: Final = "docs/believed.md"
CLOUDS: Final = {"aws": "AWS", "azure": "Azure"}
_HEAD: Final = """# What is only believed

`make up` and the tests run the real Pulumi engine against stand-ins for the two clouds. Where a stand-in
does as its cloud does, `@written` in `sandbox/providers/` names the text that says so: a service's own model, a
provider's source, or a page, with the day it was read. This page lists the rest: behaviour that we
imitate because we believe it, with no text to show. A real account may do otherwise here. If you have
seen what it does, replace the line: `@believed` by `@written`. `make schemas` writes this page from those lines.
"""


def render() -> str:
    """The page's text."""
    return "\n".join([_HEAD, *(line for cloud in CLOUDS for line in _section(cloud))])


def _section(cloud: str) -> Iterator[str]:
    package = importlib.import_module(f"providers.{cloud}")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    bare = [each for each in behaviours(cloud) if not each.where]
    yield f"## {CLOUDS[cloud]}\n"
    for behaviour in bare:
        yield f"- `{behaviour.place}`: {behaviour.what}."
    if bare:
        yield ""


def main() -> None:
    """Write the page anew."""
    (ROOT / PAGE).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
