"""`azure-native.network.IpGroup`: addresses under a name, for firewall rules."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from providers.azure.references import enveloped
from providers.azure.resource import AzureKind, resource_id
from providers.azure.sources import bad, is_ipv4
from providers.errors import Problems, azure_error
from providers.kind import Inputs, Session, items
from providers.store import Records

IP_GROUP_TYPE: Final = "azure-native:network:IpGroup"
_GROUP_TYPE: Final = "azure-native:network:FirewallPolicyRuleCollectionGroup"
_MOST: Final = 5000  # "IP Groups in Azure Firewall".


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
    replaced_by: ClassVar = frozenset({"ipGroupsName", "location", "resourceGroupName"})

    def body(self, inputs: Inputs) -> dict[str, Any]:
        """The addresses inside `properties`."""
        return enveloped(inputs, frozenset({"ipGroupsName", "resourceGroupName"}))

    def alone_in(self, inputs: Inputs, session: Session) -> str | None:
        """One at a time: the second of a firewall's would be left in a failed state."""
        return resource_id(session, inputs["resourceGroupName"], "ipGroups")

    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Addresses that are none, and too many."""
        given = items(inputs, "ipAddresses")
        if len(given) > _MOST:
            yield bad("ipAddresses", f"{len(given)} entries; the limit is {_MOST}.")
        for index, address in enumerate(given):
            if isinstance(address, str) and (address == "*" or not is_ipv4(address)):
                yield bad(f"ipAddresses[{index}]", f"Invalid address '{address}' in an IP Group.")

    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a rule names it."""
        for key, row in records.get(_GROUP_TYPE, {}).items():
            for collection in row.get("ruleCollections") or ():
                for rule in collection.get("rules") or ():
                    named = {str(group).casefold() for group in rule.get("sourceIpGroups") or ()}
                    if id_.casefold() in named:
                        raise azure_error(
                            "IpGroupInUse", f"IP Group {id_} is in use by {key}; delete that first."
                        )
