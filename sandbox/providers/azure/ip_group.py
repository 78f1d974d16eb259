"""`azure-native.network.IpGroup`: addresses under a name, for firewall rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from providers.azure.references import enveloped
from providers.azure.resource import AzureKind, resource_id
from providers.azure.sources import bad, is_ipv4
from providers.errors import Problems, azure_error
from providers.evidence import written
from providers.kind import Inputs, Session, items
from providers.store import Records

IP_GROUP_TYPE: Final = "azure-native:network:IpGroup"
_GROUP_TYPE: Final = "azure-native:network:FirewallPolicyRuleCollectionGroup"
# Groups that the service still takes for named, though what named them is gone.
STALE: Final = "stale references"
_MOST: Final = 5000  # "IP Groups in Azure Firewall".


@written(
    "its id's parts replace it; whatever else changes is sent",
    "pulumi-azure-native provider/pkg/provider/diff.go and gen/replacement.go",
    "2026-11",
)
class IpGroup(AzureKind):
    """Addresses, prefixes and ranges, IPv4 only."""

    type_name = IP_GROUP_TYPE
    name_input = "ipGroupsName"
    collection = "ipGroups"
    model = "IpGroup"
    seconds = 0.1
    inputs: ClassVar = {
        "id": str,
        "ipAddresses": list,
        "ipGroupsName": str,
        "location": str,
        "resourceGroupName": str,
        "tags": dict,
    }
    replaced_by: ClassVar = frozenset({"ipGroupsName", "resourceGroupName"})

    def body(self, inputs: Inputs) -> dict[str, Any]:
        """The addresses inside `properties`."""
        return enveloped(inputs, frozenset({"ipGroupsName", "resourceGroupName"}))

    def alone_in(self, inputs: Inputs, session: Session) -> str | None:
        """One at a time: the second of a firewall's would be left in a failed state."""
        return resource_id(session, inputs["resourceGroupName"], "ipGroups")

    @written(
        "5000 addresses, prefixes or ranges of IPv4",
        '"IP Groups in Azure Firewall"',
        "2026-11",
    )
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Addresses that are none, and too many."""
        given = items(inputs, "ipAddresses")
        if len(given) > _MOST:
            yield bad("ipAddresses", f"{len(given)} entries; the limit is {_MOST}.")
        for index, address in enumerate(given):
            if isinstance(address, str) and (address == "*" or not is_ipv4(address)):
                yield bad(f"ipAddresses[{index}]", f"Invalid address '{address}' in an IP Group.")

    @written(
        "a group that rules name is not deleted: IpGroupsHasFirewallPolicyReferences",
        "Azure/azure-rest-api-specs issue 25739, 2023-09",
        "2026-11",
    )
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a rule names it."""
        groups = records.get(_GROUP_TYPE, {}).values()
        named = {group.casefold() for row in groups for group in named_groups(row)}
        if id_.casefold() in named | records.get(STALE, {}).keys():
            raise azure_error(
                "IpGroupsHasFirewallPolicyReferences",
                f"IpGroups '{id_}' cannot be deleted since there are firewall policies using this "
                "resource.",
            )


def named_groups(group: Inputs) -> Iterator[str]:
    """The ids of the IP groups that a rule collection group names."""
    for collection in items(group, "ruleCollections"):
        for rule in items(collection, "rules"):
            yield from map(str, items(rule, "sourceIpGroups"))
