"""What the documentation site is made of beside the pages: changes, decisions, addresses, links."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from paths import ROOT

from website import changes, elsewhere, repository


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


def from_(clone: Path, address: str) -> Path:
    """The repository as it is when it was cloned from there."""
    command = ["git", "-C", str(clone), "remote", "add", "origin", address]
    subprocess.run(command, check=True)
    return clone


@pytest.mark.parametrize(
    ("cloned", "page"),
    [
        ("https://github.com/contoso/egress.git", "https://github.com/contoso/egress"),
        ("https://someone:secret@github.com/contoso/egress", "https://github.com/contoso/egress"),
        ("git@gitlab.contoso.com:net/egress.git", "https://gitlab.contoso.com/net/egress"),
        ("ssh://git@github.com/contoso/egress", "https://github.com/contoso/egress"),
        ("/srv/git/egress", ""),
        ("http://github.com/contoso/egress", ""),
    ],
)
def test_the_clone_knows_where_it_came_from(clone: Path, cloned: str, page: str) -> None:
    """The page of the repository, never with a token; none for what has no page."""
    assert page == repository.address(from_(clone, cloned))


def test_without_an_origin_there_is_no_address(clone: Path) -> None:
    """A repository that nobody cloned, and a folder that is none, have no page."""
    assert ["", ""] == [repository.address(clone), repository.address(clone.parent)]


def test_a_published_project_has_one_address(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once somebody publishes it, a fork's pages lead to the project too."""
    monkeypatch.setattr(repository, "PUBLISHER", "contoso")
    monkeypatch.setattr(repository, "REPOSITORY", "https://github.com/contoso/egress")
    forked = from_(clone, "https://github.com/fabrikam/egress")
    assert "https://github.com/contoso/egress" == repository.address(forked)


def config() -> MkDocsConfig:
    """The site's configuration, without the hooks' part."""
    return load_config(str(ROOT / "mkdocs.yml"), hooks=[])


@pytest.mark.parametrize(
    ("page", "edit"),
    [
        ("https://github.com/contoso/egress", "https://github.com/contoso/egress/edit/main/"),
        ("https://gitlab.com/contoso/egress", "https://gitlab.com/contoso/egress/-/edit/main/"),
    ],
)
def test_a_page_is_edited_where_its_file_is(page: str, edit: str) -> None:
    """Pages of other folders are edited there; what a tool writes is not edited."""
    linked = config()
    repository.link(linked, page)
    proposed = f"{linked.repo_url}{linked.edit_uri}aws.md"
    assert f"{edit}docs/aws.md" == elsewhere.edit_url("aws.md", proposed, linked)
    assert f"{edit}benchmarks/README.md" == elsewhere.edit_url("benchmarks.md", proposed, linked)
    assert elsewhere.edit_url("settings.md", proposed, linked) is None
    assert "contoso/egress" == linked.repo_name


def test_without_an_address_nothing_is_edited() -> None:
    """No link leads to a repository that nobody knows, and another host's form is not guessed."""
    unknown = config()
    repository.link(unknown, "")
    assert not unknown.repo_url
    assert elsewhere.edit_url("aws.md", None, unknown) is None
    repository.link(unknown, "https://code.contoso.com/egress")
    assert not unknown.edit_uri


def test_the_navigation_has_every_decision() -> None:
    """Wherever it says `decisions/`, in their order; the rest stays."""
    nav = [{"Start": "index.md"}, {"How": [{"Decisions": "decisions/"}]}]
    start, how = elsewhere.with_decisions(nav, ROOT / "docs")
    assert {"Start": "index.md"} == start
    decisions = how["How"][0]["Decisions"]
    assert "decisions/0001-open-mode-is-ports.md" == decisions[0]
    assert len(decisions) == len(list((ROOT / "docs" / "decisions").glob("*.md")))


@pytest.mark.parametrize(
    ("link", "with_address", "without"),
    [
        ("[a](docs/aws.md#x)", "[a](aws.md#x)", "[a](aws.md#x)"),
        ("[a](benchmarks/README.md)", "[a](benchmarks.md)", "[a](benchmarks.md)"),
        ("[a](https://example.com/)", "[a](https://example.com/)", "[a](https://example.com/)"),
        ("[a](tools/env.py)", "[a](https://h/r/blob/main/tools/env.py)", "a"),
        ("[a](docs/changelog.d/README.md)",
         "[a](https://h/r/blob/main/docs/changelog.d/README.md)", "a"),
    ],
)  # fmt: skip
def test_links_of_other_folders_lead_on(link: str, with_address: str, without: str) -> None:
    """To the page if the site has it, else to the repository, else there is no link."""
    assert with_address == elsewhere.relinked(link, "CONTRIBUTING.md", "https://h/r/")
    assert without == elsewhere.relinked(link, "CONTRIBUTING.md", "")


def test_the_changelog_begins_with_what_is_not_released(tmp_path: Path) -> None:
    """The fragments stand above the releases, sorted by their kind; without fragments nothing does."""
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    folder = tmp_path / "docs" / "changelog.d"
    folder.mkdir(parents=True)
    (folder / "template.md.j2").write_text(
        (ROOT / "docs/changelog.d/template.md.j2").read_text(), encoding="utf-8"
    )
    (tmp_path / "components" / "wsus_egress").mkdir(parents=True)
    page = "# Changelog\n\n<!-- towncrier release notes start -->\n\n## 1.0.0\n"
    assert page.replace("\n\n## 1", "\n\n\n\n## 1") == changes.with_unreleased(page, tmp_path)

    (folder / "b.fixed.md").write_text("A bug is gone.\n")
    (folder / "a.added.md").write_text("A thing is new.\nAnother one.\n")
    shown = [line for line in changes.with_unreleased(page, tmp_path).splitlines() if line]
    assert [
        "# Changelog", "<!-- towncrier release notes start -->", "## Unreleased", "### Added",
        "- A thing is new.", "- Another one.", "### Fixed", "- A bug is gone.", "## 1.0.0",
    ] == shown  # fmt: skip
