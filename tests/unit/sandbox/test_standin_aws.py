"""Every type of the stand-in for AWS: its baseline is accepted, known or not, and judged by all."""

from __future__ import annotations

from typing import Any

import pytest
from standin import GONE, changed, crashing, places, said, sdk_properties
from standin_aws import BASE, DNS_CONFIG, PRINCIPAL, RESOURCE_POLICY, RULE_GROUP, SHARED_RESOURCE

from providers.aws import CLOUD, KINDS
from providers.aws.account import NamedKind
from providers.aws.registry import properties
from providers.errors import CloudError
from providers.kind import Session
from providers.wire import UNKNOWN


@pytest.mark.parametrize("type_name", BASE)
def test_the_baseline_is_accepted(session: Session, type_name: str) -> None:
    """The baseline is accepted, also if any one value at any depth is unknown."""
    kind = CLOUD.kinds[type_name]

    assert [] == said(kind, BASE[type_name], session)
    for place in places(BASE[type_name]):
        assert [] == said(kind, changed(BASE[type_name], {place: UNKNOWN}), session), place


def test_every_type_has_a_baseline() -> None:
    """Except ingress rules, which share the egress rules' code."""
    assert {"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"} == {*CLOUD.kinds} - {*BASE}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_inputs_are_those_of_the_sdk(kind: Any) -> None:
    """Neither more nor fewer than pulumi-aws has, and what it requires."""
    assert sdk_properties("pulumi_aws", kind.type_name, "Args") == {*kind.inputs}


@pytest.mark.parametrize("type_name", BASE)
def test_outputs_are_those_of_the_sdk(session: Session, type_name: str) -> None:
    """What is unknown in a preview is what a create adds, and pulumi-aws has it all."""
    kind = CLOUD.kinds[type_name]

    added = kind.outputs("id", BASE[type_name], session)

    assert {*kind.computed} == {*added}
    assert set() == {*added} - sdk_properties("pulumi_aws", type_name)


@pytest.mark.parametrize("type_name", BASE)
def test_what_is_accepted_does_not_crash(session: Session, type_name: str) -> None:
    """Removing any one value, or replacing it by a text, gives an answer, not a crash."""
    assert {} == crashing(CLOUD.kinds[type_name], BASE[type_name], session, {})


@pytest.mark.parametrize("type_name", BASE)
def test_a_replacement_waits_where_it_wants_the_same_name(type_name: str) -> None:
    """Where the program gives the name; one of the provider's own is another every time."""
    kind = CLOUD.kinds[type_name]
    given = {**BASE[type_name], "__defaults": []}
    other = {**given, "name": "another"}
    unnamed = {**given, "namePrefix": "x", "name": None}
    own = {**given, "__defaults": ["name"]}

    waits = isinstance(kind, NamedKind) and "name" in given
    assert waits == kind.delete_first(given, given)
    assert [False] * 3 == [kind.delete_first(given, new) for new in (other, own, unnamed)]
    assert not kind.delete_first(unnamed, unnamed)


@pytest.mark.parametrize(
    "type_name",
    [kind for kind in BASE
     if kind not in (RESOURCE_POLICY, DNS_CONFIG, SHARED_RESOURCE, PRINCIPAL)],
)  # fmt: skip
def test_the_registry_schema_has_its_say(session: Session, type_name: str) -> None:
    """Whatever the type's own rules say: an unknown property or a wrong type is refused."""
    kind = CLOUD.kinds[type_name]
    field = next(name for name in ("priority", "name", "description", "destinationCidrBlock",
                                   "firewallArn", "subnetId", "vpcId") if name in BASE[type_name])  # fmt: skip
    with pytest.raises(CloudError, match="AWS::"):
        kind.admit("id", changed(BASE[type_name], {field: [{}]}), {}, session)


def test_the_schema_of_a_rule_group_reaches_inside(session: Session) -> None:
    """CloudFormation's schema refuses a misspelt property at any depth."""
    kind = CLOUD.kinds[RULE_GROUP]
    inputs = changed(BASE[RULE_GROUP], {"ruleGroup.statefulRuleOptions": {"order": "STRICT_ORDER"}})
    with pytest.raises(CloudError) as refused:
        kind.admit("id", inputs, {}, session)

    assert (
        "operation error Network Firewall: CreateRuleGroup, ValidationException: "
        "AWS::NetworkFirewall::RuleGroup #/RuleGroup/StatefulRuleOptions/Order: "
        "Additional properties are not allowed ('Order' was unexpected)"
    ) == str(refused.value)


def test_other_shapes_of_a_rule_group_pass_the_schema(session: Session) -> None:
    """References to prefix lists, and the text outside the group."""
    kind = CLOUD.kinds[RULE_GROUP]
    lists = "arn:aws:ec2:eu-west-1:123456789012:prefix-list/pl-1"
    row = {"key": "LIST", "ipSetReferences": [{"referenceArn": lists}]}
    references = {"ruleGroup.referenceSets": {"ipSetReferences": [row]}}
    kind.admit("id", changed(BASE[RULE_GROUP], references), {}, session)
    kind.admit("id", changed(BASE[RULE_GROUP], {"ruleGroup": GONE, "rules": "x"}), {}, session)
    row["ipSetReferences"] = [{"referenceArn": "pl-1"}]
    with pytest.raises(CloudError, match="ReferenceSets/IPSetReferences/LIST/ReferenceArn"):
        kind.admit("id", changed(BASE[RULE_GROUP], references), {}, session)


def test_property_names_are_cloudformation_s() -> None:
    """Property names differ by a capital letter, at every depth; two differ by more."""
    given = {"ruleOrder": "x", "rows": [{"key": 1}], "enableTlsSessionHolding": True}

    assert {"RuleOrder": "x", "Rows": [{"Key": 1}], "EnableTLSSessionHolding": True} == properties(
        given
    )
