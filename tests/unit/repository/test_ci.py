"""The ready-made CI: workflow files judged by linters, and their scripts run as a job would."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from comment_api import TOKEN, Api, serve
from gitproject import GitProject
from paths import ROOT

from wsus_egress.cli.pull_request.marker import marker
from wsus_egress.release import VERSION

ACTION = ROOT / ".github" / "actions" / "policy-preview"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOW = ROOT / ".github" / "workflows" / "policy-preview.yml"
RELEASE = WORKFLOW.with_name("release.yml")
GITHUB = ROOT / "docs" / "ci" / "github-actions.yml"
DRIFT = GITHUB.with_name("github-drift.yml")
GITLAB = ROOT / "docs" / "ci" / "gitlab-ci.yml"
AZURE = ROOT / "docs" / "ci" / "azure-pipelines.yml"
MARK = marker("preview")
PLATFORMS = ("github", "gitlab", "azure")

# Writes what a preview would, with the exit status that it would have; comments are written by the real command.
COMMAND = f"""\
#!/usr/bin/env bash
printf '%s\\n' "$*" >>"$CALLS"
case $1 in
  preview) printf '%s' "$PREVIEW"; echo "$ERRORS" >&2; exit "$STATUS" ;;
  report) [ "$STATUS" -eq 2 ] || echo page >"${{*: -1}}"; exit "$STATUS" ;;
  comment|failure) exec {sys.executable} -c 'from wsus_egress.cli.main import main; main()' "$@" ;;
esac
"""


def read(path: Path) -> Any:
    """A YAML file; `on` is a key there, not a truth value."""
    loader = type("Loader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": {
        first: [(tag, regexp) for tag, regexp in found if tag != "tag:yaml.org,2002:bool"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }})  # fmt: skip
    return yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 - a SafeLoader without booleans


def script_of(platform: str) -> str:
    """The script as the job runs it."""
    if platform == "github":
        # Both steps, one after the other; what the first one tells, the second one gets.
        look, preview = (
            (ACTION / name).read_text(encoding="utf-8") for name in ("look.sh", "preview.sh")
        )
        told = 'export CHANGED=$(sed -n s/^changed=//p "$GITHUB_OUTPUT"); : >"$GITHUB_OUTPUT"'
        return f"({look})\n{told}\n{preview}"
    if platform == "gitlab":
        # GitLab runs each script with errexit and pipefail.
        return f"set -eo pipefail\n{read(GITLAB)['policy-preview']['script'][0]}"
    (script,) = (
        step["bash"] for step in read(AZURE)["steps"] if step.get("displayName") == "Preview"
    )
    return str(script)


@pytest.fixture
def api() -> Iterator[Api]:
    """The stand-in for the platform's comments."""
    with serve() as started:
        yield started


class Job:
    """One run of a script, with what it left behind."""

    def __init__(self, folder: Path, run: subprocess.CompletedProcess[str], platform: str) -> None:
        """Read what is there."""
        self.log = run.stdout + run.stderr
        outputs = (folder / "output").read_text() if platform == "github" else ""
        self.status = int(outputs.removeprefix("status=")) if outputs else run.returncode
        self.failed = run.returncode != 0
        self.summary = (folder / "summary").read_text() if platform == "github" else self.log
        self.calls = (folder / "calls").read_text().splitlines()
        place = folder / "policy-preview"
        self.artefacts = sorted(path.name for path in place.iterdir())
        self.markdown = (place / "policy-preview.md").read_text()


RunJob = Callable[..., Job]


@pytest.fixture
def job(api: Api, tmp_path: Path) -> RunJob:
    """Runs a platform's script in a repository with a base."""

    def run(
        platform: str, *, status: int = 0, preview: str = "## Preview\n", errors: str = ""
    ) -> Job:
        command = tmp_path / "bin" / "wsus-egress"
        command.parent.mkdir(exist_ok=True)
        command.write_text(COMMAND)
        command.chmod(command.stat().st_mode | stat.S_IXUSR)
        for name in ("output", "summary", "calls"):
            (tmp_path / name).write_text("")
        env = {
            "PATH": f"{command.parent}:{os.environ['PATH']}", "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT / "components"), "no_proxy": "127.0.0.1", "LC_ALL": "C.UTF-8",
            "CALLS": str(tmp_path / "calls"), "STATUS": str(status), "PREVIEW": preview, "ERRORS": errors,
            "PROJECT": ".", "KEY": "preview", "OUTPUT": str(tmp_path / "policy-preview"),
            **{
                "github": {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": api.base, "GITHUB_TOKEN": TOKEN,
                           "GITHUB_REPOSITORY": "owner/project", "GITHUB_REF": "refs/pull/7/merge",
                           "GITHUB_OUTPUT": str(tmp_path / "output"), "BASE": "c0ffee",
                           "GITHUB_ACTION_PATH": str(ACTION),
                           "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")},
                "gitlab": {"GITLAB_CI": "true", "CI_API_V4_URL": api.base, "GITLAB_TOKEN": TOKEN,
                           "CI_PROJECT_ID": "42", "CI_MERGE_REQUEST_IID": "7",
                           "CI_MERGE_REQUEST_DIFF_BASE_SHA": "c0ffee"},
                "azure": {"TF_BUILD": "True", "SYSTEM_COLLECTIONURI": api.base, "SYSTEM_ACCESSTOKEN": TOKEN,
                          "SYSTEM_TEAMPROJECT": "project", "BUILD_REPOSITORY_ID": "repo",
                          "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
                          "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"},
            }[platform],
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "-c", script_of(platform)], cwd=tmp_path, env=env, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert TOKEN not in done.stdout + done.stderr
        return Job(tmp_path, done, platform)

    return run


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("status", [0, 1])
def test_a_preview_is_commented_whatever_the_gate_says(
    api: Api, job: RunJob, platform: str, status: int
) -> None:
    """The comment is created, then left alone, and the job ends as the preview did."""
    first, second = (job(platform, status=status, preview="## It widens\n") for _ in range(2))
    assert ([f"{MARK}\n## It widens\n"], status, status) == (api.of(), first.status, second.status)
    assert (True, True) == ("comment created" in first.log, "comment unchanged" in second.log)
    assert ["errors.txt", "policy-preview.md", "policy-report.html"] == first.artefacts
    assert (platform == "azure", True) == (
        "##vso[task.uploadsummary]" in first.log,
        platform == "azure" or "## It widens" in first.summary,
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_base_is_the_pull_requests(job: RunJob, tmp_path: Path, platform: str) -> None:
    """The preview compares with the commit that the platform names; Azure names a branch."""
    base = forked(tmp_path) if platform == "azure" else "c0ffee"
    expected = f"preview --project . --base {base} --format markdown"
    assert expected == job(platform).calls[0]


def forked(folder: Path) -> str:
    """Make the folder a clone on a change, whose target branch has gone on since.

    Returns:
        The commit that the change began at.
    """
    project = GitProject.make(folder, {"file": "one"})
    start = project.git("rev-parse", "HEAD").strip()
    project.write({"file": "the target branch goes on"})
    project.git("update-ref", "refs/remotes/origin/main", project.commit())
    project.git("checkout", "--quiet", "-b", "change", start)
    project.write({"file": "the change"})
    project.commit()
    return start


def with_base(folder: Path, *, changes: dict[str, str], links: dict[str, str] | None = None) -> str:
    """Make the folder a clone on a change of these files.

    Returns:
        The commit that the change began at, to which the stand-ins of the platforms name it.
    """
    project = GitProject.make(folder, {"Pulumi.yaml": "name: x", "config/Pulumi.x.yaml": "config:"})
    for name, target in (links or {}).items():
        (folder / name).symlink_to(target)
    start = project.commit()
    project.git("update-ref", "refs/remotes/origin/main", start)
    project.git("tag", "c0ffee", start)
    project.write(changes)
    project.commit()
    return start


NOTHING = "## Policy preview\n\nNothing of the policy changed.\n"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_where_nothing_of_the_policy_changed_the_job_says_so(
    api: Api, job: RunJob, tmp_path: Path, platform: str
) -> None:
    """A required check must end on every pull request: it previews nothing, and leaves no comment."""
    others = {"docs/page.md": "a page", "requirements.txt": "other==1", "src/settings.yaml": "x: 1"}
    with_base(tmp_path, changes=others)
    done = job(platform, status=1)
    assert (0, [], NOTHING) == (done.status, api.of(), done.markdown)
    assert [["comment", "--existing"]] == [[c.split()[0], c.split()[-1]] for c in done.calls]
    assert ("Nothing of the policy changed" in done.log, True) == (True, "not needed" in done.log)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_earlier_comment_does_not_outlive_what_it_says(
    api: Api, job: RunJob, tmp_path: Path, platform: str
) -> None:
    """A push that takes the change of the policy back updates the comment of the push before."""
    job(platform, preview="## It widens\n")
    with_base(tmp_path, changes={"docs/page.md": "a page"})
    done = job(platform)
    assert ([f"{MARK}\n{NOTHING}"], True) == (api.of(), "comment updated" in done.log)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "changes",
    [{"config/Pulumi.x.yaml": "config: {}"}, {"config/endpoints/own.yaml": "title: x"}, {"Pulumi.yaml": "name: y"},
     {"Pulumi.x.yaml": "config: {}"}, {"endpoints/own.yaml": "title: x"},
     {"deploy/stacks/Pulumi.x.yaml": "config: {}"}, {"deploy/stacks/endpoints/own.yaml": "title: x"},
     {"requirements.txt": "pulumi-wsus-egress[cli]==9"}, {"pyproject.toml": "x = ['pulumi_wsus_egress>9']"},
     {"__main__.py": "import os"}, {"helper.py": "x = 1"}, {"requirements.txt": "--index-url https://example.com/"},
     {"requirements.txt": "-r other.txt"}],
)  # fmt: skip
def test_a_change_of_settings_lists_or_defaults_is_previewed(
    job: RunJob, tmp_path: Path, platform: str, changes: dict[str, str]
) -> None:
    """Whatever the policy is made of brings the preview, with its verdict."""
    with_base(tmp_path, changes=changes)
    done = job(platform, status=1)
    assert (1, "## Preview\n") == (done.status, done.markdown)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_change_behind_a_link_is_previewed(job: RunJob, tmp_path: Path, platform: str) -> None:
    """A settings file that is a link changes with the file that it leads to."""
    with_base(tmp_path, changes={"elsewhere.yaml": "config: {}"},
              links={"config/Pulumi.y.yaml": "../elsewhere.yaml"})  # fmt: skip
    assert (1, "## Preview\n") == ((done := job(platform, status=1)).status, done.markdown)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_folder_without_a_project_is_not_passed_over(
    job: RunJob, tmp_path: Path, platform: str
) -> None:
    """In a wrong folder nothing changes either: the preview is asked, and refuses."""
    GitProject.make(tmp_path, {"file": "one"}).git("tag", "c0ffee")
    assert 2 == job(platform, status=2, preview="", errors="no project").status


def test_a_base_that_is_not_there_is_said(job: RunJob) -> None:
    """Where Azure's clone has no such branch, the preview is asked for one that it refuses by name."""
    assert "preview --project . --base unknown --format markdown" == job("azure").calls[0]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_cannot_be_previewed_is_commented_too(api: Api, job: RunJob, platform: str) -> None:
    """Unusable input is exit status 2 and a comment with the problems, as quoted text."""
    done = job(platform, status=2, preview="", errors="config/Pulumi.x.yaml:3: wrong")
    expected = (
        f"{MARK}\n## Policy preview: failed\n\nThe preview could not be made.\n\n"
        "    config/Pulumi.x.yaml:3: wrong\n"
    )
    assert (2, [expected]) == (done.status, api.of())
    assert ["errors.txt", "policy-preview.md"] == done.artefacts


@pytest.mark.parametrize("platform", PLATFORMS)
def test_many_errors_are_commented_too(api: Api, job: RunJob, platform: str) -> None:
    """More errors than a comment holds replace the comment of the last run, cut by whole lines."""
    job(platform, preview="## Fine\n")
    errors = "\n".join(f"config/Pulumi.x.yaml:{n}: servers: wrong" for n in range(1, 2001))
    done = job(platform, status=2, preview="", errors=errors)
    (found,) = api.of()
    shown = re.findall(r"(?m)^    config/Pulumi\.x\.yaml:(\d+): servers: wrong$", found)
    left = 2000 - len(shown)
    assert (2, [str(n) for n in range(1, len(shown) + 1)]) == (done.status, shown)
    assert (True, True) == (58_000 < len(found) <= 60_100, "comment updated" in done.log)
    assert found.rstrip().endswith(
        f"**{left} more lines left out, because the comment would be too long:** see the job's log."
    )


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("status", [0, 1])
def test_a_fork_gets_its_preview_without_a_comment(
    api: Api, job: RunJob, platform: str, status: int
) -> None:
    """A token that may not write is said; the gate's verdict stands, and the preview is there."""
    api.failures = [(403, {})] * 9
    done = job(platform, status=status)
    assert (status, [], "## Preview\n") == (done.status, api.of(), done.markdown)
    assert "comment was not written" in done.log
    assert (
        "403 Forbidden: no, ***; in a pull request from a fork the token may only read" in done.log
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_another_refusal_is_repeated_as_it_is(api: Api, job: RunJob, platform: str) -> None:
    """The reason is the platform's own; no fork is blamed, and a notice stays one line."""
    api.failures = [(422, {})] * 9
    log = job(platform).log
    assert (True, False) == ("422 Unprocessable Entity: no, ***" in log, "fork" in log)
    notices = [line for line in log.splitlines() if line.startswith("::notice::")]
    assert [] == notices if platform != "github" else notices[0].endswith("no, ***")


def test_the_action_keeps_going_until_its_gate(job: RunJob) -> None:
    """The script itself succeeds, so that the artefact is uploaded before the gate fails."""
    assert (1, False) == ((done := job("github", status=1)).status, done.failed)


def test_every_foreign_action_is_pinned() -> None:
    """By the whole commit, with its version beside it; the only other one is our own."""
    found = [line.strip() for path in (*WORKFLOWS, ACTION / "action.yml")
             for line in path.read_text().splitlines() if "uses:" in line]  # fmt: skip
    pinned = re.compile(r"- uses: [a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    loose = [line for line in found if not pinned.fullmatch(line)]
    assert 33 == len(found)
    assert ["- uses: ./judge/.github/actions/policy-preview"] == [
        line.partition(" #")[0] for line in loose
    ]


def test_others_look_for_drift_as_this_repository_does() -> None:
    """Only where the package comes from differs: there an index has the release, here the checkout is the package."""
    own, theirs = read(ROOT / ".github" / "workflows" / "drift.yml"), read(DRIFT)
    installs = [
        next(step for step in each["jobs"]["drift"]["steps"] if step.get("name") == "Install wsus-egress")
        for each in (own, theirs)
    ]  # fmt: skip
    assert "pip" in installs[0].pop("run")
    assert f'install "pulumi-wsus-egress[cli]=={VERSION}"' in installs[1].pop("run")
    assert own == theirs


def test_the_action_installs_nothing_unchecked() -> None:
    """All comes from locks with hashes; this project is built with them, and brings nothing."""
    (script,) = (step["run"] for step in read(ACTION / "action.yml")["runs"]["steps"]
                 if step.get("name") == "Install wsus-egress")  # fmt: skip
    installs = [line.split() for line in script.splitlines() if " install " in line]
    checked = [line for line in installs if {"--require-hashes", "-r"} <= set(line)]
    own = [line for line in installs if {"--no-deps", "--no-build-isolation"} <= set(line)]
    assert (2, 1, 1) == (len(installs), len(checked), len(own))


def test_the_action_installs_what_a_preview_needs() -> None:
    """The package's requirements and its extra `cli`, without Pulumi, and what builds the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needs = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["cli"],
             *project["build-system"]["requires"]]  # fmt: skip
    asked = [line for line in (ACTION / "requirements.in").read_text().splitlines()
             if line and not line.startswith(("#", "-"))]  # fmt: skip
    names = {re.split("[<>=]", need)[0] for need in needs}
    assert sorted(names - {"pulumi"}) == sorted(asked)


def test_the_actions_build_is_the_projects() -> None:
    """What the action installs is what the tests run with, to the hash."""
    entry = re.compile(r"^[a-z][^\n]*==[^\n]*(?:\n +--hash=\S+(?: \\)?)+", re.MULTILINE)
    own, whole, tools = (
        set(entry.findall((folder / "requirements.txt").read_text()))
        for folder in (ACTION, ROOT, ROOT / "tools")
    )
    names = {found.partition("==")[0] for found in own}
    assert ({"hatchling", "pydantic"}, set()) == (
        {"hatchling", "pydantic"} & names,
        own - whole - tools,
    )
    assert set() == {"pulumi", "grpcio", "protobuf"} & names


@pytest.mark.parametrize("path", [GITLAB, AZURE], ids=["gitlab", "azure"])
def test_the_pinned_version_is_this_one(path: Path) -> None:
    """Who copies the file gets the version that it was tested with."""
    assert [VERSION] == re.findall(r"pulumi-wsus-egress\[cli\]==([^\"]+)\"", path.read_text())


def test_a_forks_code_never_meets_a_secret() -> None:
    """The trigger is pull_request; the token may read the code and write the comment, no more."""
    workflow = read(WORKFLOW)
    (job_,) = workflow["jobs"].values()
    assert ("pull_request", {}) == (workflow["on"], workflow["permissions"])
    assert {"contents": "read", "pull-requests": "write"} == job_["permissions"]
    assert "secrets." not in WORKFLOW.read_text() + (ACTION / "action.yml").read_text()


def test_a_required_check_starts_on_every_pull_request() -> None:
    """A filter of paths would leave it expected for ever; what it passes over, it passes over itself."""
    assert "pull_request" == read(WORKFLOW)["on"]
    assert "changes" not in str(read(GITLAB)["policy-preview"]["rules"])


def test_a_pull_request_does_not_judge_itself() -> None:
    """Action and package come from the base branch; the change is a folder that is read."""
    (job_,) = read(WORKFLOW)["jobs"].values()
    judge, change, action = (step.get("with", {}) for step in job_["steps"])
    base = "${{ github.event.pull_request.base.sha }}"
    assert ("judge", base) == (judge["path"], judge["ref"])
    assert ("change", 0, "ref" in change) == (change["path"], change["fetch-depth"], False)
    assert {"project": "change"} == action
    assert "./judge/.github/actions/policy-preview" == job_["steps"][-1]["uses"]


@pytest.mark.parametrize("path", [ACTION / "action.yml", GITLAB, AZURE], ids=lambda path: path.name)
def test_python_imports_nothing_of_the_working_folder(path: Path) -> None:
    """`python -m pip` would run a `pip.py` of the pull request; with -I it does not."""
    runs = re.findall(r"python\"?( -I)? -m (?:venv|pip)", path.read_text())
    assert {" -I"} == set(runs)


def test_the_action_knows_the_base_in_a_merge_queue_too() -> None:
    """A required check runs there once more, and its event names the base in another place."""
    base = "${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha }}"
    assert base == read(ACTION / "action.yml")["inputs"]["base"]["default"]


def test_the_action_passes_over_nothing_but_what_it_looked_at() -> None:
    """Install and preview are left out in the same case; without an answer the gate fails."""
    steps = read(ACTION / "action.yml")["runs"]["steps"]
    unless = "steps.look.outputs.changed == 'true' || github.event.action != 'opened'"
    assert [None, *[unless] * 4] == [step.get("if") for step in steps[:5]]
    status = "${{ steps.look.outputs.changed == 'false' && '0' || steps.preview.outputs.status }}"
    assert ({"STATUS": status}, 'exit "$STATUS"') == (steps[-1]["env"], steps[-1]["run"])


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        *(("github-workflows", path) for path in (*WORKFLOWS, DRIFT, GITHUB)),
        ("github-actions", ACTION / "action.yml"),
        ("gitlab-ci", GITLAB),
        ("azure-pipelines", AZURE),
    ],
)
def test_a_file_is_what_its_platform_reads(schema: str, path: Path) -> None:
    """The platforms' own JSON Schemas take each file."""
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        f"vendor.{schema}",
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "ok -- validation done\n") == (done.returncode, done.stdout)


def test_zizmor_finds_nothing() -> None:
    """No template injection, no broad token, no unpinned action, no kept credential."""
    zizmor = Path(sys.executable).with_name("zizmor")
    done = subprocess.run(
        [zizmor, "--offline", "--no-config", "--format", "json", ROOT / ".github", DRIFT],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (0, "[]") == (done.returncode, done.stdout.strip())


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="no actionlint on PATH")
def test_actionlint_finds_nothing() -> None:
    """Expressions, contexts and events of the workflows fit."""
    done = subprocess.run(
        ["actionlint", *WORKFLOWS, DRIFT], capture_output=True, text=True, check=False
    )
    assert (0, "") == (done.returncode, done.stdout)
