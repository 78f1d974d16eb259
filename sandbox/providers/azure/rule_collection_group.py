"""`azure-native.network.FirewallPolicyRuleCollectionGroup`: all rules, sent as one piece."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from providers.azure import application_rule, network_rule
from providers.azure.firewall_policy import GROUP_TYPE, POLICY_TYPE, tier
from providers.azure.ip_group import IP_GROUP_TYPE, STALE, named_groups
from providers.azure.references import require
from providers.azure.resource import NAME, AzureKind, resource, resource_id
from providers.azure.sources import bad
from providers.errors import Problem, Problems, azure_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, is_a, items, known, row_problems
from providers.store import Records

# Microsoft.Network 2024-05-01, and "Azure subscription and service limits" (2023-10): 2 MB a group
# of a policy made after July 2022; 90 groups a policy (newer copies; 60 in that one).
LOWEST_PRIORITY: Final = 100
HIGHEST_PRIORITY: Final = 65000
LARGEST_GROUP: Final = 2 * 1024 * 1024
MOST_GROUPS: Final = 90
_FILTER: Final = "FirewallPolicyFilterRuleCollection"
_ACTIONS: Final = ("Allow", "Deny")
_RULES: Final = {
    "ApplicationRule": application_rule.rule_problems,
    "NetworkRule": network_rule.rule_problems,
}


@written(
    "its id's parts replace it; whatever else changes is sent",
    "pulumi-azure-native provider/pkg/provider/diff.go and gen/replacement.go",
    "2026-11",
)
class RuleCollectionGroup(AzureKind):
    """A group inside a policy. Azure replaces the whole group on every change."""

    type_name = GROUP_TYPE
    name_input = "ruleCollectionGroupName"
    collection = "ruleCollectionGroups"
    model = "FirewallPolicyRuleCollectionGroup"
    located = False
    inputs: ClassVar = {
        "firewallPolicyName": str,
        "id": str,
        "name": str,
        "priority": int,
        "resourceGroupName": str,
        "ruleCollectionGroupName": str,
        "ruleCollections": list,
    }
    required: ClassVar = ("firewallPolicyName", "resourceGroupName")
    replaced_by: ClassVar = frozenset(
        {"firewallPolicyName", "resourceGroupName", "ruleCollectionGroupName"}
    )
    computed: ClassVar = (*AzureKind.computed, "size")

    seconds = 0.2

    def alone_in(self, inputs: Inputs, session: Session) -> str | None:
        """One group of a policy at a time: an update refreshes every firewall of the policy."""
        path = f"firewallPolicies/{inputs['firewallPolicyName']}"
        return resource_id(session, inputs["resourceGroupName"], path)

    def path(self, inputs: Inputs) -> str:
        """Inside the policy."""
        return f"firewallPolicies/{inputs['firewallPolicyName']}/{super().path(inputs)}"

    @property
    def type_path(self) -> str:
        """A type inside the policy's."""
        return "FirewallPolicies/RuleCollectionGroups"

    @property
    def permitted_as(self) -> str:
        """In camelCase, as the list of permissions has it."""
        return "firewallPolicies/ruleCollectionGroups"

    def body(self, inputs: Inputs) -> dict[str, Any]:
        """The priority and the collections inside `properties`."""
        own = {name: inputs[name] for name in ("priority", "ruleCollections") if name in inputs}
        envelope = {name: inputs[name] for name in ("id", "name") if name in inputs}
        return {**envelope, "properties": own}

    @written(
        "2 MB a group",
        '"Azure subscription and service limits", 2023-10',
        "2026-11",
    )
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Priorities, names, kinds of rules, every rule, and the size of it all."""
        if "priority" not in inputs:
            yield bad("priority", "Required property 'priority' not found in JSON.")
        yield from priority_problems("priority", inputs)
        collections = [
            (f"ruleCollections[{index}]", collection)
            for index, collection in enumerate(items(inputs, "ruleCollections"))
            if is_a(collection, dict)
        ]
        yield from row_problems(inputs, "ruleCollections")
        yield from _unique(collections, "priority")
        yield from _unique(collections, "name")
        for path, collection in collections:
            yield from _collection_problems(path, collection)
        size = len(json.dumps(self.body(inputs), default=str, ensure_ascii=False).encode())
        if size > LARGEST_GROUP:
            yield bad(
                "ruleCollections",
                f"The rule collection group is {size} bytes; the limit is {LARGEST_GROUP} (2 MB).",
            )

    @written(
        "equal priorities in one policy are accepted",
        "Microsoft Q&A 2283292, 2025-06-12",
        "2026-11",
    )
    @written(
        "90 groups a policy",
        '"Azure subscription and service limits"',
        "2026-11",
    )
    @believed("the answer to a group too many, and ParentResourceNotFound")
    def service_answer(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """The policy must exist and have room, and its SKU the features.

        Azure takes equal priorities (Microsoft Q&A 2283292, 2025-06-12); which group comes first, no
        page says.
        """
        super().service_answer(id_, inputs, records, session)
        policy_name, group = inputs["firewallPolicyName"], inputs["resourceGroupName"]
        policy_id = resource_id(session, group, f"firewallPolicies/{policy_name}")
        policy = resource(records, POLICY_TYPE, policy_id)
        if policy is None:
            raise azure_error(
                "ParentResourceNotFound",
                "Can not perform requested operation on nested resource. Parent resource "
                f"'{policy_name}' not found.",
                "firewallPolicyName",
            )
        inside = f"{policy_id}/".casefold()
        others = [
            key
            for key in records.get(GROUP_TYPE, {})
            if key.casefold().startswith(inside) and key.casefold() != id_.casefold()
        ]
        if len(others) >= MOST_GROUPS:
            raise azure_error("InvalidRequest", f"A policy has room for {MOST_GROUPS} groups.")
        for named in named_groups(inputs):
            require(records, IP_GROUP_TYPE, named, id_)
        for problem in sku_problems(inputs, tier(policy)):
            raise azure_error("InvalidRequest", problem.reason, problem.path)

    @written(
        "an IP group is in use for a while after the rules that named it are gone",
        "Azure/azure-rest-api-specs issue 25739, 2023-09",
        "2026-11",
    )
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:
        """Note its IP groups as still in use, with `$WSUS_EGRESS_SANDBOX_STALE`, until a test takes that out."""
        if os.environ.get("WSUS_EGRESS_SANDBOX_STALE"):
            held = resource(records, GROUP_TYPE, id_) or inputs
            stale: dict[str, dict[str, Any]] = {
                group.casefold(): {} for group in named_groups(held)
            }
            records.setdefault(STALE, {}).update(stale)

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """Add the size, as ARM writes it: `0.001 MB`."""
        size = len(json.dumps(self.body(inputs)).encode()) / (1024 * 1024)
        return {**super().outputs(id_, inputs, session), "size": f"{size:.3f} MB"}


@written(
    "URLs and TLS inspection are Premium's, categories and names in network rules not Basic's",
    '"Azure Firewall features by SKU", 2025-09',
    "2026-11",
)
def sku_problems(inputs: Inputs, sku: str) -> Problems:
    """What the policy's SKU does not have ("Azure Firewall features by SKU", 2025-09)."""
    for row, collection in enumerate(items(inputs, "ruleCollections")):
        for column, rule in enumerate(items(collection, "rules")):
            path = f"ruleCollections[{row}].rules[{column}]"
            needs = [
                (field, ("Premium",)) for field in ("targetUrls", "terminateTLS") if rule.get(field)
            ] + [
                (field, ("Standard", "Premium"))
                for field in ("webCategories", "destinationFqdns")
                if rule.get(field)
            ]
            for field, skus in needs:
                if sku not in skus:
                    yield Problem(
                        f"{path}.{field}",
                        f"{field} needs a {' or '.join(skus)} policy, this one is {sku}.",
                    )


@written(
    "priorities are 100 to 65000",
    "Microsoft.Network 2024-05-01, as azure-mgmt-network 28.1.0 has it",
    "2026-11",
)
def priority_problems(path: str, holder: Inputs) -> Problems:
    """A priority out of range."""
    priority = known(holder, "priority", int)
    if priority is not None and not LOWEST_PRIORITY <= priority <= HIGHEST_PRIORITY:
        yield bad(
            path,
            f"Invalid priority {priority}: it must be {LOWEST_PRIORITY} to {HIGHEST_PRIORITY}.",
        )


@written(
    "an unknown discriminator is answered with 'An error has occurred'",
    "pulumi-azure-native issue 2671",
    "2026-11",
)
def _collection_problems(path: str, collection: dict[str, Any]) -> Problems:
    kind = known(collection, "ruleCollectionType")
    if kind != _FILTER and kind is not None:
        yield bad(f"{path}.ruleCollectionType", f"{path}: the stand-in has only {_FILTER}.")
        return
    if "ruleCollectionType" not in collection:
        # The service's own words for a discriminator it does not find (pulumi-azure-native#2671).
        yield bad(
            f"{path}.ruleCollectionType", f"resource.properties.{path}: An error has occurred."
        )
        return
    yield from _name_problems(path, collection)
    if "priority" not in collection:
        yield bad(f"{path}.priority", f"{path}: Required property 'priority' not found in JSON.")
    yield from priority_problems(f"{path}.priority", collection)
    yield from _action_problems(path, collection)
    yield from row_problems(collection, "rules", f"{path}.")
    rules = [
        (f"{path}.rules[{index}]", rule)
        for index, rule in enumerate(items(collection, "rules"))
        if is_a(rule, dict)
    ]
    yield from _unique(rules, "name")
    kinds = {known(rule, "ruleType") for _, rule in rules} & _RULES.keys()
    if len(kinds) > 1:
        yield bad(f"{path}.rules", f"A collection has rules of one type, not {sorted(kinds)}.")
    for place, rule in rules:
        yield from _rule_problems(place, rule)


@written(
    "actions are Allow and Deny",
    "Microsoft.Network 2024-05-01, as azure-mgmt-network 28.1.0 has it",
    "2026-11",
)
def _action_problems(path: str, collection: dict[str, Any]) -> Problems:
    action = collection.get("action")
    if action is None or is_a(action, dict):
        kind = known(action or {}, "type")
        if kind not in _ACTIONS and "type" not in (action or {}):
            yield bad(f"{path}.action", f"{path}: an action is required: {', '.join(_ACTIONS)}.")
        elif kind is not None and kind not in _ACTIONS:
            yield bad(f"{path}.action.type", f"Invalid action '{kind}': {', '.join(_ACTIONS)}.")


@written(
    "an unknown discriminator is answered with 'An error has occurred'",
    "pulumi-azure-native issue 2671",
    "2026-11",
)
def _rule_problems(path: str, rule: dict[str, Any]) -> Problems:
    kind = known(rule, "ruleType")
    if kind in _RULES:
        if not rule.get("name"):
            yield bad(f"{path}.name", f"{path}: a rule needs a name.")
        yield from _RULES[kind](path, rule)
    elif kind is not None or "ruleType" not in rule:
        yield bad(f"{path}.ruleType", f"resource.properties.{path}: An error has occurred.")


@written(
    "a collection's name has up to 80 characters",
    '"Azure Firewall rule processing"',
    "2026-11",
)
def _name_problems(path: str, collection: dict[str, Any]) -> Problems:
    name = known(collection, "name")
    if "name" not in collection or (name is not None and not NAME.fullmatch(name)):
        yield bad(
            f"{path}.name",
            f"Invalid rule collection name '{name or ''}': 1 to 80 letters, numbers, '_', '.' and "
            "'-', the first a letter or number, the last a letter, number or '_'.",
        )


@believed("two collections of one priority or name, and two rules of one name, are refused")
def _unique(holders: list[tuple[str, dict[str, Any]]], field: str) -> Iterator[Problem]:
    seen: dict[Any, str] = {}
    for path, holder in holders:
        value = known(holder, field) if field == "name" else known(holder, field, int)
        if value is None:
            continue
        key = value.casefold() if isinstance(value, str) else value
        if key in seen:
            yield bad(f"{path}.{field}", f"{seen[key]} and {path} have the same {field}, {value}.")
        seen.setdefault(key, path)
