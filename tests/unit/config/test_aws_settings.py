"""Settings of an AWS target that cannot be used, and what the user reads then."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sample import ONE, VPC

from wsus_egress.controls import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.model.network_firewall_policy import DROP
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.proof import Fidelity, prove

Build = Callable[..., Environment]
Refused = Callable[..., list[str]]

ZONE = {
    "zone": "eu-west-1a",
    "subnetId": "subnet-0a1b2c3d4e5f60718",
    "protectedRouteTables": ["rtb-0a1b2c3d4e5f60718"],
    "returnRoutes": [
        {"routeTableId": "rtb-0b2c3d4e5f6071829", "destinations": ["10.20.0.0/24"]}
    ],
}  # fmt: skip
PATH = "aws.networkFirewall"


def aws(**settings: Any) -> dict[str, Any]:
    """An AWS target with these further settings."""
    return {"vpcId": VPC, **settings}


KEY = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000000"
GROUPS = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup"
MANAGED = "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/{}"
BAD_FIREWALLS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a policy in default order": (
        {"mode": "rules-only", "existingPolicy": {"ruleOrder": "DEFAULT_ACTION_ORDER"}},
        [
            f"{PATH}.existingPolicy.ruleOrder: a firewall policy in DEFAULT_ACTION_ORDER cannot refer "
            "to these rule groups, which are in STRICT_ORDER: the service answers that it has an "
            "invalid rule order; give the policy STRICT_ORDER (it is replaced by that)"
        ],
    ),
    "an ARN of something else": (
        {
            "mode": "rules-only",
            "existingPolicy": {"arn": "arn:aws:network-firewall:eu-west-1:111122223333:firewall/x"},
        },
        [
            f"{PATH}.existingPolicy.arn: 'arn:aws:network-firewall:eu-west-1:111122223333:firewall/x' is not the ARN "
            "of a firewall policy; write it like arn:aws:network-firewall:REGION:ACCOUNT:firewall-policy/NAME"
        ],
    ),
    "an ARN where Firewall Manager makes the policies": (
        {
            "mode": "rules-only",
            "firewallManager": {},
            "existingPolicy": {
                "arn": "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/x"
            },
        },
        [
            f"{PATH}.existingPolicy.arn: Firewall Manager makes a firewall policy for each VPC, and none of them is "
            "named here; remove it"
        ],
    ),
    "default actions that do not go together": (
        {
            "mode": "rules-only",
            "existingPolicy": {
                "statefulDefaultActions": ["aws:drop_established", DROP, "aws:nothing"]
            },
        },
        [
            f"{PATH}.existingPolicy.statefulDefaultActions: a firewall policy has at most one drop action; "
            "keep aws:drop_established_app_layer_to_server",
            f"{PATH}.existingPolicy.statefulDefaultActions[2]: 'aws:nothing' is not a default action that is "
            "known here; write aws:drop_established_app_layer_to_server",
        ],
    ),
    "alerts of another kind": (
        {
            "mode": "rules-only",
            "existingPolicy": {
                "statefulDefaultActions": [
                    "aws:drop_established",
                    "aws:alert_established_app_layer",
                    "aws:alert_strict",
                ]
            },
        },
        [
            f"{PATH}.existingPolicy.statefulDefaultActions: a firewall policy's drop and alert actions are of "
            "one kind, and these are of several; keep aws:drop_established and those that end alike"
        ],
    ),
    "a policy of one's own beside one that is made": (
        {"mode": "policy", "existingPolicy": {}},
        [
            f"{PATH}.existingPolicy: mode policy makes a firewall policy of its own; remove it, or "
            "write `mode: rules-only`"
        ],
    ),
    "a default action of a policy that is not made": (
        {"mode": "rules-only", "defaultAction": "alert"},
        [
            f"{PATH}.defaultAction: mode rules-only makes no firewall policy; say it in "
            "existingPolicy"
        ],
    ),
    "a firewall without a zone": (
        {"mode": "full"},
        [
            f"{PATH}.endpoints: mode full makes a firewall, and no zone is given for it; add a zone, "
            "or write `mode: policy`"
        ],
    ),
    "rule groups that a policy cannot have": (
        {
            "ruleGroups": [
                {"arn": f"{GROUPS}/team", "priority": 100, "alertOnly": True},
                {
                    "arn": f"{GROUPS}/team",
                    "priority": 10,
                    "variables": [{"name": "A", "values": ["b"]}],
                },
                {
                    "arn": MANAGED.format("ThreatSignaturesBotnetActionOrder"),
                    "priority": 10,
                    "rules": "drop ip any any -> any any (sid:1;)",
                },
            ]
        },
        [
            f"{PATH}.ruleGroups[0].alertOnly: only the drops of a managed rule group can be turned into "
            "alerts; remove it, or change the group's own rules",
            f"{PATH}.ruleGroups[0].priority: 100 to 119 are kept for the rule groups made here; write a "
            "lower one for a group that comes before them, else a higher one",
            f"{PATH}.ruleGroups[1].arn: team is given twice: a policy refers to a rule group once; name "
            "each once",
            f"{PATH}.ruleGroups[1].variables: variables are given, and no rules that have them; add "
            "rules, or remove them",
            f"{PATH}.ruleGroups[2].arn: ThreatSignaturesBotnetActionOrder is for policies in the default "
            "action order, and this one is in STRICT_ORDER; write ThreatSignaturesBotnetStrictOrder at "
            "the end of its ARN",
            f"{PATH}.ruleGroups[2].priority: another rule group has the priority 10, and a policy takes "
            "each once; give each its own",
            f"{PATH}.ruleGroups[2].rules: AWS keeps the rules of a managed group, changes them and does "
            "not publish all; remove them",
        ],
    ),
    "values of rule groups that AWS refuses": (
        {
            "priority": 65530,
            "ruleGroups": [
                {
                    "arn": "arn:aws:network-firewall:eu-west-1:111122223333:stateless-rulegroup/x",
                    "priority": 0,
                },
                {
                    "arn": f"{GROUPS}/a",
                    "priority": 1,
                    "rules": "drop ip any any -> any any (sid:1;)\a",
                },
                {"arn": f"{GROUPS}/b", "priority": 2, "variables": [{"name": "1", "values": []}]},
            ],
        },
        [
            f"{PATH}.ruleGroups[0].arn: 'arn:aws:network-firewall:eu-west-1:111122223333:stateless-rulegroup/x' "
            "is not the ARN of a stateful rule group; write it like "
            "arn:aws:network-firewall:REGION:ACCOUNT:stateful-rulegroup/NAME",
            f"{PATH}.ruleGroups[0].priority: 0 cannot be used; input should be greater than or equal to 1",
            f"{PATH}.ruleGroups[1].rules: the rules have a control character in them (\\u0007); write "
            "printable text",
            f"{PATH}.ruleGroups[2].variables[0].name: '1' is not a variable's name; write it without $: at "
            "most 32 letters, digits and underscores, a letter first",
            f"{PATH}.ruleGroups[2].variables[0].values: it is empty; give at least one entry",
        ],
    ),
    "a first priority too high": (
        {"priority": 65530},
        [
            f"{PATH}.priority: 65530 to 65549 are kept for the rule groups made here, and priorities end at "
            "65535; write 65516 or less"
        ],
    ),
    "rules of an existing policy": (
        {
            "mode": "rules-only",
            "priority": 7,
            "ruleGroups": [
                {"arn": f"{GROUPS}/team", "priority": 5},
                {"arn": f"{GROUPS}/b", "priority": 7},
            ],
            "existingPolicy": {
                "rules": [
                    {"name": "web", "action": "drop", "destinationPorts": [80]},
                    {
                        "name": "names",
                        "action": "drop",
                        "protocol": "tcp",
                        "fqdns": ["a.com"],
                        "priority": 5,
                    },
                    {"name": "ours", "action": "drop", "priority": 7},
                ]
            },
        },
        [
            f"{PATH}.existingPolicy.rules[0].destinationPorts: a rule about every IP protocol has no ports; "
            "write `protocol: tcp` or `udp`, a rule of each",
            f"{PATH}.existingPolicy.rules[1].fqdns: a rule about tcp sees no host names; write `protocol: "
            "http` or `tls`, a rule of each",
            f"{PATH}.existingPolicy.rules[1].priority: the priority 5 is that of a rule group in "
            "ruleGroups; write the rule there, or give it another one",
            f"{PATH}.existingPolicy.rules[2].priority: 7 is the priority of the rule groups made here; "
            "write a lower one for a rule that comes before them, else a higher one",
            f"{PATH}.ruleGroups[1].priority: 7 is the priority of the rule groups made here; write a lower "
            "one for a group that comes before them, else a higher one",
        ],
    ),
    "logs that CloudWatch does not keep so": (
        {
            "mode": "full",
            "endpoints": [ZONE],
            "logging": {"logGroup": "my log group", "retentionDays": 100},
        },
        [
            f"{PATH}.logging.logGroup: 'my log group' is not a log group's name; write letters, digits and "
            ". - _ / #",
            f"{PATH}.logging.retentionDays: CloudWatch does not keep logs for 100 days; write 120",
        ],
    ),
    "logs for longer than for ever": (
        {"mode": "full", "endpoints": [ZONE], "logging": {"bucket": "Logs", "retentionDays": 4000}},
        [
            f"{PATH}.logging.bucket: 'Logs' is not a bucket's name; write 3 to 63 lower-case letters, digits, "
            "dots and hyphens",
            f"{PATH}.logging.retentionDays: CloudWatch does not keep logs for 4000 days; write 3653",
        ],
    ),
    "nobody to share with": (
        {
            "mode": "rules-only",
            "shareWith": ["not an account"],
            "firewallManager": {"accounts": ["nonsense"], "organizationalUnits": ["bad"]},
        },
        [
            f"{PATH}.firewallManager.accounts[0]: 'nonsense' is not an account id; write its 12 digits, in "
            "quotes",
            f"{PATH}.firewallManager.organizationalUnits[0]: 'bad' is not an organizational unit's id; write "
            "it like ou-ab12-cdef3456",
            f"{PATH}.shareWith[0]: 'not an account' is neither an account id nor the ARN of an organization "
            "or of a unit of it; write 12 digits, or "
            "arn:aws:organizations::111122223333:organization/o-exampleorg",
        ],
    ),
    "more than the policy has, and a route without a firewall": (
        {"policyCapacity": 100, "capacity": 500, "keepDefaultRoutes": True},
        [
            f"{PATH}.capacity: a rule group would reserve 500 units, and the policy has 100; write less, or "
            "raise policyCapacity",
            f"{PATH}.keepDefaultRoutes: mode policy makes no firewall; write `mode: full`, or remove it",
        ],
    ),
    "zones and logs without a firewall": (
        {"mode": "policy", "endpoints": [ZONE], "logging": {"bucket": "logs"}},
        [
            f"{PATH}.endpoints: mode policy makes no firewall; write `mode: full`, or remove it",
            f"{PATH}.logging: mode policy makes no firewall; write `mode: full`, or remove it",
        ],
    ),
    "the same zone, subnet and route table twice": (
        {"mode": "full", "endpoints": [ZONE, ZONE]},
        [
            f"{PATH}.endpoints[1]: 0.0.0.0/0 is routed twice in rtb-0a1b2c3d4e5f60718: a table has "
            "one route for it; name each route table in its own zone only",
            f"{PATH}.endpoints[1]: 10.20.0.0/24 is routed twice in rtb-0b2c3d4e5f6071829: a table "
            "has one route for it; name each route table in its own zone only",
            f"{PATH}.endpoints[1].subnetId: subnet-0a1b2c3d4e5f60718 is given twice; name each once",
            f"{PATH}.endpoints[1].zone: the zone eu-west-1a is given twice; give each zone one "
            "firewall subnet",
        ],
    ),
    "no way back": (
        {"mode": "full", "endpoints": [{**ZONE, "returnRoutes": []}]},
        [
            f"{PATH}.endpoints[0].protectedRouteTables: protectedRouteTables is given without "
            "returnRoutes: routes one way only are asymmetric, and the firewall drops connections of "
            "which it sees half; add returnRoutes"
        ],
    ),
    "no way there": (
        {"mode": "full", "endpoints": [{**ZONE, "protectedRouteTables": []}]},
        [
            f"{PATH}.endpoints[0].returnRoutes: returnRoutes is given without protectedRouteTables: "
            "routes one way only are asymmetric, and the firewall drops connections of which it sees "
            "half; add protectedRouteTables"
        ],
    ),
    "ids of another kind": (
        {
            "mode": "full",
            "endpoints": [
                {
                    "zone": "eu-west-1",
                    "subnetId": "vpc-0a1b2c3d4e5f60718",
                    "protectedRouteTables": ["table"],
                }
            ],
        },
        [
            f"{PATH}.endpoints[0].protectedRouteTables[0]: 'table' is not a route table id; write it "
            "as rtb- and 8 or 17 hex digits",
            f"{PATH}.endpoints[0].subnetId: 'vpc-0a1b2c3d4e5f60718' is not a subnet id; write it as "
            "subnet- and 8 or 17 hex digits",
            f"{PATH}.endpoints[0].zone: 'eu-west-1' is not an availability zone; write it like "
            "eu-west-1a",
        ],
    ),
    "logs nowhere, beside an id of another kind": (
        {"mode": "full", "endpoints": [ZONE, {**ZONE, "subnetId": "subnet"}], "logging": {}},
        [
            f"{PATH}.endpoints[1].subnetId: 'subnet' is not a subnet id; write it as subnet- and 8 or "
            "17 hex digits",
            f"{PATH}.logging: logs go to one CloudWatch log group, S3 bucket or Firehose stream; give "
            "exactly one of logGroup, existingLogGroup, bucket and deliveryStream",
        ],
    ),
    "logs nowhere": (
        {"mode": "full", "endpoints": [ZONE], "logging": {}},
        [
            f"{PATH}.logging: logs go to one CloudWatch log group, S3 bucket or Firehose stream; give "
            "exactly one of logGroup, existingLogGroup, bucket and deliveryStream"
        ],
    ),
    "Firewall Manager beside a policy": (
        {"mode": "policy", "firewallManager": {}},
        [
            f"{PATH}.firewallManager: Firewall Manager makes the firewall policies, and so does mode "
            "policy; write `mode: rules-only`"
        ],
    ),
    "the Internet at home": (
        {"homeNetworks": ["0.0.0.0/0", "10.0.0.0/33", "10.1.0.0/16"]},
        [
            f"{PATH}.homeNetworks[0]: 0.0.0.0/0 is every address: the Internet would be inside; "
            "write your own networks",
            f"{PATH}.homeNetworks[1]: '10.0.0.0/33' is not an IP address or CIDR block; write one "
            "like 10.20.0.10 or 10.20.0.0/24",
        ],
    ),
    "settings of a policy and a firewall that are not made": (
        {
            "mode": "rules-only",
            "homeNetworks": ["10.0.0.0/8"],
            "streamExceptionPolicy": "REJECT",
            "protected": True,
        },
        [
            f"{PATH}.homeNetworks: mode rules-only makes no firewall policy, and so no HOME_NET; "
            "give your policy HOME_NET, and remove it",
            f"{PATH}.protected: mode rules-only makes no firewall; write `mode: full`, or remove it",
            f"{PATH}.streamExceptionPolicy: mode rules-only makes no firewall policy; say it in your "
            "policy, and remove it",
        ],
    ),
    "the protection of a firewall that is not made": (
        {"protected": True},
        [f"{PATH}.protected: mode policy makes no firewall; write `mode: full`, or remove it"],
    ),
    "a home that Firewall Manager has no field for": (
        {
            "mode": "rules-only",
            "firewallManager": {},
            "streamExceptionPolicy": "DROP",
            "homeNetworks": ["10.0.0.0/8"],
        },
        [
            f"{PATH}.homeNetworks: mode rules-only makes no firewall policy, and so no HOME_NET; "
            "remove it: it is each VPC's own range",
        ],
    ),
    "a bucket's prefix for a log group": (
        {"mode": "full", "endpoints": [ZONE], "logging": {"logGroup": "logs", "prefix": "wsus"}},
        [
            f"{PATH}.logging.prefix: a prefix is for a bucket, and the logs go elsewhere; write it into "
            "logGroup, or remove it"
        ],
    ),
    "a log group's retention for a bucket": (
        {"mode": "full", "endpoints": [ZONE], "logging": {"bucket": "logs", "retentionDays": 30}},
        [
            f"{PATH}.logging.retentionDays: how long logs are kept is set here only for log groups that "
            "are created here; set it where they go: for a bucket with a lifecycle rule"
        ],
    ),
    "settings of a log group for one that exists": (
        {
            "mode": "full",
            "endpoints": [ZONE],
            "kmsKey": "alias/firewall",
            "tcpIdleTimeoutSeconds": 59,
            "analysis": ["SNI"],
            "logging": {
                "existingLogGroup": "logs",
                "retentionDays": 30,
                "kmsKey": KEY,
                "prefix": "a",
            },
        },
        [
            f"{PATH}.analysis[0]: 'SNI' is not one of the choices; write 'HTTP_HOST' or 'TLS_SNI'",
            f"{PATH}.kmsKey: 'alias/firewall' is not the ARN of a KMS key; write it like "
            "arn:aws:kms:REGION:ACCOUNT:key/ID",
            f"{PATH}.logging.kmsKey: a key is set here only for log groups that are created here; set it "
            "where the logs go, and remove it",
            f"{PATH}.logging.prefix: a prefix is for a bucket, and the logs go elsewhere; write it into "
            "logGroup, or remove it",
            f"{PATH}.logging.retentionDays: how long logs are kept is set here only for log groups that "
            "are created here; set it where they go: for a bucket with a lifecycle rule",
            f"{PATH}.tcpIdleTimeoutSeconds: 59 cannot be used; input should be greater than or equal to 60",
        ],
    ),
    "a stream that cannot be one": (
        {"mode": "full", "endpoints": [ZONE], "logging": {"deliveryStream": "a b"}},
        [
            f"{PATH}.logging.deliveryStream: 'a b' is not a delivery stream's name; write 1 to 64 letters, "
            "digits, underscores, dots and hyphens"
        ],
    ),
    "a time-out and reports without what has them": (
        {"mode": "rules-only", "tcpIdleTimeoutSeconds": 600, "analysis": ["TLS_SNI"]},
        [
            f"{PATH}.analysis: mode rules-only makes no firewall; write `mode: full`, or remove it",
            f"{PATH}.tcpIdleTimeoutSeconds: mode rules-only makes no firewall policy that has a time-out; "
            "set it in your policy, and remove it",
        ],
    ),
    "a group behind those that reject": (
        {"defaultAction": "reject", "ruleGroups": [{"arn": f"{GROUPS}/a", "priority": 65535}]},
        [
            f"{PATH}.ruleGroups[0].priority: 65535 is the priority of the rules that reject, which come "
            "last; write a lower one"
        ],
    ),
    "a part of the Internet at home": (
        {"homeNetworks": ["172.0.0.0/8", "10.0.0.0/8", "20.0.0.0/8", "fc00::/6", "127.0.0.0/8"]},
        [
            f"{PATH}.homeNetworks[0]: 172.0.0.0/8 has Internet addresses, to which no rule would "
            "apply any more; write 172.16.0.0/12",
            f"{PATH}.homeNetworks[2]: 20.0.0.0/8 has Internet addresses, to which no rule would "
            "apply any more; leave it out: it is outside",
            f"{PATH}.homeNetworks[3]: fc00::/6 has Internet addresses, to which no rule would apply "
            "any more; write fc00::/7",
        ],
    ),
}


@pytest.mark.parametrize(("settings", "expected"), BAD_FIREWALLS.values(), ids=BAD_FIREWALLS)
def test_a_network_firewall_is_refused(
    refused: Refused, settings: dict[str, Any], expected: list[str]
) -> None:
    """What AWS would refuse, or what would not admit what it says, is refused with a way out."""
    assert refused(aws=aws(networkFirewall=settings)) == expected


def test_alert_before_drop(environment: Build, today: datetime.date) -> None:
    """A roll-out that only alerts is wider, with a witness for all that passes meanwhile."""
    built = environment(aws=aws(networkFirewall={"defaultAction": "alert"}))
    target = built.targets[0]

    proof = prove(built, target, compile_target(built, target), today)

    assert proof.fidelity is Fidelity.WIDER
    # The server's other ports stay closed by its security group, which masks them.
    assert ["nameless", "names", "sources"] == [deviation.subject for deviation in proof.deviations]
    assert ["ipv6", "ports", "udp"] == [deviation.subject for deviation in proof.masked]


def test_a_dns_firewall_is_refused(refused: Refused) -> None:
    """A reserved priority, and patterns that DNS Firewall has no form for."""
    settings = {"priority": 100, "alsoResolve": ["*", "corp.example.com", "a.*.com"]}
    expected = [
        "aws.dnsFirewall.alsoResolve[0]: '*' is every name; use `mode: open` if that is meant",
        "aws.dnsFirewall.alsoResolve[2]: 'a.*.com' has a wildcard that is not its first label; name "
        "the hosts that are meant",
        "aws.dnsFirewall.priority: 100 is not a valid association priority; write 101 to 9899",
    ]
    assert refused(aws=aws(dnsFirewall=settings)) == expected


def test_a_peer_is_refused(refused: Refused) -> None:
    """A peer is named in exactly one way, and a prefix list's size must be known."""
    group, listed = "sg-0a1b2c3d4e5f60718", "pl-0a1b2c3d4e5f60718"
    peers = [{}, {"securityGroupId": group, "prefixListId": listed, "maxEntries": 5},
             {"prefixListId": listed}, {"securityGroupId": group, "maxEntries": 5}]  # fmt: skip
    servers = [
        {"name": f"server{i}", "addresses": [f"10.20.0.{i}"], "awsPeer": peer}
        for i, peer in enumerate(peers)
    ]
    twice = "a peer is named either by its security group or by a prefix list; give exactly one of "
    expected = [
        f"servers[0].awsPeer: {twice}securityGroupId and prefixListId",
        f"servers[1].awsPeer: {twice}securityGroupId and prefixListId",
        "servers[2].awsPeer: a prefix list counts as many rules as it may hold, and it is not said "
        "how many; add maxEntries, as `aws ec2 describe-managed-prefix-lists` shows it",
        "servers[3].awsPeer.maxEntries: a security group counts as one rule, however many members it "
        "has; remove it",
    ]
    assert refused(servers=servers) == expected


def test_dns_firewall_and_open_mode(environment: Build) -> None:
    """Where any name may be reached, there is no list of names to resolve."""
    built = environment(mode="open", aws=aws(dnsFirewall={}))

    with pytest.raises(PolicyErrors) as caught:
        compile_target(built, built.targets[0])

    expected = (
        "aws.dnsFirewall: the mode is open, and DNS Firewall can only allow names: it would close "
        "the rest; remove it, or write `mode: restricted`"
    )
    assert str(caught.value) == expected


OTHER = """\
config:
  wsus-egress:lists: [good]
  wsus-egress:servers:
    - {{name: one, addresses: [10.20.0.10]}}
  wsus-egress:aws:
    vpcId: vpc-0a1b2c3d4e5f60718
    {settings}
"""


def both(write: Callable[..., Path], first: str, second: str) -> Path:
    """A project with two environments on one VPC."""
    files = {
        "config/Pulumi.x.yaml": OTHER.format(settings=first),
        "config/Pulumi.y.yaml": OTHER.format(settings=second),
    }
    return write(files=files)


@pytest.mark.parametrize(
    ("priority", "why"),
    [
        (200, "both have the priority 200, and a VPC takes each once"),
        (300, "the one that is asked first blocks what only the other one lists"),
    ],
)
def test_two_dns_firewalls_in_one_vpc(
    write: Callable[..., Path], run: Callable[..., Result], priority: int, why: str
) -> None:
    """Environments that fight over a VPC are refused before either is deployed."""
    project = both(write, "dnsFirewall: {}", f"dnsFirewall: {{priority: {priority}}}")
    result = run("check", project)
    expected = (
        f"config/Pulumi.y.yaml:7: aws.dnsFirewall: x has a DNS Firewall in {VPC} too: {why}; keep one "
        "of them, with the names of both\n1 problem: fix it before you deploy\n"
    )
    assert (result.exit_code, result.stderr) == (2, expected)


def test_two_routes_in_one_table(write: Callable[..., Path], run: Callable[..., Result]) -> None:
    """A route table has one default route: two environments cannot both set it."""
    zone = (
        "{zone: eu-west-1a, subnetId: subnet-0a1b2c3d4e5f60718, "
        "protectedRouteTables: [rtb-0a1b2c3d4e5f60718], returnRoutes: "
        "[{routeTableId: rtb-0b2c3d4e5f6071829, destinations: [10.20.0.0/24]}]}"
    )
    settings = f"networkFirewall: {{mode: full, endpoints: [{zone}]}}"
    result = run("check", both(write, settings, settings))
    lines = result.stderr.splitlines()
    # The firewall itself, both routes, and the end.
    assert (2, 4) == (result.exit_code, len(lines))
    # A table that keeps its own default route is no less one's: the halves win over the other's.
    beside = settings.replace("mode: full,", "mode: full, keepDefaultRoutes: true,")
    kept = run("check", both(write, settings, beside)).stderr
    assert 4 == len(kept.splitlines())
    assert "routes 0.0.0.0/0 in rtb-0a1b2c3d4e5f60718 too" in kept
    assert (
        "config/Pulumi.y.yaml:7: aws.networkFirewall.endpoints[0]: x routes 0.0.0.0/0 in "
        "rtb-0a1b2c3d4e5f60718 too, and a table has one route for it; leave the route to one of them"
    ) == lines[1]


def test_two_environments_in_two_vpcs(
    write: Callable[..., Path], run: Callable[..., Result]
) -> None:
    """Nothing stands in the way of environments that share no VPC."""
    project = both(write, "networkFirewall: {}", "networkFirewall: {}")
    assert 0 == run("check", project).exit_code


def test_rules_that_cannot_be_read(environment: Build) -> None:
    """A line that is not a rule, and variables that stand for nothing known, are refused together."""
    long = "deny everything that anybody could ever send to anywhere from anywhere"
    rules = f"# theirs\n{long}\ndrop tcp $ADMINS any -> $EXTERNAL_NET [25,$MAIL] (sid:1;)"
    group = {"arn": f"{GROUPS}/team", "priority": 5, "rules": rules}
    built = environment(aws=aws(networkFirewall={"mode": "rules-only", "ruleGroups": [group]}))

    with pytest.raises(PolicyErrors) as raised:
        compile_target(built, built.targets[0])

    place = "aws.networkFirewall.ruleGroups[0].rules"
    missing = "its rules have ${0}, and nothing says what that stands for; add it: variables: [{{name: {0}, values: [...]}}]"
    assert sorted(str(problem) for problem in raised.value.problems) == [
        *(f"{place}: {missing.format(name)}" for name in ("ADMINS", "HOME_NET", "MAIL")),
        f"{place}: rule 1, '{long[:60]}...', is not a Suricata rule; write it as "
        "`drop tcp any any -> any 25 (sid:1;)`, on one line",
    ]


def test_zones_of_every_cloud_of_aws(environment: Build) -> None:
    """Commercial, government, and the sovereign cloud, whose regions begin with four letters."""
    for name in ("eu-west-1a", "us-gov-east-1b", "us-iso-east-1a", "eusc-de-east-1a"):
        firewall = {"mode": "full", "endpoints": [{**ZONE, "zone": name}]}
        built = environment(servers=[ONE], aws=aws(networkFirewall=firewall))
        (target,) = built.targets
        assert target == built.aws


def test_a_name_of_others_rules_that_is_none_is_refused(refused: Refused) -> None:
    """No firewall matches a wildcard inside a name."""
    rule = {"name": "names", "action": "drop", "protocol": "tls", "fqdns": ["a.*.com"]}
    settings = {"mode": "rules-only", "existingPolicy": {"rules": [rule]}}
    assert refused(aws=aws(networkFirewall=settings)) == [
        f"{PATH}.existingPolicy.rules[0].fqdns[0]: 'a.*.com' has a wildcard that is not its first label; "
        "name the hosts that are meant"
    ]
