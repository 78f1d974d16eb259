"""Where a project's files are: what Pulumi.yaml says decides, for these commands as for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from sample import GOOD_LIST

from wsus_egress.config.files import find_files, without_setting
from wsus_egress.config.project import environment_from_config, load_environments
from wsus_egress.problems import PolicyErrors

SETTINGS = """\
config:
  aws:region: eu-west-1
  wsus-egress:lists: [good]
  wsus-egress:servers:
    - name: one
      addresses: [10.20.0.10]
  wsus-egress:aws:
    vpcId: vpc-0a1b2c3d4e5f60718
"""
PROJECT = "name: updates\nruntime: python\n"
FOLDERS = {
    "": "",
    "stackConfigDir: .\n": "",
    "stackConfigDir: ./config/\n": "config/",
    "stackConfigDir: deploy/stacks\n": "deploy/stacks/",
    "config: older\n": "older/",
}
"""By what Pulumi.yaml says: the folder of the stacks' files."""


def made(root: Path, files: Mapping[str, str]) -> Path:
    """A folder with these files."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def wrong(root: Path, *names: str) -> list[str]:
    """What is wrong with a project, a line each."""
    with pytest.raises(PolicyErrors) as error:
        load_environments(root, names)
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(("said", "folder"), FOLDERS.items())
def test_settings_are_where_pulumi_reads_them(tmp_path: Path, said: str, folder: str) -> None:
    """Own lists stand in `endpoints/` beside them, and a problem names the file by its path."""
    root = made(
        tmp_path,
        {
            "Pulumi.yaml": PROJECT + said,
            f"{folder}Pulumi.x.yaml": SETTINGS,
            f"{folder}endpoints/good.yaml": GOOD_LIST,
        },
    )
    (environment,) = load_environments(root)
    settings = {"lists": ["none"], "servers": [], "aws": {"vpcId": "vpc-0a1b2c3d4e5f60718"}}
    with pytest.raises(PolicyErrors) as error:
        environment_from_config(find_files(root), "x", settings)

    assert ("x", f"{folder}Pulumi.x.yaml") == (environment.name, environment.file)
    assert str(error.value).startswith(f"{folder}Pulumi.x.yaml:3: lists[0]: there is no endpoint")


@pytest.mark.parametrize(
    ("said", "line", "key"),
    [
        ("stackConfigDir: ../stacks\n", 3, "stackConfigDir"),
        ("stackConfigDir: /etc\n", 3, "stackConfigDir"),
        ("config: ../stacks\n", 3, "config"),
        (f"stackConfigDir: {'x' * 256}\n", 3, "stackConfigDir"),
        ('stackConfigDir: "a\\0b"\n', 3, "stackConfigDir"),
    ],
)
def test_a_folder_outside_is_refused(tmp_path: Path, said: str, line: int, key: str) -> None:
    """What a commit has of the project is compared, and that folder is not in it."""
    root = made(tmp_path, {"Pulumi.yaml": PROJECT + said})
    told, *_ = wrong(root)

    assert told == (
        f"Pulumi.yaml:{line}: {key}: the folder of the stacks' files is not inside the project, whose "
        "commits are compared; name a folder inside, such as config"
    )


@pytest.mark.parametrize(
    ("said", "right", "other", "instead"),
    [
        ("", "", "config/", "write `stackConfigDir: config` in Pulumi.yaml"),
        ("stackConfigDir: config\n", "config/", "", "take `stackConfigDir` out of Pulumi.yaml"),
        ("stackConfigDir: own\n", "own/", "config/", "write `stackConfigDir: config` in Pulumi.yaml"),
    ],
)  # fmt: skip
def test_files_in_the_wrong_place(
    tmp_path: Path, said: str, right: str, other: str, instead: str
) -> None:
    """Settings and lists that nobody would read are refused, each with where it belongs."""
    files = {
        "Pulumi.yaml": PROJECT + said,
        f"{right}Pulumi.x.yaml": SETTINGS.replace("good", "wsus"),
    }
    root = made(tmp_path, files)
    assert 1 == len(load_environments(root))
    made(root, {f"{other}Pulumi.y.yaml": SETTINGS, f"{other}endpoints/good.yaml": GOOD_LIST})
    place = right or "the folder of Pulumi.yaml"

    assert [
        f"{other}Pulumi.y.yaml:1: Pulumi reads the stacks' files from {place}, so nothing reads this "
        f"one; move it to {right}Pulumi.y.yaml, or {instead}",
        f"{other}endpoints/good.yaml:1: an endpoint list belongs beside the stacks' files, so nothing "
        f"reads this one; move it to {right}endpoints/",
    ] == wrong(root)


def test_other_files_in_usual_folders_are_left_alone(tmp_path: Path) -> None:
    """Another stack's file, a YAML file of something else, and what cannot be read."""
    root = made(
        tmp_path,
        {
            "Pulumi.yaml": PROJECT,
            "Pulumi.x.yaml": SETTINGS.replace("good", "wsus"),
            "config/Pulumi.web.yaml": "config:\n  aws:region: eu-west-1\n",
            "config/endpoints/api.yaml": "paths: []\n",
        },
    )
    (root / "config" / "Pulumi.folder.yaml").mkdir()

    assert ["x"] == [each.name for each in load_environments(root)]


def test_other_programs_stacks_are_no_environments(tmp_path: Path) -> None:
    """In a larger repository: a file without settings of ours is skipped, however it is written."""
    inline = '{config: {"wsus-egress:lists": [wsus]}}\n'
    root = made(
        tmp_path,
        {
            "Pulumi.yaml": PROJECT,
            "Pulumi.x.yaml": SETTINGS.replace("good", "wsus"),
            "Pulumi.web.yaml": "# wsus-egress:lists is elsewhere\nconfig:\n  aws:region: eu-west-1\n",
            "Pulumi.new.yaml": "encryptionsalt: v1:abc\n",
            "Pulumi.x.deploy.yaml": "settings: {}\n",
            "Pulumi.escaped.yaml": 'config:\n  "\\x77sus-egress:lists": [wsus]\n',
            "Pulumi.inline.yaml": inline,
            "Pulumi.broken.yaml": "config: [\n",
        },
    )
    files = find_files(root)

    assert ("broken", "escaped", "inline", "x") == files.environments
    assert ("new", "web", "x.deploy") == files.others
    assert ["x"] == [each.name for each in load_environments(root, ["x"])]
    assert [
        "'web' is another stack: its file has no wsus-egress: setting; the choices are broken, "
        "escaped, inline, x"
    ] == wrong(root, "web")


def test_a_stack_whose_settings_are_in_pulumi_yaml(tmp_path: Path) -> None:
    """Then every stack of the project is an environment: Pulumi gives each these settings."""
    declared = SETTINGS.replace("[good]", "[wsus]").replace("  aws:region: eu-west-1\n", "")
    declared = declared.replace("servers:\n    -", "servers:\n    default:\n    -")
    declared = declared.replace("aws:\n    vpcId", "aws:\n    default:\n      vpcId")
    root = made(
        tmp_path, {"Pulumi.yaml": PROJECT + declared, "Pulumi.web.yaml": "encryptionsalt: v1:abc\n"}
    )
    (environment,) = load_environments(root)

    assert ("web", "Pulumi.web.yaml") == (environment.name, environment.file)
    assert ["one"] == [party.name for party in environment.policy.parties]


def test_only_other_programs_stacks(tmp_path: Path) -> None:
    """Then there is nothing to look at, and each file says what it lacks."""
    root = made(tmp_path, {"Pulumi.yaml": PROJECT, "Pulumi.web.yaml": "encryptionsalt: v1:abc\n"})

    assert [
        "Pulumi.web.yaml:1: the file has no `config:` with wsus-egress: settings; "
        "`wsus-egress new` writes such a file, with comments, in an empty folder"
    ] == wrong(root)


def test_files_with_another_ending_are_named(tmp_path: Path) -> None:
    """`.yml` is read by nobody: neither settings nor a list may be missed silently; others' files may."""
    root = made(
        tmp_path,
        {
            "Pulumi.yaml": PROJECT,
            "Pulumi.x.yaml": SETTINGS.replace("good", "wsus"),
            "Pulumi.y.yml": SETTINGS,
            "Pulumi.web.yml": "config:\n  web:size: 3\n",
            "endpoints/good.yml": GOOD_LIST,
            "endpoints/other.yml": "entries: []\n",
        },
    )

    assert [
        "Pulumi.y.yml:1: nothing reads this file, since its name ends in .yml; rename it to Pulumi.y.yaml",
        "endpoints/good.yml:1: nothing reads this file, since its name ends in .yml; rename it to good.yaml",
    ] == wrong(root)


def test_where_the_project_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that does not exist is said to be none; from inside a project the way leads up to it."""
    files = {"Pulumi.yaml": PROJECT, "Pulumi.x.yaml": SETTINGS.replace("good", "wsus")}
    made(tmp_path / "wsus", files)
    deep = tmp_path / "wsus" / "docs" / "deep"
    deep.mkdir(parents=True)
    (tmp_path / "wsus" / "docs" / "Pulumi.yaml").write_text(PROJECT)
    monkeypatch.chdir(deep)

    assert ["'nope' is not a folder; give --project the folder that Pulumi.yaml is in"] == wrong(
        Path("nope")
    )
    assert [
        "there is no environment: no Pulumi.<name>.yaml in .; a project is above: say --project ../.."
    ] == wrong(Path())
    assert 1 == len(load_environments(Path("../..")))
    assert [
        f"there is no environment: no Pulumi.<name>.yaml in {tmp_path}; run this in the project's "
        "folder, say --project, or begin with `wsus-egress new`"
    ] == wrong(tmp_path)


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, text: str) -> None:
    """`new` overwrites nothing, so an empty file has to go first, whether or not it is the only one."""
    told = (
        "Pulumi.x.yaml:1: the file is empty; remove it; `wsus-egress new x --cloud aws` (azure, both) "
        "then writes it, with comments"
    )
    root = made(tmp_path, {"Pulumi.yaml": PROJECT, "Pulumi.x.yaml": text})
    assert [told] == wrong(root) == wrong(root, "x")
    made(root, {"Pulumi.y.yaml": SETTINGS.replace("good", "wsus")})
    assert [told] == wrong(root, "x")


def test_a_file_that_cannot_be_read_is_not_called_empty(tmp_path: Path) -> None:
    """It may have settings."""
    assert "the file has no `config:`" in str(without_setting(find_files(tmp_path), "x"))


def test_the_program_says_that_settings_stand_elsewhere(tmp_path: Path) -> None:
    """The engine finds none then: what each missing one would be told is beside the point."""
    root = made(tmp_path, {"Pulumi.yaml": PROJECT, "config/Pulumi.x.yaml": SETTINGS})
    with pytest.raises(PolicyErrors) as error:
        environment_from_config(find_files(root), "x", {})

    assert (
        "config/Pulumi.x.yaml:1: Pulumi reads the stacks' files from the folder of Pulumi.yaml, so nothing "
        "reads this one; move it to Pulumi.x.yaml, or write `stackConfigDir: config` in Pulumi.yaml"
    ) == str(error.value)
