"""A project that has only its settings: what the commands say of its lists, its base and its neighbours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from gitproject import DAY, GitProject, preview

from wsus_egress.cli.main import main
from wsus_egress.config.lists import shipped_lists

SETTINGS = """\
config:
  aws:region: eu-west-1
  wsus-egress:lists: [certificate-validation]
  wsus-egress:servers:
    - {name: one, addresses: [10.20.0.10]}
  wsus-egress:aws:
    vpcId: vpc-0a1b2c3d4e5f60718
    networkFirewall: {}
"""
PROJECT = "name: updates\nruntime: python\n"
FILES = {
    "Pulumi.yaml": PROJECT,
    "Pulumi.x.yaml": SETTINGS,
    "requirements.txt": "pulumi-wsus-egress[aws,cli]==0.1.0\n",
}
LIST = (shipped_lists() / "certificate-validation.yaml").read_text(encoding="utf-8")
OWN = LIST.replace("crl.microsoft.com", "crl.contoso.com")


def check(root: Path, *arguments: str) -> Result:
    """Run `check`."""
    return CliRunner().invoke(main, ["check", "--project", str(root), "--today", DAY, *arguments])


def notes(result: Result) -> list[str]:
    """The notes among what a command prints."""
    return [line for line in result.output.splitlines() if line.startswith("note: ")]


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    """Settings beside Pulumi.yaml, nothing else, committed."""
    return GitProject.make(tmp_path, FILES)


def test_an_empty_folder_with_settings_is_enough(project: GitProject) -> None:
    """The list that they name comes with the package, and there is nothing to say of it."""
    result = check(project.root)
    assert (0, [], True) == (result.exit_code, notes(result), "x  aws  exact" in result.stdout)


def test_a_list_that_is_used_instead_is_said(project: GitProject) -> None:
    """By `check` and `preview`, in text, JSON and Markdown: which hosts only one of them has."""
    project.write({"endpoints/certificate-validation.yaml": OWN})
    said = (
        "note: endpoints/certificate-validation.yaml:1: endpoints/certificate-validation.yaml is used "
        "instead of the package's list certificate-validation: it adds crl.contoso.com; it leaves out crl.microsoft.com; rename it to "
        "have both, or remove it to have the package's"
    )
    plain = CliRunner().invoke(main, ["preview", "--project", str(project.root), "--today", DAY])
    (found,) = json.loads(check(project.root, "--format", "json").stdout)["findings"]
    markdown = preview(project.root, "--format", "markdown").stdout

    assert [said] == notes(check(project.root)) == notes(plain)
    assert (False, "own-list", 1) == (found["fails"], found["kind"], found["line"])
    assert "note <code>own-list</code> (<code>endpoints/certificate-validation.yaml:1</code>)" in markdown  # fmt: skip


def test_the_list_that_is_used_instead_is_a_change(project: GitProject) -> None:
    """Its new host wants approval, at its line in the list; what is lost is no longer allowed."""
    project.write({"endpoints/certificate-validation.yaml": OWN})
    result = preview(project.root)
    line = OWN[: OWN.index("crl.contoso.com")].count("\n") + 1

    assert (1, True) == (result.exit_code, "- crl.microsoft.com" in result.stdout)
    assert f"NOT APPROVED (endpoints/certificate-validation.yaml:{line})" in result.stdout
    project.commit()
    project.git("rm", "-q", "endpoints/certificate-validation.yaml")
    back = preview(project.root)
    assert (1, True) == (back.exit_code, "NOT APPROVED (Pulumi.x.yaml:3)" in back.stdout)


def test_a_list_of_the_package_is_approved_where_the_settings_name_it(project: GitProject) -> None:
    """Its hosts stand in no file of the project: the finding is at the setting that names the list."""
    project.write({"Pulumi.x.yaml": SETTINGS.replace("[cert", "[wsus, cert")})
    result = preview(project.root)

    assert "NOT APPROVED (Pulumi.x.yaml:3)" in result.stdout
    assert "# Pulumi.x.yaml\n" in result.stdout
    assert "what: aws/list/wsus" in result.stdout


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"requirements.txt": "# one\npulumi-wsus-egress[aws,cli]==0.2.0\n"}, "requirements.txt:2"),
        ({"pyproject.toml": 'dependencies = ["pulumi_wsus_egress"]\n'}, "pyproject.toml:1"),
    ],
)
def test_another_version_of_the_package_is_said(
    project: GitProject, files: dict[str, str], line: str
) -> None:
    """Its lists are the same on both sides of the preview, which says how to see what they become."""
    project.write(files)
    result = preview(project.root)
    text = " ".join(result.stdout.split())

    assert (0, True) == (result.exit_code, f"note {line}: package-moved" in text)
    assert "whose lists (certificate-validation) may differ" in text
    assert "look at `pulumi preview` of the new version" in text


def test_another_version_is_nothing_to_a_project_with_lists_of_its_own(project: GitProject) -> None:
    """Nor is another version of something else."""
    project.write({"requirements.txt": f"{FILES['requirements.txt']}idna==3.20\n"})
    assert "package-moved" not in preview(project.root).stdout
    project.write({"endpoints/certificate-validation.yaml": LIST, "requirements.txt": "none\n"})
    assert "package-moved" not in preview(project.root).stdout


def test_other_programs_stacks_are_named(project: GitProject) -> None:
    """`check` says which files it skips; of many it says the first ones and how many more."""
    skipped = {f"Pulumi.{name}.yaml": "config: {}\n" for name in ("a", "b", "c", "d", "e")}
    project.write(skipped)
    expected = (
        "note: skipped, for want of a wsus-egress: setting: Pulumi.a.yaml, Pulumi.b.yaml, Pulumi.c.yaml "
        "and 2 more; nothing, where these are other programs' stacks"
    )
    result = check(project.root)
    assert (0, [expected]) == (result.exit_code, notes(result))
    assert "stack-skipped" not in preview(project.root).stdout


@pytest.mark.parametrize("folder", ["", "config/", "deploy/stacks/"])
def test_the_base_is_read_where_its_own_pulumi_yaml_says(tmp_path: Path, folder: str) -> None:
    """Moving the files is no change; widening them is one, wherever they were."""
    before = {
        "infra/Pulumi.yaml": f"{PROJECT}stackConfigDir: ./{folder}\n",
        f"infra/{folder}Pulumi.x.yaml": SETTINGS.replace("[cert", "[mine, cert"),
        f"infra/{folder}endpoints/mine.yaml": LIST,
        "Pulumi.y.yaml": SETTINGS,
        "endpoints/other.yaml": "another: file\n",
    }
    project = GitProject.make(tmp_path, before)
    (tmp_path / "infra" / "moved").mkdir()
    project.git("mv", f"infra/{folder}Pulumi.x.yaml", f"infra/{folder}endpoints", "infra/moved")
    project.write({"infra/Pulumi.yaml": f"{PROJECT}stackConfigDir: moved\n"})
    moved = preview(tmp_path / "infra")
    project.write({"infra/moved/endpoints/mine.yaml": OWN})
    widened = preview(tmp_path / "infra")

    assert (0, True) == (moved.exit_code, "The policy does not change" in moved.stdout), (
        moved.output
    )
    assert (1, True) == (widened.exit_code, "+ crl.contoso.com" in widened.stdout)


@pytest.mark.parametrize("place", ["endpoints", "deploy", "deploy/stacks", "Pulumi.y.yaml"])
def test_a_base_with_links_is_refused(tmp_path: Path, place: str) -> None:
    """What is behind a link would be compared with nothing."""
    said = "" if place in {"endpoints", "Pulumi.y.yaml"} else "stackConfigDir: deploy/stacks\n"
    folder = "deploy/stacks/" if said else ""
    project = GitProject.make(
        tmp_path, {"Pulumi.yaml": PROJECT + said, "real/stacks/endpoints/own.yaml": LIST}
    )
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).symlink_to("real")
    project.commit()
    (tmp_path / place).unlink()
    project.write({f"{folder}Pulumi.x.yaml": SETTINGS})
    result = preview(project.root)

    assert 2 == result.exit_code
    assert f"--base: {place} is a symbolic link or a submodule in HEAD, and neither is followed there" in result.stderr  # fmt: skip


def test_a_base_whose_pulumi_yaml_cannot_be_read(project: GitProject) -> None:
    """It is refused as the base's problem, wherever its settings were."""
    project.write({"Pulumi.yaml": "name: [\n"})
    project.commit()
    project.write({"Pulumi.yaml": PROJECT})
    result = preview(project.root)

    assert (2, True) == (result.exit_code, "HEAD:Pulumi.yaml:" in result.stderr)


def test_sarif_has_files_that_are_there(project: GitProject) -> None:
    """A finding without a line is at the stack's file, where that is."""
    project.write({"Pulumi.x.yaml": SETTINGS.replace("    networkFirewall: {}\n", "")})
    log = json.loads(preview(project.root, "--format", "sarif").stdout)
    places = {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for each in log["runs"][0]["results"]
    }

    assert {"Pulumi.x.yaml"} == places
