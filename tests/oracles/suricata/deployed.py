"""What an environment's Network Firewall would run, out of the documents that the provider gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from replay import Deployment
from wsus_egress.controls import compile_target
from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.model.environment import Environment


def network_firewall(environment: Environment) -> AwsNetworkFirewall | None:
    """The control of an environment, where it has one."""
    controls = compile_target(environment, environment.aws) if environment.aws else ()
    return next((c for c in controls if isinstance(c, AwsNetworkFirewall)), None)


def deployment(control: AwsNetworkFirewall) -> Deployment:
    """Its rules, variables and default actions."""
    rules = ""
    ip_sets: dict[str, tuple[str, ...]] = {}
    home_net, actions = tuple(map(str, control.target.home_networks)), control.default_actions
    for document in control.documents("x"):
        if document.type == "aws:networkfirewall/ruleGroup:RuleGroup":
            group = document.properties["ruleGroup"]
            rules += group["rulesSource"]["rulesString"]
            ip_sets |= _ip_sets(group["ruleVariables"]["ipSets"])
        elif document.type == "aws:networkfirewall/firewallPolicy:FirewallPolicy":
            policy = document.properties["firewallPolicy"]
            home_net = _ip_sets(policy["policyVariables"]["ruleVariables"])["HOME_NET"]
            actions = tuple(policy["statefulDefaultActions"])
    return Deployment(rules, home_net, ip_sets, actions)


def _ip_sets(variables: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    return {each["key"]: tuple(each["ipSet"]["definitions"]) for each in variables}
