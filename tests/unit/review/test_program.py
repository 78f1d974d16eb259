"""What decides past the settings: the program, Pulumi.yaml, where packages come from, who judges."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from gitproject import DAY, GitProject, preview

from wsus_egress.cli.main import main

SETTINGS = """\
config:
  wsus-egress:lists: [wsus]
  wsus-egress:servers:
    - {name: wsus, addresses: [10.20.0.10]}
  wsus-egress:aws:
    vpcId: vpc-0a1b2c3d4e5f60718
    networkFirewall: {}
"""
PROJECT = "name: wsus\ndescription: Rules\nruntime:\n  name: python\n  options: {toolchain: pip}\n"
MAIN = "from wsus_egress.program import run\n\nrun()\n"
OWN = "from wsus_egress.aws import AwsWsusEgress\nfrom parts import vpc\n\nvpc.make()\n"
WORKFLOW = "jobs: {preview: {steps: [{uses: OWNER/pulumi-wsus-egress/.github/actions/policy-preview@x}]}}\n"
PLACE = ".github/workflows/policy.yml"
REQUIREMENTS = "pulumi-wsus-egress[aws,cli]==0.1.0 \\\n    --hash=sha256:0\n"
FILES = {
    "Pulumi.x.yaml": SETTINGS,
    "Pulumi.yaml": PROJECT,
    "__main__.py": MAIN,
    "requirements.txt": REQUIREMENTS,
    PLACE: WORKFLOW,
}


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    """A project whose program is the two lines."""
    return GitProject.make(tmp_path, FILES)


def found(project: GitProject) -> list[tuple[str, str]]:
    """Kind and text of the findings of a change."""
    told = json.loads(preview(project.root, "--format", "json").stdout)["findings"]
    return [(each["kind"], each["what"]) for each in told]


@pytest.mark.parametrize(
    ("file", "text", "what", "said"),
    [
        ("__main__.py", "import pulumi\n", "__main__.py", "__main__.py no longer leaves everything to `run()`"),
        ("__main__.py", MAIN + "import this\n", "__main__.py", "no longer leaves everything to `run()`"),
        ("__main__.py", "run(\n", "__main__.py", "no longer leaves everything to `run()`"),
        ("Pulumi.yaml", PROJECT.replace("name: wsus", "name: other"), "name", "`name` of Pulumi.yaml: wsus becomes other: Pulumi takes it for another project"),
        ("Pulumi.yaml", PROJECT + "main: elsewhere\n", "main", "`main` of Pulumi.yaml: nothing becomes elsewhere: Pulumi runs another program"),
        ("Pulumi.yaml", PROJECT.replace("toolchain: pip", "virtualenv: other"), "runtime", "Pulumi runs the program in another way"),
        ("Pulumi.yaml", PROJECT + "backend: {url: file://x}\n", "backend", "keeps its state elsewhere"),
        ("Pulumi.yaml", PROJECT + "plugins: {providers: [{name: aws, path: bin}]}\n", "plugins", "what Pulumi runs can change with it"),
        ("requirements.txt", "--extra-index-url https://example.com/\n" + REQUIREMENTS, "requirements.txt", "now has --extra-index-url https://example.com/"),
        ("requirements.txt", "-r more.txt\n" + REQUIREMENTS, "requirements.txt", "now has -r more.txt"),
        ("requirements.txt", "pulumi-wsus-egress @ git+https://example.com/x\n", "requirements.txt", "now has pulumi-wsus-egress @ git+https://example.com/x"),
        ("requirements.txt", "./pulumi_wsus_egress\n", "requirements.txt", "now has ./pulumi_wsus_egress"),
        ("pyproject.toml", '[[tool.uv.index]]\nurl = "https://example.com/"\n', "pyproject.toml", "now has tool.uv.index.url = https://example.com/"),
        ("pyproject.toml", '[project]\ndependencies = ["a @ https://example.com/a"]\n', "pyproject.toml", "now has project.dependencies = a @ https://example.com/a"),
        ("pyproject.toml", "x = [\n", "pyproject.toml", "now has x = ["),
        ("uv.toml", 'index-url = "https://example.com/"\n', "uv.toml", "now has index-url = https://example.com/"),
        (PLACE, "jobs: {}\n", PLACE, "no longer calls this package: it previews no pull request and watches no stack any more"),
    ],
)  # fmt: skip
def test_what_decides_past_the_settings_wants_approval(
    project: GitProject, file: str, text: str, what: str, said: str
) -> None:
    """It fails and says so first; an approval in any environment's file lets it pass."""
    project.write({file: text})
    result = preview(project.root)
    told = [line for kind, line in found(project) if kind == "unapproved-program"]
    entry = f"{{what: program/{what}, owner: team, reason: Moved, expires: 2027-01-31}}"
    project.write({"Pulumi.x.yaml": f"{SETTINGS}  wsus-egress:approved: [{entry}]\n"})
    approved = preview(project.root)

    assert 1 == result.exit_code
    assert f"Blocked: changes what no preview can judge: look at {file}" in result.stdout
    assert f"what: program/{what}, owner" in result.stdout
    assert (1, True) == (len(told), said in told[0])
    assert 0 == approved.exit_code, approved.stdout
    assert "Fine" not in approved.stdout
    assert "approval-idle" not in approved.stdout
    assert "approved by team until 2027-01-31" in approved.stdout


@pytest.mark.parametrize(
    "files",
    [
        {"__main__.py": '"""Ours."""\n# A comment.\nfrom wsus_egress.program import run\nrun()\n'},
        {"Pulumi.yaml": PROJECT.replace("Rules", "Our rules")},
        {"requirements.txt": REQUIREMENTS.replace("sha256:0", "sha256:1") + "idna==3.20  # -r x\n"},
        {"pyproject.toml": '[project]\nname = "x"\n[project.urls]\nurl = "https://example.com/"\n'},
        {PLACE: f"# A comment.\n{WORKFLOW}"},
        {"README.md": "x\n"},
    ],
)
def test_what_decides_nothing_is_fine(project: GitProject, files: dict[str, str]) -> None:
    """Comments, versions, descriptions and other files."""
    project.write(files)
    result = preview(project.root)
    assert (0, True) == (result.exit_code, result.stdout.startswith("Fine: ")), result.stdout


def test_files_that_go(project: GitProject) -> None:
    """The program, the workflow, and the project itself."""
    project.git("rm", "-q", "__main__.py", PLACE, "Pulumi.yaml")
    kinds = [line for kind, line in found(project) if kind == "unapproved-program"]
    assert [
        f"{PLACE} is removed: it previews no pull request and watches no stack any more",
        "Pulumi.yaml is removed: Pulumi finds no project here any more",
        "__main__.py is removed: this preview runs no program, so what Pulumi deploys may be something else",
    ] == kinds


def test_a_program_of_ones_own_is_not_judged(project: GitProject) -> None:
    """A change of its code, or of what it imports, is said and does not fail; without the package it does."""
    project.write(
        {
            "__main__.py": OWN,
            "parts/vpc.py": "x = 1\n",
            "parts/__init__.py": "",
            "other/y.py": "y = 1\n",
        }
    )
    project.commit()
    project.write({"other/y.py": "y = 2\n"})
    assert preview(project.root).stdout.startswith("Fine: ")
    project.write({"parts/vpc.py": "x = 2\n", "helper.py": "z = 1\n"})
    result = preview(project.root)
    said = "the program changes (helper.py, parts/vpc.py), and this preview runs no program"
    assert (0, [("program-changed", said)]) == (result.exit_code, found(project))
    assert result.stdout.startswith(
        "Unjudged: changes what no preview can judge: look at helper.py\n"
        "The policy does not change: nothing is newly allowed or closed, in 1 target; 1 change that this preview "
        "cannot judge: unjudged\n"
    )
    project.write({"__main__.py": "import os\n"})
    assert ("unapproved-program", "__main__.py no longer uses this package: this preview runs no program, so what "
            "Pulumi deploys may be something else") in found(project)  # fmt: skip


def test_a_program_in_a_folder_of_a_repository(tmp_path: Path) -> None:
    """`main` says where the program is, and the workflow stands at the repository's top."""
    moved = {f"infra/{name}": text for name, text in FILES.items() if name != PLACE}
    moved["infra/Pulumi.yaml"] = PROJECT + "main: ./src/\n"
    moved["infra/src/__main__.py"] = moved.pop("infra/__main__.py")
    project = GitProject.make(tmp_path, {**moved, PLACE: WORKFLOW})
    project.write({"infra/src/__main__.py": "import os\n", PLACE: "x: y\n"})
    told = json.loads(preview(project.root / "infra", "--format", "json").stdout)["findings"]
    assert [f"../{PLACE}", "src/__main__.py"] == sorted(each["file"] for each in told)


def test_without_a_base_everything_is_new(tmp_path: Path) -> None:
    """A first environment wants its own approvals, and none of the program's."""
    project = GitProject.make(tmp_path, {"README.md": "x\n"})
    project.write(FILES)
    assert "program" not in " ".join(kind for kind, _ in found(project))


def test_an_approval_of_what_does_not_change_is_idle(project: GitProject) -> None:
    """As any other."""
    entry = "{what: program/runtime, owner: team, reason: Moved, expires: 2027-01-31}"
    project.write({"Pulumi.x.yaml": f"{SETTINGS}  wsus-egress:approved: [{entry}]\n"})
    assert ["approval-idle"] == [kind for kind, _ in found(project)]


def test_the_last_environment_has_nobody_to_approve_its_end(project: GitProject) -> None:
    """The page says what to do instead, and promises no entry that would help."""
    project.git("rm", "-q", "Pulumi.x.yaml")
    result = preview(project.root)
    text = " ".join(result.stdout.split())
    assert 1 == result.exit_code
    assert "to do:" not in text
    assert "what its stack made stays until `pulumi destroy`" in text
    assert "no file is left that could approve this: run `pulumi destroy` first" in text


def test_a_file_that_is_renamed(project: GitProject) -> None:
    """The same servers under another name are perhaps the same stack: Pulumi can rename that."""
    project.git("mv", "Pulumi.x.yaml", "Pulumi.y.yaml")
    text = " ".join(preview(project.root).stdout.split())
    assert "run `pulumi stack rename y --stack x`, or everything is made a second time" in text
    assert "what: environment/x" in text


@pytest.mark.parametrize("new", ["", "    networkFirewall: {defaultAction: alert}\n"])
def test_the_policy_is_the_same_and_its_enforcement_is_not(project: GitProject, new: str) -> None:
    """The second line does not call that no change: it names a flow that passes from then on."""
    project.write({"Pulumi.x.yaml": SETTINGS.replace("    networkFirewall: {}\n", new)})
    line = preview(project.root).stdout.splitlines()[1]
    assert line.startswith(
        "The policy stays the same, but its protection does not: x/aws admits more than the policy, for example "
        "10.20.0.10 -> http://example.com/, in 1 target"
    )


def test_an_empty_list_of_approvals_is_replaced(project: GitProject) -> None:
    """The entries to paste have the key, and say that it stands there already."""
    project.write({"Pulumi.x.yaml": f"{SETTINGS}  wsus-egress:approved: []\n"})
    project.commit()
    project.write(
        {
            "Pulumi.x.yaml": SETTINGS.replace("[wsus]", "[wsus, certificate-validation]")
            + "  wsus-egress:approved: []\n"
        }
    )
    assert ("  wsus-egress:approved:  # instead of the empty one\n") in preview(project.root).stdout


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (
            "",
            "add `networkFirewall: {}` under wsus-egress:aws, so that rules see host names, or list",
        ),
        (
            "    networkFirewall: {defaultAction: alert}\n",
            "take `defaultAction: alert` out of networkFirewall, or list",
        ),
    ],
)
def test_one_setting_that_repairs_a_deviation_is_named(
    project: GitProject, new: str, said: str
) -> None:
    """`check` and the preview say which, and not only that somebody must fix it."""
    project.write({"Pulumi.x.yaml": SETTINGS.replace("    networkFirewall: {}\n", new)})
    arguments = ["check", "--project", str(project.root), "--today", DAY]
    for text in (preview(project.root).stdout, CliRunner().invoke(main, arguments).stdout):
        assert said in " ".join(text.split())
