"""What the stand-in for Azure's DNS security policies refuses."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from standin_azure import BASE, DNS_LINK, DNS_POLICY, DNS_RULE, DOMAINS, NETWORK, PREFIX

from providers.azure import CLOUD
from providers.errors import CloudError
from providers.kind import Session
from providers.store import Records

POLICY_ID = f"{PREFIX}/dnsResolverPolicies/dns"
LIST_ID = f"{PREFIX}/dnsResolverDomainLists/names"
RULE_ID = f"{POLICY_ID}/dnsSecurityRules/block"


@pytest.fixture
def records() -> Records:
    """A cloud with a policy and a list."""
    return {
        DNS_POLICY: {POLICY_ID: dict(BASE[DNS_POLICY])},
        DOMAINS: {LIST_ID: dict(BASE[DOMAINS])},
    }


def changed(token: str, **own: Any) -> dict[str, Any]:
    """The baseline with some inputs replaced."""
    return {**copy.deepcopy(BASE[token]), **own}


@pytest.mark.parametrize(
    ("token", "own", "text"),
    [
        (DOMAINS, {"domains": []}, "must contain at least one domain"),
        (DOMAINS, {"domains": ["*.x.com", "a.*.com"]}, "Invalid domain 'a.*.com'"),
        (DNS_RULE, {"action": {"actionType": "Pass"}}, "Invalid action 'Pass'"),
        (DNS_RULE, {"action": {"actionType": "Block", "blockResponseCode": "NXDOMAIN"}},
         "Invalid response code 'NXDOMAIN'"),
        (DNS_RULE, {"dnsSecurityRuleState": "On"}, "Invalid state 'On'"),
        (DNS_RULE, {"priority": 99}, "Invalid priority 99"),
    ],
)  # fmt: skip
def test_values_that_it_does_not_have(
    session: Session, token: str, own: dict[str, Any], text: str
) -> None:
    """Before anything is made."""
    found = [each.reason for each in CLOUD.kinds[token].problems(changed(token, **own), session)]

    assert any(text in each for each in found), found


def refused(token: str, inputs: dict[str, Any], records: Records, session: Session) -> str:
    """What the service answers; empty where it takes it."""
    kind = CLOUD.kinds[token]
    try:
        kind.surroundings(inputs, session)
        kind.admit(kind.identify(inputs, session), inputs, records, session)
    except CloudError as error:
        return str(error)
    return ""


def test_what_refers_to_nothing(session: Session, records: Records) -> None:
    """A rule without its list, a part of a policy that is not there, a network of nobody."""
    assert "" == refused(DNS_RULE, changed(DNS_RULE), records, session)
    assert "" == refused(DNS_LINK, changed(DNS_LINK), records, session)
    assert "was not found" in refused(
        DNS_RULE, changed(DNS_RULE), {**records, DOMAINS: {}}, session
    )
    for token in (DNS_RULE, DNS_LINK):
        none = {**records, DNS_POLICY: {}}
        assert "was not found" in refused(token, changed(token), none, session)
    nobody = changed(DNS_LINK, virtualNetwork={"id": f"{PREFIX}/virtualNetworks/none"})
    assert "has no such network" in refused(DNS_LINK, nobody, records, session)


def test_a_network_has_one_policy_of_its_region(session: Session, records: Records) -> None:
    """The page: "That VNet can't be associated with another security policy"."""
    other = f"{PREFIX}/dnsResolverPolicies/other/virtualNetworkLinks/link"
    taken = {**records, DNS_LINK: {other: {"virtualNetwork": {"id": NETWORK.upper()}}}}

    assert "is linked to a policy" in refused(DNS_LINK, changed(DNS_LINK), taken, session)
    far = changed(DNS_LINK, location="northeurope")
    assert "and the policy in northeurope" in refused(DNS_LINK, far, records, session)


def test_rules_beside_one_another(session: Session, records: Records) -> None:
    """A priority is taken once, and a policy has a hundred rules."""
    beside = {f"{POLICY_ID}/dnsSecurityRules/r{n}": {"priority": 100 + n} for n in range(100)}
    same = {f"{POLICY_ID}/dnsSecurityRules/other": {"priority": 65000}}

    assert "has the priority 65000 already" in refused(
        DNS_RULE, changed(DNS_RULE), {**records, DNS_RULE: same}, session
    )
    assert "has 100 rules already" in refused(
        DNS_RULE, changed(DNS_RULE), {**records, DNS_RULE: beside}, session
    )


def test_what_is_in_use_stays(records: Records) -> None:
    """A list that a rule names, and a policy with a link."""
    rule = {RULE_ID: {"dnsResolverDomainLists": [{"id": LIST_ID}]}}
    with pytest.raises(CloudError, match="is in use by"):
        CLOUD.kinds[DOMAINS].release(LIST_ID, BASE[DOMAINS], {**records, DNS_RULE: rule})
    link: dict[str, Any] = {f"{POLICY_ID}/virtualNetworkLinks/link": {}}
    with pytest.raises(CloudError, match="is in use by"):
        CLOUD.kinds[DNS_POLICY].release(POLICY_ID, BASE[DNS_POLICY], {**records, DNS_LINK: link})
    CLOUD.kinds[DOMAINS].release(LIST_ID, BASE[DOMAINS], records)
    CLOUD.kinds[DNS_POLICY].release(POLICY_ID, BASE[DNS_POLICY], records)
