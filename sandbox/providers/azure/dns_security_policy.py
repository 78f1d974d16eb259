"""`azure-native.dnsresolver`: a DNS security policy, its domain lists and rules, and its networks' links.

Azure's pages call these a DNS security policy, traffic rules, domain lists and virtual network links. The
limits are those of general availability in "DNS security policy" (azure-docs
articles/dns/dns-security-policy.md, 2025-01-06); shapes are those of API 2023-07-01-preview.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from providers.azure.references import enveloped, reference, require
from providers.azure.resource import AzureKind, resource_id
from providers.azure.sources import bad
from providers.errors import Problems, azure_error
from providers.evidence import believed, written
from providers.kind import Inputs, Session, is_a, items, known, row_problems
from providers.store import Records
from providers.world import WORLD_NAME

LIST_TYPE: Final = "azure-native:dnsresolver:DnsResolverDomainList"
POLICY_TYPE: Final = "azure-native:dnsresolver:DnsResolverPolicy"
RULE_TYPE: Final = "azure-native:dnsresolver:DnsSecurityRule"
LINK_TYPE: Final = "azure-native:dnsresolver:DnsResolverPolicyVirtualNetworkLink"
_PAGE: Final = "MicrosoftDocs/azure-docs articles/dns/dns-security-policy.md"
_API: Final = "2023-07-01-preview"
_DOMAIN: Final = re.compile(r"\.|(?:\*\.)?(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_RULES: Final = 100
_PRIORITIES: Final = range(100, 65001)
_NETWORK: Final = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/([^/]+)/providers/Microsoft\.Network/virtualNetworks/([^/]+)",
    re.IGNORECASE,
)


class _DnsKind(AzureKind):
    """What the four have in common: another API version than Microsoft.Network's, and no model here."""

    model = ""
    api_version = _API
    inside: ClassVar[str] = ""
    """The input with the name of the policy that it is a part of."""

    def path(self, inputs: Inputs) -> str:
        """The id after the network provider, below the policy's where it is a part of one."""
        own = f"{self.collection}/{inputs[self.name_input]}"
        return f"dnsResolverPolicies/{inputs[self.inside]}/{own}" if self.inside else own

    @property
    def type_path(self) -> str:
        """The type's name after `Microsoft.Network/`."""
        return f"dnsResolverPolicies/{self.collection}" if self.inside else self.collection

    def body(self, inputs: Inputs) -> dict[str, Any]:
        """What is not in the id inside `properties`."""
        names = {"resourceGroupName", self.name_input, self.inside}
        return enveloped(inputs, frozenset(names))

    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """As every resource of Azure, of this API's version."""
        found = super().outputs(id_, inputs, session)
        return {key: value for key, value in found.items() if key in self.computed}

    @believed(
        "permissions are called as the types are: Microsoft's list of 2024-02 (azure-docs "
        "articles/role-based-access-control/permissions/networking.md) has none for these"
    )
    def permissions(self, operation: str, inputs: Inputs) -> Iterator[str]:
        """As for every type of Microsoft.Network."""
        yield from super().permissions(operation, inputs)

    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Nothing more."""
        yield from ()

    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """What the service answers: azure-mgmt-network has no model of these types."""
        self.service_answer(id_, inputs, records, session)


@written("a domain list has at least one domain; `.` is every name", _PAGE, "2025-01-06")
class DnsResolverDomainList(_DnsKind):
    """Names, each with everything below it."""

    type_name = LIST_TYPE
    name_input = "dnsResolverDomainListName"
    collection = "dnsResolverDomainLists"
    inputs: ClassVar = {
        "dnsResolverDomainListName": str,
        "domains": list,
        "location": str,
        "resourceGroupName": str,
        "tags": dict,
    }
    required: ClassVar = ("domains", "resourceGroupName")
    replaced_by: ClassVar = frozenset({"dnsResolverDomainListName", "resourceGroupName"})
    computed: ClassVar = (*AzureKind.computed, "resourceGuid")

    @believed("a wildcard that is not the first label, or what is not a name, is refused")
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """No domain, or one that is none."""
        domains = items(inputs, "domains")
        if "domains" in inputs and domains == [] and isinstance(inputs["domains"], list):
            yield bad("domains", "A DNS domain list must contain at least one domain.")
        for index, domain in enumerate(domains):
            if isinstance(domain, str) and not _DOMAIN.fullmatch(domain):
                yield bad(f"domains[{index}]", f"Invalid domain '{domain}'.")

    @believed("a list that a rule names cannot be deleted")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a rule names it."""
        for key, row in records.get(RULE_TYPE, {}).items():
            lists = [each for each in items(row, "dnsResolverDomainLists") if is_a(each, dict)]
            named = {str(each.get("id")).casefold() for each in lists}
            if id_.casefold() in named:
                raise azure_error("Conflict", f"{id_} is in use by {key}.")


@written("a policy stands in one region", _PAGE, "2025-01-06")
class DnsResolverPolicy(_DnsKind):
    """The policy itself, without rules."""

    type_name = POLICY_TYPE
    name_input = "dnsResolverPolicyName"
    collection = "dnsResolverPolicies"
    inputs: ClassVar = {
        "dnsResolverPolicyName": str,
        "location": str,
        "resourceGroupName": str,
        "tags": dict,
    }
    replaced_by: ClassVar = frozenset({"dnsResolverPolicyName", "resourceGroupName"})
    computed: ClassVar = (*AzureKind.computed, "resourceGuid")

    @believed("a policy that is linked to a network cannot be deleted")
    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: ARG002
        """Refuse to delete it while a network is linked; its rules go with it."""
        inside = f"{id_}/".casefold()
        links = [key for key in records.get(LINK_TYPE, {}) if key.casefold().startswith(inside)]
        if links:
            raise azure_error("Conflict", f"{id_} is in use by {', '.join(links)}.")


@written("rules are read by priority, 100 to 65000, at most 100 in a policy", _PAGE, "2025-01-06")
class DnsSecurityRule(_DnsKind):
    """What happens to the names of lists."""

    type_name = RULE_TYPE
    name_input = "dnsSecurityRuleName"
    collection = "dnsSecurityRules"
    inside = "dnsResolverPolicyName"
    inputs: ClassVar = {
        "action": dict,
        "dnsResolverDomainLists": list,
        "dnsResolverPolicyName": str,
        "dnsSecurityRuleName": str,
        "dnsSecurityRuleState": str,
        "location": str,
        "priority": int,
        "resourceGroupName": str,
        "tags": dict,
    }
    required: ClassVar = (
        "action", "dnsResolverDomainLists", "dnsResolverPolicyName", "priority", "resourceGroupName",
    )  # fmt: skip
    replaced_by: ClassVar = frozenset(
        {"dnsResolverPolicyName", "dnsSecurityRuleName", "resourceGroupName"}
    )

    @written(
        "the values of action and state",
        "pulumi-azure-native 3.29.0, dnsresolver/_enums.py",
        "2026-11",
    )
    def service_problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """Values that the API does not have."""
        yield from row_problems(inputs, "dnsResolverDomainLists")
        action = known(inputs, "action", dict) or {}
        kind, code = known(action, "actionType"), known(action, "blockResponseCode")
        if kind is not None and kind not in ("Allow", "Alert", "Block"):
            yield bad("action.actionType", f"Invalid action '{kind}': Allow, Alert or Block.")
        if code is not None and code != "SERVFAIL":
            yield bad("action.blockResponseCode", f"Invalid response code '{code}': SERVFAIL.")
        state = known(inputs, "dnsSecurityRuleState")
        if state is not None and state not in ("Enabled", "Disabled"):
            yield bad("dnsSecurityRuleState", f"Invalid state '{state}': Enabled or Disabled.")
        priority = known(inputs, "priority", int)
        if priority is not None and priority not in _PRIORITIES:
            yield bad("priority", f"Invalid priority {priority}: it must be 100 to 65000.")

    @believed("two rules of a policy have different priorities; lists and policy must exist")
    def service_answer(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Policy and lists must exist, the priority be free, and the policy have room."""
        super().service_answer(id_, inputs, records, session)
        policy = resource_id(
            session, inputs["resourceGroupName"], f"dnsResolverPolicies/{inputs[self.inside]}"
        )
        require(records, POLICY_TYPE, policy, id_)
        for each in items(inputs, "dnsResolverDomainLists"):
            require(records, LIST_TYPE, each.get("id") if is_a(each, dict) else None, id_)
        inside = f"{policy}/".casefold()
        beside = {
            key: row
            for key, row in records.get(RULE_TYPE, {}).items()
            if key.casefold().startswith(inside) and key.casefold() != id_.casefold()
        }
        if len(beside) >= _RULES:
            raise azure_error("LimitExceeded", f"{policy} has {_RULES} rules already.")
        for key, row in beside.items():
            if row.get("priority") == inputs["priority"]:
                raise azure_error("Conflict", f"{key} has the priority {row['priority']} already.")


@written("a network is linked to one policy, of its own region", _PAGE, "2025-01-06")
class DnsResolverPolicyVirtualNetworkLink(_DnsKind):
    """Which network a policy filters."""

    type_name = LINK_TYPE
    name_input = "dnsResolverPolicyVirtualNetworkLinkName"
    collection = "virtualNetworkLinks"
    inside = "dnsResolverPolicyName"
    inputs: ClassVar = {
        "dnsResolverPolicyName": str,
        "dnsResolverPolicyVirtualNetworkLinkName": str,
        "location": str,
        "resourceGroupName": str,
        "tags": dict,
        "virtualNetwork": dict,
    }
    required: ClassVar = ("dnsResolverPolicyName", "resourceGroupName", "virtualNetwork")
    # "This cannot be changed after creation" (the SDK's text of virtualNetwork).
    replaced_by: ClassVar = frozenset(
        {"dnsResolverPolicyName", "dnsResolverPolicyVirtualNetworkLinkName", "resourceGroupName",
         "virtualNetwork"}
    )  # fmt: skip

    @written("the network must exist, in the policy's region", _PAGE, "2025-01-06")
    def surroundings(self, inputs: Inputs, session: Session) -> None:
        """The network must be one that `world.yaml` lists, in the region of the link."""
        super().surroundings(inputs, session)
        id_ = reference(inputs, "virtualNetwork")
        if id_ is None:
            return
        found = _NETWORK.fullmatch(id_)
        network = session.world.virtual_network(found[1], found[2]) if found else None
        if network is None:
            raise azure_error(
                "InvalidResourceReference",
                f"Resource {id_} was not found. ({WORLD_NAME} has no such network)",
            )
        there = network.get("location") or session.world.location(found[1] if found else "")
        here = self.canonical(inputs).get("location")
        if here and there and there != here:
            raise azure_error("BadRequest", f"{id_} is in {there}, and the policy in {here}.")

    @written("a network that is linked to another policy is refused", _PAGE, "2025-01-06")
    def service_answer(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """The policy must exist, and the network be free."""
        super().service_answer(id_, inputs, records, session)
        policy = resource_id(
            session, inputs["resourceGroupName"], f"dnsResolverPolicies/{inputs[self.inside]}"
        )
        require(records, POLICY_TYPE, policy, id_)
        network = (reference(inputs, "virtualNetwork") or "").casefold()
        for key, row in records.get(LINK_TYPE, {}).items():
            if (
                key.casefold() != id_.casefold()
                and (reference(row, "virtualNetwork") or "").casefold() == network
            ):
                raise azure_error("Conflict", f"{network} is linked to a policy by {key} already.")


KINDS: Final = (
    DnsResolverDomainList(),
    DnsResolverPolicy(),
    DnsSecurityRule(),
    DnsResolverPolicyVirtualNetworkLink(),
)
