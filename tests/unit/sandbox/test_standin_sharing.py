"""What the stand-in refuses beyond one account: shares, Firewall Manager; and log groups."""

from __future__ import annotations

import json
from typing import Any

import pytest
from standin import GONE, Account, Case, Inputs, changed, refusal, said
from standin_aws import (
    ARN,
    BASE,
    DNS_GROUP,
    GROUP_ARN,
    LOG_GROUP,
    MANAGED_DATA,
    MANAGER,
    POLICY,
    PREFIX_LIST,
    PRINCIPAL,
    RULE_GROUP,
    SHARE,
    SHARED_RESOURCE,
)

from providers.aws import CLOUD
from providers.kind import Session

DATA = "securityServicePolicyData"
TEXT = f"{DATA}.managedServiceData"
BUCKET = "arn:aws:s3:eu-west-1:123456789012:bucket/x"
NO_ROW = "managedServiceData.statefulRuleGroupReferences"


def data(**edits: Any) -> Inputs:
    """The baseline's policy with other managed service data."""
    return {TEXT: json.dumps(changed(MANAGED_DATA, edits))}


def managed(message: str) -> str:
    """Firewall Manager's wording."""
    return f"InvalidInputException: {message}"


CASES: list[Case] = [
    (SHARED_RESOURCE, {"resourceArn": BUCKET}, "resourceArn",
     f"InvalidParameterException: You cannot share the selected resource type: {BUCKET}"),
    (PRINCIPAL, {"principal": "everybody"}, "principal",
     "InvalidParameterException: The principal everybody is malformed"),
    (MANAGER, {f"{DATA}.type": "WAFV2"}, f"{DATA}.type",
     "the stand-in has NETWORK_FIREWALL alone, not WAFV2"),
    (MANAGER, {"resourceType": "AWS::EC2::Instance"}, "resourceType",
     managed("a NETWORK_FIREWALL policy is about AWS::EC2::VPC, not AWS::EC2::Instance")),
    (MANAGER, {TEXT: "{"}, TEXT,
     '"managed_service_data" contains an invalid JSON: Expecting property name enclosed in double '
     "quotes: line 1 column 2 (char 1)"),
    (MANAGER, {TEXT: "[]"}, TEXT, managed("ManagedServiceData must be a JSON object")),
    (MANAGER, {TEXT: GONE}, TEXT, managed("managedServiceData is required with NETWORK_FIREWALL")),
    (MANAGER, data(type="WAFV2"), TEXT, managed("type is WAFV2, the policy's is NETWORK_FIREWALL")),
    (MANAGER, data(homeNet="10.0.0.0/8"), TEXT, managed("ManagedServiceData has no field homeNet")),
    (MANAGER, data(networkFirewallOrchestrationConfig=GONE), TEXT,
     managed("ManagedServiceData needs the field networkFirewallOrchestrationConfig")),
    (MANAGER, data(networkFirewallStatefulEngineOptions=GONE), TEXT,
     managed("managedServiceData.statefulDefaultActions: InvalidRequestException: "
             "StatefulDefaultActions has invalid rule order, parameter: [DEFAULT_ACTION_ORDER], "
             "context: StatefulDefaultActions")),
    (MANAGER, data(networkFirewallStatefulRuleGroupReferences=[{"resourceARN": GROUP_ARN}]), TEXT,
     managed(f"{NO_ROW}[0].priority: InvalidRequestException: Priority cannot be null, "
             "context: StatefulRuleGroupReferences[0]")),
    (LOG_GROUP, {"name": "a b"}, "name",
     "InvalidParameterException: 1 validation error detected: Value 'a b' at 'name' failed to "
     r"satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+ (1 to "
     "512)"),
    (LOG_GROUP, {"name": "aws/x"}, "name",
     "InvalidParameterException: Log groups starting with AWS/ are reserved for AWS."),
    (LOG_GROUP, {"retentionInDays": 31}, "retentionInDays",
     "expected retention_in_days to be one of [0 1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 "
     "1096 1827 2192 2557 2922 3288 3653], got 31"),
    (LOG_GROUP, {"namePrefix": "x"}, "namePrefix",
     "the stand-in has no log group prefixes: use name"),
    (LOG_GROUP, {"skipDestroy": True}, "skipDestroy",
     "the stand-in keeps no log group behind: leave it out"),
]  # fmt: skip


@pytest.fixture
def account(session: Session) -> Account:
    """An account with a rule group."""
    made = Account(CLOUD, session, BASE)
    made.create(RULE_GROUP)
    return made


@pytest.mark.parametrize(("type_name", "edits", "path", "message"), CASES)
def test_one_change_is_refused(
    session: Session, type_name: str, edits: Inputs, path: str, message: str
) -> None:
    """Each edit is refused at the property at fault, in the service's words."""
    inputs = changed(BASE[type_name], edits)

    assert (path, message) in said(CLOUD.kinds[type_name], inputs, session)


def test_only_what_is_there_is_shared(account: Account) -> None:
    """Rule groups and policies by their ARN, others by the id in it; each once."""
    share = account.create(SHARE)
    gone = f"{ARN}stateful-rulegroup/gone"
    account.create(POLICY)
    listed, dns = account.create(PREFIX_LIST), account.create(DNS_GROUP)
    for arn in (GROUP_ARN, f"{ARN}firewall-policy/policy",
                f"arn:aws:ec2:eu-west-1:123456789012:prefix-list/{listed}",
                f"arn:aws:route53resolver:eu-west-1:123456789012:firewall-rule-group/{dns}"):  # fmt: skip
        account.create(SHARED_RESOURCE, resourceArn=arn, resourceShareArn=share)
    at = "operation error RAM: AssociateResourceShare, "

    assert f"{at}UnknownResourceException: Resource {gone} could not be found." == refusal(
        account.create, SHARED_RESOURCE, resourceArn=gone, resourceShareArn=share
    )
    assert f"{at}InvalidParameterException: {GROUP_ARN} is shared already" == refusal(
        account.create, SHARED_RESOURCE, resourceShareArn=share
    )
    assert f"{at}UnknownResourceException: ResourceShare {share}x could not be found." == refusal(
        account.create, PRINCIPAL, resourceShareArn=f"{share}x"
    )
    account.delete(SHARE, share)
    assert {} == account.records[SHARED_RESOURCE]


def test_a_share_stays_in_the_organization(account: Account) -> None:
    """Its accounts, units and itself; an account outside only where the share says so."""
    share = account.create(SHARE)
    organizations = "arn:aws:organizations::123456789012"
    for principal in ("111122223333", f"{organizations}:organization/o-exampleorg1",
                      f"{organizations}:ou/o-exampleorg1/ou-exam-workload1",
                      "arn:aws:iam::444455556666:role/x"):  # fmt: skip
        account.create(PRINCIPAL, principal=principal, resourceShareArn=share)
    refused = {
        "999999999999": "OperationNotPermittedException: The resource you are attempting to share "
        "can only be shared within your AWS Organization (999999999999 is not in o-exampleorg1)",
        f"{organizations}:organization/o-elsewhere11": "UnknownResourceException: Organization "
        "o-elsewhere11 could not be found.",
        f"{organizations}:ou/o-exampleorg1/ou-exam-nowhere1": "UnknownResourceException: "
        "OrganizationalUnit ou-exam-nowhere1 could not be found.",
    }
    for principal, message in refused.items():
        assert f"operation error RAM: AssociateResourceShare, {message}" == refusal(
            account.create, PRINCIPAL, principal=principal, resourceShareArn=share
        )
    account.update(SHARE, share, allowExternalPrincipals=True)
    account.create(PRINCIPAL, principal="999999999999", resourceShareArn=share)


def test_firewall_manager_needs_its_groups_and_accounts(account: Account) -> None:
    """Groups that are there, accounts and units of the organization; a group in use stays."""
    policy = account.create(MANAGER)
    gone = f"{ARN}stateful-rulegroup/gone"
    references = [{"resourceARN": gone, "priority": 1}]
    at = "operation error "

    assert (
        f"{at}Network Firewall: PutPolicy, InvalidRequestException: rule group ARN does not exist, parameter: [{gone}]"
        == refusal(
            account.create, MANAGER, **data(networkFirewallStatefulRuleGroupReferences=references)
        )
    )
    for field, name in (("accounts", "999999999999"), ("orgunits", "ou-exam-nowhere1")):
        assert (
            f"{at}FMS: PutPolicy, InvalidInputException: includeMap.{field}: {name} is not in the "
            "organization o-exampleorg1"
        ) == refusal(account.create, MANAGER, **{f"includeMap.{field}": [name]})
    assert f"still in use ({policy})" in refusal(account.delete, RULE_GROUP, GROUP_ARN)
    account.delete(MANAGER, policy)
    account.delete(RULE_GROUP, GROUP_ARN)


def test_a_log_group_is_there_once(account: Account) -> None:
    """A second log group of one name is refused; a protected one cannot be deleted."""
    group = account.create(LOG_GROUP, deletionProtectionEnabled=True)

    assert (
        "operation error CloudWatch Logs: CreateLogGroup, ResourceAlreadyExistsException: The "
        "specified log group already exists"
    ) == refusal(account.create, LOG_GROUP)
    assert "deletion protection is enabled for /wsus/alert" in refusal(
        account.delete, LOG_GROUP, group
    )
    account.update(LOG_GROUP, group, deletionProtectionEnabled=False, retentionInDays=0)
    account.delete(LOG_GROUP, group)
