"""`azure-native.network.AzureFirewall`: the firewall, on a policy, in a subnet of its own."""

from __future__ import annotations

import ipaddress
from typing import Any, ClassVar, Final

from providers.azure.firewall_policy import POLICY_TYPE, tier
from providers.azure.public_ip_address import ADDRESS_TYPE
from providers.azure.references import enveloped, reference, require, subnet_prefix
from providers.azure.resource import AzureKind, resource
from providers.azure.sources import bad
from providers.errors import Problems, azure_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, items, known, row_problems
from providers.store import Record, Records
from providers.wire import UNKNOWN

FIREWALL_TYPE: Final = "azure-native:network:AzureFirewall"
# "Azure Firewall Manager policy overview", read 2026-11: the firewalls that a policy of a tier serves.
_SERVED_BY: Final = {
    "Basic": ("Basic",),
    "Standard": ("Standard", "Premium"),
    "Premium": ("Premium",),
}
_LONGEST_NAME: Final = 56  # azure-mgmt-network 28.1.0, path; the FAQ says 50.


@written(
    "its id's parts replace it; whatever else changes is sent",
    "pulumi-azure-native provider/pkg/provider/diff.go and gen/replacement.go",
    "2026-11",
)
class AzureFirewall(AzureKind):
    """A firewall in a virtual network."""

    type_name = FIREWALL_TYPE
    name_input = "azureFirewallName"
    collection = "azureFirewalls"
    model = "AzureFirewall"
    seconds = 0.3
    inputs: ClassVar = {
        "additionalProperties": dict,
        "azureFirewallName": str,
        "firewallPolicy": dict,
        "id": str,
        "ipConfigurations": list,
        "location": str,
        "managementIpConfiguration": dict,
        "resourceGroupName": str,
        "sku": dict,
        "tags": dict,
        "threatIntelMode": str,
        "zones": list,
    }
    replaced_by: ClassVar = frozenset({"azureFirewallName", "resourceGroupName"})
    fixed: ClassVar = (*AzureKind.fixed, "zones")

    def body(self, inputs: Inputs) -> dict[str, Any]:
        """Zones beside `properties`, each configuration with `properties` of its own."""
        address = frozenset({"azureFirewallName", "resourceGroupName"})
        body = enveloped(inputs, address, ("id", "location", "tags", "zones"))
        own = body["properties"]
        if "ipConfigurations" in own:
            own["ipConfigurations"] = [_configuration(each) for each in own["ipConfigurations"]]
        if "managementIpConfiguration" in own:
            own["managementIpConfiguration"] = _configuration(own["managementIpConfiguration"])
        return body

    @written(
        "a management interface is not added to what is there: AzureFirewallManagementIpConfigCannotBeAdded",
        "Azure/ALZ-Bicep issue 1097, 2025-11; azure-cli-extensions issue 1905, 2020-06",
        "2026-11",
    )
    @believed("nor is it taken away, in the same words (azurerm replaces the firewall for both)")
    def _unchanged(self, held: Record, inputs: Inputs) -> None:
        """As every resource, and its management interface."""
        super()._unchanged(held, inputs)
        had, has = (bool(each.get("managementIpConfiguration")) for each in (held, inputs))
        if had != has:
            word = "added to" if has else "removed from"
            raise azure_error(
                f"AzureFirewallManagementIpConfigCannotBe{'Added' if has else 'Removed'}",
                f"AzureFirewall {inputs['azureFirewallName']} management IP configuration cannot be {word} "
                "an existing firewall. Redeploy with a management IP configuration if you want to use "
                "forced tunneling support.",
            )

    def alone_in(self, inputs: Inputs, session: Session) -> str | None:  # noqa: ARG002
        """An update of the policy is an update of its firewalls."""
        return reference(inputs, "firewallPolicy")

    @written(
        "a name has up to 56 characters; a Basic firewall has a management configuration",
        'Microsoft.Network 2024-05-01, as azure-mgmt-network 28.1.0 has it; "Azure Firewall FAQ"',
        "2026-11",
    )
    @believed("threat intelligence beside a policy is refused")
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """A long name, threat intelligence beside a policy, a Basic one without management."""
        name = known(inputs, "azureFirewallName")
        if name is not None and len(name) > _LONGEST_NAME:
            yield bad("azureFirewallName", f"{name} is longer than {_LONGEST_NAME} characters.")
        if "firewallPolicy" in inputs and "threatIntelMode" in inputs:
            yield bad("threatIntelMode", "A firewall with a policy takes threatIntelMode from it.")
        sku = known(inputs, "sku", dict) or {}
        if sku.get("tier") == "Basic" and "managementIpConfiguration" not in inputs:
            yield bad(
                "managementIpConfiguration",
                "A Basic firewall needs a management IP configuration in "
                "AzureFirewallManagementSubnet.",
            )
        if inputs.get("ipConfigurations") is UNKNOWN:
            return
        if not items(inputs, "ipConfigurations"):
            yield bad("ipConfigurations", "A firewall needs an IP configuration.")
        yield from row_problems(inputs, "ipConfigurations")

    @written(
        "a policy serves firewalls of its tier, a Standard one Premium ones too",
        '"Azure Firewall Manager policy overview"',
        "2026-11",
    )
    @written(
        "the subnet is called AzureFirewallSubnet",
        '"Azure Firewall FAQ"',
        "2026-11",
    )
    @believed("the codes of both answers")
    def service_answer(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Policy, addresses and subnets must exist; the tiers must agree."""
        super().service_answer(id_, inputs, records, session)
        policy_id = reference(inputs, "firewallPolicy")
        require(records, POLICY_TYPE, policy_id, id_)
        policy = resource(records, POLICY_TYPE, policy_id) if policy_id else None
        own_tier = (inputs.get("sku") or {}).get("tier", "Standard")
        if policy is not None and own_tier not in _SERVED_BY[tier(policy)]:
            raise azure_error(
                "AzureFirewallPolicySkuMismatch",
                f"The policy is {tier(policy)}, the firewall {own_tier}; they must agree.",
                "sku.tier",
            )
        self._alone(id_, inputs, records)
        management = inputs.get("managementIpConfiguration")
        # Of several configurations the first alone names the subnet ("Deploy an Azure Firewall with
        # multiple public IP addresses", read 2026-11).
        first, *more = inputs["ipConfigurations"]
        for each in more:
            if "subnet" in each:
                raise azure_error(
                    "AzureFirewallMoreThanOneSubnet", "Only one configuration may name the subnet."
                )
            require(records, ADDRESS_TYPE, reference(each, "publicIPAddress"), id_)
        places = [("AzureFirewallSubnet", first)]
        places += [("AzureFirewallManagementSubnet", management)] if management else []
        for name, configuration in places:
            subnet = reference(configuration, "subnet") or ""
            if not subnet.casefold().endswith(f"/subnets/{name.casefold()}"):
                raise azure_error(
                    "AzureFirewallSubnetNameIsNotValid", f"Subnet {subnet} must be named {name}."
                )
            subnet_prefix(session, subnet)
            require(records, ADDRESS_TYPE, reference(configuration, "publicIPAddress"), id_)

    @believed("a network has one firewall, and a second one is refused in these words")
    def _alone(self, id_: str, inputs: Inputs, records: Records) -> None:
        subnets = {_subnet(each) for each in inputs["ipConfigurations"]}
        for key, row in records.get(FIREWALL_TYPE, {}).items():
            theirs = {_subnet(each) for each in row.get("ipConfigurations") or ()}
            if key.casefold() != id_.casefold() and subnets & theirs:
                raise azure_error(
                    "AzureFirewallSubnetInUse",
                    f"The subnet of {id_} has the firewall {key} already; a network has room for one.",
                )

    def enriched(self, inputs: Inputs, session: Session, *, preview: bool) -> dict[str, Any]:
        """Azure gives the first configuration the first address that it keeps for nobody."""
        found = []
        for configuration in inputs.get("ipConfigurations") or ():
            address: Any = UNKNOWN
            if "subnet" not in configuration:
                found.append(configuration)
                continue
            if not preview:
                prefix = subnet_prefix(session, str(reference(configuration, "subnet")))
                address = str(ipaddress.ip_network(prefix)[4])
            found.append({**configuration, "privateIPAddress": address})
        return {"ipConfigurations": found}


def _subnet(configuration: dict[str, Any]) -> str:
    return (reference(configuration, "subnet") or "").casefold()


def _configuration(configuration: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in configuration.items() if name != "name"}
    return {"name": configuration.get("name"), "properties": own}
