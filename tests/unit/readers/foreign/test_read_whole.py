"""Nothing is exact that was not read whole: what hides in small inputs, and what is said of it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import foreign as f
import pytest
from click.testing import CliRunner, Result

from wsus_egress.cli.main import main

RUN = CliRunner()
# It passes a port too that a group of web rules does not permit: an open group would show.
FIREWALL = (
    f.cli_group(f.suricata() + "pass tcp any any -> any 8443 (sid:99;)\n"),
    f.cli_policy(),
)
EXACT = (f.cli_group(), f.cli_policy())
WEB = [
    {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    for port in (80, 443)
]
OPEN = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def ran(tmp_path: Path, *inputs: Any, format_: str = "json") -> Result:
    """The command on some inputs."""
    paths = []
    for number, each in enumerate(inputs):
        path = tmp_path / f"input{number}"
        path.write_text(f.text_of(each), encoding="utf-8")
        paths.append(str(path))
    return RUN.invoke(main, ["audit", *paths, "--source", f.SERVER, "--format", format_])


def audited(tmp_path: Path, *inputs: Any) -> tuple[list[str], str, str]:
    """The verdicts of the pictures, what was not read, and the witnesses."""
    result = ran(tmp_path, *inputs)
    report = json.loads(result.output)
    targets = report["targets"]
    unread = targets[0]["unread"] if targets else []
    witnesses = [d["witness"] for t in targets for d in t["deviations"]]
    return (
        [t["fidelity"] for t in targets],
        "\n".join(u["what"] for u in unread),
        "\n".join(witnesses),
    )


def group(letter: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
    """A security group as the CLI prints it."""
    return {"GroupId": f"sg-0000000{letter}", "GroupName": letter, "IpPermissionsEgress": rules}


def nic(number: int, *letters: str) -> dict[str, Any]:
    """An interface with the server's address."""
    return {
        "NetworkInterfaceId": f"eni-0000000{number}",
        "PrivateIpAddress": f.SERVER,
        "Groups": [{"GroupId": f"sg-0000000{letter}"} for letter in letters],
    }


def groups(*every: dict[str, Any]) -> dict[str, Any]:
    """An answer of `describe-security-groups`."""
    return {"SecurityGroups": list(every)}


def nics(*every: dict[str, Any]) -> dict[str, Any]:
    """An answer of `describe-network-interfaces`."""
    return {"NetworkInterfaces": list(every)}


def test_the_base_is_exact(tmp_path: Path) -> None:
    """With every group of the interface there."""
    found = audited(tmp_path, groups(group("a", WEB)), nics(nic(1, "a")), *FIREWALL)

    assert (["exact"], "", "") == found


def terraform(*more: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """A plan with a group of web rules, an open one, and what is given."""
    egress = [
        {"protocol": "tcp", "from_port": p, "to_port": p, "cidr_blocks": ["0.0.0.0/0"]}
        for p in (80, 443)
    ]
    every = [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]
    return f.plan(
        ("aws_security_group", "web", {"id": "sg-0000000a", "egress": egress}),
        ("aws_security_group", "open", {"id": "sg-0000000b", "egress": every}),
        *more,
    )


def interface(*ids: str) -> tuple[str, str, dict[str, Any]]:
    """The server's interface in a plan."""
    body = {"id": "eni-00000001", "private_ips": [f.SERVER], "security_groups": list(ids)}
    return "aws_network_interface", "eni", body


def attachment(to: str) -> tuple[str, str, dict[str, Any]]:
    """The open group, attached to an interface."""
    body = {"security_group_id": "sg-0000000b", "network_interface_id": to}
    return "aws_network_interface_sg_attachment", "a", body


def template(*egress: Any, groups: list[Any], **resources: Any) -> dict[str, Any]:
    """A CloudFormation template of an instance, and a group of web rules unless others are given."""
    body = {"GroupDescription": "x", "SecurityGroupEgress": list(egress)}
    web = [
        {"IpProtocol": "tcp", "FromPort": p, "ToPort": p, "CidrIp": "0.0.0.0/0"} for p in (80, 443)
    ]
    return {
        "Conditions": {"No": {"Fn::Equals": ["a", "b"]}},
        "Resources": {
            "Web": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "w", "SecurityGroupEgress": web}},
            "Other": {"Type": "AWS::EC2::SecurityGroup", "Properties": body},
            "I": {"Type": "AWS::EC2::Instance", "Properties": {"PrivateIpAddress": f.SERVER, "SecurityGroupIds": groups}},
            **resources,
        },
    }  # fmt: skip


REF = {"Fn::GetAtt": ["Web", "GroupId"]}
UNKNOWN: dict[str, tuple[tuple[Any, ...], str]] = {
    "a group that is in no file": (
        (groups(group("a", WEB)), nics(nic(1, "a", "b")), *FIREWALL), "sg-0000000b"),
    "only groups that are in no file": (
        (groups(group("a", [])), nics(nic(1, "b")), *FIREWALL), "sg-0000000b"),
    "an interface without groups": ((groups(group("a", WEB)), nics(nic(1)), *FIREWALL), "the default one"),
    "an import of CloudFormation": (
        (template(*WEB, groups=[REF, {"Fn::ImportValue": "x"}]), *FIREWALL), "the group that is not known"),
    "an attachment to who knows what": (
        (terraform(("aws_instance", "i", {"private_ip": f.SERVER, "vpc_security_group_ids": ["sg-0000000a"]}),
                   attachment("eni-9")), *FIREWALL), "sg_attachment.a"),
    "a module of CloudFormation": (
        (template(groups=[REF], M={"Type": "A::B::C::MODULE"}), *FIREWALL), "A::B::C::MODULE"),
    "a custom resource": ((template(groups=[REF], M={"Type": "Custom::X"}), *FIREWALL), "Custom::X"),
    "a stack set": (
        (template(groups=[REF], M={"Type": "AWS::CloudFormation::StackSet"}), *FIREWALL), "StackSet"),
    "an application": (
        (template(groups=[REF], M={"Type": "AWS::Serverless::Application"}), *FIREWALL), "Serverless"),
    "a stack in Terraform": ((terraform(interface("sg-0000000a"), ("aws_cloudformation_stack", "s", {})), *FIREWALL),
                             "aws_cloudformation_stack.s"),
    "fragments": ((f.cli_group(), f.cli_policy(StatelessFragmentDefaultActions=["aws:pass"])), "fragments of UDP"),
    "a rule of no known type": (
        ([f.az_group(f.collection(f.application_rule(), f.network_rule(ruleType="Microsoft.X")))],), "Microsoft.X"),
    "a rule without a type": (
        ([f.az_group(f.collection(f.application_rule(), f.network_rule(ruleType=None)))],), "rule 2 of c"),
    "a collection of no known type": (
        ([f.az_group(f.collection(f.application_rule()), {**f.collection(f.network_rule()), "ruleCollectionType": "X"})],),
        "a rule collection of"),
    "NAT rules": (
        ([f.az_group(f.collection(f.application_rule()),
                     {**f.collection(name="n"), "ruleCollectionType": "FirewallPolicyNatRuleCollection"})],),
        "NAT rules of n"),
    "a database by name": (
        ([f.az_group(f.collection(f.application_rule(),
                                  f.application_rule(["x.database.windows.net"], protocols=[{"protocolType": "Mssql", "port": 1433}])))],),
        "SQL servers"),
}  # fmt: skip
TOKENS = ("aws:ec2/launchConfiguration:LaunchConfiguration", "aws:autoscaling/group:Group",
          "azure-native:compute:VirtualMachineScaleSet", "azure-native:compute/v20240701:VirtualMachineScaleSet",
          "azure-native_compute_v20240701:compute:VirtualMachineScaleSet",
          "azure:compute/linuxVirtualMachineScaleSet:LinuxVirtualMachineScaleSet",
          "azure:network/firewallPolicyRuleCollectionGroup:FirewallPolicyRuleCollectionGroup",
          "aws:cloudformation/stack:Stack", "aws:ec2/route:Route", "azure-native:resources:Deployment")  # fmt: skip
UNKNOWN |= {
    token: (
        ({"version": 3, "deployment": {"resources": [{"urn": f"urn:pulumi:p::s::{token}::x", "type": token}]}}, *EXACT),
        token,
    )
    for token in TOKENS
}  # fmt: skip
SCALE_SET = "Microsoft.Compute/virtualMachineScaleSets"
SETS = {
    "azurerm_virtual_machine_scale_set", "azurerm_orchestrated_virtual_machine_scale_set",
    "azurerm_windows_virtual_machine_scale_set", "aws_launch_configuration", "aws_launch_template",
    "aws_spot_fleet_request", "aws_spot_instance_request", "aws_autoscaling_group",
}  # fmt: skip
UNKNOWN |= {each: ((f.plan((each, "x", {})), *EXACT), f"{each}.x") for each in sorted(SETS)}
UNKNOWN |= {
    f"an answer of {each}": (({each: [{"Name": "x"}]}, *EXACT), said)
    for each, said in (("LaunchTemplates", "launch templates"), ("LaunchTemplateVersions", "launch templates"),
                       ("LaunchConfigurations", "launch configurations"), ("AutoScalingGroups", "Auto Scaling groups"))
} | {
    "a scale set as az prints it": (([f.az_group(f.collection(f.application_rule())), {
        "id": f"/subscriptions/0/resourceGroups/r/providers/{SCALE_SET}/v", "name": "v", "type": SCALE_SET}],), "v ("),
    "a scale set of a template": ((f.arm(
        {"type": SCALE_SET, "name": "v", "properties": {}},
        {"type": "Microsoft.Network/firewallPolicies/ruleCollectionGroups", "name": "p/g",
         "properties": {"priority": 100, "ruleCollections": [f.collection(f.application_rule())]}}),), f"v ({SCALE_SET})"),
    "an Auto Scaling group of a template": (
        (template(groups=[REF], M={"Type": "AWS::AutoScaling::AutoScalingGroup"}), *FIREWALL), "AutoScalingGroup"),
}  # fmt: skip
LINK = {
    "FirewallRuleGroupAssociations": [
        {"Id": "l", "FirewallRuleGroupId": "rslvr-frg-1", "Priority": 1}
    ]
}
UNKNOWN["a group of the DNS Firewall that is in no file"] = ((LINK, *EXACT), "rslvr-frg-1")
POLICY = "/subscriptions/0/resourceGroups/r/providers/Microsoft.Network/firewallPolicies/p"
RULE = {"name": "r", "source_addresses": [f.SERVER], "destination_fqdns": list(f.NAMES),
        "protocols": [{"type": "Http", "port": 80}, {"type": "Https", "port": 443}]}  # fmt: skip
UNKNOWN["a policy that is only read"] = (
    (
        {
            "format_version": "1.0",
            "values": {"root_module": {"resources": [
                {"address": "data.azurerm_firewall_policy.p", "mode": "data", "type": "azurerm_firewall_policy",
                 "name": "p", "values": {"id": POLICY, "name": "p"}},
                {"address": "azurerm_firewall_policy_rule_collection_group.g", "mode": "managed",
                 "type": "azurerm_firewall_policy_rule_collection_group", "name": "g",
                 "values": {"name": "g", "priority": 1, "firewall_policy_id": POLICY, "application_rule_collection": [
                     {"name": "c", "priority": 1, "action": "Allow", "rule": [RULE]}]}},
            ]}},
        },
    ),
    "data.azurerm_firewall_policy.p",
)  # fmt: skip
SURICATA = {
    "detection_filter": "drop tls any any -> any any (detection_filter:track by_src,count 9,seconds 1; sid:9;)",
    "threshold": "drop tls any any -> any any (threshold:type both,track by_src,count 9,seconds 1; sid:9;)",
    "requires": "drop tls any any -> any any (requires: version >= 99; sid:9;)",
    "isdataat": 'pass tls any any -> any 443 (tls.sni; content:".example.com"; isdataat:!10,relative; sid:9;)',
    "isdataat:!1": 'pass tls any any -> any 443 (tls.sni; content:".example.com"; isdataat:!1; sid:9;)',
}
UNKNOWN |= {
    name: ((f.cli_group(f"{rule}\n{f.suricata()}"), f.cli_policy()), name)
    for name, rule in SURICATA.items()
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_was_not_read_is_named_and_prevents_exact(tmp_path: Path, name: str) -> None:
    """The only picture is not known, and the gap says which thing it is."""
    inputs, said = UNKNOWN[name]
    verdicts, unread, witnesses = audited(tmp_path, *inputs)

    assert (["unknown"], "", True) == (verdicts, witnesses, said in unread)


def test_a_data_source_has_no_rules_to_read(tmp_path: Path) -> None:
    """It is not known, until the group's own rules are given beside it."""
    data = terraform(interface("sg-0000000a", "sg-0000000c"))
    row = {"address": "data.aws_security_group.s", "mode": "data", "type": "aws_security_group",
           "name": "s", "values": {"id": "sg-0000000c", "name": "s"}}  # fmt: skip
    data["planned_values"]["root_module"]["resources"].append(row)

    assert ["unknown"] == audited(tmp_path, data, *FIREWALL)[0]
    assert ["exact"] == audited(tmp_path, data, groups(group("c", WEB)), *FIREWALL)[0]


WIDE = f.cli_group("pass ip any any -> any any (sid:1;)\n")
ATTACHED: dict[str, tuple[str, bool]] = {
    "its own": ("eni-00000001", True), "another one": ("eni-00000002", False),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACHED)
def test_an_attached_group_counts(tmp_path: Path, name: str) -> None:
    """Of the interface that it is attached to."""
    to, counts = ATTACHED[name]
    found = audited(
        tmp_path, terraform(interface("sg-0000000a"), attachment(to)), WIDE, f.cli_policy()
    )

    assert counts == ("tcp/22" in found[2])


NOTHING = {"Fn::If": ["No", {"IpProtocol": "-1"}, {"Ref": "AWS::NoValue"}]}


@pytest.mark.parametrize("egress", [(), (NOTHING,)])
def test_an_empty_list_of_cloudformation_keeps_the_open_default(
    tmp_path: Path, egress: Any
) -> None:
    """Also where conditions leave nothing of it."""
    both = [REF, {"Fn::GetAtt": ["Other", "GroupId"]}]
    found = audited(tmp_path, template(*egress, groups=both), WIDE, f.cli_policy())

    assert "tcp/22" in found[2]


def test_two_interfaces_with_the_address_are_two_pictures(tmp_path: Path) -> None:
    """Nothing says which of the networks is meant."""
    inputs = (groups(group("a", WEB), group("b", OPEN)), WIDE, f.cli_policy())
    apart = audited(tmp_path, *inputs, nics(nic(1, "a"), nic(2, "b")))
    same = audited(tmp_path, *inputs, nics(nic(1, "a"), nic(2, "a")))

    assert (2, True) == (len(apart[0]), "tcp/22" in apart[2])
    assert (1, False) == (len(same[0]), "tcp/22" in same[2])


def test_an_instances_other_interface_does_not_count(tmp_path: Path) -> None:
    """An instance lists the groups of all its interfaces; the one with the address decides."""
    ids = [{"GroupId": f"sg-0000000{letter}"} for letter in "ab"]
    instance = {"InstanceId": "i-1", "PrivateIpAddress": f.SERVER, "SecurityGroups": ids}
    inputs = (groups(group("a", WEB), group("b", OPEN)), *FIREWALL)
    reservations = {"Reservations": [{"Instances": [instance]}]}

    assert ["wider"] == audited(tmp_path, *inputs, reservations)[0]
    assert ["exact"] == audited(tmp_path, *inputs, reservations, nics(nic(1, "a")))[0]


def test_a_policy_that_may_not_be_there_drops_nothing_for_certain(tmp_path: Path) -> None:
    """Its default action included."""
    text = {
        "Parameters": {"P": {"Type": "String"}},
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}},
        "Resources": {"F": {"Type": "AWS::NetworkFirewall::FirewallPolicy", "Condition": "C", "Properties": {
            "FirewallPolicy": f.cli_policy(StatefulDefaultActions=["aws:drop_established"])["FirewallPolicy"]}}},
    }  # fmt: skip
    verdicts, _, witnesses = audited(tmp_path, text, f.cli_group())

    assert (["unknown"], "") == (verdicts, witnesses)


def az_places(*subnets: tuple[str, str | None]) -> list[Any]:
    """Networks as `az` prints them, each with a subnet that has the source, and its group."""
    head = "/subscriptions/0/resourceGroups/r/providers/Microsoft.Network"
    return [
        {
            "id": f"{head}/virtualNetworks/{name}",
            "name": name,
            "type": "Microsoft.Network/virtualNetworks",
            "subnets": [
                {
                    "name": "s",
                    "addressPrefix": "10.20.0.0/24",
                    "networkSecurityGroup": nsg and {"id": f"{head}/networkSecurityGroups/{nsg}"},
                }
            ],
        }
        for name, nsg in subnets
    ]


def az_nsg(name: str, *rules: Any) -> dict[str, Any]:
    """A network security group of a name."""
    found = f.az_nsg(*rules)
    return {**found, "name": name, "id": found["id"].removesuffix("/n") + f"/{name}"}


AZ_FIREWALL = [f.az_group(f.collection(f.application_rule()))]
AZ_OPEN = f.nsg_rule("web", 100, protocol="*", destinationPortRange="*")


def test_a_network_security_group_of_the_sources_subnet_that_is_in_no_file(tmp_path: Path) -> None:
    """It may deny what the list has."""
    other = az_nsg("other", AZ_OPEN)
    there = audited(tmp_path, [other], AZ_FIREWALL, az_places(("v", "other")))
    absent = audited(tmp_path, [other], AZ_FIREWALL, az_places(("v", "gone")))

    assert (["exact"], "") == there[:2]
    assert (["unknown"], True) == (absent[0], "group gone on v/s is in no file" in absent[1])


def test_two_subnets_with_the_address_are_two_pictures(tmp_path: Path) -> None:
    """Their groups are never taken to stand on one another."""
    both = [
        az_nsg("a", AZ_OPEN),
        az_nsg("b", f.nsg_rule("no", 100, "Deny", protocol="*", destinationPortRange="*")),
    ]
    found = audited(tmp_path, both, AZ_FIREWALL, az_places(("v", "a"), ("w", "b")))

    assert ["exact", "narrower"] == found[0]


def test_several_network_acls_are_judged_each(tmp_path: Path) -> None:
    """Where no subnet says which one is the source's."""
    entry = {"Egress": True, "Protocol": "-1", "RuleNumber": 100, "CidrBlock": "0.0.0.0/0"}
    acls = [
        {"NetworkAclId": f"acl-0000000{n}", "Entries": [{**entry, "RuleAction": action}]}
        for n, action in enumerate(("allow", "deny"))
    ]

    assert ["exact", "narrower"] == audited(tmp_path, {"NetworkAcls": acls}, *EXACT)[0]


def test_an_acl_of_another_subnet_is_named(tmp_path: Path) -> None:
    """It is not judged, and that is said."""
    acl = {
        "NetworkAclId": "acl-0000000a",
        "Entries": [],
        "Associations": [{"SubnetId": "subnet-0000000b"}],
    }
    own = nics({**nic(1, "a"), "SubnetId": "subnet-0000000a"})
    result = ran(
        tmp_path, {"NetworkAcls": [acl]}, own, groups(group("a", WEB)), *FIREWALL, format_="text"
    )

    assert "not on the source's subnet, and not judged: network ACL acl-0000000a" in result.output


def test_pictures_beyond_the_most_are_told(tmp_path: Path) -> None:
    """And nothing is exact without them."""
    many = [{**group("a", WEB), "GroupId": f"sg-{n:08x}", "GroupName": f"g{n}"} for n in range(41)]
    verdicts, unread, _ = audited(tmp_path, groups(*many), *FIREWALL)

    assert ({"unknown"}, 40, True) == (
        {*verdicts},
        len(verdicts),
        "1 further combinations" in unread,
    )


HASTY = {
    "drop_established": (f.cli_group(), f.cli_policy(StatefulDefaultActions=["aws:drop_established"])),
    "a drop that waits for nothing": (
        f.cli_group(f.suricata() + "drop tcp any any -> any any (flow:established; sid:99;)\n"), f.cli_policy()),
}  # fmt: skip


@pytest.mark.parametrize("name", HASTY)
def test_a_drop_that_does_not_wait_for_the_name(tmp_path: Path, name: str) -> None:
    """It drops the first of two segments, as `check` says of the rules of this project."""
    verdicts, _, witnesses = audited(tmp_path, *HASTY[name])

    assert (["narrower"], True) == (verdicts, witnesses.endswith("in two segments"))


def test_a_database_rule_for_any_name_opens_its_port(tmp_path: Path) -> None:
    """The port of SQL servers is none of the list's."""
    rule = f.application_rule(["*"], protocols=[{"protocolType": "Mssql", "port": 1433}])
    found = audited(tmp_path, [f.az_group(f.collection(f.application_rule(), rule))])

    assert (["wider"], True) == (found[0], "tcp/1433" in found[2])


@pytest.mark.parametrize("format_", ["text", "markdown", "sarif"])
def test_what_is_not_shown_stands_as_an_escape(tmp_path: Path, format_: str) -> None:
    """A name of a file moves no terminal, and turns no direction of writing."""
    odd = f.az_nsg(f.nsg_rule("x\x1b[31m\u202ey", 100))
    output = ran(tmp_path, odd, format_=format_).output
    shown = output if format_ != "sarif" else "".join(
        r["message"]["text"] for r in json.loads(output)["runs"][0]["results"]
    )  # fmt: skip

    assert shown.replace("\n", "").isprintable()
    assert "u202e" in shown


def test_a_value_that_is_not_known_reads_as_that(tmp_path: Path) -> None:
    """And not as the program's own word for it."""
    odd = f.collection(f.application_rule(), name="c")
    del odd["name"]
    unknown = {"type": "Microsoft.Network/firewallPolicies/ruleCollectionGroups", "name": "p/g",
               "properties": {"priority": 1, "ruleCollections": [{**odd, "name": "[parameters('n')]", "action": {}}]}}  # fmt: skip
    report = audited(tmp_path, f.arm(unknown, parameters={"n": {"type": "string"}}))

    assert ("Unknown" in report[1], "that is not known" in report[1]) == (False, True)


def test_an_entry_that_only_the_apply_will_know_is_there(tmp_path: Path) -> None:
    """A plan that marks one more rule group as unknown than it shows: the policy was not read whole."""
    reference = {"resource_arn": True}
    address = "aws_networkfirewall_firewall_policy.hub"
    written = {"stateful_rule_group_reference": [
        {"resource_arn": {"references": ["aws_networkfirewall_rule_group.w"]}}]}  # fmt: skip

    def verdict(references: list[dict[str, bool]]) -> list[str]:
        plan = f.plan(
            ("aws_networkfirewall_rule_group", "w", f.group_of_terraform()),
            ("aws_networkfirewall_firewall_policy", "hub", f.policy_of_terraform()),
            unknown={address: {"firewall_policy": [{"stateful_rule_group_reference": references}]}},
            written={address: {"firewall_policy": [written]}},
        )
        return audited(tmp_path, plan)[0]

    assert ["exact"] == verdict([reference])
    assert ["exact"] != verdict([reference, {"resource_arn": True}])


def base_policy(name: str, base: str) -> list[Any]:
    """A firewall policy that inherits, with a group that has the list."""
    head = POLICY.removesuffix("/p")
    group = f.az_group(f.collection(f.application_rule()))
    return [
        {"id": f"{head}/{name}", "name": name, "type": "Microsoft.Network/firewallPolicies",
         "basePolicy": {"id": f"{head}/{base}"}},
        {**group, "id": group["id"].replace("/p/", f"/{name}/")},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("policies", "pictures"), [([("a", "a")], 1), ([("a", "b"), ("b", "a")], 2)],
    ids=["of itself", "of one another"],
)  # fmt: skip
def test_policies_in_a_circle_are_named(
    tmp_path: Path, policies: list[tuple[str, str]], pictures: int
) -> None:
    """Each is judged, and is not exact: Azure has no such policies, so the files are not of one moment."""
    verdicts, unread, _ = audited(tmp_path, [x for pair in policies for x in base_policy(*pair)])

    assert ["unknown"] * pictures == verdicts
    assert "a inherits from itself, which Azure refuses" in unread


def test_many_groups_are_named_in_their_number_of_steps(tmp_path: Path) -> None:
    """Each name was once compared with all others: 20,000 groups took some 15 s, and now take 1 to 2."""
    many = [{"GroupId": f"sg-{n:08x}", "GroupName": f"g{n}"} for n in range(20_000)]
    path = tmp_path / "groups"
    path.write_text(f.text_of(groups(*many)), encoding="utf-8")
    start = time.process_time()
    RUN.invoke(main, ["audit", str(path), "--source", f.SERVER])

    assert 7 > time.process_time() - start
