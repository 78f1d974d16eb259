"""`azure-native.network.NetworkSecurityGroup` with its rules inline, as azure-native advises."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from providers.azure.references import refuse_use
from providers.azure.resource import AzureKind
from providers.azure.security_rule import rule_problems
from providers.azure.subnet import SUBNET_TYPE
from providers.errors import Problem, Problems, azure_text
from providers.evidence import written
from providers.kind import Inputs, Session, is_a, items, known, row_problems
from providers.store import Records

# "Azure subscription and service limits" (2026-11).
_MOST_RULES: Final = 1000
_ENVELOPE: Final = ("id", "location", "tags")
_RULE_ENVELOPE: Final = ("id", "name", "type", "etag")


@written(
    "its id's parts replace it; whatever else changes is sent",
    "pulumi-azure-native provider/pkg/provider/diff.go and gen/replacement.go",
    "2026-11",
)
class NetworkSecurityGroup(AzureKind):
    """A group and all its rules."""

    type_name = "azure-native:network:NetworkSecurityGroup"
    name_input = "networkSecurityGroupName"
    collection = "networkSecurityGroups"
    model = "NetworkSecurityGroup"
    inputs: ClassVar = {
        "flushConnection": bool,
        "id": str,
        "location": str,
        "networkSecurityGroupName": str,
        "resourceGroupName": str,
        "securityRules": list,
        "tags": dict,
    }
    replaced_by: ClassVar = frozenset({"networkSecurityGroupName", "resourceGroupName"})
    computed: ClassVar = (*AzureKind.computed, "resourceGuid")

    def body(self, inputs: Inputs) -> dict[str, Any]:
        """Properties around the group's and every rule's own."""
        envelope = {name: inputs[name] for name in _ENVELOPE if name in inputs}
        own: dict[str, Any] = {}
        if "flushConnection" in inputs:
            own["flushConnection"] = inputs["flushConnection"]
        if "securityRules" in inputs:
            own["securityRules"] = [_rule_body(rule) for rule in inputs["securityRules"]]
        return {**envelope, "properties": own} if own else envelope

    @written(
        "1000 rules",
        '"Azure subscription and service limits"',
        "2026-11",
    )
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Every rule, then the rules beside one another."""
        given = items(inputs, "securityRules")
        rules = [
            (f"securityRules[{index}]", rule)
            for index, rule in enumerate(given)
            if is_a(rule, dict)
        ]
        if len(given) > _MOST_RULES:
            yield Problem(
                "securityRules",
                azure_text(
                    "SecurityRuleCountExceeded", f"{len(given)} rules; the limit is {_MOST_RULES}."
                ),
            )
        yield from row_problems(inputs, "securityRules")
        for path, rule in rules:
            yield from rule_problems(path, rule)
        yield from _conflicts(rules)

    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a subnet has it (pulumi-azure-native#3051)."""
        code = "InUseNetworkSecurityGroupCannotBeDeleted"
        refuse_use(records, SUBNET_TYPE, "networkSecurityGroup", id_, code)


def _rule_body(rule: Any) -> Any:
    if not is_a(rule, dict):
        return rule
    envelope = {name: rule[name] for name in _RULE_ENVELOPE if name in rule}
    own = {name: value for name, value in rule.items() if name not in _RULE_ENVELOPE}
    return {**envelope, "properties": own}


@written(
    "a priority and direction once",
    '"Network security groups"',
    "2026-11",
)
def _conflicts(rules: list[tuple[str, dict[str, Any]]]) -> Problems:
    # "Network security groups": no two rules with the same priority and direction.
    places: dict[tuple[int, str], Any] = {}
    names: dict[str, str] = {}
    for path, rule in rules:
        priority, direction = known(rule, "priority", int), known(rule, "direction")
        name = known(rule, "name")
        if priority is not None and direction is not None:
            if (priority, direction) in places:
                other = places[priority, direction]
                yield Problem(
                    f"{path}.priority",
                    azure_text(
                        "SecurityRuleConflict",
                        f"Security rule {name} conflicts with rule {other}. Rules cannot have the "
                        f"same Priority and Direction. ({priority}, {direction})",
                    ),
                )
            places.setdefault((priority, direction), name)
        if name is not None:
            if name.casefold() in names:
                yield Problem(
                    f"{path}.name",
                    azure_text(
                        "InvalidRequestFormat",
                        f"{names[name.casefold()]} and {path} have the same name, {name}.",
                    ),
                )
            names.setdefault(name.casefold(), path)
