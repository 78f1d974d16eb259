"""Every guardrail, in the order of the documentation's table."""

from __future__ import annotations

from typing import Final

from wsus_egress.guardrails.model import Guardrail
from wsus_egress.guardrails.rules import (
    application_rules_widen,
    approvals_expired,
    aws_default_egress,
    aws_route_bypasses,
    azure_default_egress,
    azure_route_bypasses,
    dns_firewall_widens,
    dns_policy_widens,
    firewall_ingress,
    network_firewall_widens,
    not_judged,
    nsg_ingress,
    nsg_widens,
    rule_group_edited,
    security_group_ingress,
    security_group_widens,
    tls_interception,
)

GUARDRAILS: Final[tuple[Guardrail, ...]] = (
    security_group_widens.GUARDRAIL,
    security_group_ingress.GUARDRAIL,
    aws_default_egress.GUARDRAIL,
    network_firewall_widens.GUARDRAIL,
    rule_group_edited.GUARDRAIL,
    dns_firewall_widens.GUARDRAIL,
    aws_route_bypasses.GUARDRAIL,
    nsg_widens.GUARDRAIL,
    nsg_ingress.GUARDRAIL,
    azure_default_egress.GUARDRAIL,
    application_rules_widen.GUARDRAIL,
    firewall_ingress.GUARDRAIL,
    azure_route_bypasses.GUARDRAIL,
    dns_policy_widens.GUARDRAIL,
    tls_interception.GUARDRAIL,
    approvals_expired.GUARDRAIL,
    not_judged.GUARDRAIL,
)
