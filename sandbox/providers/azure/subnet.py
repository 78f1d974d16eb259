"""`azure-native.network.Subnet`: always sent whole, one at a time in its virtual network."""

from __future__ import annotations

import ipaddress
from typing import Any, ClassVar, Final

from providers.azure.references import enveloped, reference, require
from providers.azure.resource import AzureKind, resource, resource_id
from providers.azure.sources import bad
from providers.errors import Problems, azure_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, items
from providers.store import Record, Records
from providers.wire import UNKNOWN
from providers.world import WORLD_NAME

SUBNET_TYPE: Final = "azure-native:network:Subnet"
# Of an id: /subscriptions/S/resourceGroups/G/providers/P/virtualNetworks/N/subnets/S.
_PARTS: Final = 11
_ATTACHED: Final = (
    ("networkSecurityGroup", "azure-native:network:NetworkSecurityGroup"),
    ("routeTable", "azure-native:network:RouteTable"),
)


@written(
    "its id's parts replace it, nothing else does",
    "pulumi-azure-native provider/pkg/provider/diff.go and gen/replacement.go",
    "2026-11",
)
class Subnet(AzureKind):
    """A range of a virtual network, with what is attached to it."""

    type_name = SUBNET_TYPE
    name_input = "subnetName"
    collection = "subnets"
    model = "Subnet"
    located = False
    seconds = 0.1
    inputs: ClassVar = {
        "addressPrefix": str,
        "addressPrefixes": list,
        "applicationGatewayIPConfigurations": list,
        "defaultOutboundAccess": bool,
        "delegations": list,
        "id": str,
        "ipAllocations": list,
        "ipamPoolPrefixAllocations": list,
        "name": str,
        "natGateway": dict,
        "networkSecurityGroup": dict,
        "privateEndpointNetworkPolicies": str,
        "privateLinkServiceNetworkPolicies": str,
        "resourceGroupName": str,
        "routeTable": dict,
        "serviceEndpointPolicies": list,
        "serviceEndpoints": list,
        "sharingScope": str,
        "subnetName": str,
        "type": str,
        "virtualNetworkName": str,
    }
    required: ClassVar = ("resourceGroupName", "virtualNetworkName")
    replaced_by: ClassVar = frozenset({"resourceGroupName", "subnetName", "virtualNetworkName"})

    def path(self, inputs: Inputs) -> str:
        """Inside the network."""
        return f"virtualNetworks/{inputs['virtualNetworkName']}/{super().path(inputs)}"

    @property
    def type_path(self) -> str:
        """A type inside the network's."""
        return "virtualNetworks/subnets"

    def body(self, inputs: Inputs) -> dict[str, Any]:
        """Everything but the name inside `properties`."""
        address = frozenset({"resourceGroupName", "subnetName", "virtualNetworkName"})
        body = enveloped(inputs, address, ("id", "name", "type"))
        own = body["properties"]
        # What azure-native has flattened inside these two lists.
        if "delegations" in own:
            own["delegations"] = [
                {"name": each.get("name"), "properties": {"serviceName": each.get("serviceName")}}
                for each in own["delegations"]
            ]
        if "ipamPoolPrefixAllocations" in own:
            own["ipamPoolPrefixAllocations"] = [
                {
                    "numberOfIpAddresses": each.get("numberOfIpAddresses"),
                    "pool": {"id": each.get("id")},
                }
                for each in own["ipamPoolPrefixAllocations"]
            ]
        return body

    def existing(self, id_: str, session: Session) -> Record | None:
        """A subnet that the world's networks have: its range, and whatever `has` says."""
        parts = id_.split("/")
        row = session.world.subnet(parts[4], parts[8], parts[10]) if len(parts) == _PARTS else None
        if row is None:
            return None
        return {
            **({"addressPrefix": row["prefix"]} if "prefix" in row else {}),
            # What the service says of every subnet (a GET with 2024-05-01; believed).
            "privateEndpointNetworkPolicies": "Disabled",
            "privateLinkServiceNetworkPolicies": "Enabled",
            **row.get("has", {}),
            "resourceGroupName": parts[4],
            "subnetName": parts[10],
            "virtualNetworkName": parts[8],
        }

    def imported(self, record: Record, session: Session) -> dict[str, Any]:  # noqa: ARG002
        """Everything of the body but the id (pulumi-azure-native, responseToSdkInputs.go, read 2026-11)."""
        return {
            **record,
            "name": record["subnetName"],
            "type": f"Microsoft.Network/{self.type_path}",
        }

    @written(
        "Azure adds the network's region to a service endpoint without regions",
        '"Configure virtual network service endpoints", azure-docs',
        "2026-11-30",
    )
    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """With what Azure says of each service endpoint besides."""
        found = super().outputs(id_, inputs, session)
        network = session.world.virtual_network(
            inputs["resourceGroupName"], inputs["virtualNetworkName"]
        )
        region = (network or {}).get("location") or session.world.location(
            inputs["resourceGroupName"]
        )
        if given := items(inputs, "serviceEndpoints"):
            default = {"locations": [region], "provisioningState": "Succeeded"}
            found["serviceEndpoints"] = [{**default, **each} for each in given]
        return found

    def alone_in(self, inputs: Inputs, session: Session) -> str | None:
        """A network takes one change of a subnet at a time."""
        path = f"virtualNetworks/{inputs['virtualNetworkName']}"
        return resource_id(session, inputs["resourceGroupName"], path)

    @believed("the codes for a range that is missing or is none")
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Report a missing range, and one that is not a range."""
        places = {"addressPrefix": inputs.get("addressPrefix")}
        for index, prefix in enumerate(items(inputs, "addressPrefixes")):
            places[f"addressPrefixes[{index}]"] = prefix
        if "addressPrefix" not in inputs and inputs.get("addressPrefixes") in (None, []):
            yield bad("addressPrefix", "A subnet needs addressPrefix or addressPrefixes.")
            return
        for place, prefix in places.items():
            if prefix not in (None, UNKNOWN) and not _is_network(prefix):
                yield bad(
                    place,
                    f"The address prefix {prefix} has an invalid format.",
                    "InvalidAddressPrefixFormat",
                )

    @believed("NetcfgInvalidSubnet and NetcfgSubnetRangesOverlap are the codes")
    def service_answer(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """The network must exist and have room, and what is attached must exist."""
        super().service_answer(id_, inputs, records, session)
        group, name = inputs["resourceGroupName"], inputs["virtualNetworkName"]
        network = session.world.virtual_network(group, name)
        if network is None:
            raise azure_error(
                "ParentResourceNotFound",
                f"Parent resource '{name}' not found. ({WORLD_NAME} has no such virtual network)",
            )
        inside = id_.rpartition("/")[0].casefold()
        others = {row["name"]: _prefixes({**row.get("has", {}), "addressPrefix": row.get("prefix")})
                  for row in network.get("subnets", ())}  # fmt: skip
        for key, row in records.get(SUBNET_TYPE, {}).items():
            if key.casefold() != id_.casefold() and key.rpartition("/")[0].casefold() == inside:
                others[key.rpartition("/")[2]] = _prefixes(row)
        if resource(records, SUBNET_TYPE, id_) is not None:  # The subnet itself, not another one.
            others.pop(inputs["subnetName"], None)
        if inputs["subnetName"].casefold() in {other.casefold() for other in others}:
            raise azure_error(
                "Conflict",
                f"cannot create already existing resource '{id_}' (import it first: "
                "docs/azure.md says how)",
            )
        blocks = [ipaddress.ip_network(block) for block in network["address_space"]]
        for prefix in map(ipaddress.ip_network, _prefixes(inputs)):
            # A block of the other version holds nothing of it.
            same = [block for block in blocks if block.version == prefix.version]
            if not any(prefix.subnet_of(block) for block in same):  # type: ignore[arg-type]
                raise azure_error(
                    "NetcfgInvalidSubnet", f"Subnet {prefix} is not in {name}'s space."
                )
            for other, taken in others.items():
                if any(prefix.overlaps(ipaddress.ip_network(one)) for one in taken):
                    raise azure_error(
                        "NetcfgSubnetRangesOverlap", f"{prefix} overlaps with {other}."
                    )
        for field, token in _ATTACHED:
            require(records, token, reference(inputs, field), id_)


def _prefixes(inputs: Inputs) -> list[str]:
    """Its ranges: by one field or the other."""
    one = inputs.get("addressPrefix")
    return sorted({*([] if one is None else [one]), *items(inputs, "addressPrefixes")})


def _is_network(text: object) -> bool:
    try:
        ipaddress.ip_network(str(text))
    except ValueError:
        return False
    return True
