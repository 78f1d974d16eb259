"""The stateful side of a policy: default actions, rule order, references to rule groups.

The answers and their wording were measured by the authors of cdk-preflight (CreateFirewallPolicy
with DryRun, 2026-09-25); where no measurement is known a comment says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from providers.aws.account import region
from providers.aws.networkfirewall.common import (
    MOST_CAPACITY,
    ORDERS,
    RULE_GROUP,
    STRICT,
    group_order,
    rule_order,
)
from providers.aws.service import NETWORK_FIREWALL
from providers.errors import Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, is_a, items, known
from providers.store import Records

# "Stateful default actions" (botocore 1.44.5, CreateFirewallPolicy).
_FAMILIES: Final = ("strict", "established", "established_app_layer",
                    "established_app_layer_to_server")  # fmt: skip
DROPS: Final = tuple(f"aws:drop_{family}" for family in _FAMILIES)
ALERTS: Final = tuple(f"aws:alert_{family}" for family in _FAMILIES)
_MOST_GROUPS: Final = 20  # Stateful groups of a policy (Network Firewall quotas, read 2026-11).
_HIGHEST_PRIORITY: Final = 65_535
_ENGINE: Final = "statefulEngineOptions"
_REFERENCES: Final = "statefulRuleGroupReferences"
_ACTIONS: Final = "statefulDefaultActions"
_CONTEXT: Final = "StatefulRuleGroupReferences"


@written(
    "the refusals and their wording",
    "measured by the authors of cdk-preflight with DryRun",
    "2026-09-25",
)
def stateful_problems(policy: Inputs, path: str) -> Problems:
    """What the service refuses of a policy's stateful side alone.

    Args:
        policy: The policy, in Pulumi's names.
        path: Where it is in the inputs.
    """
    order = rule_order(policy, _ENGINE)
    if order is not None and order not in ORDERS:
        yield NETWORK_FIREWALL.constraint(
            f"{path}.{_ENGINE}.ruleOrder", order, f"satisfy enum value set: [{', '.join(ORDERS)}]"
        )
    for message in _default_action_answers(items(policy, _ACTIONS), order):
        yield NETWORK_FIREWALL.problem(f"{path}.{_ACTIONS}", message)
    references = items(policy, _REFERENCES)
    if len(references) > _MOST_GROUPS:
        yield NETWORK_FIREWALL.problem(
            f"{path}.{_REFERENCES}",
            f"{_CONTEXT} limit exceeded, parameter: [{len(references)}], context: {_CONTEXT}",
        )
    yield from _priority_problems(references, order, f"{path}.{_REFERENCES}")


def _default_action_answers(actions: list[Any], order: str | None) -> Iterator[str]:
    if not actions:
        return
    if order is not None and order != STRICT:
        yield (
            f"StatefulDefaultActions has invalid rule order, parameter: [{order}], "
            "context: StatefulDefaultActions"
        )
    for action in actions:
        # Not measured.
        if isinstance(action, str) and action not in (*DROPS, *ALERTS):
            yield (
                f"StatefulDefaultActions is invalid, parameter: [{action}], "
                "context: StatefulDefaultActions"
            )
    drops = sorted(action for action in actions if action in DROPS)
    if len(drops) > 1:
        yield (
            f"StatefulDefaultActions cannot exist together, parameter: [{', '.join(drops)}], "
            "context: StatefulDefaultActions"
        )
    elif _mixed(actions):
        yield "StatefulDefaultActions cannot exist together, context: StatefulDefaultActions"


def _mixed(actions: list[Any]) -> bool:
    # A policy takes `established` or one of the application-layer families; `strict` goes with any.
    families = {action.partition("_")[2] for action in actions if action in (*DROPS, *ALERTS)}
    return len(families - {"strict"}) > 1


@written(
    "the refusals and their wording",
    "measured by the authors of cdk-preflight with DryRun",
    "2026-09-25",
)
def _priority_problems(references: list[Any], order: str | None, path: str) -> Problems:
    seen: set[int] = set()
    for index, reference in enumerate(references):
        if not is_a(reference, dict):
            continue
        place = f"{path}[{index}]"
        if "override" in reference and not is_managed(known(reference, "resourceArn")):
            yield NETWORK_FIREWALL.problem(
                f"{place}.override", "rule group must be a managed resource"
            )
        if order == STRICT and "priority" not in reference:
            yield NETWORK_FIREWALL.problem(
                f"{place}.priority", f"Priority cannot be null, context: {_CONTEXT}[{index}]"
            )
        priority = known(reference, "priority", int)
        if priority is None:
            continue
        if order == ORDERS[0]:
            yield NETWORK_FIREWALL.problem(
                f"{place}.priority",
                f"Priority cannot be provided, parameter: [{priority}], "
                f"context: {_CONTEXT}[{index}][Priority={priority}]",
            )
        if not 1 <= priority <= _HIGHEST_PRIORITY:
            yield NETWORK_FIREWALL.constraint(
                f"{place}.priority", priority, f"be between 1 and {_HIGHEST_PRIORITY}"
            )
        if priority in seen:
            yield NETWORK_FIREWALL.problem(
                f"{place}.priority",
                f"Priority has duplicate values, parameter: [{priority}], "
                f"context: {_CONTEXT}[Priority={priority}]",
            )
        seen.add(priority)


@written(
    "the capacity of all groups, in words measured of stateless ones",
    "measured by the authors of cdk-preflight with DryRun",
    "2026-09-25",
)
@believed("a group twice is refused, in these words")
def check_references(
    operation: str, policy: Inputs, inputs: Mapping[str, Any], records: Records, session: Session
) -> None:
    """Raise if a referenced group is not there, has another order, or all need too much.

    Args:
        operation: The call that the answer is given to.
        policy: The policy, in Pulumi's names.
        inputs: The resource's inputs, for its region.
        records: What the account holds.
        session: The provider's settings.
    """
    order, total, seen = rule_order(policy, _ENGINE), 0, set()
    for index, reference in enumerate(items(policy, _REFERENCES)):
        arn = str(reference["resourceArn"])
        answer = _reference_answer(arn, index, order, records, region(inputs, session))
        # Not measured.
        if answer is None and arn in seen:
            answer = f"ResourceArn has duplicate values, context: {_CONTEXT}[{index}].ResourceArn"
        if answer is not None:
            raise NETWORK_FIREWALL.refusal(operation, answer)
        seen.add(arn)
        # What a managed group reserves is not published with its name: here it is nothing.
        total += int(records.get(RULE_GROUP, {}).get(arn, {}).get("capacity", 0))
    if total > MOST_CAPACITY:
        # Measured for stateless groups, in these words.
        raise NETWORK_FIREWALL.refusal(
            operation,
            f"{_CONTEXT} capacity exceeded, parameter: [{total}], context: {_CONTEXT}",
        )


def _reference_answer(
    arn: str, index: int, order: str | None, records: Records, where: str
) -> str | None:
    parts = arn.split(":")
    if len(parts) != _ARN_PARTS or parts[2] != "network-firewall" or parts[3] != where:
        return f"rule group ARN is invalid, parameter: [{arn}]"
    if not parts[5].startswith("stateful-rulegroup/"):
        return f"rule group ARN is of incorrect entity type, parameter: [{arn}]"
    group = records.get(RULE_GROUP, {}).get(arn)
    if is_managed(arn):
        return _managed_answer(arn, index, order)
    if group is None:
        return f"rule group ARN does not exist, parameter: [{arn}]"
    if group_order(group) != order:
        return f"ResourceArn has invalid rule order, context: {_CONTEXT}[{index}].ResourceArn"
    return None


def is_managed(arn: object) -> bool:
    """Whether AWS keeps a rule group ("Working with AWS managed rule groups", read 2026-11)."""
    return isinstance(arn, str) and ":aws-managed:" in arn


@believed("a managed group whose name has the other rule order is refused, and in these words")
def _managed_answer(arn: str, index: int, order: str | None) -> str | None:
    other = "ActionOrder" if order == STRICT else "StrictOrder"
    if arn.endswith(other):
        return f"ResourceArn has invalid rule order, context: {_CONTEXT}[{index}].ResourceArn"
    return None


_ARN_PARTS: Final = 6
