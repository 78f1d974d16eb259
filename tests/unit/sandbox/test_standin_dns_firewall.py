"""What the stand-in for DNS Firewall refuses, also where two stacks meet on one VPC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from standin import GONE, Account, Case, Inputs, changed, refusal, said
from standin_aws import ASSOCIATION, BASE, DNS_CONFIG, DNS_GROUP, DNS_RULE, DOMAIN_LIST, VPC

from providers.aws import CLOUD
from providers.kind import Session

BAD = "ValidationException: "
RESERVED = (
    f'{BAD}[RSLVR-00000] The priority value you provided is reserved. Provide a number between "100" '
    'and "9900".'
)


def constraint(path: str, value: object, must: str) -> str:
    """The service's own model, as every AWS service words it."""
    return (
        f"{BAD}1 validation error detected: Value '{value}' at '{path}' failed to satisfy "
        f"constraint: Member must {must}"
    )


def no_domain(text: str) -> str:
    """The error for a text that is not a domain."""
    return (
        f"{BAD}Invalid domain '{text}': an optional * at its start, then letters, digits, hyphens "
        "and dots, 1 to 255 characters"
    )


OVERRIDE = {"blockResponse": "OVERRIDE", "blockOverrideDomain": "x.com",
            "blockOverrideDnsType": "CNAME", "blockOverrideTtl": 60}  # fmt: skip
PATTERN = "satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9\\-_' ']+) (1 to 64)"
CASES: list[Case] = [
    *[(DOMAIN_LIST, {"domains": [text]}, "domains[0]", no_domain(text))
      for text in (".x.com", "a.*.com", "a_b.com", "a b.com", "é.com", "", "http://a.com", "**.a",
                   ".".join(["x" * 63] * 4 + ["y"]))],
    (DOMAIN_LIST, {"domains": [f"a{n}.com" for n in range(1001)]}, "domains",
     f"{BAD}1001 domains: a request takes at most 1000; use several lists"),
    (DOMAIN_LIST, {"name": "123"}, "name", constraint("name", "123", PATTERN)),
    (DNS_GROUP, {"name": "x" * 65}, "name", constraint("name", "x" * 65, PATTERN)),
    (DNS_RULE, {"action": "PASS"}, "action",
     constraint("action", "PASS", "satisfy enum value set: [ALLOW, BLOCK, ALERT]")),
    (DNS_RULE, {"blockResponse": GONE}, "blockResponse",
     f"{BAD}BlockResponse is required with BLOCK: NODATA, NXDOMAIN, OVERRIDE"),
    (DNS_RULE, {"action": "ALLOW"}, "blockResponse",
     f"{BAD}BlockResponse is only for BLOCK, not ALLOW"),
    (DNS_RULE, {"blockResponse": "DROP"}, "blockResponse",
     constraint("blockResponse", "DROP", "satisfy enum value set: [NODATA, NXDOMAIN, OVERRIDE]")),
    (DNS_RULE, {"blockResponse": "OVERRIDE"}, "blockOverrideTtl",
     f"{BAD}blockOverrideTtl is required with BlockResponse OVERRIDE"),
    (DNS_RULE, {"blockOverrideDomain": "x.com"}, "blockOverrideDomain",
     f"{BAD}blockOverrideDomain is only for BlockResponse OVERRIDE"),
    (DNS_RULE, {**OVERRIDE, "blockOverrideTtl": 604801}, "blockOverrideTtl",
     constraint("blockOverrideTtl", 604801, "be between 0 and 604800")),
    (DNS_RULE, {**OVERRIDE, "blockOverrideDnsType": "A"}, "blockOverrideDnsType",
     constraint("blockOverrideDnsType", "A", "satisfy enum value set: [CNAME]")),
    (DNS_RULE, {"firewallDomainRedirectionAction": "TRUST"}, "firewallDomainRedirectionAction",
     constraint("firewallDomainRedirectionAction", "TRUST", "satisfy enum value set: "
                "[INSPECT_REDIRECTION_DOMAIN, TRUST_REDIRECTION_DOMAIN]")),
    (DNS_RULE, {"qType": "ANY"}, "qType", f"{BAD}Invalid Qtype 'ANY': A, AAAA, ..., or TYPEn"),
    (DNS_RULE, {"priority": -1}, "priority", f"{BAD}Invalid priority -1"),
    (DNS_RULE, {"firewallDomainListId": GONE}, "firewallDomainListId",
     f"{BAD}The rule must have a FirewallDomainListId"),
    (DNS_RULE, {"dnsThreatProtection": "DGA"}, "dnsThreatProtection",
     "the stand-in has no DNS Firewall Advanced: use a domain list"),
    (ASSOCIATION, {"priority": 100}, "priority", RESERVED),
    (ASSOCIATION, {"priority": 9900}, "priority", RESERVED),
    (ASSOCIATION, {"mutationProtection": "ON"}, "mutationProtection",
     constraint("mutationProtection", "ON", "satisfy enum value set: [ENABLED, DISABLED]")),
    (DNS_CONFIG, {"firewallFailOpen": "OPEN"}, "firewallFailOpen",
     constraint("firewallFailOpen", "OPEN", "satisfy enum value set: [ENABLED, DISABLED, "
                "USE_LOCAL_RESOURCE_SETTING]")),
]  # fmt: skip


@pytest.fixture
def account(session: Session) -> Account:
    """An empty account."""
    return Account(CLOUD, session, BASE)


@pytest.mark.parametrize(("type_name", "edits", "path", "message"), CASES)
def test_one_change_is_refused(
    session: Session, type_name: str, edits: Inputs, path: str, message: str
) -> None:
    """Each edit is refused at the property at fault, in the service's words."""
    inputs = changed(BASE[type_name], edits)

    assert (path, message) in said(CLOUD.kinds[type_name], inputs, session)


@pytest.mark.parametrize(
    "edits", [OVERRIDE, {"action": "ALLOW", "blockResponse": GONE}, {"qType": "TYPE65"}]
)
def test_every_kind_of_rule_is_accepted(session: Session, edits: Inputs) -> None:
    """An override complete, an allow without a response, a query type by its number."""
    assert [] == said(CLOUD.kinds[DNS_RULE], changed(BASE[DNS_RULE], edits), session)


def answers(call: Callable[..., object], *arguments: Any, **edits: Any) -> str:
    """What the service answers, without its name."""
    return refusal(call, *arguments, **edits).removeprefix("operation error Route53Resolver: ")


def test_a_group_has_a_priority_and_a_list_once(account: Account) -> None:
    """A group takes a priority once, a list once for each query type, and a hundred rules."""
    group, names, all_ = (account.create(DNS_GROUP), account.create(DOMAIN_LIST),
                          account.create(DOMAIN_LIST, domains=["*"]))  # fmt: skip
    of_names = {"firewallRuleGroupId": group, "firewallDomainListId": names}
    rule = account.create(DNS_RULE, **of_names)
    account.update(DNS_RULE, rule, **of_names, blockResponse="NXDOMAIN")
    account.create(DNS_RULE, **of_names, qType="AAAA", priority=201)
    of_all = {**of_names, "firewallDomainListId": all_}

    assert (
        f"CreateFirewallRule, ConflictException: The rule group '{group}' has a rule for the domain "
        f"list '{names}' and that Qtype"
    ) == answers(account.create, DNS_RULE, **of_names, priority=202)
    assert (
        "CreateFirewallRule, ConflictException: The priority 200 is in use by the rule 'block' of "
        f"the rule group '{group}'"
    ) == answers(account.create, DNS_RULE, **of_all)
    assert "UpdateFirewallRule, ConflictException: The priority 201 is in use" in answers(
        account.update, DNS_RULE, rule, **of_names, priority=201
    )
    for missing, field in (("rule group", "firewallRuleGroupId"),
                           ("domain list", "firewallDomainListId")):  # fmt: skip
        assert f"ResourceNotFoundException: The {missing} with the ID 'gone' doesn't exist" in (
            answers(account.create, DNS_RULE, **{**of_names, field: "gone"})
        )
    for number in range(98):
        listed = account.create(DOMAIN_LIST, domains=["x.com"])
        account.create(DNS_RULE, **{**of_names, "firewallDomainListId": listed}, priority=number)
    assert "LimitExceededException" in answers(account.create, DNS_RULE, **of_all, priority=999)


def test_what_is_in_use_is_not_deleted(account: Account) -> None:
    """A list by its rule, a group by its association, an association by its protection."""
    group, names = account.create(DNS_GROUP), account.create(DOMAIN_LIST)
    rule = account.create(DNS_RULE, firewallRuleGroupId=group, firewallDomainListId=names)
    ours = {"firewallRuleGroupId": group}
    association = account.create(ASSOCIATION, **ours, mutationProtection="ENABLED")

    assert (
        f"DeleteFirewallDomainList, ConflictException: The domain list '{names}' is in use by the "
        f"rule {rule}: delete the rule first"
    ) == answers(account.delete, DOMAIN_LIST, names)
    assert (
        f"DeleteFirewallRuleGroup, ConflictException: The rule group '{group}' is associated with "
        f"{VPC}: disassociate it first"
    ) == answers(account.delete, DNS_GROUP, group)
    assert (
        f"DisassociateFirewallRuleGroup, ConflictException: The association '{association}' has "
        "mutation protection: set mutationProtection to DISABLED first"
    ) == answers(account.delete, ASSOCIATION, association)
    account.update(ASSOCIATION, association, **ours)
    account.delete(ASSOCIATION, association)
    account.delete(DNS_GROUP, group)
    assert {} == account.records[DNS_RULE]
    account.delete(DOMAIN_LIST, names)


def test_two_stacks_meet_on_one_vpc(account: Account) -> None:
    """On one VPC a priority is taken once, a group once, and five groups at most."""
    first, second = account.create(DNS_GROUP), account.create(DNS_GROUP)
    account.create(ASSOCIATION, firewallRuleGroupId=first)

    assert (
        f"AssociateFirewallRuleGroup, ConflictException: The priority 101 is in use on {VPC} by the "
        "association 'wsus'"
    ) == answers(account.create, ASSOCIATION, firewallRuleGroupId=second)
    assert (
        f"AssociateFirewallRuleGroup, ConflictException: The rule group '{first}' is associated with "
        f"{VPC} already"
    ) == answers(account.create, ASSOCIATION, firewallRuleGroupId=first, priority=102)
    account.create(ASSOCIATION, firewallRuleGroupId=second, vpcId="vpc-0a1b2c3d4e5f60718")
    for number in range(4):
        more = account.create(DNS_GROUP)
        account.create(ASSOCIATION, firewallRuleGroupId=more, priority=200 + number)
    assert "LimitExceededException" in answers(
        account.create, ASSOCIATION, firewallRuleGroupId=second, priority=300
    )


def test_a_vpc_must_be_there(account: Account) -> None:
    """An association and a fail mode each need a VPC that exists."""
    gone = (
        "ResourceNotFoundException: The VPC (sandbox/world.yaml has none of that id in eu-west-1) "
        "with the ID 'vpc-1' doesn't exist"
    )

    assert gone in answers(account.create, ASSOCIATION, vpcId="vpc-1")
    assert gone in answers(account.create, DNS_CONFIG, resourceId="vpc-1")
    assert "The rule group with the ID" in answers(account.create, ASSOCIATION)


def test_a_fail_mode_is_written_over(account: Account) -> None:
    """Every VPC has one, so the service refuses nobody: the last stack wins."""
    first = account.create(DNS_CONFIG)
    second = account.create(DNS_CONFIG, firewallFailOpen="ENABLED")

    assert first == second
    assert "ENABLED" == account.records[DNS_CONFIG][first]["firewallFailOpen"]
