"""`make up ENV=mine`: which file is meant, and the copy that is deployed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from paths import ROOT

import env
import own
import stack
from invented import Invention
from place import Place

SETTINGS = """\
config:
  # A comment.
  aws:region: eu-west-1
"""


def test_an_environment_is_known_by_name_or_by_file(tmp_path: Path) -> None:
    """The name of one in `config/`, or the path of any settings file."""
    assert ("dev", ROOT / "config" / "Pulumi.dev.yaml") == own.find("dev")
    file = tmp_path / "Pulumi.mine.yaml"
    file.write_text(SETTINGS, encoding="utf-8")
    assert ("mine", file) == own.find(str(file))


@pytest.mark.parametrize("asked", ["develop", "config/Pulumi.develop.yaml", "README.md", ""])
def test_an_unknown_environment_is_one_sentence(asked: str) -> None:
    """It says which there are, and that a file may be named."""
    with pytest.raises(own.NotThereError) as raised:
        own.find(asked)

    said = str(raised.value)
    assert said.startswith(f"there is no environment {asked!r}: write ENV=dev, ENV=open")
    assert "\n" not in said


def test_the_command_says_it_without_a_traceback() -> None:
    """`make up ENV=develop` ends with status 1 and the sentence."""
    done = subprocess.run(
        [sys.executable, ROOT / "sandbox" / "own.py", "up", "develop"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == done.returncode
    assert done.stderr.startswith("error: there is no environment 'develop': ")
    assert "Traceback" not in done.stderr


def test_a_file_without_a_backend_stays_as_it_is() -> None:
    """Comments and lines too, so that messages name the lines of the original."""
    assert (SETTINGS, ()) == own.without_backend(SETTINGS)
    for broken in ("config: [", "- a list"):
        assert (broken, ()) == own.without_backend(broken)


def test_what_only_its_backend_can_read_is_left_out() -> None:
    """Keys and salts go without a word, values with a line."""
    text = (
        "secretsprovider: awskms://alias/key\nencryptedkey: abc\nenvironment: [shared]\n"
        f"{SETTINGS}  aws:token:\n    secure: v1:abc\n"
    )
    kept, lines = own.without_backend(text)

    assert {"config": {"aws:region": "eu-west-1"}} == yaml.safe_load(kept)
    assert [line.partition(":")[0] for line in lines] == ["aws", "environment"]
    assert "aws:token: it is encrypted" in lines[0]


def test_what_is_protected_is_let_go_of() -> None:
    """The firewall is protected unless its settings say otherwise, DNS Firewall if they say so."""
    full = {"wsus-egress:aws": {"networkFirewall": {"mode": "full"}, "dnsFirewall": {}}}
    both = {"wsus-egress:aws": {"networkFirewall": {}, "dnsFirewall": {"protected": True}}}
    off = {"wsus-egress:aws": {"networkFirewall": {"mode": "full", "protected": False}}}

    let, changed = own.released(full)
    assert ("networkFirewall.protected: false",) == changed
    assert let["wsus-egress:aws"]["networkFirewall"] == {"mode": "full", "protected": False}
    assert "protected" not in full["wsus-egress:aws"]["networkFirewall"]
    assert ("dnsFirewall.protected: false",) == own.released(both)[1]
    subnets = [{"name": "snet-a"}, {"name": "snet-b", "attached": False}]
    let, changed = own.released({"wsus-egress:azure": {"subnets": subnets}})
    assert ("attached: false of snet-a",) == changed
    assert [False, False] == [each["attached"] for each in let["wsus-egress:azure"]["subnets"]]
    others: list[dict[str, Any]] = [off, {}, {"wsus-egress:azure": {}}]
    for config in others:
        assert (config, ()) == own.released(config)


def place(folder: Path, name: str) -> Place:
    """A place in a folder of the test's."""
    return Place(name, folder / "project", folder, {})


def test_a_file_from_elsewhere_is_copied_alone(tmp_path: Path) -> None:
    """The project's own environments make no claims beside it; one of them keeps the others."""
    file = tmp_path / "Pulumi.mine.yaml"
    file.write_text(SETTINGS, encoding="utf-8")
    mine, dev = place(tmp_path / "a", "mine"), place(tmp_path / "b", "dev")
    for each in (mine, dev):
        each.folder.mkdir()
    own.copy(mine, file)
    own.copy(dev, ROOT / "config" / "Pulumi.dev.yaml")

    assert ["Pulumi.mine.yaml"] == sorted(
        each.name for each in (mine.program / "config").glob("*.yaml")
    )
    assert (dev.program / "config" / "Pulumi.prod.yaml").is_file()
    assert (mine.program / "config" / "endpoints" / "wsus.yaml").is_file()


def test_what_the_clouds_hold_is_added_once(tmp_path: Path) -> None:
    """A second `make up` leaves what is there, drift included, and adds what is new."""
    where = place(tmp_path, "mine")
    where.program.mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", where.program)
    kind = "aws:ec2/securityGroup:SecurityGroup"
    first = Invention({"vpcs": []}, {"aws": {kind: {"sg-1": {"name": "one"}}}}, {}, (), ())
    own.write(where, first)
    file = tmp_path / "cloud" / "aws.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"one"', '"edited"'), encoding="utf-8")
    more = {kind: {"sg-1": {"name": "one"}, "sg-2": {"name": "two"}}}
    own.write(where, Invention({"vpcs": []}, {"aws": more}, {"aws:region": "eu-west-3"}, (), ()))

    held = json.loads(file.read_text(encoding="utf-8"))["resources"][kind]
    assert {"sg-1": {"name": "edited"}, "sg-2": {"name": "two"}} == held
    project = yaml.safe_load((where.program / "Pulumi.yaml").read_text(encoding="utf-8"))
    assert {"value": "eu-west-3"} == project["config"]["aws:region"]
    assert {"vpcs": []} == yaml.safe_load((tmp_path / "world.yaml").read_text(encoding="utf-8"))


def test_the_words_name_every_part(tmp_path: Path) -> None:
    """What is invented, what nothing knows, what is left out; no title without a line."""
    where = place(tmp_path, "mine")
    every = own.said(where, Invention({}, {}, {}, ("vpc-1: a VPC",), ("a bucket",)), ("aws:token",))
    some = own.said(where, Invention({}, {}, {}, ("vpc-1: a VPC",), ()), ())

    for text in (
        "Invented for the stand-ins",
        "vpc-1: a VPC",
        "do not know",
        "a bucket",
        "Left out",
    ):
        assert text in every
    assert "do not know" not in some
    assert "Left out" not in some


def test_another_environment_runs_in_the_checkouts_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`sandbox/stack.py up mine` hands over to own.py, and returns its status."""
    asked: list[list[str]] = []

    def run(command: list[object], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append([str(part) for part in command])
        return subprocess.CompletedProcess([], 3)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(env, "engine_folder", lambda _: tmp_path)
    monkeypatch.setattr(sys, "argv", ["stack.py", "up", "mine"])

    assert 3 == stack.main()
    ((python, program, *arguments),) = asked
    assert python.endswith(".venv/bin/python")
    assert program.endswith("sandbox/own.py")
    assert ["up", "mine"] == arguments
