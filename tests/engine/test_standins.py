"""The stand-ins under the real engine: a resource's whole life, and what the clouds refuse."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from trial import Stack

pytestmark = pytest.mark.engine

GROUP = "aws:ec2/securityGroup:SecurityGroup"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
POLICY = "azure-native:network:FirewallPolicy"
COLLECTIONS = "azure-native:network:FirewallPolicyRuleCollectionGroup"
NSG = "azure-native:network:NetworkSecurityGroup"

AWS = """
    import pulumi, pulumi_aws as aws
    group = aws.ec2.SecurityGroup(
        "wsus", vpc_id="vpc-0d4e5f607182a3b4c", description={description!r}
    )
    for port in {ports}:
        aws.vpc.SecurityGroupEgressRule(
            f"out-{{port}}", security_group_id=group.id, ip_protocol="tcp",
            from_port=port, to_port=port, cidr_ipv4={cidr!r}, description={text},
        )
    pulumi.export("group", group.id)
"""
AZURE = """
    import pulumi, pulumi_azure_native.network as net
    policy = net.FirewallPolicy(
        "policy", resource_group_name="rg-wsus-sandbox", firewall_policy_name="afwp-trial"
    )
    net.FirewallPolicyRuleCollectionGroup(
        "group", resource_group_name="rg-wsus-sandbox", firewall_policy_name=policy.name,
        rule_collection_group_name="wsus", priority=300,
        rule_collections=[net.FirewallPolicyFilterRuleCollectionArgs(
            rule_collection_type="FirewallPolicyFilterRuleCollection", name="allow", priority=100,
            action={{"type": "Allow"}},
            rules=[net.ApplicationRuleArgs(
                rule_type="ApplicationRule", name="names", source_addresses=["10.33.0.10"],
                target_fqdns={names},
                protocols=[net.FirewallPolicyRuleApplicationProtocolArgs(
                    protocol_type="Https", port=443)],
            )],
        )],
    )
    net.NetworkSecurityGroup(
        "nsg", resource_group_name="rg-wsus-sandbox",
        security_rules=[net.SecurityRuleArgs(
            name="allow", priority={priority}, direction="Outbound", access="Allow",
            protocol="Tcp", source_address_prefix="*", source_port_range="*",
            destination_address_prefix="Internet", destination_port_ranges=["80", "443"],
        )],
    )
"""


def aws(
    description: str = "WSUS",
    ports: tuple[int, ...] = (80, 443),
    cidr: str = "0.0.0.0/0",
    text: str = "'x'",
) -> str:
    """A group with one rule for each port."""
    return AWS.format(description=description, ports=ports, cidr=cidr, text=text)


def azure(names: tuple[str, ...] = ("*.windowsupdate.com",), priority: int = 1000) -> str:
    """A policy with a group of rules, and a network security group."""
    return AZURE.format(names=list(names), priority=priority)


def test_both_clouds_are_created_and_then_left_alone(stack: Stack) -> None:
    """A rerun and a refresh find nothing to do; a secret stays one."""
    stack.write(aws(text="pulumi.Output.secret('hush')") + azure())
    assert "7 created" in stack.up()
    held = stack.held("aws") | stack.held("azure-native")
    counts = {kind: len(rows) for kind, rows in held.items()}
    assert counts == {GROUP: 1, EGRESS: 2, POLICY: 1, COLLECTIONS: 1, NSG: 1}
    assert {"hush"} == {rule["description"] for rule in held[EGRESS].values()}
    assert "7 unchanged" in stack.run("preview", "--expect-no-changes")
    assert "7 unchanged" in stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert "hush" not in stack.run("stack", "export")


def test_an_update_in_place_keeps_the_resource(stack: Stack) -> None:
    """Each changed value is named by its path, and nothing is replaced."""
    stack.write(azure())
    stack.up()
    before = stack.held("azure-native")
    stack.write(azure(("*.windowsupdate.com", "download.microsoft.com"), priority=1001))
    steps = stack.steps()
    changed = {name: step["op"] for name, step in steps.items() if step["op"] != "same"}
    assert {"group": "update", "nsg": "update"} == changed
    added = "ruleCollections[0].rules[0].targetFqdns[1]"
    assert steps["group"]["detailedDiff"] == {added: {"kind": "add", "inputDiff": True}}
    assert ["securityRules[0].priority"] == [*steps["nsg"]["detailedDiff"]]
    stack.up()
    after = stack.held("azure-native")
    assert {kind: [*rows] for kind, rows in after.items()} == {
        kind: [*rows] for kind, rows in before.items()
    }
    (nsg,) = after[NSG].values()
    assert 1001 == nsg["securityRules"][0]["priority"]


def test_what_cannot_change_in_place_is_replaced(stack: Stack) -> None:
    """A new description makes a new group beside the old one, under another name."""
    stack.write(aws())
    stack.up()
    (before,) = stack.held("aws")[GROUP].items()
    stack.write(aws(description="WSUS servers"))
    steps = stack.steps()
    assert "replace" == steps["wsus"]["op"]
    assert ["description"] == steps["wsus"]["replaceReasons"]
    assert ["securityGroupId"] == steps["out-80"]["replaceReasons"]
    stack.up()
    (after,) = stack.held("aws")[GROUP].items()
    assert after[0] != before[0]
    assert after[1]["name"] != before[1]["name"]
    assert {rule["securityGroupId"] for rule in stack.held("aws")[EGRESS].values()} == {after[0]}


def test_a_refresh_finds_what_changed_out_of_band(stack: Stack) -> None:
    """Somebody widens one rule and removes another; the next `up` restores both."""
    stack.write(aws(cidr="192.0.2.0/24"))
    stack.up()
    held = stack.held("aws")
    ids = {rule["fromPort"]: id_ for id_, rule in held[EGRESS].items()}
    held[EGRESS][ids[443]]["cidrIpv4"] = "0.0.0.0/0"
    del held[EGRESS][ids[80]]
    stack.edit("aws", held)
    said = stack.run("refresh", "--yes", "--skip-preview", "--diff")
    assert '~ cidrIpv4: "192.0.2.0/24" => "0.0.0.0/0"' in said
    assert "1 updated" in said
    assert "1 deleted" in said
    said = stack.up()
    assert "1 created" in said
    assert "1 updated" in said
    rules = stack.held("aws")[EGRESS]
    assert {"192.0.2.0/24"} == {rule["cidrIpv4"] for rule in rules.values()}
    assert ids[443] in rules


def test_what_exists_is_imported_and_then_deleted(stack: Stack) -> None:
    """An import adopts a group without changing it; a delete is refused while it is referenced."""
    group, rule = "sg-0123456789abcdef0", "sgr-0123456789abcdef0"
    about = {
        "name": "old",
        "description": "made by hand",
        "region": "eu-west-1",
        "vpcId": "vpc-0d4e5f607182a3b4c",
    }
    other = {
        "securityGroupId": "sg-00000000000000001",
        "referencedSecurityGroupId": group,
        "ipProtocol": "-1",
    }
    stack.edit("aws", {GROUP: {group: about}})
    stack.write(f"""
        import pulumi, pulumi_aws as aws
        aws.ec2.SecurityGroup(
            "old", name="old", description="made by hand", vpc_id="vpc-0d4e5f607182a3b4c",
            opts=pulumi.ResourceOptions(import_="{group}"),
        )
    """)
    assert "1 imported" in stack.up()
    assert stack.held("aws")[GROUP] == {group: about}
    stack.edit("aws", {GROUP: {group: about}, EGRESS: {rule: other}})
    said = stack.run("destroy", "--yes", "--skip-preview", fails=True)
    assert f"DependencyViolation: resource {group} has a dependent object: {rule}" in said
    stack.edit("aws", {GROUP: {group: about}})
    stack.run("destroy", "--yes", "--skip-preview")
    assert {} == stack.held("aws")


def test_bad_input_is_refused_in_the_preview(stack: Stack) -> None:
    """The preview names the property at fault, in the clouds' words, and keeps nothing."""
    stack.write(aws(description="é"))
    said = stack.run("preview", fails=True)
    assert "resource 'wsus': property description value {é} has a problem: Invalid" in said
    stack.write(azure(("a.*.com", "http://x.com")))
    said = stack.run("preview", fails=True)
    place = "property ruleCollections[0].rules[0].targetFqdns"
    assert f"{place}[0] value {{<nil>}} has a problem: Code=" in said
    assert "Invalid Fqdn 'a.*.com' in rule names" in said
    assert f"{place}[1] value {{<nil>}} has a problem: Code=" in said
    assert stack.held("aws") == stack.held("azure-native") == {}


def test_what_only_the_cloud_knows_is_refused_by_the_cloud(stack: Stack) -> None:
    """A VPC that does not exist, the same rule twice, a policy that is not there."""
    stack.write("""
        import pulumi_aws as aws, pulumi_azure_native.network as net
        aws.ec2.SecurityGroup("lost", vpc_id="vpc-00000000000000000")
        group = aws.ec2.SecurityGroup("wsus", vpc_id="vpc-0d4e5f607182a3b4c")
        for name in "one", "two":
            aws.vpc.SecurityGroupEgressRule(
                name, security_group_id=group.id, ip_protocol="tcp", from_port=443, to_port=443,
                cidr_ipv4="0.0.0.0/0")
        net.FirewallPolicyRuleCollectionGroup(
            "orphan", resource_group_name="rg-wsus-sandbox", firewall_policy_name="nowhere",
            priority=300, rule_collections=[])
    """)
    said = stack.up("--continue-on-error", fails=True)
    assert (
        "api error InvalidVpcID.NotFound: The vpc ID 'vpc-00000000000000000' does not exist" in said
    )
    assert "sandbox/world.yaml" in said
    assert "AuthorizeSecurityGroupEgress, api error InvalidPermission.Duplicate" in said
    assert 'Code="ParentResourceNotFound"' in said
    assert {kind: len(rows) for kind, rows in stack.held("aws").items()} == {GROUP: 1, EGRESS: 1}


def test_an_up_that_is_killed_can_be_run_again(stack: Stack, tmp_path: Path) -> None:
    """The stand-ins end with their engine, and keep what they had accepted."""
    gate = tmp_path / "gate"
    program = (
        aws()
        + f"""
    import pathlib, time
    def wait(_):
        for _ in range(600):
            if not pathlib.Path({str(gate)!r}).exists():
                time.sleep(0.1)
    aws.ec2.SecurityGroup(
        "second", vpc_id="vpc-0d4e5f607182a3b4c", description=group.arn.apply(wait) and "second"
    )
    """
    )
    stack.write(program)
    with subprocess.Popen(
        stack.command("up", "--yes", "--skip-preview"),
        cwd=stack.folder,
        env=dict(stack.environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        # The program waits now, so the engine soon writes nothing: a kill in the middle of a write
        # may leave an empty file, and that is what `make up` recovers from, not what is asked here.
        _until(lambda: is_quiet(tmp_path / "state", GROUP))
        assert stand_ins(stack.cloud)
        os.kill(running.pid, signal.SIGKILL)
    gate.touch()
    _until(lambda: not stand_ins(stack.cloud))
    stack.run("cancel", "--yes")
    stack.up()
    names = {record["name"] for record in stack.held("aws")[GROUP].values()}
    assert {"wsus", "second"} == {name.split("-")[0] for name in names}
    assert "5 unchanged" in stack.run("preview", "--expect-no-changes")


def is_quiet(backend: Path, kind: str) -> bool:
    """Whether the one stack's state has this kind, is whole, and is not written for a second.

    The local backend writes two files one after the other: the state and its `.attrs`.
    """
    written = ("trial.json", "trial.json.attrs")
    try:
        (folder,) = backend.glob(".pulumi/stacks/*")
        before = [(folder / name).read_bytes() for name in written]
        time.sleep(1)
        after = [(folder / name).read_bytes() for name in written]
        state, _ = map(json.loads, after)
    except (OSError, ValueError):
        return False
    latest = state["checkpoint"].get("latest") or {}
    held = {each["type"] for each in latest.get("resources", [])}
    return before == after and kind in held and not latest.get("pending_operations")


def stand_ins(cloud: Path) -> list[int]:
    """The processes of stand-ins that serve this cloud."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            serves = b"providers.__main__" in (folder / "cmdline").read_bytes()
            if serves and os.fsencode(cloud) in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:  # It ended in the meantime.
            continue
    return found


def _until(condition: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
