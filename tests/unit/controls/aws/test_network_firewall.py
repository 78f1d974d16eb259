"""Network Firewall's rules: their text, numbers, groups and quotas."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sample import ONE, VPC

from wsus_egress.config.assembly import build_environment
from wsus_egress.config.lists import EndpointList
from wsus_egress.controls import Bounds, Control, Verdict, compile_target
from wsus_egress.controls.aws.network_firewall import MIDSTREAM, RESIDUES, AwsNetworkFirewall
from wsus_egress.controls.aws.rule_groups import GROUP_BYTES, GROUP_CAPACITY, in_groups
from wsus_egress.controls.aws.suricata import SuricataRule, numbered
from wsus_egress.controls.compile import refusals
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Application, Flow, Scheme
from wsus_egress.model.policy import Endpoint
from wsus_egress.names.hosts import Pattern
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES
from wsus_egress.problems import PolicyErrors
from wsus_egress.proof.proof import Fidelity, prove

Build = Callable[..., Environment]

SERVER, STRANGER = ip_address("10.20.0.10"), ip_address("10.20.0.99")
INTERNET = ip_address("203.0.113.80")


def firewall_of(environment: Environment) -> AwsNetworkFirewall:
    """The Network Firewall of an environment's AWS target."""
    controls = compile_target(environment, environment.targets[0])
    return next(each for each in controls if isinstance(each, AwsNetworkFirewall))


@pytest.fixture
def firewall(environment: Build) -> Callable[..., AwsNetworkFirewall]:
    """The Network Firewall of settings; `own` are its own ones."""

    def compiled(own: dict[str, Any] | None = None, **settings: Any) -> AwsNetworkFirewall:
        target = {"vpcId": VPC, "networkFirewall": own or {}}
        return firewall_of(environment(**{"aws": target, **settings}))

    return compiled


def long_list(count: int, schemes: str = "both") -> Environment:
    """An environment with so many names."""
    entries = tuple(
        Endpoint(Pattern(f"host{n}.example.com", n % 2 == 0), frozenset(Scheme), "", "", "", "long")
        for n in range(count)
    )
    lists = {"long": EndpointList("long", "", (), entries)}
    settings = {
        "lists": ["long"],
        "schemes": schemes,
        "servers": [{"name": "one", "addresses": ["10.20.0.10"]}],
        "aws": {"vpcId": VPC, "networkFirewall": {}},
    }
    return build_environment("test", settings, lists, lambda _: None)


def test_the_rules_texts(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """A wildcard without its apex, an exact host; HTTP on 80 and TLS on 443; sources by variable."""
    extra = [
        {"pattern": text, "schemes": ["http", "https"], "owner": "team", "reason": "test"}
        for text in ("*.x.com", "host.org")
    ]
    rules = firewall(extraEndpoints=extra).rules
    expected = [
        'pass tls $WSUS_SOURCES any -> $EXTERNAL_NET 443 (alert; msg:"wsus-egress tls-443-host.org in '
        'extra"; ssl_state:client_hello; tls.sni; content:"host.org"; startswith; nocase; endswith; '
        "flow:to_server, established; sid:123; rev:1;)",
        'pass http $WSUS_SOURCES any -> $EXTERNAL_NET 80 (alert; msg:"wsus-egress http-80-*.x.com in '
        'extra"; http.host; content:".x.com"; endswith; bsize:>6; flow:to_server, established; '
        "sid:123; rev:1;)",
    ]
    rendered = [rule.render().replace(str(rule.sid), "123") for rule in rules]
    assert 4 == len(rendered)
    assert [True, True] == [text in rendered for text in expected]


def test_open_mode_is_ports(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """Whatever is spoken on TCP 80 and 443 passes, to any name and none."""
    control = firewall(mode="open")
    texts = [(rule.id, rule.render().partition("(")[0], rule.endpoints) for rule in control.rules]
    flow = Flow(SERVER, INTERNET, "tcp", 443)
    assert [
        ("tcp-80-any", "pass tcp $WSUS_SOURCES any -> $EXTERNAL_NET 80 ", ()),
        ("tcp-443-any", "pass tcp $WSUS_SOURCES any -> $EXTERNAL_NET 443 ", ()),
    ] == texts
    assert control.admits(flow).verdict is Verdict.ALLOW
    assert control.names(Flow(SERVER, INTERNET, "tcp", 80, "tls")) == Bounds.exact(ALL_NAMES)
    assert [False, False] == ["flow" in rule.render() for rule in control.rules]


@pytest.mark.parametrize(
    ("source", "port", "application", "name", "expected"),
    [
        (SERVER, 80, "http", "a.example.com", "http-80-*.example.com"),
        (SERVER, 443, "tls", "a.b.example.com", "tls-443-*.example.com"),
        (SERVER, 443, "tls", "example.com", ""),
        (SERVER, 443, "http", "a.example.com", ""),
        (SERVER, 8443, "tls", "a.example.com", ""),
        (SERVER, 443, "tls", None, ""),
        (SERVER, 443, None, None, ""),
        (STRANGER, 443, "tls", "a.example.com", ""),
    ],
)
def test_what_is_admitted(
    firewall: Callable[..., AwsNetworkFirewall],
    source: Any,
    port: int,
    application: Application | None,
    name: str | None,
    expected: str,
) -> None:
    """The rule that has name, port and protocol decides; else the default action drops."""
    ruling = firewall().admits(Flow(source, INTERNET, "tcp", port, application, name))
    denied = "default action aws:drop_established_app_layer_to_server"
    verdict = Verdict.ALLOW if expected else Verdict.DENY
    assert (ruling.verdict, ruling.rule) == (verdict, expected or denied)


def test_without_a_drop_everything_passes(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """A policy of the user's own that drops nothing makes the rules useless, and this says so."""
    own = {"mode": "rules-only", "existingPolicy": {"statefulDefaultActions": []}}
    control = firewall(own)
    flow = Flow(STRANGER, INTERNET, "udp", 53)
    assert control.admits(flow).verdict is Verdict.ALLOW
    assert control.names(Flow(STRANGER, INTERNET, "tcp", 80, "http")) == Bounds.exact(ALL_NAMES)


def test_who_does_not_pass_here(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """The firewall does not judge traffic inside the VPC, nor that of servers that stand elsewhere."""
    away = {"name": "two", "addresses": ["10.30.0.1"], "location": "elsewhere"}
    control = firewall(servers=[{"name": "one", "addresses": ["10.20.0.10"]}, away])
    flows = [
        Flow(SERVER, STRANGER, "tcp", 80, "http", "a.example.com"),
        Flow(ip_address("10.30.0.1"), INTERNET, "tcp", 80, "http", "a.example.com"),
    ]
    assert [control.admits(flow).verdict for flow in flows] == [Verdict.NOT_APPLICABLE] * 2
    assert [None, None] == [control.names(flow) for flow in flows]
    assert control.names(Flow(STRANGER, INTERNET, "tcp", 80, "http")) == Bounds.exact(NO_NAMES)


def test_nobody_with_the_internet_needs_no_rule(
    firewall: Callable[..., AwsNetworkFirewall],
) -> None:
    """Without a source there is no rule group, and the policy drops everything."""
    top = {"name": "top", "addresses": ["10.30.0.1"], "location": "elsewhere"}
    below = {"name": "one", "addresses": ["10.20.0.10"], "synchronizesFrom": "top"}
    control = firewall(servers=[top, below])
    kinds = [document.type.rpartition(":")[2] for document in control.documents("wsus")]
    assert ((), ["FirewallPolicy"]) == (control.rules, kinds)


def numbers(environment: Environment) -> dict[str, int]:
    """Every rule's number, by the rule's id."""
    return {rule.id: rule.sid for rule in firewall_of(environment).rules}


def test_an_entry_more_renumbers_nothing() -> None:
    """Every rule keeps its number and its group when the list grows."""
    before, after = numbers(long_list(1000)), numbers(long_list(1001))
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 2
    assert len(set(after.values())) == len(after)


def test_equal_hashes_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two entries that hash alike get different numbers."""
    monkeypatch.setattr("wsus_egress.controls.aws.suricata.digest", lambda text: text.count("#"))
    one, two = Pattern("a.com", wildcard=False), Pattern("b.com", wildcard=False)
    rules = numbered([("http", 80, one, "x"), ("http", 80, two, "x")])
    assert [1_000_000, 1_000_001] == [rule.sid for rule in rules]


def test_a_group_changes_alone() -> None:
    """Of several groups, an entry more changes one for each scheme at the most."""
    before = [group.rules_string for group in firewall_of(long_list(6000)).rule_groups]
    after = [group.rules_string for group in firewall_of(long_list(6001)).rule_groups]
    changed = sum(old != new for old, new in zip(before, after, strict=True))
    assert len(before) > 1
    assert 1 <= changed <= 2


def test_capacity_has_room_to_grow() -> None:
    """Reserved capacity comes in steps, with a quarter to spare, and never beyond the quotas."""
    found = {
        count: [group.capacity for group in firewall_of(long_list(count)).rule_groups]
        for count in (1, 40, 41, 1000)
    }
    assert {1: [100], 40: [100], 41: [200], 1000: [3200]} == found


def test_the_last_room_is_shared_out() -> None:
    """Where steps are too coarse for what is left, the rest is dealt out evenly."""
    groups = firewall_of(long_list(14_000)).rule_groups
    assert sum(group.capacity for group in groups) <= GROUP_CAPACITY
    assert all(len(group.rules) <= group.capacity for group in groups)
    assert all(len(group.rules_string) <= GROUP_BYTES for group in groups)


@pytest.mark.parametrize("count", [24_000, 28_000])
def test_a_rule_more_keeps_what_is_shared_out(count: int) -> None:
    """Where the rest is shared out, growth replaces at most one group, and seldom that."""
    names = (Pattern(f"host{number}.example.com", wildcard=False) for number in range(count + 20))
    rules = numbered(("tls", 443, name, "long") for name in names)
    found = [
        [group.capacity for group in in_groups(rules[:size], 30_000)]
        for size in range(count, count + 20)
    ]
    changed = [
        sum(old != new for old, new in zip(before, after, strict=True))
        for before, after in pairwise(found)
    ]
    assert 5 == len(found[0])
    assert max(changed) <= 1
    assert sum(changed) <= 5


def test_one_group_takes_what_there_is() -> None:
    """With no other group to share with, it never grows out of what it reserves."""
    rules = [
        SuricataRule(
            sid=n, protocol="http", port=80, pattern=Pattern(f"h{n}.com", False), origin="x"
        )
        for n in range(90)
    ]
    assert [100] == [group.capacity for group in in_groups(rules, 100)]


def test_too_many_names_are_refused() -> None:
    """More rules than a policy has capacity for are refused, with the figures."""
    environment = long_list(15_001)
    with pytest.raises(PolicyErrors) as caught:
        compile_target(environment, environment.targets[0])
    expected = (
        "lists: aws-network-firewall: 30002 units of stateful capacity reserved, and the cloud allows "
        "30000; shorten the list, or split the environment"
    )
    assert expected in str(caught.value).splitlines()


def test_a_quota_that_was_raised_holds_more() -> None:
    """With a raised quota the same list is dealt out over groups of at most 30,000 rules."""
    rules = [
        SuricataRule(
            sid=n, protocol="http", port=80, pattern=Pattern(f"h{n}.com", False), origin="x"
        )
        for n in range(40_000)
    ]
    groups = in_groups(rules, 100_000)
    assert 40_000 == sum(len(group.rules) for group in groups)
    assert all(len(group.rules) <= group.capacity <= GROUP_CAPACITY for group in groups)


def test_too_many_sources_are_refused(environment: Build) -> None:
    """A rule that would be too long with its sources written out is refused."""
    addresses = [f"10.20.{n // 250}.{n % 250}" for n in range(0, 1200, 2)]
    built = environment(
        servers=[{"name": "one", "addresses": addresses}],
        aws={"vpcId": VPC, "networkFirewall": {}},
    )
    with pytest.raises(PolicyErrors) as caught:
        compile_target(built, built.targets[0])
    (problem,) = caught.value.problems
    assert problem.what.startswith("aws-network-firewall: ")
    assert (
        "characters of the longest rule with its variables written out, and the cloud allows 8192"
        in problem.what
    )
    assert "use larger address blocks for servers and homeNetworks" == problem.instead


def written_out(control: AwsNetworkFirewall) -> int:
    """The characters of the longest rule, as the quota counts them."""
    return next(q.used for q in control.quotas() if q.name.startswith("characters"))


def test_every_variable_of_a_rule_counts(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """EXTERNAL_NET is what HOME_NET is not: its ranges are written out too."""
    few = firewall({"homeNetworks": ["10.0.0.0/8"]})
    apart = [f"10.{n}.{m}.0/24" for n in range(2) for m in range(0, 256, 2)]
    many = firewall({"homeNetworks": apart})

    assert len(",".join(apart)) - len("10.0.0.0/8") == written_out(many) - written_out(few)
    with pytest.raises(PolicyErrors) as caught:
        firewall({"homeNetworks": [f"10.{n}.{m}.0/24" for n in range(6) for m in range(0, 256, 2)]})
    assert "characters of the longest rule with its variables written out" in str(caught.value)


def test_variables_hold_the_fewest_blocks(environment: Build) -> None:
    """Ranges side by side are one: in HOME_NET, and in the sources."""
    halves = {"homeNetworks": [f"10.100.{n}.0/24" for n in range(256)]}
    one = {"name": "one", "addresses": ["10.100.0.0/25", "10.100.0.128/25", "10.100.9.9"]}
    built = environment(servers=[one], aws={"vpcId": VPC, "networkFirewall": halves})
    (control,) = (
        each
        for each in compile_target(built, built.targets[0])
        if isinstance(each, AwsNetworkFirewall)
    )
    documents = {each.name: each.properties for each in control.documents("wsus")}
    policy = documents["wsus-network-firewall-policy"]["firewallPolicy"]
    group = documents["wsus-network-firewall-rules-1"]["ruleGroup"]

    (home,) = policy["policyVariables"]["ruleVariables"]
    assert ["10.100.0.0/16"] == home["ipSet"]["definitions"]
    (sources,) = group["ruleVariables"]["ipSets"]
    assert ["10.100.0.0/24", "10.100.9.9/32"] == sources["ipSet"]["definitions"]


def test_the_first_capacity(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """Larger where others keep the policy, or as it is asked for; doubled from there."""
    for settings, expected in (
        ({}, 100),
        ({"mode": "rules-only"}, 1000),
        ({"mode": "rules-only", "capacity": 100}, 100),
        ({"capacity": 700}, 700),
        ({"capacity": 1}, 4),
    ):
        assert [expected] == [each.capacity for each in firewall(settings).rule_groups], settings


def test_capacity_beside_a_domain_list(root: Path, run: Callable[..., Result]) -> None:
    """The `wsus` list takes no more units than a managed domain list of the same names.

    A domain list for both protocols takes targets x 2 + 3 (measured by others, 2026-09).
    """
    preview = json.loads(run("preview", root, "--env", "sandbox", "--format", "json").stdout)
    target = preview["environments"][0]["targets"][0]
    control = next(c for c in target["controls"] if c["control"] == "aws-network-firewall")
    names = {name for rule in control["rules"] for name in rule["endpoints"]}
    used = next(q["used"] for q in control["quotas"] if q["name"] == "rules of rule group 1")
    assert used / (len(names) * 2 + 3) <= 1.0


def test_documents_have_one_order(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """However a file lists zones, route tables and networks, the documents are the same."""
    zones = [
        {
            "zone": f"eu-west-1{zone}",
            "subnetId": f"subnet-0a1b2c3{zone}",
            "protectedRouteTables": [f"rtb-0a1b2c3{zone}", f"rtb-1a1b2c3{zone}"],
            "returnRoutes": [
                {
                    "routeTableId": f"rtb-2a1b2c3{zone}",
                    "destinations": [network, f"172.16.{n}.0/24"],
                }
            ],
        }
        for n, (zone, network) in enumerate((("a", "10.20.0.0/25"), ("b", "10.20.0.128/25")))
    ]
    turned = [
        {
            **zone,
            "protectedRouteTables": zone["protectedRouteTables"][::-1],
            "returnRoutes": [
                {**route, "destinations": route["destinations"][::-1]}  # type: ignore[dict-item,index]
                for route in zone["returnRoutes"]
            ],
        }
        for zone in reversed(zones)
    ]
    one, other = (
        list(firewall({"mode": "full", "endpoints": each}).documents("wsus"))
        for each in (zones, turned)
    )

    assert 8 == len([each for each in one if each.type.endswith(":Route")])
    assert one == other


def test_logging_waits_for_its_groups(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """AWS refuses a destination that is not there yet, and the engine makes what nothing orders at once."""
    settings = {
        "mode": "full",
        "endpoints": [{"zone": "eu-west-1a", "subnetId": "subnet-0a1b2c3d"}],
    }
    documents = {
        each.name: each
        for each in firewall({**settings, "logging": {"logGroup": "/wsus"}}).documents("wsus")
    }
    groups = {name for name, each in documents.items() if each.type.endswith(":LogGroup")}

    assert 2 == len(groups)
    assert groups == {*documents["wsus-network-firewall-logging"].after}


def test_a_default_route_that_is_kept(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """Beside it the two halves of all addresses lead to the endpoint; the way back is the same."""
    zone = {
        "zone": "eu-west-1a",
        "subnetId": "subnet-0a1b2c3d4e5f60718",
        "protectedRouteTables": ["rtb-0a1b2c3d4e5f60718"],
        "returnRoutes": [
            {"routeTableId": "rtb-0b2c3d4e5f6071829", "destinations": ["10.20.0.0/24"]}
        ],
    }  # fmt: skip

    def routes(**more: bool) -> dict[str, Any]:
        control = firewall({"mode": "full", "endpoints": [zone], **more})
        return {
            each.name.removeprefix("wsus-network-firewall-"): each.properties[
                "destinationCidrBlock"
            ]
            for each in control.documents("wsus")
            if each.type.endswith(":Route")
        }

    back = {"back-rtb-0b2c3d4e5f6071829-10-20-0-0-24": "10.20.0.0/24"}
    out = "out-rtb-0a1b2c3d4e5f60718"
    assert {out: "0.0.0.0/0", **back} == routes()
    assert {
        f"{out}-0-0-0-0-1": "0.0.0.0/1",
        f"{out}-128-0-0-0-1": "128.0.0.0/1",
        **back,
    } == routes(keepDefaultRoutes=True)


def test_documents_by_mode(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """Each mode adds to the one before; sharing and Firewall Manager come on top."""
    zone = {
        "zone": "eu-west-1a",
        "subnetId": "subnet-0a1b2c3d4e5f60718",
        "protectedRouteTables": ["rtb-0a1b2c3d4e5f60718"],
        "returnRoutes": [
            {"routeTableId": "rtb-0b2c3d4e5f6071829", "destinations": ["10.20.0.0/24"]}
        ],
    }  # fmt: skip
    rules, policy = ["RuleGroup"], ["RuleGroup", "FirewallPolicy"]
    full = [*policy, "Firewall", "LogGroup", "LogGroup", "LoggingConfiguration", "Route", "Route"]
    shared = ["ResourceShare", "ResourceAssociation", "PrincipalAssociation"]
    cases = {
        "rules-only": ({"mode": "rules-only"}, rules),
        "policy": ({}, policy),
        "full": ({"mode": "full", "endpoints": [zone], "logging": {"logGroup": "wsus"}}, full),
        "no logs": ({"mode": "full", "endpoints": [zone]}, [*policy, "Firewall", "Route", "Route"]),
        "shared": ({"shareWith": ["123456789012"]}, [*policy, *shared]),
        "manager": ({"mode": "rules-only", "firewallManager": {}}, [*rules, "Policy"]),
    }
    found = {
        name: [d.type.rpartition(":")[2] for d in firewall(own).documents("wsus")]
        for name, (own, _) in cases.items()
    }
    assert found == {name: expected for name, (_, expected) in cases.items()}


def test_what_firewall_manager_is_told(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """Its policy has the rule groups in order, strict order and the default actions."""
    control: Control = firewall(
        {
            "mode": "rules-only",
            "firewallManager": {"accounts": ["123456789012"], "logBucket": "logs"},
        }
    )
    *_, document = control.documents("wsus")
    data = document.properties["securityServicePolicyData"]["managedServiceData"]
    told = json.loads(data)
    assert {"accounts": ["123456789012"]} == document.properties["includeMap"]
    assert [{"resourceARN": "${wsus-network-firewall-rules-1.arn}", "priority": 100}] == told[
        "networkFirewallStatefulRuleGroupReferences"
    ]
    assert [
        "aws:drop_established_app_layer_to_server",
        "aws:alert_established_app_layer_to_server",
    ] == told["networkFirewallStatefulDefaultActions"]
    assert "OFF" == told["networkFirewallOrchestrationConfig"]["routeManagementAction"]
    logs = told["networkFirewallLoggingConfiguration"]["logDestinationConfigs"]
    assert [("ALERT", "logs"), ("FLOW", "logs")] == [
        (each["logType"], each["logDestination"]["bucketName"]) for each in logs
    ]
    about = "aws/network-firewall/firewall-manager/"
    assert [each for each in control.assumptions if each.id.startswith(about)]
    listed = {"statefulDefaultActions": ["aws:drop_established", "aws:alert_established"]}
    own = {"mode": "rules-only", "firewallManager": {}, "existingPolicy": listed}
    assert not [each for each in firewall(own).assumptions if each.id.startswith(about)]
    *_, document = firewall(own).documents("wsus")
    assert "Logging" not in document.properties["securityServicePolicyData"]["managedServiceData"]


def test_logs_to_a_bucket(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """A bucket exists already: no log group is made."""
    zone = {"zone": "eu-west-1a", "subnetId": "subnet-0a1b2c3d4e5f60718"}
    own = {
        "mode": "full",
        "endpoints": [zone],
        "logging": {"bucket": "logs", "prefix": "wsus", "types": ["ALERT"]},
    }
    *_, document = firewall(own).documents("wsus")
    (where,) = document.properties["loggingConfiguration"]["logDestinationConfigs"]
    assert {
        "logDestination": {"bucketName": "logs", "prefix": "wsus"},
        "logDestinationType": "S3",
        "logType": "ALERT",
    } == where


@pytest.mark.parametrize(
    ("logging", "service", "destination"),
    [
        ({"existingLogGroup": "firewalls"}, "CloudWatchLogs", {"logGroup": "firewalls"}),
        ({"deliveryStream": "firewalls"}, "KinesisDataFirehose", {"deliveryStream": "firewalls"}),
        ({"bucket": "firewalls"}, "S3", {"bucketName": "firewalls"}),
    ],
)
def test_logs_to_what_exists(
    firewall: Callable[..., AwsNetworkFirewall],
    logging: dict[str, str],
    service: str,
    destination: dict[str, str],
) -> None:
    """Every type goes there, and nothing is made for it."""
    own = {"mode": "full", "endpoints": [{"zone": "eu-west-1a", "subnetId": "subnet-00000001"}]}
    documents = firewall({**own, "logging": logging}).documents("x")

    kinds = {document.type.rpartition(":")[2]: document for document in documents}
    assert "LogGroup" not in kinds
    logs = kinds["LoggingConfiguration"].properties["loggingConfiguration"]["logDestinationConfigs"]
    assert logs == [
        {"logType": kind, "logDestinationType": service, "logDestination": destination}
        for kind in ("ALERT", "FLOW")
    ]


def test_keys_timeouts_and_reports(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """A key is that of everything that the mode makes; the log groups have one of their own."""
    key = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-00000000000"
    own = {
        "mode": "full",
        "kmsKey": f"{key}1",
        "tcpIdleTimeoutSeconds": 6000,
        "analysis": ["TLS_SNI", "HTTP_HOST"],
        "endpoints": [{"zone": "eu-west-1a", "subnetId": "subnet-00000001"}],
        "logging": {"logGroup": "/aws/vendedlogs/firewall", "kmsKey": f"{key}2"},
    }
    documents = {document.name: document.properties for document in firewall(own).documents("x")}

    encrypted = {"keyId": f"{key}1", "type": "CUSTOMER_KMS"}
    with_key = {
        name for name, each in documents.items() if each.get("encryptionConfiguration") == encrypted
    }
    prefix = "x-network-firewall"
    assert with_key == {prefix, f"{prefix}-policy", f"{prefix}-rules-1"}
    assert documents[f"{prefix}-alert-logs"]["kmsKeyId"] == f"{key}2"
    assert documents[prefix]["enabledAnalysisTypes"] == ["HTTP_HOST", "TLS_SNI"]
    options = documents[f"{prefix}-policy"]["firewallPolicy"]["statefulEngineOptions"]
    assert options["flowTimeouts"] == {"tcpIdleTimeoutSeconds": 6000}


def test_rejecting(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """A last group resets what no rule admits, for the same sources; nobody needs it without them."""
    control = firewall({"defaultAction": "reject"})
    documents = {document.name: document.properties for document in control.documents("x")}

    group = documents["x-network-firewall-reject"]["ruleGroup"]
    assert (
        group["ruleVariables"]
        == documents["x-network-firewall-rules-1"]["ruleGroup"]["ruleVariables"]
    )
    assert group["rulesSource"]["rulesString"].count("reject ") == 3
    policy = documents["x-network-firewall-policy"]["firewallPolicy"]
    assert policy["statefulRuleGroupReferences"][-1] == {
        "priority": 65535, "resourceArn": "${x-network-firewall-reject.arn}",
    }  # fmt: skip
    assert "aws:drop_established_app_layer_to_server" in policy["statefulDefaultActions"]
    quotas = {quota.name: quota.used for quota in control.quotas()}
    assert (quotas["stateful rule groups"], quotas["units of stateful capacity reserved"]) == (
        2,
        110,
    )
    evil = Flow(SERVER, INTERNET, "tcp", 443, "tls", "evil.com")
    assert control.admits(evil).rule == "rejected: no rule admits it"
    assert control.admits(Flow(STRANGER, INTERNET, "tcp", 443, "tls", "evil.com")).rule.startswith(
        "default"
    )
    assert control.admits(Flow(SERVER, INTERNET, "tcp", 22)).rule == "rejected: no rule admits it"


def test_what_a_broken_connection_does(firewall: Callable[..., AwsNetworkFirewall]) -> None:
    """Where a connection may go on without its beginning, that is said."""
    assert (*RESIDUES, MIDSTREAM) == firewall({"streamExceptionPolicy": "CONTINUE"}).residues
    assert RESIDUES == firewall({"streamExceptionPolicy": "DROP"}).residues


def full(*destinations: str) -> dict[str, Any]:
    """Mode full with a zone for each destination of a return route."""
    zones = [
        {
            "zone": f"eu-west-1{'abc'[index]}",
            "subnetId": f"subnet-{index:08x}",
            "protectedRouteTables": [f"rtb-0{index:07x}"],
            "returnRoutes": [{"routeTableId": f"rtb-1{index:07x}", "destinations": [destination]}],
        }
        for index, destination in enumerate(destinations)
    ]
    return {"mode": "full", "endpoints": zones}


@pytest.mark.parametrize(
    ("destinations", "addresses", "missing"),
    [
        (["10.20.0.0/24"], ["10.20.0.10"], []),
        (["10.20.0.0/24", "10.20.1.0/24"], ["10.20.0.0/23"], []),
        (["10.20.0.0/24"], ["10.20.0.10", "10.20.7.10"], ["10.20.7.10/32"]),
        (["10.20.0.0/24"], ["10.20.0.0/16"], ["10.20.0.0/16"]),
    ],
)
def test_a_source_that_no_zone_routes(
    environment: Build, destinations: list[str], addresses: list[str], missing: list[str]
) -> None:
    """A server must be where a zone's return routes lead, or its routes are not made here."""
    target = {"vpcId": VPC, "networkFirewall": full(*destinations)}
    built = environment(
        aws=target,
        servers=[
            {"name": "one", "addresses": addresses},
            {"name": "two", "addresses": ["10.99.0.1"], "synchronizesFrom": "one"},
        ],
    )
    expected = [
        f"aws.networkFirewall.endpoints: {network} of one is in no destination of returnRoutes: no "
        "endpoint is known to have its connections both ways; add the range of its subnet to "
        "returnRoutes of its zone"
        for network in missing
    ]
    assert expected == [str(problem) for problem in refusals(built, built.targets[0])]


def test_a_firewall_that_is_made_here_for_both_versions(environment: Build) -> None:
    """Its endpoints are dual-stack, and ::/0 goes to them as 0.0.0.0/0 does, both ways."""
    block, server = "2600:1f18:abcd:1200::/56", "2600:1f18:abcd:1200::10"
    servers = [{**ONE, "addresses": ["10.20.0.10", server]}]
    target = {"vpcId": VPC, "ownRanges": [block],
              "networkFirewall": full("10.20.0.0/24", "2600:1f18:abcd:1200::/64")}  # fmt: skip
    built = environment(servers=servers, aws=target, ipv6=True)
    controls = compile_target(built, built.targets[0])
    proof = prove(built, built.targets[0], controls, datetime.date(2026, 11, 29))
    documents = controls[-1].documents("wsus")
    routes = {
        (d.properties.get("destinationCidrBlock"), d.properties.get("destinationIpv6CidrBlock"))
        for d in documents
        if d.type == "aws:ec2/route:Route"
    }
    (firewall,) = (d.properties for d in documents if d.type.endswith(":Firewall"))

    assert {
        ("0.0.0.0/0", None), (None, "::/0"), ("10.20.0.0/24", None), (None, "2600:1f18:abcd:1200::/64"),
    } == routes  # fmt: skip
    assert {"DUALSTACK"} == {each["ipAddressType"] for each in firewall["subnetMappings"]}
    assert (Fidelity.EXACT, ()) == (proof.fidelity, proof.findings)


def test_ipv6_that_comes_back_past_the_firewall(environment: Build) -> None:
    """An IPv6 address of a sender is in a return route too, or its connections are seen one way only."""
    servers = [{**ONE, "addresses": ["10.20.0.10", "fd00:20::10"]}]
    target = {"vpcId": VPC, "networkFirewall": full("10.20.0.0/24")}
    built = environment(servers=servers, aws=target, ipv6=True)
    assert [
        "aws.networkFirewall.endpoints: fd00:20::10/128 of one is in no destination of returnRoutes: no "
        "endpoint is known to have its connections both ways; add the range of its subnet to "
        "returnRoutes of its zone"
    ] == [str(problem) for problem in refusals(built, built.targets[0])]


def test_ipv6_ranges_that_nobody_asked_for(environment: Build) -> None:
    """Endpoints of IPv4 have no IPv6 to send back."""
    target = {"vpcId": VPC, "networkFirewall": full("10.20.0.0/24", "fd00::/64")}
    built = environment(aws=target)
    assert [
        "aws.networkFirewall.endpoints[1].returnRoutes[0].destinations: fd00::/64 is an IPv6 range, and "
        "the endpoints are IPv4 ones: IPv6 is not asked for; write `ipv6: true`, or leave IPv6 ranges out"
    ] == [str(problem) for problem in refusals(built, built.targets[0])]


def test_ipv6_needs_a_home_of_its_own(environment: Build) -> None:
    """Without an IPv6 range in HOME_NET there is no IPv6 outside it, for Suricata."""
    server = {"name": "one", "addresses": ["10.20.0.10", "fd00:20::10"]}
    for home, refused in ((["10.0.0.0/8"], 1), (["10.0.0.0/8", "fc00::/7"], 0)):
        target = {"vpcId": VPC, "networkFirewall": {"homeNetworks": home}}
        built = environment(ipv6=True, servers=[server], aws=target)
        found = [each.what for each in refusals(built, built.targets[0])]
        assert refused == len([what for what in found if what.startswith("HOME_NET has no IPv6")])
