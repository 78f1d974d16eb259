"""What AWS Network Firewall in the stand-in answers from what the account holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import standin
from standin import GONE, Account, Inputs, refusal
from standin_aws import (
    ARN,
    BASE,
    FIREWALL,
    FIREWALL_ARN,
    GROUP_ARN,
    LOG_GROUP,
    LOGGING,
    POLICY,
    POLICY_ARN,
    RESOURCE_POLICY,
    ROUTE,
    RULE_GROUP,
    SUBNETS,
)

from providers.aws import CLOUD

BAD = "InvalidRequestException: "
REFS = "firewallPolicy.statefulRuleGroupReferences"
OTHER_ARN = f"{ARN}stateful-rulegroup/other"


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """An account with a rule group, a policy and a firewall of it."""
    made = Account(CLOUD, standin.session(tmp_path), BASE)
    for kind in (RULE_GROUP, POLICY, FIREWALL):
        made.create(kind)
    return made


def refs(*arns: str) -> dict[str, Any]:
    """A policy of these groups."""
    return {REFS: [{"priority": n + 1, "resourceArn": arn} for n, arn in enumerate(arns)]}


def test_a_policy_needs_groups_that_fit(account: Account) -> None:
    """There, stateful, in the region, of the policy's order, and together within the capacity."""
    account.create(RULE_GROUP, name="loose", **{"ruleGroup.statefulRuleOptions": GONE})
    account.create(RULE_GROUP, name="large", capacity=29_901)
    account.create(RULE_GROUP, name="fits", capacity=29_900)
    elsewhere = GROUP_ARN.replace("eu-west-1", "us-east-1")
    at = "StatefulRuleGroupReferences"
    refused = {
        f"rule group ARN does not exist, parameter: [{OTHER_ARN}]": [OTHER_ARN],
        f"rule group ARN is invalid, parameter: [{elsewhere}]": [elsewhere],
        f"rule group ARN is of incorrect entity type, parameter: [{POLICY_ARN}]": [POLICY_ARN],
        f"ResourceArn has invalid rule order, context: {at}[1].ResourceArn": [
            GROUP_ARN, f"{ARN}stateful-rulegroup/loose"],
        f"ResourceArn has duplicate values, context: {at}[1].ResourceArn": [GROUP_ARN] * 2,
        f"{at} capacity exceeded, parameter: [30001], context: {at}": [
            GROUP_ARN, f"{ARN}stateful-rulegroup/large"],
    }  # fmt: skip
    for message, arns in refused.items():
        for operation, answer in (
            ("CreateFirewallPolicy",
             refusal(account.create, POLICY, name="new", **refs(*arns))),
            ("UpdateFirewallPolicy",
             refusal(account.update, POLICY, POLICY_ARN, **refs(*arns))),
        ):  # fmt: skip
            assert f"operation error Network Firewall: {operation}, {BAD}{message}" == answer
    account.update(POLICY, POLICY_ARN, **refs(GROUP_ARN, f"{ARN}stateful-rulegroup/fits"))


@pytest.mark.parametrize(
    ("type_name", "id_"), [(RULE_GROUP, GROUP_ARN), (POLICY, POLICY_ARN), (FIREWALL, FIREWALL_ARN)]
)
def test_a_name_is_taken_once(account: Account, type_name: str, id_: str) -> None:
    """A replacement under the same name cannot stand beside what it replaces."""
    kind = CLOUD.kinds[type_name].name

    assert f"{BAD}{kind} name already exists, parameter: [{id_.rpartition('/')[2]}], context: " in (
        refusal(account.create, type_name)
    )
    fixed = {**BASE[type_name], "__defaults": []}
    assert CLOUD.kinds[type_name].delete_first(fixed, fixed)
    assert not CLOUD.kinds[type_name].delete_first(fixed, {**fixed, "__defaults": ["name"]})
    assert not CLOUD.kinds[type_name].delete_first(fixed, {**fixed, "name": "new"})


def test_what_is_in_use_is_not_deleted(account: Account) -> None:
    """A group by its policy, a policy by its firewall; from the outside in it works."""
    used = "InvalidOperationException: Unable to delete the object because it is still in use"

    assert f"DeleteRuleGroup, {used} ({POLICY_ARN})" in refusal(
        account.delete, RULE_GROUP, GROUP_ARN
    )
    assert f"DeleteFirewallPolicy, {used} ({FIREWALL_ARN})" in refusal(
        account.delete, POLICY, POLICY_ARN
    )
    account.create(RULE_GROUP, name="rule")  # A name that begins like the other's.
    account.delete(RULE_GROUP, f"{ARN}stateful-rulegroup/rule")
    account.delete(FIREWALL, FIREWALL_ARN)
    account.delete(POLICY, POLICY_ARN)
    account.delete(RULE_GROUP, GROUP_ARN)


def test_a_firewall_is_deleted_last(account: Account) -> None:
    """Not while it is protected, not while it logs, not while a route leads to it."""
    logs = account.create(LOG_GROUP)
    logging = account.create(LOGGING)
    state = account.outputs(FIREWALL, FIREWALL_ARN)["firewallStatuses"][0]["syncStates"][0]
    route = account.create(ROUTE, vpcEndpointId=state["attachments"][0]["endpointId"])
    account.update(FIREWALL, FIREWALL_ARN, deleteProtection=True)
    reasons = []
    undoings: tuple[Callable[[], None], ...] = (
        lambda: account.update(FIREWALL, FIREWALL_ARN),
        lambda: account.delete(LOGGING, logging),
        lambda: account.delete(ROUTE, route),
    )
    for undo in undoings:
        reasons.append(
            refusal(account.delete, FIREWALL, FIREWALL_ARN).rpartition(f"{FIREWALL_ARN}: ")[2]
        )
        undo()
    account.delete(FIREWALL, FIREWALL_ARN)
    account.delete(LOG_GROUP, logs)

    assert [
        "delete protection is on: set deleteProtection to false first",
        "its logging configuration must be removed first",
        f"Endpoint must be removed from route table before deletion: {route}",
    ] == reasons


def test_a_protected_firewall_keeps_its_subnets_and_policy(account: Account) -> None:
    """Until the protection is off; turning it off and changing goes together, as pulumi-aws does."""
    one = {"subnetMappings": [{"subnetId": SUBNETS[0]}]}
    account.create(POLICY, name="new")
    new = {"firewallPolicyArn": f"{ARN}firewall-policy/new"}
    on = {"subnetChangeProtection": True, "firewallPolicyChangeProtection": True}
    account.update(FIREWALL, FIREWALL_ARN, **on)

    assert "subnetChangeProtection is on, set it to false first" in refusal(
        account.update, FIREWALL, FIREWALL_ARN, **on, **one
    )
    assert "firewallPolicyChangeProtection is on, set it to false first" in refusal(
        account.update, FIREWALL, FIREWALL_ARN, **on, **new
    )
    account.update(FIREWALL, FIREWALL_ARN, **one, **new)
    # Turned on in the same update, it counts before the subnets move.
    assert "subnetChangeProtection is on" in refusal(account.update, FIREWALL, FIREWALL_ARN, **on)
    assert [SUBNETS[0]] == [
        attachment["subnetId"]
        for state in account.outputs(FIREWALL, FIREWALL_ARN)["firewallStatuses"][0]["syncStates"]
        for attachment in state["attachments"]
    ]


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ({"vpcId": "vpc-1"}, "VPC ID is invalid, parameter: [vpc-1], context: VpcId "
         "(sandbox/world.yaml has none of that id in eu-west-1)"),
        ({"subnetMappings.1.subnetId": "subnet-1"},
         "subnet ID is invalid, parameter: [subnet-1], context: SubnetMappings[1].SubnetId "
         "(sandbox/world.yaml has none of that id in eu-west-1)"),
        ({"subnetMappings.1.subnetId": "subnet-0a1b2c3d4e5ff000b"},
         "subnet ID is invalid, parameter: [subnet-0a1b2c3d4e5ff000b], context: "
         "SubnetMappings[1].SubnetId (it is in vpc-0a1b2c3d4e5f60718, the firewall in "
         "vpc-0d4e5f607182a3b4c)"),
        ({"subnetMappings.1.subnetId": "subnet-0d4e5f6071825000a"},
         "subnet ID is invalid, parameter: [subnet-0d4e5f6071825000a], context: "
         f"SubnetMappings[1].SubnetId ({SUBNETS[0]} is in eu-west-1a too: one subnet a zone)"),
        ({"firewallPolicyArn": OTHER_ARN},
         f"firewall policy ARN does not exist, parameter: [{OTHER_ARN}]"),
    ],
)  # fmt: skip
def test_a_firewall_needs_its_surroundings(account: Account, edits: Inputs, message: str) -> None:
    """VPC, subnets in it, one a zone, and a policy."""
    assert f"operation error Network Firewall: CreateFirewall, {BAD}{message}" == refusal(
        account.create, FIREWALL, name="new", **edits
    )


def test_endpoints_are_as_the_provider_lists_them(account: Account) -> None:
    """A sync state a zone with one attachment; not known again only where the subnets change."""
    (status,) = account.outputs(FIREWALL, FIREWALL_ARN)["firewallStatuses"]
    kind = CLOUD.kinds[FIREWALL]
    base = BASE[FIREWALL]
    turned = {**base, "subnetMappings": [*reversed(base["subnetMappings"])]}

    assert ["eu-west-1a", "eu-west-1b"] == [s["availabilityZone"] for s in status["syncStates"]]
    for state, subnet in zip(status["syncStates"], SUBNETS, strict=True):
        (attachment,) = state["attachments"]
        assert subnet == attachment["subnetId"]
        assert attachment["endpointId"].startswith("vpce-")
        assert len("vpce-") + 17 == len(attachment["endpointId"])
    assert () == kind.unsettled(base, turned)
    assert ("firewallStatuses",) == kind.unsettled(base, {**base, "subnetMappings": []})


def test_logging_needs_its_firewall_and_log_group(account: Account) -> None:
    """One configuration a firewall, to log groups that are there."""
    assert "LogDestinationPermissionException: log group /wsus/alert does not exist" in refusal(
        account.create, LOGGING
    )
    account.create(LOG_GROUP)
    assert "ResourceNotFoundException: firewall ARN does not exist" in refusal(
        account.create, LOGGING, firewallArn=OTHER_ARN
    )
    assert FIREWALL_ARN == account.create(LOGGING)
    assert "has a logging configuration already" in refusal(account.create, LOGGING)


def test_a_resource_policy_needs_its_resource(account: Account) -> None:
    """A rule group or a policy; a second one writes over the first."""
    assert "PutResourcePolicy, ResourceNotFoundException: " in refusal(
        account.create, RESOURCE_POLICY, resourceArn=OTHER_ARN
    )
    account.create(RESOURCE_POLICY)
    second = json.dumps({"Statement": ["second"]})
    account.create(RESOURCE_POLICY, policy=second)
    assert second == account.records[RESOURCE_POLICY][GROUP_ARN]["policy"]


def test_managed_groups_are_there(account: Account) -> None:
    """AWS has them in every account; of the policy's rule order, and with an override."""
    managed = "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/{}"
    strict, other = managed.format("BotnetStrictOrder"), managed.format("BotnetActionOrder")
    override = {"override": {"action": "DROP_TO_ALERT"}}
    account.create(
        POLICY, name="strict", **{REFS: [{"priority": 1, "resourceArn": strict, **override}]}
    )
    assert refusal(account.create, POLICY, name="other", **refs(other)) == (
        f"operation error Network Firewall: CreateFirewallPolicy, {BAD}ResourceArn has invalid rule order, "
        "context: StatefulRuleGroupReferences[0].ResourceArn"
    )
