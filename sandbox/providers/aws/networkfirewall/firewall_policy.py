"""`aws.networkfirewall.FirewallPolicy`: which rule groups, in what order, and what else happens."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from providers.aws.account import region
from providers.aws.networkfirewall.common import (
    ORDERS,
    POLICY,
    FirewallKind,
    in_use,
    mapping,
    rule_order,
    sets,
    variable_problems,
)
from providers.aws.networkfirewall.endpoints import FIREWALL
from providers.aws.networkfirewall.stateful import check_references, stateful_problems
from providers.aws.registry import check_schema, properties, tags
from providers.aws.service import NETWORK_FIREWALL
from providers.errors import Problem, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, is_a, items, known
from providers.store import Records

_STATELESS: Final = ("aws:pass", "aws:drop", "aws:forward_to_sfe")
_STREAM: Final = ("DROP", "CONTINUE", "REJECT")
_IDLE_SECONDS: Final = (60, 6000)  # FlowTimeouts (Network Firewall API reference, read 2026-11).
_POLICY: Final = "firewallPolicy"


@believed("name and rule order are for life, the rest changes in place")
class FirewallPolicy(FirewallKind):
    """A policy. Its name and rule order are for life; all else changes under running firewalls."""

    type_name = POLICY
    resource, create = "firewall-policy", "CreateFirewallPolicy"
    inputs: ClassVar = {
        "description": str,
        "encryptionConfiguration": dict,
        "firewallPolicy": dict,
        "name": str,
        "region": str,
        "tags": dict,
    }
    required: ClassVar = ("firewallPolicy",)
    replaced_by: ClassVar = frozenset(
        {"name", "region", "firewallPolicy.statefulEngineOptions.ruleOrder"}
    )
    # TypeSet in terraform-provider-aws, internal/service/networkfirewall/firewall_policy.go (read 2026-11).
    sets: ClassVar = tuple(f"{_POLICY}.{field}" for field in (
        "policyVariables.ruleVariables.ipSet.definitions", "policyVariables.ruleVariables", "statefulDefaultActions", "statefulRuleGroupReferences",
        "statelessDefaultActions", "statelessFragmentDefaultActions",
    ))  # fmt: skip

    def canonical(self, inputs: Inputs) -> dict[str, Any]:
        """As the inputs, the rule order said also where it is the default."""
        plain = super().canonical(inputs)
        policy = plain.get(_POLICY)
        if isinstance(policy, dict) and rule_order(policy, "statefulEngineOptions") == ORDERS[0]:
            options = {**mapping(policy, "statefulEngineOptions"), "ruleOrder": ORDERS[0]}
            plain[_POLICY] = {**policy, "statefulEngineOptions": options}
        return plain

    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report what the service refuses in the inputs alone."""
        yield from self.common_problems(inputs)
        if not isinstance(inputs.get(_POLICY), dict):
            return
        policy = mapping(inputs, _POLICY)
        yield from _stateless_problems(policy)
        yield from stateful_problems(policy, _POLICY)
        yield from _engine_problems(mapping(policy, "statefulEngineOptions"))
        yield from _home_net_problems(mapping(policy, "policyVariables"))

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema, then the rule groups."""
        operation = "UpdateFirewallPolicy" if id_ in records.get(POLICY, {}) else self.create
        check_schema(
            operation,
            "AWS::NetworkFirewall::FirewallPolicy",
            {
                "FirewallPolicyName": inputs.get("name"),
                "Description": inputs.get("description"),
                "FirewallPolicy": _document(mapping(inputs, _POLICY)),
                "Tags": tags(inputs),
            },
            region(inputs, session),
            NETWORK_FIREWALL,
        )
        check_references(operation, mapping(inputs, _POLICY), inputs, records, session)

    @believed("a policy that a firewall has cannot be deleted, in these words")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a firewall uses it."""
        users = [
            key
            for key, row in records.get(FIREWALL, {}).items()
            if row.get("firewallPolicyArn") == id_
        ]
        if users:
            raise in_use("DeleteFirewallPolicy", users)


@believed("one of the standard actions, in these words")
def _stateless_problems(policy: Inputs) -> Problems:
    for field in ("statelessDefaultActions", "statelessFragmentDefaultActions"):
        path, title = f"{_POLICY}.{field}", field[0].upper() + field[1:]
        if field not in policy:
            yield Problem(path, f"missing required property '{field}'")
            continue
        if not isinstance(policy[field], list):
            continue
        actions = items(policy, field)
        standard = [action for action in actions if action in _STATELESS]
        unknown = [action for action in actions if not isinstance(action, str)]
        if not standard and not unknown:
            yield NETWORK_FIREWALL.problem(
                path, f"{title} cannot be null or empty, context: {title}"
            )
        if len(standard) > 1:
            yield NETWORK_FIREWALL.problem(path, f"{title} cannot exist together, context: {title}")
    for field in ("statelessCustomActions", "statelessRuleGroupReferences"):
        if field in policy:
            yield Problem(f"{_POLICY}.{field}", "the stand-in has no stateless rules: leave it out")


@written(
    "stream exception policies and idle seconds",
    "Network Firewall API reference, StatefulEngineOptions, FlowTimeouts",
    "2026-11",
)
def _engine_problems(options: Inputs) -> Problems:
    path = f"{_POLICY}.statefulEngineOptions"
    stream = known(options, "streamExceptionPolicy")
    if stream is not None and stream not in _STREAM:
        yield NETWORK_FIREWALL.constraint(
            f"{path}.streamExceptionPolicy",
            stream,
            f"satisfy enum value set: [{', '.join(_STREAM)}]",
        )
    idle = known(mapping(options, "flowTimeouts"), "tcpIdleTimeoutSeconds", int)
    low, high = _IDLE_SECONDS
    if idle is not None and not low <= idle <= high:
        yield NETWORK_FIREWALL.constraint(
            f"{path}.flowTimeouts.tcpIdleTimeoutSeconds", idle, f"be between {low} and {high}"
        )


@written(
    "a policy sets HOME_NET alone", "botocore 1.44.5, network-firewall PolicyVariables", "2026-11"
)
@believed("the wording of that")
def _home_net_problems(variables: Inputs) -> Problems:
    path, context = f"{_POLICY}.policyVariables", "PolicyVariables.RuleVariables"
    for index, row in enumerate(items(variables, "ruleVariables")):
        key = known(row, "key") if is_a(row, dict) else None
        if key is not None and key != "HOME_NET":
            yield NETWORK_FIREWALL.problem(
                f"{path}.ruleVariables[{index}].key",
                f"RuleVariables is invalid, parameter: [{key}], context: {context}.IPSet.{key}",
            )
    yield from variable_problems(variables, "ruleVariables", "ipSet", path, context)


def _document(policy: Inputs) -> dict[str, Any]:
    plain = {key: value for key, value in policy.items() if key != "policyVariables"}
    document: dict[str, Any] = properties(plain)
    variables = mapping(policy, "policyVariables")
    if variables:
        document["PolicyVariables"] = {"RuleVariables": sets(variables, "ruleVariables", "ipSet")}
    return document
