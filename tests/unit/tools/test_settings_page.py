"""The page of every setting: current, and each setting in it once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import settings_page


def test_the_page_is_current(root: Path) -> None:
    """The committed page is what the settings' types and the environments give now."""
    assert settings_page.render(root) == (root / settings_page.PAGE).read_text(encoding="utf-8")


def test_each_setting_has_an_anchor_of_its_own(root: Path) -> None:
    """A link can name any setting, whatever target or list it stands in."""
    anchors = re.findall(r'<a id="([^"]+)">', settings_page.render(root))

    assert len(anchors) == len(set(anchors))
    assert {"mode", "servers-addresses", "azure-routetable-direct-addressprefix"} <= set(anchors)


def test_a_setting_says_its_type_default_example_and_meaning(root: Path) -> None:
    """A row has what a reader needs to write the setting."""
    rows = settings_page.render(root).splitlines()

    assert (
        '| <a id="aws-networkfirewall-mode"></a>`mode` | `"rules-only"` or `"policy"` or `"full"` '
        '| `"policy"` |'
    ) in "\n".join(rows)
    assert any('`vpcId` | text | required | `"vpc-' in row for row in rows)


def test_no_cell_is_empty(root: Path) -> None:
    """Every setting has a type, a default, an example and a meaning: some file says each of them."""
    rows = [row for row in settings_page.render(root).splitlines() if row.startswith("| <a id=")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]

    assert 100 < len(rows)
    assert [] == [row for row in cells if len(row) != 5 or not all(row)]


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
