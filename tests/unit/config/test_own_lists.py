"""The package's lists are there without a copy; a project's own stand beside them, or instead of one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from paths import ROOT
from sample import GOOD_LIST

from wsus_egress.config.lists import (
    Replaced,
    load_project_lists,
    replaced_lists,
    resolve,
    shipped_lists,
)
from wsus_egress.problems import PolicyErrors

SHIPPED = [
    "automatic-updates", "certificate-validation", "configuration-manager", "connected-cache", "defender",
    "delivery-optimization", "microsoft-365-apps", "update-manager", "windows-autopatch", "wsus-reference", "wsus",
]  # fmt: skip
# The first, and those that include it.
GONE = {"automatic-updates", "update-manager", "windows-autopatch"}


def own(root: Path, **lists: str) -> Path:
    """A project with lists of its own in `endpoints/`."""
    (root / "endpoints").mkdir(exist_ok=True)
    for name, text in lists.items():
        (root / "endpoints" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return root


def test_the_packages_lists_need_no_file(tmp_path: Path) -> None:
    """All are there in an empty folder."""
    assert SHIPPED == list(load_project_lists(tmp_path, "endpoints"))


def test_an_own_list_stands_beside_them_and_includes_them(tmp_path: Path) -> None:
    """A list that includes `wsus` has its endpoints and its own."""
    lists = load_project_lists(own(tmp_path, mine=f"{GOOD_LIST}includes: [wsus]\n"), "endpoints")
    whole = {endpoint.list for endpoint in resolve(lists, ["mine"])}

    assert (["mine", *SHIPPED], {"mine", "wsus"}) == (sorted(lists, key=SHIPPED.count), whole)
    assert () == replaced_lists(tmp_path, "endpoints")


def test_an_own_list_is_used_instead(tmp_path: Path) -> None:
    """By its name; the difference is known, in patterns, schemes and includes."""
    text = (shipped_lists() / "wsus.yaml").read_text(encoding="utf-8")
    mine = f"{text}includes: [automatic-updates]\n".replace("go.microsoft.com", "go.contoso.com")
    first = "schemes: [http]\n    purpose: Windows Update site"
    assert first in mine
    root = own(tmp_path, wsus=mine.replace(first, first.replace("[http]", "[https]")))

    assert "go.contoso.com" in {e.pattern.text for e in load_project_lists(root, "endpoints")["wsus"].endpoints}  # fmt: skip
    assert (
        Replaced(
            "wsus",
            "endpoints/wsus.yaml",
            ("all of automatic-updates", "go.contoso.com"),
            ("go.microsoft.com",),
            ("windowsupdate.microsoft.com",),
        ),
    ) == replaced_lists(root, "endpoints")


def test_a_copy_is_no_difference(tmp_path: Path) -> None:
    """Nor is another purpose, source or date."""
    text = (shipped_lists() / "wsus.yaml").read_text(encoding="utf-8")

    assert () == replaced_lists(own(tmp_path, wsus=text.replace("2025-", "2024-")), "endpoints")


def test_a_list_of_the_package_may_lead_back(tmp_path: Path) -> None:
    """A circle through both is refused with the file of the project."""
    root = own(tmp_path, one=f"{GOOD_LIST}includes: [two]\n", two=f"{GOOD_LIST}includes: [one]\n")
    with pytest.raises(PolicyErrors) as error:
        load_project_lists(root, "endpoints")

    assert str(error.value).startswith("endpoints/two.yaml:8: includes: lists include each other")


def test_in_its_own_repository_the_folder_is_the_packages(tmp_path: Path) -> None:
    """There a list that is taken out is gone, and one that is changed replaces nothing."""
    shutil.copytree(ROOT / "config" / "endpoints", tmp_path / "config" / "endpoints")
    (tmp_path / "components" / "wsus_egress").mkdir(parents=True)
    (tmp_path / "config" / "endpoints" / "wsus.yaml").write_text(GOOD_LIST, encoding="utf-8")
    for name in GONE:
        (tmp_path / "config" / "endpoints" / f"{name}.yaml").unlink()

    assert set(SHIPPED) - GONE == set(load_project_lists(tmp_path, "config/endpoints"))
    assert () == replaced_lists(tmp_path, "config/endpoints")
