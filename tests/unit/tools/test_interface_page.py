"""The reference's entries: the public members of modules, without importing them."""

from __future__ import annotations

from pathlib import Path

from paths import ROOT

from website import interface


def test_a_modules_public_members_are_entries(tmp_path: Path) -> None:
    """In their order; neither what is private nor what it imports or assigns."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "one.py").write_text(
        "import missing\nX = 1\nclass B: ...\ndef _c(): ...\ndef a(): ...\nclass _D: ...\n"
    )
    shown = interface.with_members("# T\n\n<!-- members: pack.one -->\n\nEnd", tmp_path)

    assert "# T\n\n::: pack.one.B\n\n::: pack.one.a\n\nEnd" == shown


def test_every_entry_of_the_page_is_found() -> None:
    """Each comment of the reference names a module that has members."""
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    shown = interface.with_members(page, ROOT / "components")

    assert "<!--" not in shown
    assert "::: wsus_egress.azure.egress.AzureWsusEgress" in shown.splitlines()
