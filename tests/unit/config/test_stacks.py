"""A stack's settings are what the engine makes of its file and Pulumi.yaml, keys without namespace included."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample import GOOD_LIST

from wsus_egress.config.project import load_environments
from wsus_egress.config.stacks import read_project, read_stack
from wsus_egress.model.environment import Environment
from wsus_egress.model.policy import Mode
from wsus_egress.problems import PolicyErrors

GOOD_CONFIG = """\
config:
  aws:region: eu-west-1
  wsus-egress:lists: [good]
  wsus-egress:servers:
    - name: wsus
      addresses: [10.20.0.10]
  wsus-egress:aws:
    vpcId: vpc-0a1b2c3d4e5f60718
    networkFirewall: {}
"""
PROJECT = "name: wsus-egress\nruntime: python\nstackConfigDir: config\n"


def project(root: Path, project_file: str, config: str = GOOD_CONFIG) -> Path:
    """A project with one list, the stack `x` and a Pulumi.yaml."""
    (root / "config" / "endpoints").mkdir(parents=True)
    (root / "config" / "endpoints" / "good.yaml").write_text(GOOD_LIST, encoding="utf-8")
    (root / "config" / "Pulumi.x.yaml").write_text(config, encoding="utf-8")
    (root / "Pulumi.yaml").write_text(project_file, encoding="utf-8")
    return root


def loaded(root: Path) -> Environment:
    """The stack `x`."""
    (environment,) = load_environments(root)
    return environment


def problems(root: Path) -> list[str]:
    """What is wrong, a line each."""
    with pytest.raises(PolicyErrors) as error:
        load_environments(root)
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    "declared",
    [
        "wsus-egress:mode: {type: string, default: open}",
        "mode: {type: string, default: open}",
        "wsus-egress:mode: {value: open}",
        "wsus-egress:mode: open",
    ],
)
def test_a_default_of_the_project_counts(tmp_path: Path, declared: str) -> None:
    """In each form that the engine takes, where the stack's file says nothing of it."""
    assert loaded(project(tmp_path, f"{PROJECT}config:\n  {declared}\n")).policy.mode is Mode.OPEN


def test_the_stack_has_the_last_word(tmp_path: Path) -> None:
    """Its value replaces the default as a whole; an empty declaration gives none."""
    declared = f"{PROJECT}config:\n  mode: {{default: open}}\n  ipv6: {{type: boolean}}\n"
    config = f"{GOOD_CONFIG}  wsus-egress:mode: restricted\n"
    environment = loaded(project(tmp_path, declared, config))

    assert (Mode.RESTRICTED, False) == (environment.policy.mode, environment.policy.ipv6)


def test_a_key_without_namespace_is_the_projects_own(tmp_path: Path) -> None:
    """The engine takes it so; in a project of another name it is not ours."""
    root = project(tmp_path, PROJECT, f"{GOOD_CONFIG}  mode: open\n")
    assert loaded(root).policy.mode is Mode.OPEN

    (root / "Pulumi.yaml").write_text(PROJECT.replace("wsus-egress", "other"), encoding="utf-8")
    assert loaded(root).policy.mode is Mode.RESTRICTED


def test_a_key_is_given_once(tmp_path: Path) -> None:
    """With and without its namespace it would be two values for one setting."""
    config = f"{GOOD_CONFIG}  wsus-egress:mode: restricted\n  mode: open\n"
    (told,) = problems(project(tmp_path, PROJECT, config))

    assert told.startswith("config/Pulumi.x.yaml:")
    assert told.endswith("wsus-egress:mode is given twice, once without its namespace; remove one")


def test_a_wrong_default_is_named_where_it_stands(tmp_path: Path) -> None:
    """In Pulumi.yaml, with its line; so is a Pulumi.yaml that cannot be read."""
    declared = f"{PROJECT}config:\n  wsus-egress:mode:\n    default: opne\n"
    (told,) = problems(project(tmp_path / "wrong", declared))
    unread = problems(project(tmp_path / "unread", "name: [\n"))

    assert told.startswith("Pulumi.yaml:6: mode: 'opne' is not one of the choices")
    assert any(each.startswith("Pulumi.yaml:") for each in unread)


@pytest.mark.parametrize(("name", "beside"), [("Pulumi.json", True), ("Pulumi.yml", False)])
def test_the_engine_reads_the_same_project(tmp_path: Path, name: str, beside: bool) -> None:
    """It takes a Pulumi.json first, with stacks' files that end alike and that nobody sees here."""
    root = project(tmp_path, PROJECT)
    (root / name).write_text("{}", encoding="utf-8")
    if not beside:
        (root / "Pulumi.yaml").unlink()
    (told,) = problems(root)

    assert told == (
        f"{name}:1: {name} is the project's file for Pulumi, and this command reads Pulumi.yaml; "
        "write all of it into Pulumi.yaml"
    )


def test_a_folder_without_pulumi_yaml_has_no_defaults(tmp_path: Path) -> None:
    """Nothing is deployed from it, and its files can be judged all the same."""
    root = project(tmp_path, PROJECT)
    (root / "Pulumi.yaml").unlink()

    assert loaded(root).policy.mode is Mode.RESTRICTED


def test_where_a_stack_deploys_to(tmp_path: Path) -> None:
    """Every provider's setting but tags and a location's default, and what it imports from Pulumi."""
    more = "  aws:profile: prod\n  aws:defaultTags: {tags: {a: b}}\n  azure-native:location: x\nenvironment: [shared]\n"
    root = project(tmp_path, PROJECT, GOOD_CONFIG + more)
    expected = (("aws:profile", "prod"), ("aws:region", "eu-west-1"), ("environment", '["shared"]'))

    assert expected == loaded(root).account


def test_lines_of_a_stack(tmp_path: Path) -> None:
    """A setting's own line, that of a provider's key, and the file's for what it does not have."""
    root = project(tmp_path, PROJECT)
    stack = read_stack(root, "x", read_project(root))

    assert [2, 3, 1, 1] == [
        stack.locate(keys).line for keys in (("aws:region",), ("lists",), ("mode",), ())
    ]
