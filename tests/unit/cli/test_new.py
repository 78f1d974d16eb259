"""`new`: a project with its first environment, more environments, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from gitproject import DAY
from paths import ROOT

from wsus_egress.cli.main import main
from wsus_egress.cli.new import plan
from wsus_egress.cli.new.texts import WORKFLOWS
from wsus_egress.guardrails.catalogue import GUARDRAILS
from wsus_egress.guardrails.pack import configured, loader
from wsus_egress.release import VERSION

FILES = [".gitignore", "Pulumi.prod.yaml", "Pulumi.yaml", "__main__.py", "requirements.txt"]


def new(folder: Path, name: str = "prod", cloud: str = "aws", *more: str) -> Result:
    """Run `new` for a folder."""
    return CliRunner().invoke(
        main, ["new", name, "--cloud", cloud, "--project", str(folder), *more]
    )


def refused(result: Result) -> str:
    """The one sentence that the command ends with."""
    assert (2, 1, True) == (
        result.exit_code,
        result.stderr.count("\n"),
        result.stderr.startswith("error: "),
    )
    return result.stderr.removeprefix("error: ").rstrip("\n")


def names(folder: Path) -> list[str]:
    """All the files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())  # fmt: skip


@pytest.mark.parametrize(
    ("cloud", "extras"), [("aws", "aws,cli"), ("azure", "azure,cli"), ("both", "aws,azure,cli")]
)
def test_what_it_writes_is_a_project(tmp_path: Path, cloud: str, extras: str) -> None:
    """`check` finds nothing wrong, proves each target, and names the placeholders with their lines."""
    assert 0 == new(tmp_path / "own", "prod", cloud).exit_code
    folder = tmp_path / "own"
    arguments = ["check", "--project", str(folder), "--today", DAY, "--format", "json"]
    checked = CliRunner().invoke(main, arguments)
    found = json.loads(checked.stdout)
    text = (folder / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "  # replace: " in line]

    assert (0, FILES) == (checked.exit_code, names(folder))
    assert {"exact"} == {each["fidelity"] for each in found["environments"][0]["targets"]}
    assert [("placeholder", lines[0])] == [(f["kind"], f["line"]) for f in found["findings"]]
    assert found["findings"][0]["what"].endswith(f"in lines {', '.join(map(str, lines))}")
    assert f"pulumi-wsus-egress[{extras}]=={VERSION}\n" == (folder / "requirements.txt").read_text()
    assert "own" == yaml.safe_load((folder / "Pulumi.yaml").read_text())["name"]
    assert "python" == yaml.safe_load((folder / "Pulumi.yaml").read_text())["runtime"]["name"]
    program = [line for line in (folder / "__main__.py").read_text().splitlines() if line]
    own = (ROOT / "__main__.py").read_text().splitlines()
    assert program == [line for line in own[1:] if line]


def test_what_is_left_to_do_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files, then commands in their order; `pip` only where something is not installed."""
    (tmp_path / "wsus").mkdir()
    monkeypatch.chdir(tmp_path / "wsus")
    said = CliRunner().invoke(main, ["new", "prod", "--cloud", "aws"]).stdout

    assert said == (
        "written:\n  Pulumi.yaml\n  Pulumi.prod.yaml\n  __main__.py\n  requirements.txt\n  .gitignore\n\n"
        "Write your own values into Pulumi.prod.yaml, where it says `replace`.\n"
        "The project is called wsus. No other one on the same Pulumi backend may have this name: each would\n"
        "delete the other's resources. To choose another, change `name` in Pulumi.yaml now.\nThen:\n"
        "  wsus-egress check --env prod\n  wsus-egress preview --env prod\n"
        "  pulumi stack init prod\n  pulumi up --stack prod\n"
    )
    monkeypatch.setattr("wsus_egress.cli.starting.find_spec", lambda _: None)
    said = new(tmp_path / "other").stdout
    folder = tmp_path / "other"
    assert said.partition("Then:\n")[2].splitlines() == [
        f"  pip install -r {folder}/requirements.txt",
        f"  wsus-egress check --project {folder} --env prod",
        f"  wsus-egress preview --project {folder} --env prod",
        f"  cd {folder}",
        "  pulumi stack init prod",
        "  pulumi up --stack prod",
    ]


@pytest.mark.parametrize(
    ("folder", "called"),
    [
        ("wsus-berlin", "wsus-berlin"),
        ("WSUS Süd (2)", "WSUS-Sud-2"),
        ("...", "wsus-egress"),
        ("更新", "wsus-egress"),
        ("1.0", "1.0"),
        ("no", "no"),
        ("x" * 120, "x" * 100),
    ],
)
def test_a_project_is_called_like_its_folder(tmp_path: Path, folder: str, called: str) -> None:
    """Two folders are two projects, of names that Pulumi takes and YAML reads as text."""
    project = tmp_path / folder if folder != "..." else Path("/")
    plan_ = plan.planned(plan.Request(project, "prod", ("aws",)))
    assert called == yaml.safe_load(plan_.files[project / "Pulumi.yaml"])["name"]
    assert called == plan_.project


def test_a_project_that_is_called_otherwise(tmp_path: Path) -> None:
    """`--name` says how; a project that is there keeps its name."""
    assert 0 == new(tmp_path, "prod", "aws", "--name", "patching").exit_code
    assert (tmp_path / "Pulumi.yaml").read_text().startswith("name: patching\n")
    assert 0 == new(tmp_path, "test", "aws", "--name", "patching").exit_code
    assert refused(new(tmp_path, "dev", "aws", "--name", "other")) == (
        f"{tmp_path}/Pulumi.yaml already calls the project 'patching': leave out --name"
    )
    assert refused(new(tmp_path / "new", "dev", "aws", "--name", "a b")) == (
        "'a b' names no project: Pulumi takes 1 to 100 of letters, digits, '_', '.', '-'"
    )


def test_what_a_repository_must_not_have(tmp_path: Path) -> None:
    """A .gitignore that is there stays as it is, and keeps nothing from being written."""
    (tmp_path / ".gitignore").write_text("mine\n")
    assert 0 == new(tmp_path).exit_code
    assert "mine\n" == (tmp_path / ".gitignore").read_text()
    new(tmp_path / "other")
    assert ".venv/\n" in (tmp_path / "other" / ".gitignore").read_text()


@pytest.mark.parametrize("name", ["-x", "..", ".", ".hidden", "yaml", "yml", "json"])
def test_names_that_are_taken_for_something_else(tmp_path: Path, name: str) -> None:
    """Pulumi would take them, and a shell, a folder's listing or a reader would not."""
    result = CliRunner().invoke(
        main, ["new", "--cloud", "aws", "--project", str(tmp_path), "--", name]
    )
    assert f"{name!r} would be mistaken for an option or a file" in refused(result)
    assert [] == names(tmp_path)


def test_a_second_environment(tmp_path: Path) -> None:
    """Only its settings are written, where the project's are; a cloud that is new wants its extra."""
    new(tmp_path)
    before = {name: (tmp_path / name).read_text() for name in FILES}
    result = new(tmp_path, "test", "both")

    assert (0, sorted([*FILES, "Pulumi.test.yaml"])) == (result.exit_code, names(tmp_path))
    assert before == {name: (tmp_path / name).read_text() for name in FILES}
    assert f"In {tmp_path}/requirements.txt, add the extra azure.\n" in result.stdout
    assert 0 == new(tmp_path, "more", "aws").stdout.count("add the extra")


def test_a_second_environment_in_a_folder_of_its_own(tmp_path: Path) -> None:
    """`stackConfigDir` counts; a program below `main` and one without requirements.txt are fine."""
    (tmp_path / "Pulumi.yaml").write_text("name: x\nmain: src\nstackConfigDir: config\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "__main__.py").write_text("from wsus_egress.program import run\n")

    assert 0 == new(tmp_path).exit_code
    assert ["Pulumi.yaml", "config/Pulumi.prod.yaml", "requirements.txt", "src/__main__.py"] == names(tmp_path)  # fmt: skip
    assert "go into config/endpoints/." in (tmp_path / "config" / "Pulumi.prod.yaml").read_text()


@pytest.mark.parametrize("file", ["Pulumi.prod.yaml", "__main__.py", "requirements.txt"])
def test_nothing_is_overwritten(tmp_path: Path, file: str) -> None:
    """A file that is there stays, and nothing is written beside it."""
    (tmp_path / file).write_text("mine\n")

    assert refused(new(tmp_path)) == (
        f"{tmp_path / file} exists already, and would be this project's: choose a folder of its own "
        "with --project"
    )
    assert [file] == names(tmp_path)


def test_where_the_environment_is_there(tmp_path: Path) -> None:
    """It is not written again."""
    new(tmp_path)
    assert refused(new(tmp_path)) == (
        f"{tmp_path}/Pulumi.prod.yaml exists already: edit it, or choose another name; --guardrails and "
        "--ci add to it what it lacks"
    )


def test_where_the_environment_is_there_it_gets_what_it_lacks(tmp_path: Path) -> None:
    """A pack or a workflow that was not asked for at first; the settings stay as they are, and a third time says so."""
    new(tmp_path, "prod", "aws")
    settings = tmp_path / "Pulumi.prod.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    before = names(tmp_path)

    said = new(tmp_path, "prod", "aws", "--guardrails", "--ci", "gitlab")

    assert 0 == said.exit_code
    assert "where it says `replace`" not in said.stdout
    assert "--policy-pack policy_pack" in said.stdout
    assert sorted([
        *before, ".gitlab-ci.yml", "policy_pack/PulumiPolicy.yaml", "policy_pack/__main__.py",
        "policy_pack/prod.json", "policy_pack/requirements.txt",
    ]) == names(tmp_path)  # fmt: skip
    assert settings.read_text(encoding="utf-8").endswith("# ours\n")
    assert refused(new(tmp_path, "prod", "aws", "--guardrails", "--ci", "gitlab")) == (
        f"{settings} has all of it already: nothing is left to write"
    )


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"Pulumi.json": "{}"}, "Pulumi.json is another Pulumi project's file, and this package reads Pulumi.yaml: choose"),
        ({"Pulumi.yml": "name: x"}, "Pulumi.yml is another Pulumi project's file, and this package reads Pulumi.yaml: choose"),
        ({"Pulumi.yaml": "name: web\n", "__main__.py": "import pulumi\n"},
         "Pulumi.yaml is of the project 'web', whose program does not use wsus_egress: choose"),
        ({"Pulumi.yaml": "name: web\n"}, "whose program does not use wsus_egress: choose a folder of its own with --project"),
        ({"Pulumi.yaml": "name: [\n"}, "Pulumi.yaml:2: this is not YAML"),
        ({"Pulumi.yaml": "name: x\nstackConfigDir: ../x\n"}, "Pulumi.yaml:2: stackConfigDir: the folder of the stacks' files is not inside"),
    ],
)  # fmt: skip
def test_somebody_elses_project(tmp_path: Path, files: dict[str, str], said: str) -> None:
    """Its stacks are not this package's, so nothing is added to it."""
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    assert said in refused(new(tmp_path))
    assert sorted(files) == names(tmp_path)


@pytest.mark.parametrize("name", ["a b", "../prod", "", "x" * 101, "büro", "org/prod"])
def test_names_that_pulumi_does_not_take(tmp_path: Path, name: str) -> None:
    """They are refused before anything is written."""
    assert refused(new(tmp_path, name)) == (
        f"{ascii(name)} names no stack: Pulumi takes 1 to 100 of letters, digits, '_', '.', '-'"
    )
    assert [] == names(tmp_path)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """A file cannot have files."""
    (tmp_path / "file").write_text("")
    assert refused(new(tmp_path / "file")) == f"{tmp_path}/file is not a folder; name one with --project"  # fmt: skip


def test_a_failure_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Whatever was written before is removed again."""
    last = tmp_path / "last"
    last.mkdir()
    with pytest.raises(plan.CannotStart) as caught:
        plan.write({tmp_path / "first": "x", last: "y"})

    assert f"{last} cannot be written (file exists), so nothing is" == str(caught.value)
    assert [] == names(tmp_path)


@pytest.mark.parametrize("ci", list(WORKFLOWS))
def test_a_workflow_of_the_repository(tmp_path: Path, ci: str) -> None:
    """It stands where the platform reads it, and names the project's folder and this version."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    workflows = WORKFLOWS[ci]  # type: ignore[index]
    folder = tmp_path / "infra" / "wsus"
    result = new(folder, "prod", "aws", "--ci", ci)
    assert 0 == result.exit_code
    for each in workflows:
        written = (tmp_path / each.place).read_text()
        original = (ROOT / "docs" / "ci" / each.source).read_text()
        changed = [pair for pair in zip(written.splitlines(), original.splitlines(), strict=True)
                   if pair[0] != pair[1]]  # fmt: skip

        assert 1 == len(changed), changed
        assert "infra/wsus" in changed[0][0]
        assert changed[0][1] in {
            '  project: "."', '    PROJECT: "."', '      PROJECT: "."', "        with: {project: .}",
        }  # fmt: skip
        assert f"  {tmp_path / each.place}\n" in result.stdout.replace(os.path.realpath(tmp_path), str(tmp_path))  # fmt: skip
    # The second environment has the same workflows; somebody else's is left alone.
    second = new(folder, "test", "aws", "--ci", ci)
    assert 0 == second.exit_code
    for each in workflows:
        assert f"{each.place} is there already" in second.stdout
    for each in workflows:
        ours = (tmp_path / each.place).read_text()
        (tmp_path / each.place).write_text("mine\n")
        assert "exists already: leave out --ci" in refused(new(folder, "more", "aws", "--ci", ci))
        assert not (folder / "Pulumi.more.yaml").exists()
        (tmp_path / each.place).write_text(ours)


def test_on_github_the_stacks_are_watched_too(tmp_path: Path) -> None:
    """Without the variable the workflow does not start; one that had only the preview gets it with its next environment."""
    said = new(tmp_path, "prod", "aws", "--ci", "github").stdout
    drift = tmp_path / ".github" / "workflows" / "drift.yml"
    assert "drift.yml starts when the repository's variable DRIFT_STACKS names stacks" in said
    assert "vars.DRIFT_STACKS != ''" == yaml.safe_load(drift.read_text())["jobs"]["drift"]["if"]
    drift.unlink()
    said = new(tmp_path, "test", "aws", "--ci", "github").stdout
    assert drift.is_file()
    assert "add this environment" not in said
    assert (
        "add this environment to the repository's variable DRIFT_STACKS"
        in new(tmp_path, "dev", "aws", "--ci", "github").stdout
    )


def test_a_folder_of_any_name_and_no_repository(tmp_path: Path) -> None:
    """The workflow stands in the folder itself; in a repository an odd name is quoted."""
    first = new(tmp_path / "a", "prod", "aws", "--ci", "gitlab")
    assert f"  {tmp_path}/a/.gitlab-ci.yml\n" in first.stdout
    assert "    PROJECT: .\n" in (tmp_path / "a" / ".gitlab-ci.yml").read_text()
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert 0 == new(tmp_path / "b c", "prod", "aws", "--ci", "gitlab").exit_code
    assert "b c" == yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())["policy-preview"]["variables"]["PROJECT"]  # fmt: skip


def test_the_pages_workflow_is_the_file() -> None:
    """docs/pull-requests.md shows the workflow that `new` writes, but for its comments and its folder."""
    page = (ROOT / "docs" / "pull-requests.md").read_text(encoding="utf-8")
    text = (ROOT / "docs" / "ci" / "github-actions.yml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    shown = "\n".join(lines).replace("{project: .}", "{project: infrastructure/wsus}")

    assert f"```yaml\n{shown}\n```\n" in page


@pytest.mark.parametrize("name", [each.source for files in WORKFLOWS.values() for each in files])
def test_workflows_name_this_version(name: str) -> None:
    """Those that install the package name the release that they are part of."""
    text = (ROOT / "docs" / "ci" / name).read_text(encoding="utf-8")

    assert (name == "github-actions.yml") == ("pulumi-wsus-egress[cli]==" not in text)
    assert text.count("pulumi-wsus-egress[cli]==") == text.count(f"pulumi-wsus-egress[cli]=={VERSION}")  # fmt: skip


def test_a_policy_pack_beside_the_program(tmp_path: Path) -> None:
    """The pack is the repository's, and each rule is told the environment of the project it stands in."""
    assert 0 == new(tmp_path, "prod", "aws", "--guardrails").exit_code
    pack = tmp_path / "policy_pack"
    config = json.loads((pack / "prod.json").read_text(encoding="utf-8"))
    shipped = ("PulumiPolicy.yaml", "__main__.py", "requirements.txt")

    assert sorted([*FILES, *(f"policy_pack/{name}" for name in (*shipped, "prod.json"))]) == names(
        tmp_path
    )
    for name in shipped:
        assert (ROOT / "policy_pack" / name).read_bytes() == (pack / name).read_bytes()
    assert {rule.id for rule in GUARDRAILS if rule.needs_policy} == set(config)
    assert {"prod"} == {
        environment.name
        for rule in config.values()
        if (environment := configured(rule, "aws", loader(pack))) is not None
    }


def test_a_second_environment_adds_its_configuration_to_the_pack(tmp_path: Path) -> None:
    """What is there stays; a pack that somebody has changed is not this command's to complete."""
    new(tmp_path, "prod", "aws", "--guardrails")
    assert 0 == new(tmp_path, "test", "aws", "--guardrails").exit_code
    assert {"prod.json", "test.json"} <= {
        path.name for path in (tmp_path / "policy_pack").iterdir()
    }

    (tmp_path / "policy_pack" / "__main__.py").write_text("# ours\n", encoding="utf-8")
    said = refused(new(tmp_path, "dev", "aws", "--guardrails"))
    assert said == (
        f"{tmp_path / 'policy_pack' / '__main__.py'} exists already, and is another text than this version's: "
        "leave out --guardrails, and see docs/guardrails.md for what a pack needs"
    )
    assert not (tmp_path / "Pulumi.dev.yaml").exists()


def test_the_commands_deploy_under_the_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its environment is installed before the first run: Pulumi would run another program as the pack."""
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(main, ["new", "prod", "--cloud", "aws", "--guardrails"]).stdout

    assert said.endswith(
        "  pulumi stack init prod\n"
        "  python3 -m venv policy_pack/.venv\n"
        "  policy_pack/.venv/bin/pip install -r policy_pack/requirements.txt\n"
        "  pulumi up --stack prod --policy-pack policy_pack --policy-pack-config policy_pack/prod.json\n"
    )
