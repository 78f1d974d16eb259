"""The documentation: its links lead to files, and its code blocks parse."""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from paths import ROOT

from wsus_egress.component.references import snake
from wsus_egress.plugin import components

PAGES = sorted(
    path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if not {"node_modules", "sdks"} & set(path.parts)
)  # fmt: skip
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file has that file."""
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]

    assert [] == [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_code_blocks_parse(page: Path) -> None:
    """Blocks of JSON, YAML and Python in the pages parse."""
    readers: dict[str, Callable[[str], object]] = {
        "json": json.loads,
        "yaml": yaml.safe_load,
        "python": ast.parse,
    }
    for language, text in BLOCK.findall(page.read_text()):
        if language in readers:
            readers[language](text)


def test_commands_of_the_pages_exist() -> None:
    """Every `make` target that a page names exists."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target for page in PAGES for target in re.findall(r"`make ([a-z]+)`", page.read_text())
    }

    assert set() == named - targets


def test_the_site_builds(tmp_path: Path) -> None:
    """The site builds, loads nothing from elsewhere, and has each component, argument and output."""
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )

    text = (tmp_path / "reference" / "index.html").read_text()
    index = json.loads((tmp_path / "search" / "search_index.json").read_text())
    titles = {re.sub("<.*?>", "", document["title"]) for document in index["docs"]}
    loads = re.compile(
        r"<(?:script|img|iframe)[^>]* src=.?https?:|<link[^>]* rel=.?stylesheet[^>]* href=.?https?:"
    )

    shown = set(re.findall(r'id="wsus_egress\.[\w.]+?\.(\w+\.\w+)"', text))
    schema = json.loads((ROOT / "components" / "schema.json").read_text())
    wanted = {
        f"{name.rpartition(':')[2]}Args.{snake(key)}"
        for name, kind in schema["types"].items()
        for key in kind.get("properties", ())
    }
    for component in components():
        kinds = (component, inspect.get_annotations(component.__init__)["args"])
        wanted |= {f"{kind.__name__}.{key}" for kind in kinds for key in public(kind)}

    assert set() == wanted - shown
    assert {
        "Tutorial: from nothing to a guarded pull request",
        "The command line",
        "The gate",
    } <= titles
    assert [] == [page.name for page in tmp_path.rglob("*.html") if loads.search(page.read_text())]


def public(kind: type) -> list[str]:
    """The public fields of a type."""
    return [key for key in inspect.get_annotations(kind) if not key.startswith("_")]


def test_the_release_names_one_version() -> None:
    """The policy pack asks for the package's own version."""
    from wsus_egress.release import VERSION  # noqa: PLC0415

    required = (ROOT / "policy_pack" / "requirements.txt").read_text()
    manifest = yaml.safe_load((ROOT / "policy_pack" / "PulumiPolicy.yaml").read_text())

    assert f"pulumi-wsus-egress[guardrails]=={VERSION}\n" in required
    assert VERSION == manifest["version"]


def test_troubleshooting_has_messages_that_exist() -> None:
    """Each message of the first part is in the package's source as the page has it; Pulumi's are Pulumi's."""
    page = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    ours = page.partition("## From Pulumi")[0]
    messages = re.findall(r"^\| `([^`]+)` \|", ours, re.MULTILINE)
    sources = sorted((ROOT / "components/wsus_egress").rglob("*.py"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)

    assert messages
    assert [] == [message for message in messages if message not in text]
