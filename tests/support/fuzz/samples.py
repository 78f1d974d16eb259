"""Sound inputs of every kind, from the project's own examples and tests."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import foreign as f
from paths import ROOT
from refresh_events import SUMMARY, stack_of, step
from sample import VPC

from wsus_egress.config.yamlfile import read_yaml

SERVER: Final = {"name": "wsus", "addresses": ["10.20.0.10"]}
SETTINGS: Final[dict[str, Any]] = {
    "config": {
        "aws:region": "eu-west-1",
        "wsus-egress:lists": ["good"],
        "wsus-egress:servers": [SERVER, {"name": "branch", "addresses": ["10.20.1.10"], "synchronizesFrom": "wsus"}],
        "wsus-egress:aws": {"vpcId": VPC, "networkFirewall": {}},
    }
}  # fmt: skip
"""One small environment, which other kinds of input are asked about."""
POLICY: Final[dict[str, Any]] = {
    "lists": ["wsus"], "servers": [SERVER], "mode": "restricted", "schemes": "both", "ipv6": False,
    "extraEndpoints": [{"pattern": "*.example.com", "schemes": ["https"], "owner": "team", "reason": "test"}],
    "clients": [{"name": "desktops", "addresses": ["10.20.8.0/22"], "updatesFrom": "wsus"}],
}  # fmt: skip
ARGUMENTS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("AwsWsusEgress", {"vpcId": VPC, "policy": POLICY, "networkFirewall": {"mode": "policy"}, "tags": {"team": "x"}}),
    ("AwsWsusEgress", {"vpcId": VPC, "policy": POLICY, "networkFirewall": {}, "dnsFirewall": {"alsoResolve": ["*.amazonaws.com"]}}),
    ("AwsWsusSecurityGroup", {"vpcId": VPC, "policy": {**POLICY, "mode": "open"}, "party": "wsus"}),
    ("AwsWsusNetworkFirewall", {"vpcId": VPC, "policy": POLICY, "networkFirewall": {}}),
    ("AzureWsusEgress", {
        "resourceGroup": "rg", "location": "westeurope", "addressSpace": ["10.20.0.0/16"], "destinations": "list",
        "firewallPolicy": {"name": "afwp", "mode": "policy"}, "policy": POLICY, "routeTable": {"firewallAddress": "10.20.255.4"},
    }),
    ("AzureWsusFirewallRules", {
        "resourceGroup": "rg", "location": "westeurope", "addressSpace": ["10.20.0.0/16"], "destinations": "list",
        "firewallPolicy": {"name": "afwp"}, "policy": POLICY,
    }),
    ("AzureWsusNetworkSecurityGroup", {
        "resourceGroup": "rg", "location": "westeurope", "addressSpace": ["10.20.0.0/16"], "destinations": "list",
        "firewallPolicy": {"name": "afwp"}, "policy": POLICY,
    }),
)  # fmt: skip
URLS: Final = (
    "https://sws.update.microsoft.com/", "http://download.windowsupdate.com:80/x?y#z", "download.example.com", "*.example.com",
    "https://user:pw@example.com/", "https://[fd00::1]:443/", "https://10.20.0.10/", "//example.com", "ftp://example.com",
    "https://m\u00fcnchen.example", "https://xn--mnchen-3ya.example", "https://a%2eexample.com:8443/",
)  # fmt: skip


def lists() -> tuple[Any, ...]:
    """Endpoint lists as data."""
    return (
        {
            "title": "A list",
            "includes": ["wsus"],
            "endpoints": [
                {"pattern": pattern, "schemes": ["http", "https"], "purpose": "a purpose", "source": "https://example.com/", "date": "2026-11-01"}
                for pattern in ("*.update.microsoft.com", "go.example.com", "m\u00fcnchen.example")
            ],
        },
        *_yaml("config/endpoints", "certificate-validation.yaml"),
    )  # fmt: skip


def settings() -> tuple[Any, ...]:
    """Stacks' files as data."""
    return (SETTINGS, *_yaml("docs/examples/settings", "*.yaml"))


def events() -> tuple[Any, ...]:
    """The engine's events of a preview, and the digest that older engines print."""
    lines = (ROOT / "tests/golden/engine/events.json").read_text(encoding="utf-8").splitlines()
    streamed = [json.loads(line) for line in lines if line]
    kept = [e for e in streamed if "resourcePreEvent" in e][:4] + [
        e for e in streamed if "resourcePreEvent" not in e
    ][:4]
    kept += [
        {
            "policyEvent": {
                "policyName": "p",
                "enforcementLevel": "mandatory",
                "resourceUrn": "urn:pulumi:x::p::t::n",
                "message": "m",
            }
        },
        {"diagnosticEvent": {"severity": "error", "message": "it fails"}},
        {"summaryEvent": {"resourceChanges": {"same": 3, "update": 1}}},
    ]
    step = {
        "op": "replace",
        "urn": "urn:pulumi:x::p::t::n",
        "newState": {"type": "aws:networkfirewall/ruleGroup:RuleGroup"},
        "replaceReasons": ["name"],
        "detailedDiff": {},
    }
    digest = {
        "steps": [step],
        "changeSummary": {"replace": 1},
        "diagnostics": [{"severity": "warning", "message": "m"}],
    }
    return kept, digest  # fmt: skip


@functools.cache
def refreshed(root: Path, environment: str) -> tuple[Any, ...]:
    """What a refresh says of a stack that is as it was deployed, but for one resource."""
    stack = stack_of(root, environment)
    rows = [step("same", each, each) for each in stack[1:]]
    return (
        {"resourcePreEvent": {"metadata": {"op": "refresh"}}},
        *rows,
        step("delete", stack[0], None),
        SUMMARY,
    )


def logs() -> tuple[bytes, ...]:
    """Logs of every form, the start of each."""
    folder = ROOT / "tests/unit/readers/logs/samples"
    return tuple(path.read_bytes()[:6000] for path in sorted(folder.iterdir()))


def rules() -> tuple[Any, ...]:
    """Other people's firewalls: as data, and as texts."""
    exact = f.collection(f.application_rule())
    nsg = f.az_nsg(
        f.nsg_rule("web", 100),
        f.nsg_rule("rest", 4096, "Deny", protocol="*", destinationPortRange="*"),
    )
    group = {
        "IpPermissionsEgress": [
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
            }
        ],
        "GroupId": "sg-1",
        "GroupName": "g",
        "VpcId": VPC,
    }
    formation = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"P": {"Type": "Number", "Default": 443}},
        "Resources": {
            "G": {
                "Type": "AWS::EC2::SecurityGroup",
                "Properties": {
                    "GroupDescription": "g",
                    "VpcId": VPC,
                    "SecurityGroupEgress": [
                        {
                            "IpProtocol": "tcp",
                            "FromPort": {"Ref": "P"},
                            "ToPort": 443,
                            "CidrIp": "0.0.0.0/0",
                        }
                    ],
                },
            }
        },
    }
    ruled = {
        "type": "Microsoft.Network/networkSecurityGroups",
        "apiVersion": "2023-04-01",
        "name": "[concat('n', 'sg')]",
        "properties": {"securityRules": [{"name": "r", "properties": f.nsg_rule("r", 100)}]},
    }
    pulumi = {
        "version": 3,
        "deployment": {
            "resources": [
                {
                    "urn": "urn:pulumi:dev::p::aws:ec2/securityGroup:SecurityGroup::g",
                    "type": "aws:ec2/securityGroup:SecurityGroup",
                    "id": "sg-1",
                    "custom": True,
                    "inputs": {},
                    "outputs": {
                        "egress": [
                            {
                                "protocol": "tcp",
                                "fromPort": 443,
                                "toPort": 443,
                                "cidrBlocks": ["0.0.0.0/0"],
                            }
                        ],
                        "vpcId": VPC,
                    },
                }
            ]
        },
    }
    return (
        [f.cli_group(), f.cli_policy()], [f.az_group(exact)], [nsg], {"SecurityGroups": [group]}, formation,
        f.arm(ruled, parameters={"p": {"type": "string", "defaultValue": "x"}}, variables={"v": "[parameters('p')]"}), pulumi,
        f.plan(("aws_networkfirewall_rule_group", "g", f.group_of_terraform()),
               ("aws_networkfirewall_firewall_policy", "p", f.policy_of_terraform())),
        f.plan(("aws_security_group", "g", {"egress": [{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}]})),
        f.plan(("azurerm_network_security_group", "n", {"security_rule": [{
            "name": "r", "priority": 100, "direction": "Outbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*",
            "destination_port_range": "443", "source_address_prefix": "*", "destination_address_prefix": "Internet"}]})),
        f.suricata().encode(), "\n".join(f.NAMES).encode() + b"\n",
    )  # fmt: skip


def probed() -> tuple[Any, ...]:
    """A result of the probe."""
    tests = [
        {"id": f"t{n:03}", "address": "1.2.3.4", "outcome": outcome, "detail": "certificate", "issuer": "", "ms": 5}
        for n, outcome in enumerate(("passed", "blocked", "undecided"), start=1)
    ]  # fmt: skip
    return (
        {"version": 1, "policy": "0" * 16, "environment": "x", "server": "wsus", "host": "h", "proxy": "", "tests": tests},
    )  # fmt: skip


def _yaml(folder: str, pattern: str) -> Iterator[Any]:
    for path in sorted((ROOT / folder).glob(pattern)):
        yield read_yaml(path, path.name).data
