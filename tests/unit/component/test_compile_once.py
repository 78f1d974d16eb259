"""A deployment is checked, compiled and proved once, however many components declare parts of it."""

from __future__ import annotations

import gc
import json
import runpy
import sys
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from mocked_run import deploy
from paths import ROOT
from sample import VPC

from wsus_egress.aws import AwsWsusEgress
from wsus_egress.component.checked import wrong_arguments
from wsus_egress.config.assembly import build_environment
from wsus_egress.config.base import parse_settings
from wsus_egress.config.yamlfile import read_yaml
from wsus_egress.controls import compile_target
from wsus_egress.proof.proof import prove

pytestmark = pytest.mark.usefixtures("one_run")

COUNTED = (build_environment, compile_target, parse_settings, prove, read_yaml, wrong_arguments)
SCHEMA: dict[str, Any] = json.loads((ROOT / "components" / "schema.json").read_text())
ARGS: Any = {
    "vpc_id": VPC,
    "policy": {
        "lists": ["wsus"],
        "servers": [
            {"name": "head", "addresses": ["10.20.0.10"]},
            {"name": "branch", "addresses": ["10.20.1.10"], "synchronizes_from": "head"},
        ],
    },
    "network_firewall": {},
    "dns_firewall": {},
}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each of COUNTED is called, and each file read, wherever the package does it."""
    counter: Counter[str] = Counter()
    modules = [each for name, each in sys.modules.items() if name.startswith("wsus_egress.")]

    def counting(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def counted(*args: Any, **keywords: Any) -> Any:
            counter[function.__name__] += 1
            if function is read_yaml:
                counter[Path(args[0]).name] += 1
            return function(*args, **keywords)

        return counted

    for function in COUNTED:
        for module in modules:
            if getattr(module, function.__name__, None) is function:
                monkeypatch.setattr(module, function.__name__, counting(function))
    return counter


def test_prod_is_compiled_once(calls: Counter[str]) -> None:
    """One environment, each file read once, each target compiled and proved once; it has every component."""
    file = ROOT / "config" / "Pulumi.prod.yaml"
    config = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
    azure = config["wsus-egress:azure"]
    # The one component that prod as shipped has not.
    azure["dnsSecurityPolicy"] = {"virtualNetwork": azure["firewall"]["virtualNetwork"]}

    types = deploy(config, lambda: runpy.run_path("__main__.py", run_name="__main__"))

    files = {path.name for path in (ROOT / "config" / "endpoints").glob("*.yaml")}
    files |= {file.name, "Pulumi.yaml"}
    assert dict.fromkeys(files, 1) == {name: calls[name] for name in calls if "." in name}
    assert 1 == calls["build_environment"]
    assert 2 == calls["compile_target"]
    assert 2 == calls["prove"]
    # Pulumi.yaml declares defaults, and has no settings type of its own.
    assert len(files) == calls["read_yaml"] == calls["parse_settings"] + 1
    # The settings are checked; the arguments that they stand for are never written.
    assert 0 == calls["wrong_arguments"]
    assert {*SCHEMA["resources"]} == {kind for kind in types if kind.startswith("wsus-egress:")}


def test_the_program_leaves_the_search_for_cycles_on() -> None:
    """It is off only while the program loads the clouds' packages and declares resources."""
    file = ROOT / "config" / "Pulumi.dev.yaml"
    config = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]

    deploy(config, lambda: runpy.run_path("__main__.py", run_name="__main__"))

    assert gc.isenabled()


def test_a_target_on_which_nothing_sees_names_is_refused_with_its_line() -> None:
    """Where the file has no acceptance, the refusal names the line of the cloud's section."""
    file = ROOT / "config" / "Pulumi.prod.yaml"
    text = file.read_text(encoding="utf-8")
    config = yaml.safe_load(text)["config"]
    for control in ("networkFirewall", "dnsFirewall"):
        del config["wsus-egress:aws"][control]

    with pytest.raises(pulumi.RunError) as refused:
        deploy(config, lambda: runpy.run_path("__main__.py", run_name="__main__"))

    line = text[: text.index("wsus-egress:aws:")].count("\n") + 1
    said = str(refused.value).splitlines()
    start = f"config/Pulumi.prod.yaml:{line}: accept: nothing on the way of "
    assert [True, True] == [each.startswith(start) for each in said]


def test_arguments_are_checked_once(calls: Counter[str]) -> None:
    """The component that a program makes checks and compiles its arguments; those inside do not."""
    types = deploy({}, lambda: AwsWsusEgress("wsus", ARGS))

    assert 5 == len([kind for kind in types if kind.startswith("wsus-egress:")])
    assert 1 == calls["wrong_arguments"]
    assert 1 == calls["build_environment"]
    assert 1 == calls["compile_target"]
    assert 1 == calls["prove"]
    assert {1} == {calls[name] for name in calls if "." in name}


def test_two_components_are_checked_each(calls: Counter[str]) -> None:
    """What one component compiled is not taken for another's: each of a program checks its own."""

    def program() -> None:
        AwsWsusEgress("one", ARGS)
        other: Any = {**ARGS, "dns_firewall": None, "vpc_id": pulumi.Output.secret(VPC)}
        AwsWsusEgress("two", other)

    deploy({}, program)

    assert 2 == calls["wrong_arguments"]
    assert 2 == calls["compile_target"]
    assert 2 == calls["prove"]


class OfACompany(AwsWsusEgress):
    """A user's own class: the company's rules about names, for example."""


def test_a_subclass_keeps_the_type() -> None:
    """A user's subclass is in the state as before: another type would replace every resource."""
    types = deploy({}, lambda: OfACompany("wsus", ARGS))

    assert "wsus-egress:index:AwsWsusEgress" in types
    assert not [kind for kind in types if "OfACompany" in kind]
