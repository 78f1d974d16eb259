"""`azure-native.network.PublicIPAddress`: what a firewall goes out under."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final

from providers.azure.references import enveloped
from providers.azure.resource import AzureKind
from providers.azure.sources import bad
from providers.errors import Problems, azure_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, known
from providers.store import Records

ADDRESS_TYPE: Final = "azure-native:network:PublicIPAddress"
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
        "publicIpAddressName": str,
        "resourceGroupName": str,
        "sku": dict,
        "tags": dict,
        "zones": list,
    }
    replaced_by: ClassVar = frozenset(
        {"location", "publicIPAddressVersion", "publicIpAddressName", "resourceGroupName", "sku"}
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
