"""`azure-native.network.PublicIPAddress`: what a firewall goes out under."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final

from providers.azure.references import enveloped, reference, require, used_by
from providers.azure.resource import AzureKind, resource
from providers.azure.sources import bad
from providers.errors import Problems, azure_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, known
from providers.store import Records

ADDRESS_TYPE: Final = "azure-native:network:PublicIPAddress"
PREFIX_TYPE: Final = "azure-native:network:PublicIPPrefix"
"""What others have: no stack of this project makes one."""
_FIREWALL_TYPE: Final = "azure-native:network:AzureFirewall"


@written(
    "its id's parts, region, version, prefix and SKU replace it",
    "pulumi-azure-native provider/pkg/provider/diff.go and gen/replacement.go",
    "2026-11",
)
class PublicIPAddress(AzureKind):
    """A public address. A firewall needs a static one of the Standard SKU."""

    type_name = ADDRESS_TYPE
    name_input = "publicIpAddressName"
    collection = "publicIPAddresses"
    model = "PublicIPAddress"
    inputs: ClassVar = {
        "deleteOption": str,
        "id": str,
        "location": str,
        "publicIPAddressVersion": str,
        "publicIPAllocationMethod": str,
        "publicIPPrefix": dict,
        "publicIpAddressName": str,
        "resourceGroupName": str,
        "sku": dict,
        "tags": dict,
        "zones": list,
    }
    replaced_by: ClassVar = frozenset(
        {
            "location",
            "publicIPAddressVersion",
            "publicIPPrefix",
            "publicIpAddressName",
            "resourceGroupName",
            "sku",
        }
    )
    fixed: ClassVar = (*AzureKind.fixed, "zones")
    computed: ClassVar = (*AzureKind.computed, "ipAddress", "resourceGuid")

    def body(self, inputs: Inputs) -> dict[str, Any]:
        """SKU and zones stand beside `properties`."""
        address = frozenset({"publicIpAddressName", "resourceGroupName"})
        return enveloped(inputs, address, ("id", "location", "sku", "tags", "zones"))

    @believed("a Standard address is static")
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """A Standard address is static."""
        sku = known(inputs, "sku", dict) or {}
        if sku.get("name") == "Standard" and inputs.get("publicIPAllocationMethod") != "Static":
            yield bad("publicIPAllocationMethod", "A Standard public IP address must be Static.")

    @written(
        "a prefix has as many addresses as its length says",
        '"Public IP address prefix"',
        "2026-11-30",
    )
    @believed("the code where a prefix has none left")
    def service_answer(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """The prefix must exist, and have an address left."""
        super().service_answer(id_, inputs, records, session)
        prefix = reference(inputs, "publicIPPrefix")
        require(records, PREFIX_TYPE, prefix, id_)
        held = resource(records, PREFIX_TYPE, prefix) if prefix else None
        if prefix is None or held is None:
            return
        users = used_by(records, ADDRESS_TYPE, "publicIPPrefix", prefix)
        others = [each for each in users if each.casefold() != id_.casefold()]
        if len(others) >= 2 ** (32 - held["prefixLength"]):
            raise azure_error("PublicIpPrefixFull", f"{prefix} has no address left for {id_}.")

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """Add an address from a documentation block (RFC 5737), the same for the same id."""
        host = hashlib.sha256(id_.casefold().encode()).digest()[0]
        return {**super().outputs(id_, inputs, session), "ipAddress": f"198.51.100.{host}"}

    @believed("the wording of PublicIPAddressCannotBeDeleted")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a firewall has it."""
        for key, row in records.get(_FIREWALL_TYPE, {}).items():
            if id_.casefold() in str(row).casefold():
                raise azure_error(
                    "PublicIPAddressCannotBeDeleted", f"Public IP address {id_} is in use by {key}."
                )
