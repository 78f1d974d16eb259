"""The page of every setting: current, and each setting in it once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import settings_page


def test_the_page_is_current(root: Path) -> None:
    """The committed page is what the settings' types and the environments give now."""
    assert settings_page.render(root) == (root / settings_page.PAGE).read_text(encoding="utf-8")


ENTRY = re.compile(
    r'^<h3(?: id="([^"]+)")?><a href="#([^"]+)"><code>(\w+)</code></a></h3>\n\n(.+)\n\n'
    r"- Type: (.+)\n- Default: (.+)\n- (?:Example: (.+)|Its settings: \[below\]\(#(.+)\))$",
    re.MULTILINE,
)


def count(schema: Any) -> int:
    """How many settings a JSON Schema has, at any depth, each type once."""
    if isinstance(schema, list):
        return sum(map(count, schema))
    if not isinstance(schema, dict):
        return 0
    return len(schema.get("properties", ())) + sum(map(count, schema.values()))


def test_each_setting_has_an_anchor_of_its_own(root: Path) -> None:
    """A link can name any setting, whatever target or list it stands in; none of the page's ids is there twice."""
    page = settings_page.render(root)
    headings = [
        re.sub(r"[^a-z0-9-]", "", heading.lower())
        for heading in re.findall(r"^## (.*)$", page, re.MULTILINE)
    ]
    entries = ENTRY.findall(page)
    ids = [own for own, *_ in entries if own]

    assert len(ids + headings) == len({*ids, *headings})
    assert {"mode", "servers-addresses", "azure-routetable-direct-addressprefix"} <= set(ids)
    assert {target for _, target, *_ in entries} <= {*ids, *headings}


def test_a_setting_says_its_type_default_example_and_meaning(root: Path) -> None:
    """Each entry has what a reader needs to write the setting, and every setting has an entry."""
    page = settings_page.render(root)
    schema = json.loads((root / settings_page.SCHEMA).read_text(encoding="utf-8"))
    entries = {target: rest for _, target, *rest in ENTRY.findall(page)}

    assert page.count("<h3") == len(entries)
    assert count(schema) <= len(entries)
    assert ['`"rules-only"` or `"policy"` or `"full"`', '`"policy"`'] == entries[
        "aws-networkfirewall-mode"
    ][2:4]
    assert ["text", "required", '`"vpc-0a1b2c3d4e5f60718"`'] == entries["aws-vpcid"][2:5]


def test_nothing_is_wider_than_a_telephone(root: Path) -> None:
    """The page has no table: what a row of five cells says stands below its setting."""
    assert "|---" not in settings_page.render(root).replace(" ", "")


def test_a_link_to_a_setting_of_its_own_finds_the_heading(root: Path) -> None:
    """A mapping's example is its own section on the page."""
    page = settings_page.render(root)
    headings = {
        re.sub(r"[^a-z0-9-]", "", heading.lower())
        for heading in re.findall(r"^## (.*)$", page, re.MULTILINE)
    }
    targets = set(re.findall(r"\[below\]\(#([^)]+)\)", page))

    assert targets
    assert targets <= headings


def test_the_page_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make schemas` writes the page where the site has it."""
    written: dict[Path, str] = {}

    def write(path: Path, text: str, *, encoding: str) -> None:
        assert encoding == "utf-8"
        written[path] = text

    monkeypatch.setattr(Path, "write_text", write)
    settings_page.main()

    assert {
        settings_page.ROOT / settings_page.PAGE: settings_page.render(settings_page.ROOT)
    } == written
