"""An export of a stack of this project, audited against its environment: it reads as the proof says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from paths import ROOT

from wsus_egress.cli.main import main
from wsus_egress.config.project import load_environments
from wsus_egress.controls.compile import compile_target

REFERENCE = re.compile(r"\$\{([^.}]+)\.[^}]+\}")
Rows = list[dict[str, Any]]


def export(name: str) -> Rows:
    """What a deployment of an environment leaves in its state: every document, with ids for what it refers to."""
    environment = load_environments(ROOT, (name,))[0]
    rows = []
    for target in environment.targets:
        for control in compile_target(environment, target):
            for each in control.documents("wsus"):
                text = json.dumps(dict(each.properties))
                made = {
                    key: REFERENCE.findall(json.dumps(value))
                    for key, value in each.properties.items()
                }
                id_ = f"id-{each.name}"
                rows.append({
                    "urn": f"urn:pulumi:{name}::p::{each.type}::{each.name}",
                    "type": each.type,
                    "custom": True,
                    "id": id_,
                    "inputs": json.loads(REFERENCE.sub(r"id-\1", text)),
                    "outputs": {"id": id_, "arn": id_},
                    "propertyDependencies": {
                        key: [f"urn:pulumi:{name}::p::x::{n}" for n in names]
                        for key, names in made.items()
                    },
                })  # fmt: skip
    return rows


def printed(tmp_path: Path, rows: Rows, name: str, format_: str) -> str:
    """What the audit prints."""
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"version": 3, "deployment": {"resources": rows}}), encoding="utf-8")
    arguments = ["audit", str(path), "--env", name, "--project", str(ROOT), "--format", format_]
    return CliRunner().invoke(main, arguments).output


def audited(tmp_path: Path, rows: Rows, name: str) -> dict[str, Any]:
    """The audit's report."""
    report: dict[str, Any] = json.loads(printed(tmp_path, rows, name, "json"))
    return report


def taken(tmp_path: Path, rows: Rows, name: str, text: str) -> list[bool]:
    """Which pictures take something for granted."""
    pictures = printed(tmp_path, rows, name, "text").split("\n\n")
    return [text in each for each in pictures if ", from " in each.splitlines()[0]]


def verdicts(report: dict[str, Any]) -> list[str]:
    """One for each server and cloud."""
    return [target["fidelity"] for target in report["targets"]]


SEVERAL = "their rules are taken to meet the same flows"
ROUTES = "the stack has the routes that the environment declares, which its own proof judges"


@pytest.mark.parametrize(("name", "pictures"), [("dev", 1), ("prod", 3), ("staging", 1)])
def test_an_own_stack_is_exact(tmp_path: Path, name: str, pictures: int) -> None:
    """Each server with the group that is made for it, and the routes as the settings have them."""
    rows = export(name)

    assert ["exact"] * pictures == verdicts(audited(tmp_path, rows, name))
    assert [name != "dev"] * pictures == taken(tmp_path, rows, name, ROUTES)


def one(rows: Rows, type_: str, name: str) -> dict[str, Any]:
    """A resource's inputs."""
    found: dict[str, Any] = next(
        each["inputs"] for each in rows
        if each["type"].endswith(type_) and each["urn"].endswith(f"::{name}")
    )  # fmt: skip
    return found


OUT = "wsus-network-firewall-out-rtb-0b2c3d4e5f605000a"


def _to_a_gateway(rows: Rows) -> None:
    route = one(rows, ":Route", OUT)
    del route["vpcEndpointId"]
    route["gatewayId"] = "igw-0a1b2c3d4e5f60718"


def _to_an_endpoint_by_hand(rows: Rows) -> None:
    next(r for r in rows if r["urn"].endswith(OUT))["propertyDependencies"] = {}


def _narrower_route(rows: Rows) -> None:
    one(rows, ":Route", OUT)["destinationCidrBlock"] = "0.0.0.0/1"


def _one_more_route(rows: Rows) -> None:
    extra = json.loads(json.dumps(next(r for r in rows if r["urn"].endswith(OUT))))
    extra["urn"] += "-more"
    extra["inputs"]["routeTableId"] = "rtb-0123456789abcdef0"
    rows.append(extra)


def _azure_hop(rows: Rows) -> None:
    one(rows, ":RouteTable", "wsus-route-table")["routes"][0]["nextHopType"] = "Internet"


def _azure_route_more(rows: Rows) -> None:
    route = {"name": "x", "addressPrefix": "13.107.4.0/24", "nextHopType": "Internet"}
    one(rows, ":RouteTable", "wsus-route-table")["routes"].append(route)


def _opened_group(rows: Rows) -> None:
    one(rows, ":SecurityGroupEgressRule", "wsus-head-egress-https-ipv4")["toPort"] = 8443


def _renamed_group(rows: Rows) -> None:
    one(rows, ":SecurityGroup", "wsus-head")["description"] = "web"


CHANGES: dict[str, tuple[Callable[[Rows], None], list[str]]] = {
    "a route to a gateway": (_to_a_gateway, ["unknown"] * 3),
    "a route to what nobody made": (_to_an_endpoint_by_hand, ["unknown"] * 3),
    "a route of half the Internet": (_narrower_route, ["unknown"] * 3),
    "a route that no setting has": (_one_more_route, ["unknown"] * 3),
    "a next hop in Azure": (_azure_hop, ["unknown"] * 3),
    "a route more in Azure": (_azure_route_more, ["unknown"] * 3),
    "a group that is opened": (_opened_group, ["exact"] * 3),
    "a group that nobody knows": (_renamed_group, ["exact", "narrower", "exact", "exact"]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_differs_is_not_passed_over(tmp_path: Path, name: str) -> None:
    """A route that is not as declared is not judged; a group is judged by its rules."""
    change, expected = CHANGES[name]
    rows = export("prod")
    change(rows)

    assert expected == verdicts(audited(tmp_path, rows, "prod"))


def test_a_route_that_is_missing_is_not_taken_for_judged(tmp_path: Path) -> None:
    """The stack has not all routes that the environment declares: what is said of them stays."""
    rows = [each for each in export("prod") if not each["urn"].endswith(OUT)]

    assert [False, True, True] == taken(tmp_path, rows, "prod", ROUTES)


def test_an_account_and_a_subscription_are_not_two_accounts(tmp_path: Path) -> None:
    """Two of one cloud are."""
    rows = export("prod")
    ids = ["arn:aws:x:eu-west-1:111122223333:a/b", "/subscriptions/s/x"]

    one_each = [r for r in rows if r["type"].endswith(("RuleGroup", ":IpGroup"))]
    one_each[0]["outputs"]["arn"], one_each[-1]["id"] = ids
    assert [False] * 3 == taken(tmp_path, rows, "prod", SEVERAL)
    other = next(
        r for r in rows if r["type"].endswith(":FirewallPolicy") and r["type"].startswith("aws:")
    )
    other["outputs"]["arn"] = "arn:aws:x:eu-west-1:444455556666:a/b"
    assert [True, False, False] == taken(tmp_path, rows, "prod", SEVERAL)
