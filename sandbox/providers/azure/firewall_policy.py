"""`azure-native.network.FirewallPolicy`: the policy itself, without rules."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from providers.azure.resource import AzureKind, resource, resource_id
from providers.azure.sources import bad
from providers.errors import Problems, azure_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, known
from providers.store import Records

POLICY_TYPE: Final = "azure-native:network:FirewallPolicy"
GROUP_TYPE: Final = "azure-native:network:FirewallPolicyRuleCollectionGroup"
_FIREWALL_TYPE: Final = "azure-native:network:AzureFirewall"
TIERS: Final = ("Basic", "Standard", "Premium")
_THREAT_MODES: Final = ("Alert", "Deny", "Off")
# What the body has outside `properties`.
_ENVELOPE: Final = ("id", "identity", "location", "tags")


def tier(inputs: Inputs) -> str:
    """The policy's SKU; Standard where none is said, as ARM has it."""
    sku = inputs.get("sku")
    said = known(sku, "tier") if isinstance(sku, dict) else None
    return str(said) if said else "Standard"


@written(
    "its id's parts replace it; whatever else changes is sent",
    "pulumi-azure-native provider/pkg/provider/diff.go and gen/replacement.go",
    "2026-11",
)
class FirewallPolicy(AzureKind):
    """A policy; rule collection groups are resources of their own, inside its id."""

    type_name = POLICY_TYPE
    name_input = "firewallPolicyName"
    collection = "firewallPolicies"
    model = "FirewallPolicy"
    inputs: ClassVar = {
        "basePolicy": dict,
        "dnsSettings": dict,
        "explicitProxy": dict,
        "firewallPolicyName": str,
        "id": str,
        "identity": dict,
        "insights": dict,
        "intrusionDetection": dict,
        "location": str,
        "resourceGroupName": str,
        "sku": dict,
        "snat": dict,
        "sql": dict,
        "tags": dict,
        "threatIntelMode": str,
        "threatIntelWhitelist": dict,
        "transportSecurity": dict,
    }
    replaced_by: ClassVar = frozenset({"firewallPolicyName", "resourceGroupName"})
    computed: ClassVar = (*AzureKind.computed, "ruleCollectionGroups")

    seconds = 0.2

    @written(
        "a read names the policy's rule collection groups, whoever added them",
        "pulumi_azure_native 3.29.0, network/firewall_policy.py, rule_collection_groups (read-only)",
        "2026-11",
    )
    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """Also which groups the policy has."""
        inside = f"{id_}/".casefold()
        held = session.store.read().get(GROUP_TYPE, {})
        groups = [{"id": key} for key in sorted(held) if key.casefold().startswith(inside)]
        return {**super().outputs(id_, inputs, session), "ruleCollectionGroups": groups}

    def alone_in(self, inputs: Inputs, session: Session) -> str | None:
        """An update of the policy excludes one of its groups."""
        return resource_id(session, inputs["resourceGroupName"], self.path(inputs))

    def body(self, inputs: Inputs) -> dict[str, Any]:
        """`properties` around what azure-native flattened."""
        envelope = {name: inputs[name] for name in _ENVELOPE if name in inputs}
        own = {
            name: value
            for name, value in inputs.items()
            if name not in (*_ENVELOPE, "firewallPolicyName", "resourceGroupName")
        }
        return {**envelope, "properties": own} if own else envelope

    @written(
        "intrusion detection and TLS inspection are Premium's",
        '"Azure Firewall features by SKU", 2025-09',
        "2026-11",
    )
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Enumerations, and what the SKU does not have ("Azure Firewall features by SKU", 2025-09)."""
        mode = known(inputs, "threatIntelMode")
        if mode is not None and mode not in _THREAT_MODES:
            yield bad("threatIntelMode", f"Invalid value '{mode}': {', '.join(_THREAT_MODES)}.")
        sku = inputs.get("sku")
        said = known(sku, "tier") if isinstance(sku, dict) else None
        if said is not None and said not in TIERS:
            yield bad("sku.tier", f"Invalid value '{said}': {', '.join(TIERS)}.")
            return
        if isinstance(sku, dict) and "tier" in sku and said is None:
            return  # Not known yet.
        if tier(inputs) == "Basic":
            yield from _basic_problems(inputs, mode)
        if tier(inputs) != "Premium":
            for field in ("intrusionDetection", "transportSecurity"):
                if field in inputs:
                    yield bad(field, f"{field} needs a Premium policy, this one is {tier(inputs)}.")

    @believed("a base policy that is not there is answered with InvalidResourceReference")
    def service_answer(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Also refused where the base policy is not there."""
        super().service_answer(id_, inputs, records, session)
        base = inputs.get("basePolicy")
        named = base.get("id") if isinstance(base, dict) else None
        if named and resource(records, POLICY_TYPE, named) is None:
            raise azure_error(
                "InvalidResourceReference",
                f"Resource {named} referenced by resource {id_} was not found.",
                "basePolicy.id",
            )

    @written(
        "a policy's SKU is never changed: FirewallPolicySkuChangeDisallowed",
        "MicrosoftDocs/azure-docs issue 88954, 2022-03",
        "2026-11",
    )
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """As for every type, and with the SKU that it has."""
        held = resource(records, POLICY_TYPE, id_)
        if held is not None and tier(held) != tier(inputs):
            raise azure_error(
                "FirewallPolicySkuChangeDisallowed",
                f"Firewall Policy {inputs['firewallPolicyName']} cannot change sku from SKU "
                f"Tier={tier(held)} to SKU Tier={tier(inputs)}",
            )
        super().admit(id_, inputs, records, session)

    @written(
        "a policy that a firewall or a policy has is not deleted",
        "terraform-provider-azurerm issues 12212 and 29114",
        "2026-11",
    )
    @believed("the codes: FirewallPolicyInUse, CannotDeleteResource")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while the policy has rule collection groups or is another's base."""
        inside = f"{id_}/".casefold()
        groups = [key for key in records.get(GROUP_TYPE, {}) if key.casefold().startswith(inside)]
        if groups:
            raise azure_error(
                "CannotDeleteResource",
                "Cannot delete resource while nested resources exist. Some existing nested resource "
                f"IDs include: '{', '.join(sorted(groups))}'. Please delete all nested resources "
                "before deleting this resource.",
            )
        for key, row in records.get(_FIREWALL_TYPE, {}).items():
            named = row.get("firewallPolicy")
            if isinstance(named, dict) and str(named.get("id")).casefold() == id_.casefold():
                raise azure_error("FirewallPolicyInUse", f"{id_} is in use by {key}.")
        for key, row in records.get(POLICY_TYPE, {}).items():
            base = row.get("basePolicy")
            if isinstance(base, dict) and str(base.get("id")).casefold() == id_.casefold():
                raise azure_error(
                    "FirewallPolicyInUse", f"{id_} is the base policy of {key}; delete that first."
                )


@written(
    "a Basic policy alerts only, and has neither DNS proxy nor servers of its own",
    '"Azure Firewall features by SKU", 2025-09',
    "2026-11",
)
def _basic_problems(inputs: Inputs, mode: str | None) -> Problems:
    if mode == "Deny":
        yield bad("threatIntelMode", "A Basic policy can only alert on threat intelligence.")
    dns = inputs.get("dnsSettings")
    if isinstance(dns, dict):
        if dns.get("enableProxy") is True:
            yield bad("dnsSettings.enableProxy", "A Basic policy has no DNS proxy.")
        if dns.get("servers"):
            yield bad("dnsSettings.servers", "A Basic policy has no custom DNS servers.")
