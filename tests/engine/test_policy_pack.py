"""The policy pack in the real engine: it lets a clean stack pass and blocks a widened one."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
import workspace
import yaml
from paths import ROOT
from workspace import Workspace

from wsus_egress.guardrails.catalogue import GUARDRAILS
from wsus_egress.release import VERSION

pytestmark = pytest.mark.engine

PLANTED = """
import pulumi_aws as aws

aws.vpc.SecurityGroupEgressRule(
    "planted",
    security_group_id=egress.security_group_ids["wsus"],
    cidr_ipv4="0.0.0.0/0",
    ip_protocol="tcp",
    from_port=8080,
    to_port=8080,
)
other = aws.ec2.SecurityGroup("other", description="agents", vpc_id="vpc-0a1b2c3d4e5f60718")
aws.vpc.SecurityGroupEgressRule(
    "elsewhere", security_group_id=other.id, cidr_ipv4="0.0.0.0/0", ip_protocol="-1")
"""
AZURE = """
import pulumi
from wsus_egress.azure import AzureWsusEgress

AzureWsusEgress("wsus", {
    "policy": {"lists": ["wsus"], "servers": [{"name": "wsus", "addresses": ["10.33.0.10"]}]},
    "resource_group_name": "rg-wsus-sandbox", "location": "westeurope",
    "address_space": ["10.33.0.0/16"], "destinations": "list", "ip_groups": True,
    "firewall_policy": {"name": "afwp", "mode": "full"}, "route_table": {},
    "firewall": {"name": "afw", "virtual_network":
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-wsus-sandbox"
        "/providers/Microsoft.Network/virtualNetworks/vnet-wsus-sandbox"},
})
"""
# What another team's code does to the resources of a component, and beside them.
PLANTED_IN_AZURE = """
import pulumi_azure_native.network as net

RULE = {
    "access": "Allow", "direction": "Outbound", "name": "agents", "priority": 200,
    "protocol": "Tcp", "source_address_prefix": "*", "source_port_range": "*",
    "destination_address_prefix": "Internet", "destination_port_range": "8000-8100",
}
ROUTE = {"name": "cdn", "address_prefix": "203.0.113.0/24", "next_hop_type": "Internet"}


def change(args):
    if args.type_ == "azure-native:network:NetworkSecurityGroup":
        return pulumi.ResourceTransformationResult(
            {**args.props, "security_rules": [*args.props["security_rules"], RULE]}, args.opts)
    if args.type_ == "azure-native:network:RouteTable":
        return pulumi.ResourceTransformationResult(
            {**args.props, "routes": [*args.props["routes"], ROUTE]}, args.opts)


pulumi.runtime.register_stack_transformation(change)
net.FirewallPolicyRuleCollectionGroup(
    "planted", firewall_policy_name="afwp", resource_group_name="rg-wsus-sandbox",
    rule_collection_group_name="planted", priority=150, rule_collections=[
        net.FirewallPolicyFilterRuleCollectionArgs(
            name="web", priority=100, action={"type": "Allow"},
            rule_collection_type="FirewallPolicyFilterRuleCollection",
            rules=[net.ApplicationRuleArgs(
                name="site", rule_type="ApplicationRule", source_addresses=["10.33.0.0/24"],
                protocols=[{"protocol_type": "Https", "port": 443}],
                target_fqdns=["site.example.com"],
            )],
        )
    ])
"""

# In a program of two lines: another team's change to what the package declares.
TRANSFORMED = """\
import pulumi


def change(args):
    if args.type_ == "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":
        return pulumi.ResourceTransformationResult({**args.props, "to_port": 8080}, args.opts)


pulumi.runtime.register_stack_transformation(change)
"""


@pytest.fixture
def stack(tmp_path: Path) -> Workspace:
    """The Python example, with a copy of the pack that the older host here can start.

    That host starts the wrong program for a pack in Python. For a runtime that it does not know,
    the engine itself runs the analyzer of that name. So what is run is the pack's program; of the
    shipped manifest's `runtime: python` a test only reads that it is there.
    """
    stack = workspace.python(tmp_path)
    shutil.copytree(ROOT / "policy_pack", tmp_path / "pack")
    harness(tmp_path, tmp_path / "pack")
    configure(stack, "10.20.0.10")
    return stack


def harness(folder: Path, pack: Path) -> None:
    """Give a pack the runtime whose analyzer stands in a folder's `bin/`."""
    manifest = pack / "PulumiPolicy.yaml"
    manifest.write_text("runtime: harness\nversion: 0.1.0\n", encoding="utf-8")
    program = folder / "bin" / "pulumi-analyzer-policy-harness"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -u -m pulumi.policy "$@"\n')
    program.chmod(0o755)


def configure(stack: Workspace, address: str) -> None:
    """Let the pack judge by a policy with one server of this address."""
    policy = {"lists": ["wsus"], "servers": [{"name": "wsus", "addresses": [address]}]}
    config = {rule.id: {"policy": policy} for rule in GUARDRAILS if rule.needs_policy}
    (stack.root.parent / "pack.json").write_text(json.dumps(config), encoding="utf-8")


def guarded(
    stack: Workspace, action: str, name: str = "dev", pack: str = "", config: str = ""
) -> tuple[int, str]:
    """Run `up` or `preview` with the pack; the status and what was said."""
    folder = stack.root.parent
    yes = ["--yes", "--skip-preview"] if action == "up" else []
    done = stack.run(
        "env",
        f"PATH={folder / 'bin'}:{stack.environment()['PATH']}",
        *("pulumi", action, *yes, "--non-interactive", "--stack", name),
        *("--policy-pack", pack or str(folder / "pack")),
        *("--policy-pack-config", config or str(folder / "pack.json")),
    )
    return done.returncode, done.stdout + done.stderr


def test_the_shipped_manifest_is_a_python_pack() -> None:
    """Its runtime is Python, from a virtual environment of its own, and its version the package's."""
    manifest = yaml.safe_load((ROOT / "policy_pack" / "PulumiPolicy.yaml").read_text())

    assert {"name": "python", "options": {"virtualenv": ".venv"}} == manifest["runtime"]
    assert VERSION == manifest["version"]


def test_passes_and_blocks(stack: Workspace) -> None:
    """The clean stack deploys; an extra rule on its group is refused by name."""
    status, said = guarded(stack, "up")

    assert 0 == status, said
    assert "wsus-egress@" in said or "Loading policy packs" in said

    with (stack.root / "__main__.py").open("a") as program:
        program.write(PLANTED)
    status, said = guarded(stack, "preview")

    assert 0 != status, said
    assert "wsus-aws-security-group-widens" in said
    assert "planted: admits" in said
    # A group that no server has is nobody's matter here.
    assert "elsewhere: " not in said


def test_the_pack_that_new_writes(tmp_path: Path) -> None:
    """It judges by the settings of the project that it stands in, wherever Pulumi starts it."""
    own = Workspace(tmp_path / "own")
    own.root.mkdir()
    own.must("wsus-egress", "new", "prod", "--cloud", "aws", "--guardrails")
    harness(tmp_path, own.root / "policy_pack")
    settings = own.root / "Pulumi.prod.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("vpc-00000000", "vpc-0a1b2c3d4e5f60718"), encoding="utf-8")
    own.must("pulumi", "stack", "init", "prod")
    pack = ("prod", "policy_pack", "policy_pack/prod.json")
    status, said = guarded(own, "up", *pack)

    assert 0 == status, said

    program = own.root / "__main__.py"
    program.write_text(TRANSFORMED + program.read_text(encoding="utf-8"), encoding="utf-8")
    status, said = guarded(own, "preview", *pack)

    assert 0 != status, said
    assert "wsus-aws-security-group-widens" in said
    assert "admits a port of the Internet that is not 80 or 443" in said


def test_passes_and_blocks_in_azure(stack: Workspace) -> None:
    """The clean stack deploys; an extra security rule, route or name is each refused."""
    configure(stack, "10.33.0.10")
    program = stack.root / "__main__.py"
    program.write_text(AZURE, encoding="utf-8")
    status, said = guarded(stack, "up")

    assert 0 == status, said
    assert "wsus-egress@" in said or "Loading policy packs" in said

    head, start, rest = AZURE.partition("AzureWsusEgress(")
    program.write_text(head + PLANTED_IN_AZURE + start + rest, encoding="utf-8")
    status, said = guarded(stack, "preview")

    assert 0 != status, said
    for found in (
        "wsus-nsg: admits a port of the Internet that is not 80 or 443, by rule agents",
        "wsus-route-table: leads past the firewall, by route cdn: 10.33.0.10 -> 203.0.113.",
        "planted: admits any other host name, by planted/web/site: "
        "10.33.0.10 -> https://site.example.com/",
    ):
        assert found in said
    assert "cannot be judged" not in said


def test_a_deployed_stack_is_judged_without_its_program(stack: Workspace) -> None:
    """`policy analyze` on an export asks no cloud; `audit` reads the same export from standard input."""
    stack.up()
    folder = stack.root.parent
    export = folder / "stack.json"

    def analysed() -> tuple[int, str]:
        done = stack.run(
            "env", f"PATH={folder / 'bin'}:{stack.environment()['PATH']}",
            "pulumi", "policy", "analyze", "--file", str(export), "--policy-pack", str(folder / "pack"),
            "--policy-pack-config", str(folder / "pack.json"), "--non-interactive",
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def audited() -> str:
        asked = f"wsus-egress audit - --source 10.20.0.10 <{export}"
        return stack.run("bash", "-c", asked).stdout

    text = stack.must("pulumi", "stack", "export", "--stack", "dev")
    export.write_text(text, encoding="utf-8")
    status, said = analysed()
    assert 0 == status, said
    assert "aws-security-group    exact" in audited()

    wider = text.replace('"fromPort": 443', '"fromPort": 22')
    assert wider != text
    export.write_text(wider, encoding="utf-8")
    status, said = analysed()
    assert 0 != status
    assert "wsus-aws-security-group-widens" in said
    assert "10.20.0.10 -> 203.0.113.80 tcp/22" in said
    assert "aws-security-group    wider" in audited()
