"""What AWS has of what is taken for granted is logged, with the assumption's id."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from sample import ONE, VPC

from wsus_egress.aws import seen
from wsus_egress.controls import compile_target
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.environment import Environment

Build = Callable[..., Environment]
TABLE, SUBNET = "rtb-00000001", "subnet-00000001"
ZONE = {
    "zone": "eu-west-1a",
    "subnetId": "subnet-00000000",
    "protectedRouteTables": [TABLE],
    "returnRoutes": [{"routeTableId": "rtb-00000002", "destinations": ["10.20.0.0/16"]}],
}


@pytest.fixture
def control(environment: Build) -> AwsNetworkFirewall:
    """A firewall whose routes are made, for two servers."""
    target = {"vpcId": VPC, "networkFirewall": {"mode": "full", "endpoints": [ZONE]}}
    two = {"name": "two", "addresses": ["10.20.9.9"]}
    built = environment(servers=[ONE, two], aws=target)
    return next(
        each
        for each in compile_target(built, built.targets[0])
        if isinstance(each, AwsNetworkFirewall)
    )


def test_associations_in_words(control: AwsNetworkFirewall) -> None:
    """Which subnets have a table, and which server stands in none of them."""
    block = ip_network("10.20.0.0/24")

    assert [f"{TABLE} is that of {SUBNET} (10.20.0.0/24)",
            "10.20.9.9/32 stands in none of these subnets"] == [
        *seen.associations(control, {TABLE: {SUBNET: block}})
    ]  # fmt: skip
    assert f"{TABLE} is that of no subnet" in [*seen.associations(control, {TABLE: {}})]
    assert [] == [*seen.associations(control, {})]


@pytest.mark.parametrize("known", [True, False])
def test_what_is_there_is_logged(
    control: AwsNetworkFirewall, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """By the assumption that it concerns; a table that the deployment makes is not looked up."""
    answers = {
        "get_route_table": SimpleNamespace(
            associations=[SimpleNamespace(subnet_id=SUBNET), SimpleNamespace(subnet_id="")]
        ),
        "get_subnet": SimpleNamespace(cidr_block="10.20.0.0/16"),
    }
    logged: list[str] = []
    monkeypatch.setattr(seen, "member", lambda _sdk, _module, name: lambda **_: answers[name])
    monkeypatch.setattr(pulumi, "InvokeOptions", lambda **_: None)
    monkeypatch.setattr(pulumi.log, "info", lambda text, _resource: logged.append(text))
    component: Any = None
    seen.tell(component, control, {} if known else {TABLE: "later"}, "wsus")

    key = f"aws/network-firewall/association/{VPC}"
    said = [f"{key}: seen: {TABLE} is that of {SUBNET} (10.20.0.0/16)"]
    assert (said if known else []) == logged


POLICY = "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/central"
OWN = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/wsus-network-firewall-rules-1-0a1b2c3"
TEAM = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/team"
ACTIONS = [
    "aws:drop_established_app_layer_to_server", "aws:alert_established_app_layer_to_server",
]  # fmt: skip
AS_SAID: dict[str, Any] = {
    "stateful_engine_options": [{"rule_order": "STRICT_ORDER"}],
    "stateful_default_actions": ACTIONS,
    "stateless_default_actions": ["aws:forward_to_sfe"],
    "stateless_fragment_default_actions": ["aws:forward_to_sfe"],
    "stateful_rule_group_references": [
        {"priority": 100, "resource_arn": OWN}, {"priority": 200, "resource_arn": TEAM},
    ],
}  # fmt: skip
KEY, OTHERS = f"aws/network-firewall/policy/{VPC}", f"aws/network-firewall/other-rules/{VPC}"


@pytest.fixture
def rules_only(environment: Build) -> Callable[..., AwsNetworkFirewall]:
    """Rule groups for a policy that others keep."""

    def build(**more: Any) -> AwsNetworkFirewall:
        firewall = {
            "mode": "rules-only",
            "existingPolicy": {"arn": POLICY},
            "ruleGroups": [{"arn": TEAM, "priority": 200}],
            **more,
        }
        target = {"vpcId": VPC, "networkFirewall": firewall}
        built = environment(servers=[ONE], aws=target)
        controls = compile_target(built, built.targets[0])
        return next(each for each in controls if isinstance(each, AwsNetworkFirewall))

    return build


def told(
    control: AwsNetworkFirewall, monkeypatch: pytest.MonkeyPatch, answer: Any, **outputs: str
) -> list[str]:
    """What is logged, each line with its level, where the provider answers so."""
    logged: list[str] = []

    def ask(**_: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(name="central", firewall_policies=answer)

    monkeypatch.setattr(seen, "member", lambda *_: ask)
    monkeypatch.setattr(seen, "default_routes", lambda *_: ())
    monkeypatch.setattr(pulumi, "InvokeOptions", lambda **_: None)
    monkeypatch.setattr(pulumi.log, "info", lambda text, _: logged.append(f"info {text}"))
    monkeypatch.setattr(pulumi.log, "warn", lambda text, _: logged.append(f"warn {text}"))
    component: Any = None
    seen.tell(component, control, outputs, "wsus")
    return logged


def test_a_policy_that_does_what_the_settings_say(
    rules_only: Callable[..., AwsNetworkFirewall], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its order, default actions and rule groups are logged, and nothing is a warning."""
    assert [
        f"info {KEY}: seen: central is in STRICT_ORDER with the default actions {' and '.join(sorted(ACTIONS))}",
        f"info {KEY}: seen: central has the rule group wsus-network-firewall-rules-1-0a1b2c3 (priority 100), by its name one of those made here",
        f"info {OTHERS}: seen: the rule group team (priority 200) is as ruleGroups lists it",
    ] == told(rules_only(), monkeypatch, [AS_SAID])  # fmt: skip


GROUPS = "stateful_rule_group_references"
DIFFERS: dict[str, tuple[dict[str, Any], str]] = {
    "another order": ({"stateful_engine_options": [{"rule_order": "DEFAULT_ACTION_ORDER"}]},
        f"{KEY}: seen, against it: central is in DEFAULT_ACTION_ORDER with"),
    "it only alerts": ({"stateful_default_actions": ACTIONS[1:]},
        f"the default actions {ACTIONS[1]}; existingPolicy says STRICT_ORDER with {ACTIONS[1]} and {ACTIONS[0]}"),
    "it has no default action": ({"stateful_default_actions": []}, "with the default actions of none; existingPolicy"),
    "packets pass": ({"stateless_default_actions": ["aws:pass"]},
        f"{KEY}: seen, against it: central does aws:pass with packets: no rule of ours sees those"),
    "fragments pass": ({"stateless_fragment_default_actions": ["aws:pass"]}, "central does aws:pass with fragments"),
    "stateless rules": ({"stateless_rule_group_references": [{"priority": 1, "resource_arn": "arn:x/first"}]},
        "central has stateless rule groups, which decide first: first"),
    "TLS inspection": ({"tls_inspection_configuration_arn": "arn:x/open"}, "central opens TLS (open)"),
    "a group in no setting": ({GROUPS: [*AS_SAID[GROUPS], {"priority": 5, "resource_arn": "arn:x/foreign"}]},
        f"{OTHERS}: seen, against it: the rule group foreign (priority 5) is in no setting: it may pass or drop"),
    "a group that is missing": ({GROUPS: AS_SAID[GROUPS][:1]},
        f"{OTHERS}: seen, against it: central does not have the rule group team, which ruleGroups lists"),
    "without our groups": ({GROUPS: AS_SAID[GROUPS][1:]},
        f"{KEY}: seen, against it: central does not have the rule groups made here"),
    "another priority": ({GROUPS: [AS_SAID[GROUPS][0], {"priority": 7, "resource_arn": TEAM}]},
        "the rule group team (priority 7) has the priority 200 in ruleGroups"),
    "an override": ({GROUPS: [AS_SAID[GROUPS][0], {**AS_SAID[GROUPS][1], "overrides": [{"action": "DROP_TO_ALERT"}]}]},
        "the rule group team (priority 200) alerts where it would drop, and ruleGroups says alertOnly: false"),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERS)
def test_what_differs_is_a_warning(
    rules_only: Callable[..., AwsNetworkFirewall], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """One, which says what the policy does."""
    edit, said = DIFFERS[name]
    warnings = [
        each for each in told(rules_only(), monkeypatch, [{**AS_SAID, **edit}])
        if each.startswith("warn ")
    ]  # fmt: skip

    assert (1, True) == (len(warnings), said in warnings[0])


def test_an_override_that_the_settings_have_and_the_policy_has_not(
    rules_only: Callable[..., AwsNetworkFirewall], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A managed group then drops."""
    arn = "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/AttackInfrastructureStrictOrder"
    control = rules_only(ruleGroups=[{"arn": arn, "priority": 200, "alertOnly": True}])
    answer = {**AS_SAID, GROUPS: [AS_SAID[GROUPS][0], {"priority": 200, "resource_arn": arn}]}

    assert (
        "(priority 200) drops, and ruleGroups says alertOnly: true"
        in told(control, monkeypatch, [answer])[-1]
    )


def test_rules_that_the_settings_tell_one_by_one(
    rules_only: Callable[..., AwsNetworkFirewall], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their group stands at their priority."""
    rule = {"name": "theirs", "priority": 200, "action": "drop", "protocol": "tcp"}
    control = rules_only(ruleGroups=[], existingPolicy={"arn": POLICY, "rules": [rule]})

    assert f"info {OTHERS}: seen: the rule group team (priority 200) stands where existingPolicy.rules have its rules" in (
        told(control, monkeypatch, [AS_SAID])
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ranges", "warned"),
    [(["9.9.9.0/24", "10.0.0.0/8"], False), (["10.0.0.0/8"], True), ([], True)],
    ids=["it has them", "it lacks them", "it is not set"],
)
def test_home_net_has_the_ranges_of_your_own(
    environment: Build, monkeypatch: pytest.MonkeyPatch, ranges: list[str], warned: bool
) -> None:
    """The policy's variables come as lists of lists."""
    firewall = {"mode": "rules-only", "existingPolicy": {"arn": POLICY}}
    target = {"vpcId": VPC, "ownRanges": ["9.9.9.0/24"], "networkFirewall": firewall}
    built = environment(servers=[ONE], aws=target)
    control = next(
        each for each in compile_target(built, built.targets[0])
        if isinstance(each, AwsNetworkFirewall)
    )  # fmt: skip
    rows = [{"key": "HOME_NET", "ip_sets": [{"definitions": ranges}]}] if ranges else []
    answer = {**AS_SAID, "policy_variables": [{"rule_variables": rows}]}
    lines = told(control, monkeypatch, [answer])

    assert warned == any(
        "its HOME_NET is" in line and "without 9.9.9.0/24" in line for line in lines
    )


def test_what_cannot_be_looked_up_refuses_nothing(
    rules_only: Callable[..., AwsNetworkFirewall], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The policy may be another account's; an ARN that is an output is looked up once it is known."""
    control = rules_only()
    denied = told(control, monkeypatch, RuntimeError("AccessDeniedException: no"))

    assert [
        f"warn {KEY}: seen, against it: {POLICY} cannot be looked up: AccessDeniedException: no"
    ] == denied
    assert [] == told(control, monkeypatch, [AS_SAID], **{POLICY: "later"})
    assert [] == told(control, monkeypatch, [])
    assert [] == told(rules_only(existingPolicy={}), monkeypatch, [AS_SAID])
