"""The program of a stack, and a component's arguments from the settings that the commands read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from mocked_run import Clouds, deploy
from paths import ROOT
from sample import VPC

from wsus_egress import aws, azure
from wsus_egress.component.errors import refuse
from wsus_egress.config.lists import shipped_lists
from wsus_egress.problems import Problem
from wsus_egress.program import arguments, run

pytestmark = pytest.mark.usefixtures("one_run")

SETTINGS = {
    "wsus-egress:lists": ["wsus"],
    "wsus-egress:servers": [{"name": "wsus", "addresses": ["10.20.0.10"]}],
    "wsus-egress:aws": {"vpcId": VPC, "networkFirewall": {}},
}


@pytest.fixture
def prod() -> dict[str, Any]:
    """The settings of the shipped environment `prod`."""
    text = (ROOT / "config" / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)["config"]
    return found


@pytest.fixture
def alone(one_run: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 - comes first
    """A folder with a Pulumi.yaml and nothing else, as the program's."""
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: python\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(config: dict[str, Any], program: Callable[[], Any]) -> list[str]:
    """What the program ends with, a problem a line."""
    with pytest.raises(pulumi.RunError) as caught:
        deploy(config, program)
    return str(caught.value).splitlines()


def test_components_in_code_are_what_the_program_declares(prod: dict[str, Any]) -> None:
    """With the arguments from the settings both components have the same resources, of both clouds."""

    def program() -> None:
        aws.AwsWsusEgress("wsus", arguments("aws"))
        azure.AzureWsusEgress("wsus", arguments("azure"))

    assert sorted(deploy(prod, run)) == sorted(deploy(prod, program))


def test_a_program_knows_an_id_better(alone: Path) -> None:
    """What it gives takes the place of the setting; the rest is the settings' own."""
    (alone / "endpoints").mkdir()
    given: dict[str, Any] = {}
    deploy(
        SETTINGS, lambda: given.update(arguments("aws", vpc_id=pulumi.Output.from_input("vpc-1")))
    )

    assert isinstance(given.pop("vpc_id"), pulumi.Output)
    assert {
        "network_firewall": {},
        "policy": {"lists": ["wsus"], "servers": SETTINGS["wsus-egress:servers"]},
        "accept": [],
        "endpoint_lists": "endpoints",
    } == given


def test_acceptances_are_of_their_cloud(prod: dict[str, Any]) -> None:
    """A component gets those of its own."""
    whats = ("aws/aws-security-group/wider/names", "azure/azure-nsg/wider/names")
    accept = [{"what": each, "reason": "x", "expires": "2099-01-01"} for each in whats]
    config = {**prod, "wsus-egress:accept": accept}
    given: list[Any] = []
    deploy(config, lambda: given.extend(arguments("azure")["accept"]))

    assert [whats[1]] == [each["what"] for each in given]


@pytest.mark.usefixtures("alone")
def test_the_policy_is_not_a_programs_to_give() -> None:
    """Else the stack would be another one than the commands show."""
    later = "what can be given here: vpc_id"
    assert [
        "network_firewall: the policy preview reads only the stack's settings, so a program cannot "
        f"give this; write it there; {later}"
    ] == refused(SETTINGS, lambda: arguments("aws", network_firewall={}))  # type: ignore[call-overload]


@pytest.mark.usefixtures("alone")
def test_a_cloud_without_settings() -> None:
    """There are no arguments to be had."""
    assert ["the stack's settings have no target in azure; add wsus-egress:azure"] == refused(
        SETTINGS, lambda: arguments("azure")
    )


@pytest.mark.usefixtures("alone")
def test_wrong_settings_are_told_alike() -> None:
    """As the program tells them."""
    wrong = {**SETTINGS, "wsus-egress:lists": ["none"]}
    said = refused(wrong, lambda: arguments("aws"))

    assert said == refused(wrong, run)
    assert said[0].startswith("lists[0]: there is no endpoint list 'none'; the choices are")


@pytest.mark.parametrize("package", ["pulumi_aws", "another"])
def test_a_missing_extra_is_a_sentence(
    prod: dict[str, Any], monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    """The program says what to install; that of another package is no matter of an extra."""
    for name in [each for each in sys.modules if each.startswith("wsus_egress.aws")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    if package == "another":
        monkeypatch.setattr("wsus_egress.program.proved", lambda *_: __import__("another"))
        with pytest.raises(ModuleNotFoundError):
            deploy(prod, run)
        return

    assert ['pulumi_aws is not installed: pip install "pulumi-wsus-egress[aws]"'] == refused(
        prod, run
    )


def test_a_list_of_ones_own_is_said(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it differs from the package's, the log has how."""
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", told.append)
    (alone / "endpoints").mkdir()
    text = (shipped_lists() / "wsus.yaml").read_text(encoding="utf-8")
    (alone / "endpoints" / "wsus.yaml").write_text(text.replace("go.microsoft.com", "go.contoso.com"))  # fmt: skip
    deploy(SETTINGS, run)

    assert [
        "endpoints/wsus.yaml is used instead of the package's list wsus: it adds go.contoso.com; it "
        "leaves out go.microsoft.com"
    ] == told


def test_pulumi_yaml_may_be_elsewhere(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `main: program` the program runs below it: settings and lists are beside Pulumi.yaml."""
    (alone / "program").mkdir()
    (alone / "Pulumi.prod.yaml").write_text("config:\n  wsus-egress:lists: [none]\n")
    monkeypatch.chdir(alone / "program")
    monkeypatch.setattr(pulumi, "get_root_directory", lambda: str(alone))
    wrong = {**SETTINGS, "wsus-egress:lists": ["none"]}

    assert refused(wrong, run)[0].startswith("Pulumi.prod.yaml:2: lists[0]: there is no endpoint")


@pytest.fixture
def nowhere(alone: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that says no region: no variables, no configuration file of AWS's."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(alone / "none"))
    return alone


@pytest.mark.usefixtures("nowhere")
def test_a_region_that_is_missing_is_said_before_any_lookup() -> None:
    """In one line, with the file; AWS's provider would end in a traceback for each lookup."""
    assert refused(SETTINGS, run) == [
        "Pulumi.prod.yaml:1: aws:region is missing, so AWS's provider does not know where the VPC is; write "
        "`aws:region: eu-west-1`, or the VPC's own region"
    ]


@pytest.mark.parametrize("place", ["settings", "AWS_REGION", "AWS_DEFAULT_REGION", "file"])
def test_a_region_from_wherever(nowhere: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """The settings, the shell or AWS's own configuration file give it."""
    if place == "file":
        (nowhere / "none").write_text("[default]\nregion = eu-west-1\n", encoding="utf-8")
    elif place != "settings":
        monkeypatch.setenv(place, "eu-west-1")
    assert deploy({**SETTINGS, "aws:region": "eu-west-1"} if place == "settings" else SETTINGS, run)


def test_a_cloud_that_there_is_not() -> None:
    """The choices are said, and nobody is told to add settings for it."""
    assert refused(SETTINGS, lambda: arguments("gcp")) == [  # type: ignore[call-overload]
        "arguments(): there is no cloud 'gcp'; the choices are aws, azure"
    ]


def test_placeholders_that_are_left_are_said(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With their lines, for this stack only: the provider would only say that it finds no such VPC."""
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", told.append)
    text = "config:\n  wsus-egress:lists: [wsus]  # replace: yours\n"
    for name in ("prod", "another"):
        (alone / f"Pulumi.{name}.yaml").write_text(text)
    deploy(SETTINGS, run)

    assert [
        "Pulumi.prod.yaml:2: placeholders of `wsus-egress new` are left, in line 2; write "
        "your own values, and remove the comments"
    ] == [each for each in told if "placeholders" in each]


def told(alone: Path, settings: dict[str, Any], program: Callable[[], Any] = run) -> list[str]:
    """What is refused of settings that stand in the stack's file."""
    text = yaml.safe_dump({"config": settings}, sort_keys=False)
    (alone / "Pulumi.prod.yaml").write_text(text, encoding="utf-8")
    return refused(settings, program)


def test_what_a_lookup_refuses_is_said_at_the_setting(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A component knows arguments; who wrote a settings file wants its line."""

    def call(_: Clouds, args: Any) -> Any:
        block = {"associationId": "a", "cidrBlock": "10.99.0.0/16", "state": "associated"}
        found = {"cidrBlockAssociations": [block]} if args.token.endswith(":getVpc") else {}
        return {"region": "eu-west-1", **found}, []

    monkeypatch.setattr(Clouds, "call", call)
    (said,) = told(alone, {"aws:region": "eu-west-1", **SETTINGS})
    assert said.startswith(
        f"Pulumi.prod.yaml:10: aws.vpcId: 10.20.0.10/32 is in no address block of {VPC} (10.99.0.0/16)"
    )


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("policy", "two", "aws_vpc_id"), "servers[1].awsVpcId"),
        (("policy", "lists"), "lists"),
        (("tags", "cost_center"), "aws.tags.cost_center"),
    ],
)
def test_an_argument_is_told_as_its_setting(
    alone: Path, monkeypatch: pytest.MonkeyPatch, keys: Any, place: str
) -> None:
    """Also one of the policy, and a key that is the user's own."""
    problem = Problem(None, keys, "is wrong", "write y")
    monkeypatch.setattr("wsus_egress.program._declare", lambda _: refuse("wsus", [problem]))
    two = {"name": "two", "awsVpcId": VPC, "addresses": ["10.21.0.10"], "synchronizesFrom": "wsus"}
    settings = {
        "aws:region": "eu-west-1",
        "wsus-egress:lists": ["wsus"],
        "wsus-egress:servers": [{"name": "wsus", "addresses": ["10.20.0.10"]}, two],
        "wsus-egress:aws": {"tags": {"cost_center": "7"}, "vpcId": VPC, "networkFirewall": {}},
    }
    (said,) = told(alone, settings)
    assert said.endswith(f"{place}: is wrong; write y")
    assert said.startswith("Pulumi.prod.yaml:")
