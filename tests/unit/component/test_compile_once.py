"""A deployment is checked and compiled once, however many components declare parts of it."""

from __future__ import annotations

import asyncio
import gc
import json
import runpy
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from paths import ROOT
from pulumi.runtime import mocks, set_all_config, set_mocks
from pulumi.runtime.settings import SETTINGS, _get_rpc_manager
from pulumi.runtime.stack import run_pulumi_func

from wsus_egress.aws import AwsWsusEgress
from wsus_egress.component.checked import wrong_arguments
from wsus_egress.config.assembly import build_environment
from wsus_egress.config.base import parse_settings
from wsus_egress.config.yamlfile import read_yaml
from wsus_egress.controls import compile_target

COUNTED = (build_environment, compile_target, parse_settings, read_yaml, wrong_arguments)
SCHEMA: dict[str, Any] = json.loads((ROOT / "components" / "schema.json").read_text())
VPC = "vpc-0a1b2c3d4e5f60718"
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


class Clouds(mocks.Mocks):
    """Both clouds: what is created is as it was asked for, and what is looked up fits."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Nothing exists yet.

        Args:
            config: The stack's, whose networks exist.
        """
        self.types: list[str] = []
        aws = config.get("wsus-egress:aws", {})
        self._vpc = aws.get("vpcId", VPC)
        self._endpoints = aws.get("networkFirewall", {}).get("endpoints", [])

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """A resource with the outputs that other resources need of it."""
        self.types.append(args.typ)
        made = {"arn": f"arn:{args.name}", "name": args.name, **args.inputs}
        if args.typ == "aws:networkfirewall/firewall:Firewall":
            states = [
                {"availabilityZone": each["zone"], "attachments": [{"endpointId": "vpce-1"}]}
                for each in self._endpoints
            ]
            made["firewallStatuses"] = [{"syncStates": states}]
        if args.typ == "azure-native:network:AzureFirewall":
            configurations = args.inputs["ipConfigurations"]
            made["ipConfigurations"] = [
                {**each, "privateIPAddress": "10.0.0.4"} for each in configurations
            ]
        return f"{args.name}-id", made

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """A region, network, subnet or route table, as the settings expect it."""
        subnet = args.args.get("id")
        zones = [each["zone"] for each in self._endpoints if each["subnetId"] == subnet]
        zone = zones[0] if zones else ""
        return {"region": "eu-west-1", "vpcId": self._vpc, "availabilityZone": zone}, []


def deploy(config: dict[str, Any], program: Callable[[], Any]) -> list[str]:
    """Run a program as the stack `prod` of this project; the types that it registers."""
    clouds = Clouds(config)
    set_mocks(clouds, project="wsus-egress", stack="prod", preview=False)
    texts = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
    }
    set_all_config(texts)
    # Not asyncio.run: Pulumi takes up the loop that is there.
    asyncio.get_event_loop().run_until_complete(run_pulumi_func(program))
    return clouds.types


@pytest.fixture(autouse=True)
def _one_run(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A loop and the project's folder for the program; no configuration is left behind."""
    monkeypatch.chdir(ROOT)
    # Whatever another test left waiting belongs to a loop that is closed: waiting for it never ends.
    _get_rpc_manager().clear()
    SETTINGS.outputs.clear()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    set_all_config({})
    asyncio.set_event_loop(None)
    loop.close()


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
    """One environment, each file read once, each target compiled once; it has every component."""
    file = ROOT / "config" / "Pulumi.prod.yaml"
    config = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]

    types = deploy(config, lambda: runpy.run_path("__main__.py", run_name="__main__"))

    files = {path.name for path in (ROOT / "config" / "endpoints").glob("*.yaml")}
    files |= {file.name, "Pulumi.yaml"}
    assert dict.fromkeys(files, 1) == {name: calls[name] for name in calls if "." in name}
    assert 1 == calls["build_environment"]
    assert 2 == calls["compile_target"]
    # Pulumi.yaml declares defaults, and has no settings type of its own.
    assert len(files) == calls["read_yaml"] == calls["parse_settings"] + 1
    # The settings are checked; the arguments that they stand for are never written.
    assert 0 == calls["wrong_arguments"]
    assert set(SCHEMA["resources"]) == {kind for kind in types if kind.startswith("wsus-egress:")}


def test_the_program_leaves_the_search_for_cycles_on() -> None:
    """It is off only while the program loads the clouds' packages and declares resources."""
    file = ROOT / "config" / "Pulumi.dev.yaml"
    config = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]

    deploy(config, lambda: runpy.run_path("__main__.py", run_name="__main__"))

    assert gc.isenabled()


def test_arguments_are_checked_once(calls: Counter[str]) -> None:
    """The component that a program makes checks and compiles its arguments; those inside do not."""
    types = deploy({}, lambda: AwsWsusEgress("wsus", ARGS))

    assert 5 == len([kind for kind in types if kind.startswith("wsus-egress:")])
    assert 1 == calls["wrong_arguments"]
    assert 1 == calls["build_environment"]
    assert 1 == calls["compile_target"]
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


class OfACompany(AwsWsusEgress):
    """A user's own class: the company's rules about names, for example."""


def test_a_subclass_keeps_the_type() -> None:
    """A user's subclass is in the state as before: another type would replace every resource."""
    types = deploy({}, lambda: OfACompany("wsus", ARGS))

    assert "wsus-egress:index:AwsWsusEgress" in types
    assert not [kind for kind in types if "OfACompany" in kind]
