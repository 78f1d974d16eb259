"""Small firewalls of every format, and what the audit has to say of each."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import foreign as f
import pytest
from click.testing import CliRunner

from wsus_egress.cli.main import main

RUN = CliRunner()


def audited(
    tmp_path: Path, *inputs: Any, source: str = f.SERVER, more: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The JSON report on some inputs, given as text or as data."""
    paths = []
    for number, each in enumerate(inputs):
        path = tmp_path / f"input{number}"
        path.write_text(each if isinstance(each, str) else f.text_of(each), encoding="utf-8")
        paths.append(str(path))
    result = RUN.invoke(main, ["audit", *paths, "--source", source, "--format", "json", *more])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    report: dict[str, Any] = json.loads(result.output)
    report["status"] = result.exit_code
    return report


def verdicts(report: dict[str, Any]) -> list[str]:
    """Of its pictures."""
    return [target["fidelity"] for target in report["targets"]]


def witnesses(report: dict[str, Any]) -> str:
    """All of them, in one text."""
    return "\n".join(d["witness"] for target in report["targets"] for d in target["deviations"])


def _tied() -> dict[str, Any]:
    """A plan whose policy refers to its group by the configuration alone."""
    address = "aws_networkfirewall_firewall_policy.hub"
    unknown = {
        address: {"firewall_policy": [{"stateful_rule_group_reference": [{"resource_arn": True}]}]}
    }
    written = {
        address: {
            "firewall_policy": [
                {
                    "stateful_rule_group_reference": [
                        {
                            "resource_arn": {
                                "references": [
                                    "aws_networkfirewall_rule_group.w.arn",
                                    "aws_networkfirewall_rule_group.w",
                                ]
                            }
                        }
                    ]
                }
            ]
        }
    }
    return f.plan(
        ("aws_networkfirewall_rule_group", "w", f.group_of_terraform()),
        ("aws_networkfirewall_firewall_policy", "hub", f.policy_of_terraform()),
        unknown=unknown,
        written=written,
    )


def _state(values: dict[str, Any], type_: str = "aws_security_group") -> dict[str, Any]:
    row = {"address": f"{type_}.a", "mode": "managed", "type": type_, "name": "a", "values": values}
    return {"format_version": "1.0", "values": {"root_module": {"resources": [row]}}}


RULE = {"cidr_blocks": ["0.0.0.0/0"], "from_port": 443, "to_port": 443, "protocol": "tcp"}
DENY_REST = f.collection(
    f.application_rule(["*"], sourceAddresses=["*"]), priority=900, action="Deny"
)
EXACT: dict[str, tuple[Any, ...]] = {
    "terraform plan": (_tied(),),
    "aws cli": (f.cli_group(), f.cli_policy()),
    "az cli": ([f.az_group(f.collection(f.application_rule()))],),
    "az rest": ({"value": [f.az_group(f.collection(f.application_rule()), DENY_REST)]},),
    "arm": (
        f.arm(
            {
                "type": "Microsoft.Network/firewallPolicies/ruleCollectionGroups",
                "name": "[format('{0}/x', variables('p'))]",
                "properties": {
                    "priority": 100,
                    "ruleCollections": [
                        f.collection(f.application_rule("[variables('names')]" and f.NAMES))
                    ],
                },
            },
            variables={"p": "afwp"},
        ),
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_what_is_exact(tmp_path: Path, name: str) -> None:
    """Every name of the list on both ports, and nothing else."""
    report = audited(tmp_path, *EXACT[name])

    assert (["exact"], 0, []) == (verdicts(report), report["status"], report["unusable"])


WIDER: dict[str, tuple[tuple[Any, ...], str]] = {
    "security group": ((_state({"egress": [RULE, {**RULE, "from_port": 80, "to_port": 80}]}),), "https://example.com/"),
    "a wide rule": ((_state({"egress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]}),), "udp/53"),
    "dotted domain list": (
        (
            f.cli_group(RulesSource={"RulesSourceList": {"GeneratedRulesType": "ALLOWLIST", "TargetTypes": ["TLS_SNI", "HTTP_HOST"],
                                     "Targets": [*f.HOSTS[1:], *(f".{b}" for b in f.BELOW)]}}),
            f.cli_policy(),
        ),
        "https://delivery.mp.microsoft.com/",
    ),
    "endswith without the dot": (
        (f.cli_group(f.suricata() + 'pass tls any any -> any 443 (tls.sni; content:"windowsupdate.com"; endswith; sid:9;)\n'), f.cli_policy()),
        "https://evilwindowsupdate.com/",
    ),
    "any direction": (
        (f.cli_group(f.suricata() + "pass ip any any <> any any (sid:9;)\n"), f.cli_policy()),
        "tcp/22",
    ),
    "an inbound pass takes the answers": (
        (f.cli_group(f.suricata() + "pass tcp any any -> $HOME_NET any (sid:9;)\n"), f.cli_policy()),
        "https://example.com/",
    ),
    "default order": ((f.cli_group(StatefulRuleOptions={}), f.cli_policy(StatefulEngineOptions={}, StatefulDefaultActions=[])), "tcp/22"),
    "a negated name": (
        (f.cli_group(f.suricata() + 'pass tls any any -> any 443 (tls.sni; content:!"evil.example"; sid:9;)\n'), f.cli_policy()),
        "https://example.com/",
    ),
    "stateless pass": ((f.cli_group(), f.cli_policy(StatelessDefaultActions=["aws:pass"])), "tcp/22"),
    "network rule first": (([f.az_group(f.collection(f.application_rule()), f.collection(f.network_rule(), priority=3000))],), "https://example.com/"),
    "nsg default": ((f.az_nsg(f.nsg_rule("web", 100)),), "tcp/22"),
    "a deny that comes too late": (
        (f.az_nsg(f.nsg_rule("all", 200, destinationPortRange="*", protocol="*"), f.nsg_rule("no", 300, "Deny", protocol="*", destinationPortRange="*")),),
        "udp/53",
    ),
    "squid apex": (("# squid\n" + "\n".join([*f.HOSTS, *(f".{b}" for b in f.BELOW[1:])]) + "\n*.windowsupdate.microsoft.com\n",), "https://delivery.mp.microsoft.com/"),
}  # fmt: skip


@pytest.mark.parametrize("name", WIDER)
def test_what_is_wider(tmp_path: Path, name: str) -> None:
    """With a flow that passes and should not, at the line of the rule that lets it pass."""
    inputs, witness = WIDER[name]
    report = audited(tmp_path, *inputs)

    assert (1, True) == (report["status"], verdicts(report)[0] in ("wider", "both"))
    assert witness in witnesses(report)


NARROWER: dict[str, tuple[tuple[Any, ...], str]] = {
    "a name is missing": ((f.cli_group(f.suricata(hosts=f.HOSTS[:3])), f.cli_policy()), "http://go.microsoft.com/"),
    "port 80 is missing": (
        ([f.az_group(f.collection(f.application_rule(protocols=[{"protocolType": "Https", "port": 443}])))],),
        "http://dl.delivery.mp.microsoft.com/",
    ),
    "a drop before the names": ((f.cli_group("drop tcp any any -> any 443 (sid:9;)\n" + f.suricata()), f.cli_policy()), "https://"),
    "drop_strict drops the first packet": ((f.cli_group(), f.cli_policy(StatefulDefaultActions=["aws:drop_strict"])), "https://"),
    "a deny in a collection before": (
        ([f.az_group(f.collection(f.application_rule(["*.update.microsoft.com"]), action="Deny"), f.collection(f.application_rule(), priority=300))],),
        "update.microsoft.com/",
    ),
    "other sources": (([f.az_group(f.collection(f.application_rule(sourceAddresses=["10.99.0.0/16"])))],), "https://"),
}  # fmt: skip


@pytest.mark.parametrize("name", NARROWER)
def test_what_is_narrower(tmp_path: Path, name: str) -> None:
    """With a flow that is listed and denied."""
    inputs, witness = NARROWER[name]
    report = audited(tmp_path, *inputs)

    assert (["narrower"], 1) == (verdicts(report), report["status"])
    assert witness in witnesses(report)


UNKNOWN: dict[str, tuple[Any, ...]] = {
    "an IP group that is in no file": (
        [f.az_group(f.collection(f.application_rule(sourceAddresses=[], sourceIpGroups=["/subscriptions/0/x/ipGroups/i"])))],
    ),
    "an answer that is not whole": (f.cli_group(), {**f.cli_policy(), "NextToken": "x"}),
    "a managed group may drop": (
        f.cli_group(),
        f.cli_policy(StatefulRuleGroupReferences=[
            {"ResourceArn": "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/Threats", "Priority": 1},
            {"ResourceArn": f.GROUP, "Priority": 10},
        ]),
    ),
    "a group that is in no file": (f.cli_policy(),),
    "a tag": ([f.az_group(f.collection(f.application_rule([], fqdnTags=["WindowsUpdate"])))],),
    "a pcre": (f.cli_group(f.suricata() + 'pass tls any any -> any 443 (tls.sni; pcre:"/x/"; sid:9;)\n'), f.cli_policy()),
    "default actions that are in no file": (f.cli_group(),),
}  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known(tmp_path: Path, name: str) -> None:
    """Nothing certain deviates, and nothing is called exact."""
    report = audited(tmp_path, *UNKNOWN[name])

    assert (["unknown"], 1, "") == (verdicts(report), report["status"], witnesses(report))


def test_what_is_not_known_takes_no_certainty_away(tmp_path: Path) -> None:
    """A rule that may permit hides no hole, and one that may deny closes none."""
    group = f.cli_group(
        'pass tls any any -> any 443 (tls.sni; pcre:"/x/"; sid:8;)\npass tcp any any -> any 22 (sid:9;)\n'
        + f.suricata()
    )
    report = audited(tmp_path, group, f.cli_policy())

    assert (["wider"], True) == (verdicts(report), "tcp/22" in witnesses(report))


def test_only_the_servers_own_group_counts(tmp_path: Path) -> None:
    """Where an interface says which one it is; else each stands for itself."""
    groups = [
        {"GroupId": f"sg-0000000{n}", "GroupName": f"g{n}", "IpPermissionsEgress": rules}
        for n, rules in enumerate(
            ([], [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
        )
    ]
    nic = {
        "NetworkInterfaceId": "eni-1",
        "PrivateIpAddress": f.SERVER,
        "Groups": [{"GroupId": "sg-00000000"}],
    }

    apart = audited(tmp_path, {"SecurityGroups": groups})
    tied = audited(tmp_path, {"SecurityGroups": groups}, {"NetworkInterfaces": [nic]})

    assert ["narrower", "wider"] == verdicts(apart)
    assert ["narrower"] == verdicts(tied)


def test_a_separate_rule_of_a_group_in_no_file_is_judged(tmp_path: Path) -> None:
    """As a module has it that adds rules to somebody's group."""
    report = audited(tmp_path, _state({**RULE, "cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "security_group_id": "sg-1"},
                                      "aws_vpc_security_group_egress_rule"))  # fmt: skip

    assert "https://example.com/" in witnesses(report)


def test_the_open_default_of_cloudformation(tmp_path: Path) -> None:
    """A group without egress rules lets everything out, in YAML with short tags too."""
    text = """Resources:
  G:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: !Sub "${AWS::StackName}"
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 8530, ToPort: 8531, CidrIp: 10.0.0.0/8}]
"""
    closed = text + "      SecurityGroupEgress: [{IpProtocol: '-1', CidrIp: 127.0.0.1/32}]\n"

    assert "tcp/22" in witnesses(audited(tmp_path, text))
    assert ["narrower"] == verdicts(audited(tmp_path, closed))


def test_a_false_condition_and_a_loop_of_an_arm_template(tmp_path: Path) -> None:
    """The condition takes a resource away, and the loop makes one rule for each server."""
    rule = f.application_rule(sourceAddresses=["[parameters('s')[copyIndex('rules')]]"])
    named = {
        **f.collection(),
        "copy": [{"name": "rules", "count": "[length(parameters('s'))]", "input": rule}],
    }
    del named["rules"]
    group = {
        "type": "Microsoft.Network/firewallPolicies/ruleCollectionGroups",
        "name": "p/g",
        "properties": {"priority": 100, "ruleCollections": [named]},
    }
    wide = copy.deepcopy(group)
    wide |= {"name": "p/wide", "condition": "[parameters('open')]"}
    wide["properties"] = {"priority": 99, "ruleCollections": [f.collection(f.network_rule())]}
    parameters = {
        "s": {"type": "array", "defaultValue": [f.SERVER, "10.20.0.11"]},
        "open": {"type": "bool", "defaultValue": False},
    }
    values = {
        "$schema": "https://x/deploymentParameters.json#",
        "parameters": {"open": {"value": True}},
    }
    template = f.arm(group, wide, parameters=parameters)

    assert ["exact"] == verdicts(audited(tmp_path, template))
    assert ["wider"] == verdicts(audited(tmp_path, template, values))


def test_pulumi_states_and_previews(tmp_path: Path) -> None:
    """Inputs count, old copies do not; a preview without what is unchanged is a part."""
    urn = "urn:pulumi:p::s::azure-native_network_v20250701:network:FirewallPolicyRuleCollectionGroup::g"
    inputs = {
        "firewallPolicyName": "p",
        "priority": 100,
        "ruleCollections": [f.collection(f.application_rule())],
    }
    resource: dict[str, Any] = {"urn": urn, "type": urn.split("::")[2], "inputs": inputs, "id": "x"}
    old: dict[str, Any] = copy.deepcopy(resource) | {"delete": True}
    old["inputs"]["ruleCollections"][0]["rules"] = [f.network_rule()]
    export = {"version": 3, "deployment": {"resources": [old, resource]}}
    steps = [{"op": "update", "urn": urn, "newState": resource}]
    preview = {"steps": steps, "changeSummary": {"update": 1, "same": 4}}

    assert ["exact"] == verdicts(audited(tmp_path, export))
    assert ["unknown"] == verdicts(audited(tmp_path, preview))


def test_a_secret_is_not_known_unless_it_is_shown(tmp_path: Path) -> None:
    """As `stack export` writes it, with and without --show-secrets."""
    sign = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    urn = "urn:pulumi:p::s::aws:networkfirewall/ruleGroup:RuleGroup::g"

    def export(secret: dict[str, str]) -> dict[str, Any]:
        inputs = {
            "ruleGroup": {
                "rulesSource": {"rulesString": {**sign, **secret}},
                "statefulRuleOptions": {"ruleOrder": "STRICT_ORDER"},
            }
        }
        return {
            "version": 3,
            "deployment": {
                "resources": [
                    {"urn": urn, "type": urn.split("::")[2], "inputs": inputs, "id": f.GROUP}
                ]
            },
        }

    shown = audited(tmp_path, export({"plaintext": json.dumps(f.suricata())}), f.cli_policy())
    hidden = audited(tmp_path, export({"ciphertext": "xx"}), f.cli_policy())

    assert (["exact"], ["unknown"]) == (verdicts(shown), verdicts(hidden))


def test_a_dns_firewall_hides_names(tmp_path: Path) -> None:
    """What is not resolved is not reached, whatever the firewall passes."""
    lists = [
        {"Domains": [name for name in f.NAMES if name != "go.microsoft.com"]},
        {"Domains": ["*"]},
    ]
    (tmp_path / "d").mkdir()
    for name, data in zip(("rslvr-fdl-1", "rslvr-fdl-2"), lists, strict=True):
        (tmp_path / "d" / f"{name}.json").write_text(f.text_of(data), encoding="utf-8")
    rules = [
        {
            "FirewallRuleGroupId": "g",
            "FirewallDomainListId": f"rslvr-fdl-{n}",
            "Priority": n,
            "Action": action,
        }
        for n, action in ((1, "ALLOW"), (2, "BLOCK"))
    ]
    (tmp_path / "d" / "rules.json").write_text(
        f.text_of({"FirewallRules": rules}), encoding="utf-8"
    )
    for name, data in (("g.json", f.cli_group()), ("p.json", f.cli_policy())):
        (tmp_path / "d" / name).write_text(f.text_of(data), encoding="utf-8")
    result = RUN.invoke(
        main, ["audit", str(tmp_path / "d"), "--source", f.SERVER, "--format", "json"]
    )
    report = json.loads(result.output)

    assert (["narrower"], True) == (
        verdicts(report),
        "http://go.microsoft.com/" in witnesses(report),
    )


def test_a_resource_whose_condition_is_not_known_makes_nothing_certain(tmp_path: Path) -> None:
    """It may open a hole, and may not be there."""
    text = """Parameters: {Open: {Type: String}}
Conditions: {IsOpen: !Equals [!Ref Open, "yes"]}
Resources:
  G:
    Type: AWS::EC2::SecurityGroup
    Condition: IsOpen
    Properties: {GroupDescription: x}
"""
    assert (["unknown"], "") == (verdicts(r := audited(tmp_path, text)), witnesses(r))


CIRCLES = {
    "conditions": "Resources:\n  G:\n    Type: AWS::EC2::SecurityGroup\n    Condition: C\n    Properties: {GroupDescription: x}\n"
    "Conditions:\n  C: !Not [!Condition D]\n  D: !Not [!Condition C]\n",
    "variables": f.text_of(
        f.arm(
            {
                "type": "Microsoft.Network/networkSecurityGroups",
                "name": "n",
                "properties": {"securityRules": "[variables('a')]"},
            },
            variables={"a": "[variables('b')]", "b": "[variables('a')]"},
        )
    ),
}


@pytest.mark.parametrize("name", CIRCLES)
def test_what_refers_to_itself_is_not_known(tmp_path: Path, name: str) -> None:
    """A circle ends, and makes nothing certain."""
    assert ["unknown"] == verdicts(audited(tmp_path, CIRCLES[name]))


@pytest.mark.parametrize(
    "text",
    ["Resources:\n  a: &a [*a]\n", "Resources:\n  a: &a [1,1,1,1,1,1,1,1,1,1]\n"
     + "".join(f"  x{n}: &x{n} [{','.join([f'*x{n - 1}' if n else '*a'] * 10)}]\n" for n in range(7))],
)  # fmt: skip
def test_aliases_exhaust_nothing(tmp_path: Path, text: str) -> None:
    """Neither one that refers to itself nor a few that expand to millions."""
    assert (2, 1) == ((r := audited(tmp_path, text))["status"], len(r["unusable"]))


def test_two_accounts_are_told(tmp_path: Path) -> None:
    """Their rules are taken to meet the same flows, and groups of one name are told apart."""
    groups = [
        {"GroupId": f"sg-0000000{n}", "GroupName": "a", "IpPermissionsEgress": [],
         "SecurityGroupArn": f"arn:aws:ec2:x:{n}11122223333:security-group/sg-0000000{n}"}
        for n in (1, 2)
    ]  # fmt: skip
    report = audited(tmp_path, {"SecurityGroups": groups})

    assert 2 == len({target["alternative"] for target in report["targets"]})
    assert "2 accounts" in report["targets"][0]["assumptions"][0]["id"]


def test_the_same_resource_in_two_files_counts_once(tmp_path: Path) -> None:
    """Two that differ are told."""
    group = f.cli_group()
    other = f.cli_group("pass ip any any -> any any (sid:1;)\n")

    assert ["exact"] == verdicts(audited(tmp_path, group, group, f.cli_policy()))
    assert "exact" not in verdicts(audited(tmp_path, group, other, f.cli_policy()))
