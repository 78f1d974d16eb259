"""The release: what it refuses, what it makes, and what its workflow may do."""

from __future__ import annotations

import datetime
import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from gitproject import GitProject
from paths import ROOT

import env
import release
from wsus_egress.release import VERSION

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
NOBODY = "OWNER"


def towncrier(root: Path, *options: str) -> str:
    """Run towncrier on a checkout."""
    command = [sys.executable, "-m", "towncrier", "build", "--version", VERSION, *options]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A commit of this checkout's files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    root = tmp_path / "checkout"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    fragment = root / "docs" / "changelog.d" / "one.added.md"
    fragment.write_text("The first thing.\nThe second thing.\n", encoding="utf-8")
    GitProject.make(root, {})
    return root


def decide(checkout: Path, owner: str) -> None:
    """Write who publishes the project wherever its address is, as a maintainer does once."""
    for path in checkout.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            text = path.read_bytes()
            for around in ("{}/pulumi-wsus-egress", 'PUBLISHER = "{}"', '"publisher": "{}"'):
                text = text.replace(around.format(NOBODY).encode(), around.format(owner).encode())
            path.write_bytes(text)


@pytest.fixture
def ready(checkout: Path) -> Path:
    """The same with its changelog collected, and its address decided."""
    towncrier(checkout, "--yes")
    decide(checkout, "somebody")
    GitProject(checkout).commit()
    return checkout


def test_what_is_ready_is_made_the_same_twice(ready: Path, tmp_path: Path) -> None:
    """Nothing is refused; wheel, sdist and bill come out to the byte, and nothing old stays."""
    digests = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "pulumi_wsus_egress-0.0.1-py3-none-any.whl").touch()
        release.build(ready, folder)
        digests.append(
            {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        )

    assert [] == release.problems(ready, f"v{VERSION}")
    assert digests[0] == digests[1]
    assert {
        f"pulumi_wsus_egress-{VERSION}-py3-none-any.whl",
        f"pulumi_wsus_egress-{VERSION}.tar.gz",
        "sbom.cdx.json",
    } == set(digests[0])
    wheel = zipfile.ZipFile(tmp_path / "one" / f"pulumi_wsus_egress-{VERSION}-py3-none-any.whl")
    seconds = int(GitProject(ready).git("log", "-1", "--format=%ct"))
    day = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    assert {(day.year, day.month, day.day)} == {each.date_time[:3] for each in wheel.infolist()}


@pytest.mark.parametrize("arguments", [["build"], ["check", f"v{VERSION}"]])
def test_outside_git_nothing_is_released(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line says why, and what was built before stays."""
    for name in ("components/wsus_egress/release.py", "docs/changelog.md"):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "older.whl").touch()
    monkeypatch.setattr(env, "ROOT", tmp_path)

    assert 1 == release.main(arguments)
    assert capsys.readouterr().err.startswith("error: git ended with status 128, ")
    assert ["older.whl"] == [path.name for path in (tmp_path / "dist").iterdir()]


def test_the_notes_are_the_changelogs(ready: Path) -> None:
    """Those of the version alone, each line of a fragment an entry, without fragments' names."""
    changelog = ready / "docs" / "changelog.md"
    older = "\n## 0.0.1 (2026-01-01)\n\n### Added\n\n- Something old.\n"
    changelog.write_text(changelog.read_text() + older)
    notes = release.notes(ready)

    assert notes.startswith("### Added\n\n- ")
    assert {"- The first thing.", "- The second thing."} <= set(notes.splitlines())
    assert "Something old" not in notes
    assert [] == re.findall(r"\(\w+\)$", notes, re.MULTILINE)


def test_everything_that_is_wrong_is_said_at_once(checkout: Path) -> None:
    """Another tag, fragments left, no entry, no owner, and a tree that is not the commit."""
    (checkout / "README.md").write_text(f"https://github.com/{NOBODY}/pulumi-wsus-egress\n")
    found = release.problems(checkout, "v9.9.9")

    assert 5 == len(found)
    assert f"the tag is 'v9.9.9', and components/wsus_egress/release.py says {VERSION}" in found[0]
    assert "one.added.md" in found[1]
    assert f"docs/changelog.md has no entry under {VERSION}" in found[2]
    assert f"its owner instead of {NOBODY} into components/wsus_egress/release.py and" in found[3]
    assert re.search(r"\bREADME\.md\b", found[3])
    assert "(README.md)" in found[4]


def test_an_address_without_its_owner_is_named(ready: Path) -> None:
    """Whoever decided one and overlooked a page is told which; another name's owner is nobody's business."""
    (ready / "docs" / "index.md").write_text(f"git clone {NOBODY}/pulumi-wsus-egress\n")
    (ready / "docs" / "aws.md").write_text(f"CODEOWNERS: @{NOBODY}/network-security\n")
    GitProject(ready).commit()
    (found,) = release.problems(ready, f"v{VERSION}")

    assert "the addresses in docs/index.md, run `make schemas`" in found


@pytest.mark.parametrize("arguments", [[], ["check"], ["check", ""]])
def test_without_a_tag_nothing_is_released(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """`make release` without a tag, or with an empty one, says what it needs."""
    assert release.main(arguments) in {1, 2}
    assert "error: " in capsys.readouterr().err


def test_the_fragments_read_well() -> None:
    """What is to be collected next: entries of one sentence each, under headings, as Markdown."""
    fragments = [p for p in (ROOT / "docs" / "changelog.d").glob("*.md") if p.name != "README.md"]
    lines = towncrier(ROOT, "--draft", "--date", "2026-11-24").splitlines()
    drafted = lines[lines.index(f"## {VERSION} (2026-11-24)") + 1 :] if fragments else []
    entries = [line for line in drafted if line and not line.startswith("### ")]
    written = [
        line for path in fragments for line in path.read_text(encoding="utf-8").splitlines() if line
    ]

    assert sorted(f"- {line}" for line in written) == sorted(entries)
    assert [] == [line for line in written if not re.fullmatch(r"[A-Z`].*\.", line)]


def workflow() -> dict[Any, Any]:
    """The release's workflow; YAML 1.1 reads its key `on` as true."""
    read: dict[Any, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return read


def test_what_the_workflow_runs_can_be_run_here() -> None:
    """Before anything is published only `make` is run, with targets that exist."""
    steps = workflow()["jobs"]["build"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]

    assert ["make test", 'make release TAG="$GITHUB_REF_NAME"'] == runs


def test_no_job_may_do_more_than_it_must() -> None:
    """None by default; what builds publishes nothing, and what publishes runs none of our code."""
    whole = workflow()
    jobs = whole["jobs"]

    assert {} == whole["permissions"]
    assert {
        "build": {"contents": "read"},
        "attest": {"id-token": "write", "attestations": "write"},
        "publish": {"id-token": "write"},
        "announce": {"contents": "write"},
    } == {name: job["permissions"] for name, job in jobs.items()}
    assert {"v*"} == set(whole[True]["push"]["tags"])
    assert "secrets." not in WORKFLOW.read_text(encoding="utf-8")
    for name in ("attest", "publish", "announce"):
        assert not [each for each in jobs[name]["steps"] if "checkout" in each.get("uses", "")]


def test_what_is_published_was_attested() -> None:
    """The packages go to the index after they were attested; the bill goes to the release."""
    jobs = workflow()["jobs"]
    uses = [step.get("uses", "").partition("@")[0] for step in jobs["attest"]["steps"]]

    assert ("build", "attest", "publish") == tuple(
        jobs[name]["needs"] for name in ("attest", "publish", "announce")
    )
    assert {"actions/attest-build-provenance", "actions/attest-sbom"} <= set(uses)
    assert "dist/sbom.cdx.json" in jobs["announce"]["steps"][-1]["run"]
