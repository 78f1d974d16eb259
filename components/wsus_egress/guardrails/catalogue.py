"""Every guardrail, and the judgement of a stack by all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wsus_egress.guardrails import (
    rule_group_edited,
    security_group_ingress,
    security_group_widens,
    tls_interception,
)
from wsus_egress.guardrails.model import Outcome, Resource, Rule
from wsus_egress.policy import EgressPolicy

RULES: Final[tuple[Rule, ...]] = (
    security_group_widens.RULE,
    security_group_ingress.RULE,
    tls_interception.RULE,
    rule_group_edited.RULE,
)


def judge_stack(resources: tuple[Resource, ...], policy: EgressPolicy) -> Mapping[str, Outcome]:
    """What every rule says of a stack, by the rule's id."""
    return {rule.id: rule.judge(resources, policy) for rule in RULES}
