"""The examples do what their page says: what a component is given there is proved exact."""

from __future__ import annotations

import ast
import datetime
import importlib.util
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from mocked_run import deploy
from paths import ROOT
from sample import VPC

from wsus_egress.cli.main import main
from wsus_egress.component.references import camel
from wsus_egress.proof.proof import Fidelity, Proof, prove

pytestmark = pytest.mark.usefixtures("one_run")

EXAMPLES = ROOT / "docs" / "examples"
Proved = list[tuple[Proof, list[str]]]


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch) -> Proved:
    """Every proof that a component makes, with the controls that it is about."""
    found: Proved = []

    def noted(*args: Any) -> Proof:
        found.append((prove(*args), [control.name for control in args[2]]))
        return found[-1][0]

    monkeypatch.setattr("wsus_egress.component.proved.prove", noted)
    return found


def from_python() -> Any:
    """The arguments of the Python program, which runs here, as other languages write them."""
    program = EXAMPLES / "python" / "__main__.py"
    runpy.run_path(str(program))
    (given,) = [
        {each.arg: ast.literal_eval(each.value) for each in node.keywords}
        for node in ast.walk(ast.parse(program.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "AwsWsusEgress"
    ]
    return _camel(given)


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {camel(key): _camel(part) for key, part in value.items()}
    return [_camel(part) for part in value] if isinstance(value, list) else value


def from_typescript() -> Any:
    """Those of the TypeScript program: its object is a mapping that YAML can read."""
    text = (EXAMPLES / "typescript" / "index.ts").read_text(encoding="utf-8")
    (given,) = re.findall(r'new wsus\.AwsWsusEgress\("wsus", (\{.*?\n\})\);', text, re.DOTALL)
    return yaml.safe_load(given)


def from_yaml() -> Any:
    """Those of the YAML program."""
    text = (EXAMPLES / "yaml" / "Pulumi.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["resources"]["wsus"]["properties"]


def from_go() -> Any:
    """Those of the Go program, its literals written as YAML."""
    text = (EXAMPLES / "go" / "main.go").read_text(encoding="utf-8")
    (given,) = re.findall(r"&wsusegress\.AwsWsusEgressArgs(\{.*?\n\t\t\})\)", text, re.DOTALL)
    given = re.sub(r"pulumi\.String\((.*?)\)", r"\1", given)
    given = re.sub(r"\b([A-Z])(\w*):", lambda key: f"{key[1].lower()}{key[2]}: ", given)
    written, ends = "", []
    for piece in re.split(r"(\[\][\w.]+\{|&?[\w.]*\{|\})", given.replace("\t", " ")):
        if piece.endswith("{"):
            ends.append("]" if piece.startswith("[]") else "}")
            written += "[" if piece.startswith("[]") else "{"
        else:
            written += ends.pop() if piece == "}" else piece
    return yaml.safe_load(written)


@pytest.mark.parametrize("read", [from_python, from_typescript, from_yaml, from_go])
def test_a_language_example_is_exact(read: Callable[[], Any], proofs: Proved) -> None:
    """The same arguments in every language, and the component that gets them admits just the list."""
    given: list[Any] = []
    deploy({}, lambda: given.append(from_python()))
    assert given[0] == {
        "vpcId": VPC,
        "policy": {"lists": ["wsus"], "servers": [{"name": "wsus", "addresses": ["10.20.0.10"]}]},
        "networkFirewall": {},
    }
    if read is not from_python:
        assert given[0] == read()

    ((proof, controls),) = proofs
    assert (Fidelity.EXACT, (), ()) == (proof.fidelity, proof.deviations, proof.masked)
    assert ["aws-security-group", "aws-network-firewall"] == controls


def test_the_first_page_shows_the_python_example() -> None:
    """What the README says first is the program that is proved above."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)

    assert [(EXAMPLES / "python" / "__main__.py").read_text(encoding="utf-8")] == blocks


def test_the_settings_of_the_own_network_are_its_policy(
    monkeypatch: pytest.MonkeyPatch, proofs: Proved
) -> None:
    """`check` and the program prove the same; the program gives the id of the VPC that it makes."""
    folder = _inside(monkeypatch, "own_network")
    settings = yaml.safe_load((folder / "Pulumi.prod.yaml").read_text(encoding="utf-8"))["config"]
    settings["wsus-egress:aws"]["vpcId"] = VPC
    checked = CliRunner().invoke(main, ["check", "--project", str(folder), "--today", "2026-11-24"])
    types = deploy(settings, lambda: runpy.run_path(str(folder / "__main__.py")))

    assert (0, True) == (checked.exit_code, checked.stdout.startswith("prod  aws  exact"))
    assert [Fidelity.EXACT] == [proof.fidelity for proof, _ in proofs]
    assert {"aws:ec2/vpc:Vpc", "wsus-egress:index:AwsWsusEgress"} <= set(types)


def test_the_fleet_is_exact_everywhere(proofs: Proved) -> None:
    """What stands in one account and region admits just the list."""
    path = EXAMPLES / "fleet" / "fleet.py"
    spec = importlib.util.spec_from_file_location("fleet", path)
    assert spec is not None
    assert spec.loader is not None
    fleet = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fleet)
    written = yaml.safe_load(path.with_name("fleet.yaml").read_text(encoding="utf-8"))

    deploy({}, lambda: fleet.program(written["places"][0], written["policy"]))

    assert [Fidelity.EXACT] == [proof.fidelity for proof, _ in proofs]


def test_the_hub_and_its_spoke_are_exact(monkeypatch: pytest.MonkeyPatch, proofs: Proved) -> None:
    """Rules, routes and security group: each is proved on the whole path that its arguments say."""
    folder = _inside(monkeypatch, "hub_and_spoke_azure")
    deploy({}, lambda: runpy.run_path(str(folder / "__main__.py")))

    assert 3 == len(proofs)
    assert {Fidelity.EXACT} == {proof.fidelity for proof, _ in proofs}
    assert all("azure-application-rules" in controls for _, controls in proofs)


def test_the_landing_zone_accepts_what_its_groups_cannot_see(
    monkeypatch: pytest.MonkeyPatch, proofs: Proved
) -> None:
    """The firewall is exact; of the spokes' groups just the names are accepted, and nothing else."""
    folder = _inside(monkeypatch, "landing_zone_aws")
    network = yaml.safe_load((folder / "network.yaml").read_text(encoding="utf-8"))
    zones = [{"zone": zone, "subnetId": ""} for zone in network["inspection"]["zones"]]
    its = {"vpcId": network["inspection"]["vpc"], "networkFirewall": {"endpoints": zones}}
    deploy({"wsus-egress:aws": its}, lambda: runpy.run_path(str(folder / "__main__.py")))

    (firewall, _), *groups = proofs
    assert Fidelity.EXACT is firewall.fidelity
    assert 3 == len(groups)
    for proof, controls in groups:
        assert ["aws-security-group"] == controls
        assert ["nameless", "names"] == [each.subject for each in proof.deviations]
        for each in (*proof.deviations, *proof.masked):
            assert each.acceptance is not None
            assert datetime.date(2027, 11, 30) == each.acceptance.expires


def _inside(monkeypatch: pytest.MonkeyPatch, name: str) -> Path:
    """An example's folder, as the one that the program runs in."""
    monkeypatch.chdir(EXAMPLES / name)
    return EXAMPLES / name
