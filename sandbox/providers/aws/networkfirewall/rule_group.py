"""`aws.networkfirewall.RuleGroup`: stateful rules, as Suricata text or as a list of domains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from providers.aws.account import region
from providers.aws.networkfirewall import suricata
from providers.aws.networkfirewall.common import (
    MOST_CAPACITY,
    ORDERS,
    RULE_GROUP,
    STRICT,
    FirewallKind,
    group_order,
    in_use,
    mapping,
    sets,
    users_of,
    variable_problems,
)
from providers.aws.networkfirewall.rules_text import parse, refusals
from providers.aws.registry import check_schema, properties, tags
from providers.aws.service import NETWORK_FIREWALL
from providers.errors import Problem, Problems
from providers.evidence import believed, written
from providers.kind import Inputs, Session, is_a, items, known, row_problems
from providers.store import Records
from providers.wire import is_known

SOURCES: Final = ("rulesString", "rulesSourceList", "statefulRules")
_STATELESS: Final = "statelessRulesAndCustomActions"
# CreateRuleGroup's own model (botocore 1.44.5); the registry schema still says half of it.
_LONGEST_STRING: Final = 2_000_000
_SCHEMA_STRING: Final = 1_000_000
_MOST_REFERENCES: Final = 5  # IP set references of a group (Network Firewall quotas, read 2026-11).
_TARGET: Final = re.compile(r"\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_SOURCE: Final = "ruleGroup.rulesSource"
_BESIDE_THE_TEXT: Final = ("ruleVariables", "referenceSets", "statefulRuleOptions")


@written("capacity is ForceNew", "terraform-provider-aws issue 19616", "2026-11")
@believed("name, type and rule order are for life, the rest changes in place")
class RuleGroup(FirewallKind):
    """A stateful rule group. Its capacity, name, type and rule order are for life."""

    type_name = RULE_GROUP
    resource, create = "stateful-rulegroup", "CreateRuleGroup"
    inputs: ClassVar = {
        "capacity": int,
        "description": str,
        "encryptionConfiguration": dict,
        "name": str,
        "region": str,
        "ruleGroup": dict,
        "rules": str,
        "tags": dict,
        "type": str,
    }
    required: ClassVar = ("capacity", "type")
    replaced_by: ClassVar = frozenset(
        {"capacity", "name", "region", "type", "ruleGroup.statefulRuleOptions.ruleOrder"}
    )
    sets: ClassVar = ("ruleGroup.rulesSource.rulesSourceList.targets",
                      "ruleGroup.rulesSource.rulesSourceList.targetTypes",
                      "ruleGroup.ruleVariables.ipSets.ipSet.definitions",
                      "ruleGroup.ruleVariables.portSets.portSet.definitions",
                      "ruleGroup.ruleVariables.ipSets", "ruleGroup.ruleVariables.portSets")  # fmt: skip

    def canonical(self, inputs: Inputs) -> dict[str, Any]:
        """As the inputs, the rule order said also where it is the default."""
        plain = super().canonical(inputs)
        group = plain.get("ruleGroup")
        order = group_order(plain)
        if isinstance(group, dict) and order == ORDERS[0]:
            options = {**mapping(group, "statefulRuleOptions"), "ruleOrder": order}
            plain["ruleGroup"] = {**group, "statefulRuleOptions": options}
        return plain

    @written(
        "the refusals of types and capacities",
        "measured by the authors of cdk-preflight with DryRun",
        "2026-09",
    )
    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """What the service, and Suricata behind it, refuses in the inputs alone."""
        yield from self.common_problems(inputs)
        kind = known(inputs, "type")
        if kind == "STATELESS":
            yield Problem("type", "the stand-in has no stateless rule groups: only STATEFUL")
        elif kind not in (None, "STATEFUL"):
            yield Problem(
                "type", f'expected type to be one of ["STATELESS" "STATEFUL"], got {kind}'
            )
        capacity = known(inputs, "capacity", int)
        if capacity is not None and capacity > MOST_CAPACITY:
            yield NETWORK_FIREWALL.problem(
                "capacity",
                f"Capacity capacity exceeded, parameter: [{capacity}], context: Capacity",
            )
        elif capacity is not None and capacity < 1:
            yield NETWORK_FIREWALL.problem(
                "capacity", f"Capacity is invalid, parameter: [{capacity}], context: Capacity"
            )
        given = [name for name in ("ruleGroup", "rules") if name in inputs]
        if len(given) != 1:
            yield NETWORK_FIREWALL.problem(
                "ruleGroup", "RuleGroup, Rules must set exactly one of them, context: RuleGroup"
            )
        yield from _source_problems(inputs)
        yield from _variable_problems(inputs)
        yield from _reference_problems(inputs)
        yield from _capacity_problems(inputs)
        yield from _text_problems(inputs)

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Check the registry schema."""
        operation = "UpdateRuleGroup" if id_ in records.get(RULE_GROUP, {}) else self.create
        check_schema(
            operation,
            "AWS::NetworkFirewall::RuleGroup",
            {
                "RuleGroupName": inputs.get("name"),
                "Type": inputs.get("type"),
                "Capacity": inputs.get("capacity"),
                "Description": inputs.get("description"),
                "RuleGroup": _document(inputs),
                "Tags": tags(inputs),
            },
            region(inputs, session),
            NETWORK_FIREWALL,
        )

    @written(
        "a group that a policy has cannot be deleted",
        "Network Firewall API reference, DeleteRuleGroup",
        "2026-11",
    )
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a policy refers to it."""
        users = users_of(id_, records)
        if users:
            raise in_use("DeleteRuleGroup", users)


def used_units(inputs: Inputs) -> int | None:
    """The capacity that the rules take; None where it is not known yet.

    A rule is one unit; a domain list is Targets x TargetTypes + TargetTypes + 1 (measured by
    cdk-preflight's authors, 2026-09).
    """
    source = mapping(inputs, "ruleGroup", "rulesSource")
    listed = mapping(source, "rulesSourceList")
    if not is_known(source):
        return None
    if listed:
        kinds = len(items(listed, "targetTypes"))
        return len(items(listed, "targets")) * kinds + kinds + 1
    return len(parse(rules_string(inputs) or "")) + len(items(source, "statefulRules"))


def rules_string(inputs: Inputs) -> str | None:
    """The Suricata text, wherever it is given."""
    found = known(mapping(inputs, "ruleGroup", "rulesSource"), "rulesString")
    text: str | None = known(inputs, "rules") if found is None else found
    return text


@written(
    "the refusal and its wording", "measured by the authors of cdk-preflight with DryRun", "2026-09"
)
def _source_problems(inputs: Inputs) -> Problems:
    if not isinstance(inputs.get("ruleGroup"), dict):
        return
    source = inputs["ruleGroup"].get("rulesSource", {})
    if not isinstance(source, dict):
        return
    if _STATELESS in source:
        yield NETWORK_FIREWALL.problem(
            f"{_SOURCE}.{_STATELESS}",
            "StatelessRulesAndCustomActions is invalid, context: "
            "RulesSource.StatelessRulesAndCustomActions",
        )
    if len([name for name in SOURCES if name in source]) != 1:
        yield NETWORK_FIREWALL.problem(
            _SOURCE,
            "RulesString, RulesSourceList, StatefulRules must set exactly one of them, "
            "context: RulesSource",
        )
    yield from _list_problems(mapping(source, "rulesSourceList"))


@written(
    "the refusal and its wording", "measured by the authors of cdk-preflight with DryRun", "2026-09"
)
def _list_problems(listed: Inputs) -> Problems:
    if not listed:
        return
    path, context = f"{_SOURCE}.rulesSourceList", "RulesSource.RulesSourceList"
    for field in ("targets", "targetTypes"):
        if listed.get(field, []) == []:
            title = field[0].upper() + field[1:]
            yield NETWORK_FIREWALL.problem(
                f"{path}.{field}", f"{title} cannot be null or empty, context: {context}.{title}"
            )
    seen: set[str] = set()
    for index, target in enumerate(items(listed, "targets")):
        if not isinstance(target, str):
            continue
        if not _TARGET.fullmatch(target):
            yield NETWORK_FIREWALL.problem(
                f"{path}.targets[{index}]",
                f"Targets has invalid format, parameter: [{target}], "
                f"context: {context}.Targets[{index}]",
            )
        # The service compares without the leading dot, and with case.
        name = target.removeprefix(".")
        if name in seen:
            yield NETWORK_FIREWALL.problem(
                f"{path}.targets[{index}]",
                f"Targets has duplicate values, parameter: [{name}], "
                f"context: {context}.Targets[{index}]",
            )
        seen.add(name)


@written(
    "the refusal and its wording", "measured by the authors of cdk-preflight with DryRun", "2026-09"
)
def _variable_problems(inputs: Inputs) -> Problems:
    variables = mapping(inputs, "ruleGroup", "ruleVariables")
    for field, value, context in (
        ("ipSets", "ipSet", "RuleVariables.IPSets"),
        ("portSets", "portSet", "RuleVariables.PortSets"),
    ):
        yield from variable_problems(variables, field, value, "ruleGroup.ruleVariables", context)
    references = len(items(mapping(inputs, "ruleGroup", "referenceSets"), "ipSetReferences"))
    if references > _MOST_REFERENCES:
        yield NETWORK_FIREWALL.problem(
            "ruleGroup.referenceSets.ipSetReferences",
            f"IPSetReferences limit exceeded, parameter: [{references}], context: ReferenceSets",
        )


@written(
    "the refusal and its wording", "measured by the authors of cdk-preflight with DryRun", "2026-09"
)
def _capacity_problems(inputs: Inputs) -> Problems:
    capacity, used = known(inputs, "capacity", int), used_units(inputs)
    if capacity is not None and used is not None and used > capacity:
        yield NETWORK_FIREWALL.problem(
            "capacity",
            f"StatefulRules capacity exceeded, parameter: [{used}], "
            "context: RulesSource.StatefulRules",
        )


@written(
    "the refusal and its wording", "measured by the authors of cdk-preflight with DryRun", "2026-09"
)
def _text_problems(inputs: Inputs) -> Problems:
    text = rules_string(inputs)
    path = "rules" if "rules" in inputs else f"{_SOURCE}.rulesString"
    if text is None:
        return
    if len(text.encode()) > _LONGEST_STRING:
        yield NETWORK_FIREWALL.constraint(
            path, text, f"have length less than or equal to {_LONGEST_STRING}"
        )
        return
    rules = parse(text)
    if not rules:
        yield NETWORK_FIREWALL.problem(
            path, "RulesString cannot be null or empty, context: RulesSource.RulesString"
        )
    group = mapping(inputs, "ruleGroup")
    variables = mapping(group, "ruleVariables")
    if not is_known([group.get(name) for name in _BESIDE_THE_TEXT]):
        return
    ip_sets = dict(_named(variables, "ipSets", "ipSet"))
    port_sets = dict(_named(variables, "portSets", "portSet"))
    references = {key for key, _ in _references(group)}
    own = [
        *refusals(
            rules,
            strict=group_order(inputs) == STRICT,
            variables={*ip_sets, *port_sets},
            references=references,
        )
    ]
    # Where the service's own rules refuse already, Suricata would repeat half of it.
    for answer in own or suricata.complaints(text, ip_sets, port_sets):
        yield NETWORK_FIREWALL.problem(path, answer)


def _named(variables: Inputs, field: str, value: str) -> Iterator[tuple[str, list[str]]]:
    for key, row in sets(variables, field, value).items():
        yield key, [str(text) for text in row["Definition"]]


def _references(group: Inputs) -> Iterator[tuple[str, Inputs]]:
    """The rows of the sets that a group refers to, by their names."""
    for row in items(mapping(group, "referenceSets"), "ipSetReferences"):
        if is_a(row, dict) and known(row, "key") is not None:
            yield row["key"], row


@believed("references have a key and rows, in these words")
def _reference_problems(inputs: Inputs) -> Problems:
    rows, path = mapping(inputs, "ruleGroup", "referenceSets"), "ruleGroup.referenceSets."
    yield from row_problems(rows, "ipSetReferences", path)
    for index, row in enumerate(items(rows, "ipSetReferences")):
        place = f"{path}ipSetReferences[{index}]"
        if not is_a(row, dict):
            continue
        if "key" not in row:
            yield Problem(f"{place}.key", "missing required property 'key'")
        yield from row_problems(row, "ipSetReferences", f"{place}.")


def _document(inputs: Inputs) -> dict[str, Any]:
    group = mapping(inputs, "ruleGroup")
    source = {**mapping(group, "rulesSource")}
    text = rules_string(inputs)
    if text is not None:
        source["rulesString"] = text[:_SCHEMA_STRING]
    variables = mapping(group, "ruleVariables")
    references = {
        key: {"ReferenceArn": inner.get("referenceArn")}
        for key, row in _references(group)
        for inner in items(row, "ipSetReferences")
        if is_a(inner, dict)
    }
    document: dict[str, Any] = {"RulesSource": properties(source)}
    if variables:
        document["RuleVariables"] = {
            "IPSets": sets(variables, "ipSets", "ipSet"),
            "PortSets": sets(variables, "portSets", "portSet"),
        }
    if references:
        document["ReferenceSets"] = {"IPSetReferences": references}
    if "statefulRuleOptions" in group:
        document["StatefulRuleOptions"] = properties(group["statefulRuleOptions"])
    return document
