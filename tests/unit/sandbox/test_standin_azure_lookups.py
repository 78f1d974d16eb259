"""What the stand-in for Azure answers to functions: what was put into it, in the subscription asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from standin_azure import ADDRESS, BASE, GROUP, POLICY, PREFIX, RG

from providers.azure import CLOUD
from providers.azure.public_ip_address import PREFIX_TYPE
from providers.errors import CloudError
from providers.kind import Session

GET_POLICY = CLOUD.invokes["azure-native:network:getFirewallPolicy"]
GET_PREFIX = CLOUD.invokes["azure-native:network:getPublicIPPrefix"]
GET_GROUP = CLOUD.invokes["azure-native:network:getFirewallPolicyRuleCollectionGroup"]
ID = f"{PREFIX}/firewallPolicies/afwp"
NAMED = {"resourceGroupName": RG, "firewallPolicyName": "AFWP"}
OTHER = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def deployed(session: Session) -> Session:
    """A policy with one group, and a child in another policy."""
    with session.store.change() as records:
        records.setdefault(POLICY, {})[ID] = dict(BASE[POLICY])
        records[POLICY][f"{PREFIX}/firewallPolicies/child"] = {"basePolicy": {"id": ID.upper()}}
        records.setdefault(GROUP, {})[f"{ID}/ruleCollectionGroups/wsus"] = dict(BASE[GROUP])
    return session


def test_a_policy_is_as_it_was_made(deployed: Session) -> None:
    """With what stands in it, and whatever the case of its name."""
    found = GET_POLICY(NAMED, deployed)

    assert ("Deny", {"tier": "Standard"}) == (found["threatIntelMode"], found["sku"])
    assert [{"id": f"{ID}/ruleCollectionGroups/wsus"}] == found["ruleCollectionGroups"]
    assert [{"id": f"{PREFIX}/firewallPolicies/child"}] == found["childPolicies"]


def test_a_group_has_its_rules(deployed: Session) -> None:
    """The priority and every collection."""
    found = GET_GROUP({**NAMED, "ruleCollectionGroupName": "wsus"}, deployed)

    assert (300, BASE[GROUP]["ruleCollections"]) == (found["priority"], found["ruleCollections"])
    with pytest.raises(CloudError, match="ruleCollectionGroups/none not found"):
        GET_GROUP({**NAMED, "ruleCollectionGroupName": "none"}, deployed)


def test_another_subscription_has_its_own(deployed: Session) -> None:
    """A provider sees what is in its subscription; the rest is not there."""
    elsewhere = replace(deployed, config={"subscriptionId": OTHER})
    with pytest.raises(CloudError, match=f"firewallPolicies/AFWP' under resource group '{RG}'"):
        GET_POLICY(NAMED, elsewhere)
    with pytest.raises(CloudError, match="Resource group 'rg-none' could not be found"):
        GET_POLICY({**NAMED, "resourceGroupName": "rg-none"}, elsewhere)


def test_a_prefix_has_as_many_addresses_as_its_length_says(session: Session) -> None:
    """What comes out of it is told, and the third of two addresses is refused."""
    id_, kind = f"{PREFIX}/publicIPPrefixes/ippre", CLOUD.kinds[ADDRESS]
    inputs = {**BASE[ADDRESS], "publicIPPrefix": {"id": id_.upper()}}
    with (
        session.store.change() as records,
        pytest.raises(CloudError, match=r"referenced by .* not found"),
    ):
        kind.admit(f"{PREFIX}/publicIPAddresses/pip", inputs, records, session)
    with session.store.change() as records:
        records[PREFIX_TYPE] = {id_: {"prefixLength": 31, "location": "westeurope"}}
        for number in range(2):
            own = f"{PREFIX}/publicIPAddresses/pip{number}"
            kind.admit(own, inputs, records, session)
            records.setdefault(ADDRESS, {})[own] = inputs
        kind.admit(f"{PREFIX}/publicIPAddresses/pip1", inputs, records, session)
        with pytest.raises(CloudError, match="has no address left"):
            kind.admit(f"{PREFIX}/publicIPAddresses/pip2", inputs, records, session)

    found = GET_PREFIX({"resourceGroupName": RG, "publicIpPrefixName": "ippre"}, session)
    assert [f"{PREFIX}/publicIPAddresses/pip{number}" for number in range(2)] == [
        each["id"] for each in found["publicIPAddresses"]
    ]
