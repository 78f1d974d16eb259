"""Every guardrail, and the judgement of a stack by all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wsus_egress.guardrails.model import Rule
from wsus_egress.guardrails.rules import (
    application_rules_widen,
    approvals_expired,
    aws_default_egress,
    aws_route_bypasses,
    azure_default_egress,
    azure_route_bypasses,
    dns_firewall_widens,
    firewall_ingress,
    network_firewall_widens,
    nsg_ingress,
    nsg_widens,
    rule_group_edited,
    security_group_ingress,
    security_group_widens,
    tls_interception,
)
from wsus_egress.readers.resources import Context, Outcome, Resource

RULES: Final[tuple[Rule, ...]] = (
    security_group_widens.RULE,
    security_group_ingress.RULE,
    aws_default_egress.RULE,
    network_firewall_widens.RULE,
    rule_group_edited.RULE,
    dns_firewall_widens.RULE,
    aws_route_bypasses.RULE,
    nsg_widens.RULE,
    nsg_ingress.RULE,
    azure_default_egress.RULE,
    application_rules_widen.RULE,
    firewall_ingress.RULE,
    azure_route_bypasses.RULE,
    tls_interception.RULE,
    approvals_expired.RULE,
)


def judge_stack(resources: tuple[Resource, ...], context: Context) -> Mapping[str, Outcome]:
    """What every rule says of a stack, by the rule's id."""
    return {rule.id: rule.judge(resources, context) for rule in RULES}
