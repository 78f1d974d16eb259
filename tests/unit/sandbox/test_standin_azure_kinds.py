"""Every type of the stand-in for Azure: what it adds, what it never changes, and what goes first."""

from __future__ import annotations

from typing import Any

import pytest
from standin import sdk_properties
from standin_azure import (
    ADDRESS,
    BASE,
    FIREWALL,
    GROUP,
    IP_GROUP,
    IP_GROUP_ID,
    NSG,
    POLICY,
    TABLE,
)

from providers.azure import CLOUD
from providers.errors import CloudError
from providers.kind import Naming, Session


def test_every_type_has_a_baseline() -> None:
    """Every type has a baseline, so that the tests here cover it."""
    assert {*CLOUD.kinds} == {*BASE}


@pytest.mark.parametrize("token", BASE)
def test_outputs_are_those_of_the_sdk(token: str, session: Session) -> None:
    """What is unknown in a preview is what a create adds, and pulumi-azure-native has it all."""
    kind = CLOUD.kinds[token]

    added = kind.outputs("/id", BASE[token], session)

    assert {*kind.computed} == {*added}
    assert set() == {*added} - sdk_properties("pulumi_azure_native", token)


@pytest.mark.parametrize("token", BASE)
def test_a_replacement_deletes_first(token: str, session: Session) -> None:
    """Whatever is the reason, but where the provider has made the name up."""
    kind = CLOUD.kinds[token]
    given = BASE[token]
    made_up = kind.defaults(
        {name: value for name, value in given.items() if name != getattr(kind, "name_input", "")},
        session,
        Naming("urn:pulumi:s::p::t::n", {}, {}),
    )

    assert kind.delete_first(given, given)
    assert not kind.delete_first({**given, **made_up}, given)
    assert "__createBeforeDelete" not in kind.defaults(given, session, Naming("a::b", {}, {}))


@pytest.mark.parametrize(
    ("token", "changed", "code"),
    [
        *((token, {"location": "northeurope"}, "InvalidResourceLocation")
          for token in (POLICY, NSG, IP_GROUP, ADDRESS, FIREWALL, TABLE)),
        (FIREWALL, {"zones": ["1"]}, "ResourceAvailabilityZonesCannotBeModified"),
        (ADDRESS, {"zones": ["1"]}, "ResourceAvailabilityZonesCannotBeModified"),
        (FIREWALL, {"managementIpConfiguration": {"name": "management"}},
         "AzureFirewallManagementIpConfigCannotBeAdded"),
        (POLICY, {"sku": {"tier": "Premium"}}, "FirewallPolicySkuChangeDisallowed"),
    ],
)  # fmt: skip
def test_what_azure_never_changes(
    token: str, changed: dict[str, Any], code: str, session: Session
) -> None:
    """The provider sends it, and the service refuses; what is the same passes, however it is written."""
    kind = CLOUD.kinds[token]
    id_ = kind.identify(BASE[token], session)
    records = {token: {id_: BASE[token]}}
    with pytest.raises(CloudError, match=code):
        kind.admit(id_, {**BASE[token], **changed}, records, session)


def test_a_network_has_one_firewall(session: Session) -> None:
    """A second one beside it is refused, and a Standard policy serves a Premium firewall."""
    kind = CLOUD.kinds[FIREWALL]
    id_ = kind.identify(BASE[FIREWALL], session)
    policy = BASE[FIREWALL]["firewallPolicy"]["id"]
    address = BASE[FIREWALL]["ipConfigurations"][0]["publicIPAddress"]["id"]
    records = {POLICY: {policy: BASE[POLICY]}, ADDRESS: {address: BASE[ADDRESS]}}
    premium = {**BASE[FIREWALL], "sku": {"name": "AZFW_VNet", "tier": "Premium"}}
    kind.admit(id_, premium, records, session)
    basic = {POLICY: {policy: {"sku": {"tier": "Basic"}}}, ADDRESS: records[ADDRESS]}
    with pytest.raises(CloudError, match="AzureFirewallPolicySkuMismatch"):
        kind.admit(id_, premium, basic, session)
    with pytest.raises(CloudError, match="AzureFirewallSubnetInUse"):
        kind.admit(id_, premium, {**records, FIREWALL: {"/other": BASE[FIREWALL]}}, session)


def test_an_ip_group_is_in_use_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the rules that named it are gone, where a test asks for that."""
    group, kind = CLOUD.kinds[GROUP], CLOUD.kinds[IP_GROUP]
    rules = {"ruleCollections": [{"rules": [{"sourceIpGroups": [IP_GROUP_ID]}]}]}
    records: dict[str, Any] = {GROUP: {"/group": rules}}
    with pytest.raises(CloudError, match="IpGroupsHasFirewallPolicyReferences"):
        kind.release(IP_GROUP_ID, {}, records)
    group.release("/group", {}, records)
    del records[GROUP]["/group"]
    kind.release(IP_GROUP_ID, {}, records)
    monkeypatch.setenv("WSUS_EGRESS_SANDBOX_STALE", "1")
    group.release("/group", rules, records)
    with pytest.raises(CloudError, match="IpGroupsHasFirewallPolicyReferences"):
        kind.release(IP_GROUP_ID, {}, records)
