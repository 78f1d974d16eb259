"""A Pulumi import file for what the Azure components declare: an id there follows from names.

For example the group of the environment's target is
`/subscriptions/ID/resourceGroups/rg-wsus/providers/Microsoft.Network/networkSecurityGroups/wsus-nsg`. Only
the subscription is asked for. What is called otherwise in Azure is another resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import Formatter
from typing import Final

from wsus_egress.controls import Control, Document
from wsus_egress.controls.azure import dns_policy
from wsus_egress.controls.azure.dns_policy import AzureDnsPolicy
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.controls.azure.firewall_documents import (
    ADDRESS_TYPE,
    DIAGNOSTICS_TYPE,
    FIREWALL_TYPE,
    GROUP_TYPE,
    IP_GROUP_TYPE,
    POLICY_TYPE,
)
from wsus_egress.controls.azure.nsg import NSG_TYPE, AzureNsg
from wsus_egress.controls.azure.route_table import TABLE_TYPE, AzureRouteTable
from wsus_egress.controls.azure.subnets import SUBNET_TYPE, subnet_documents
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.environment import COMPONENT_NAME
from wsus_egress.problems import PolicyErrors, Problem, close_to, shortened
from wsus_egress.review.import_file import Declared, Given, ImportFile

_TOP: Final = "AzureWsusEgress"
_NETWORK: Final = (
    "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Network"
)
_DNS: Final = f"{_NETWORK}/dnsResolverPolicies/{{dnsResolverPolicyName}}"
# As the section "Import" of each type has them in azure-native's schema (read 2026-11-30): they are the
# addresses of Azure's own API, and a test compares those of Microsoft.Network with azure-mgmt-network's.
IDS: Final[Mapping[str, str]] = {
    NSG_TYPE: f"{_NETWORK}/networkSecurityGroups/{{networkSecurityGroupName}}",
    TABLE_TYPE: f"{_NETWORK}/routeTables/{{routeTableName}}",
    SUBNET_TYPE: f"{_NETWORK}/virtualNetworks/{{virtualNetworkName}}/subnets/{{subnetName}}",
    POLICY_TYPE: f"{_NETWORK}/firewallPolicies/{{firewallPolicyName}}",
    GROUP_TYPE: f"{_NETWORK}/firewallPolicies/{{firewallPolicyName}}/ruleCollectionGroups/"
    "{ruleCollectionGroupName}",
    IP_GROUP_TYPE: f"{_NETWORK}/ipGroups/{{ipGroupsName}}",
    FIREWALL_TYPE: f"{_NETWORK}/azureFirewalls/{{azureFirewallName}}",
    ADDRESS_TYPE: f"{_NETWORK}/publicIPAddresses/{{publicIpAddressName}}",
    DIAGNOSTICS_TYPE: "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
    dns_policy.POLICY_TYPE: _DNS,
    dns_policy.RULE_TYPE: f"{_DNS}/dnsSecurityRules/{{dnsSecurityRuleName}}",
    dns_policy.LINK_TYPE: f"{_DNS}/virtualNetworkLinks/{{dnsResolverPolicyVirtualNetworkLinkName}}",
    dns_policy.LIST_TYPE: f"{_NETWORK}/dnsResolverDomainLists/{{dnsResolverDomainListName}}",
}
_OF_THE_FIREWALL: Final = (ADDRESS_TYPE, FIREWALL_TYPE, DIAGNOSTICS_TYPE)
_REFERENCE: Final = re.compile(r"\$\{(.+)\.(id|name)\}")
_GUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def azure_import(
    target: AzureTarget, controls: Iterable[Control], given: Given, subscription: str
) -> ImportFile:
    """The import file of an environment's Azure target.

    Args:
        target: The target.
        controls: What enforces it.
        given: What to leave out; no ids.
        subscription: The subscription of the stack.

    Raises:
        PolicyErrors: With everything that is wrong with what was given.
    """
    everything = tuple(_declared(target, controls))
    documents = {each.document.name: each.document for each in everything}
    problems = [
        *_wrong(documents, given, subscription),
        *_elsewhere(target, everything, given, subscription),
    ]
    if problems:
        raise PolicyErrors(problems)
    ids = {name: _id(each, documents, subscription) for name, each in documents.items()}
    # A subnet with an importId is the stack's own to import.
    left = {*given.without, *(name for name, each in documents.items() if each.imported)}
    inside = tuple(f"{ids[name]}/" for name in left)
    left |= {name for name, id_ in ids.items() if id_.startswith(inside)}
    found = tuple((e, ids[e.document.name]) for e in everything if e.document.name not in left)
    return ImportFile(found, tuple(sorted(left)), _TOP)


def _declared(target: AzureTarget, controls: Iterable[Control]) -> Iterator[Declared]:
    """What the components declare, as `AzureWsusEgress` called `wsus` does."""
    for control in controls:
        for document in control.documents(COMPONENT_NAME):
            if document.type != SUBNET_TYPE:
                kind, suffix = _parent(control, document)
                yield Declared(document, (kind, f"{COMPONENT_NAME}-{suffix}"))
    for document in subnet_documents(COMPONENT_NAME, target):
        yield Declared(document, (_TOP, COMPONENT_NAME))


def _parent(control: Control, document: Document) -> tuple[str, str]:
    """The class of the component around a document, and what its name ends in."""
    match control:
        case AzureNsg():
            return "AzureWsusNetworkSecurityGroup", "nsg"
        case AzureRouteTable():
            return "AzureWsusRouteTable", "routes"
        case AzureDnsPolicy():
            return "AzureWsusDnsSecurityPolicy", "dns-policy"
        case AzureApplicationRules() if document.type in _OF_THE_FIREWALL:
            return "AzureWsusFirewall", "gateway"
        case _:
            return "AzureWsusFirewallRules", "firewall"


def _id(document: Document, documents: Mapping[str, Document], subscription: str) -> str:
    template = IDS[document.type]
    parts = {"subscriptionId": subscription}
    for key in {key for _, key, _, _ in Formatter().parse(template) if key} - {*parts}:
        value = str(document.properties[key])
        if match := _REFERENCE.fullmatch(value):
            other = documents[match[1]]
            whole = _id(other, documents, subscription)
            value = whole if match[2] == "id" else whole.rpartition("/")[2]
        parts[key] = value
    return template.format(**parts)


def _wrong(documents: Mapping[str, Document], given: Given, subscription: str) -> Iterator[Problem]:
    if not _GUID.fullmatch(subscription):
        what = f"{shortened(subscription)!r} is not the id of a subscription"
        yield Problem(None, ("--subscription",), what, "write what `az account show` has as `id`")
    for name, _ in given.ids:
        what = f"the id of {shortened(name)} follows from the settings' names"
        yield Problem(None, ("--id",), what, "leave it out")
    for name in given.without:
        if name not in documents:
            what = f"the components declare no {shortened(name)!r} with these settings"
            instead = close_to(name, documents) or "`preview --format json` lists what they declare"
            yield Problem(None, ("--without",), what, instead)


def _elsewhere(
    target: AzureTarget, everything: Sequence[Declared], given: Given, subscription: str
) -> Iterator[Problem]:
    """Rules in another subscription: they have a provider of their own, which only the program makes."""
    policy = target.firewall_policy
    theirs = policy.subscription if policy else None
    if theirs is None or theirs.casefold() == subscription.casefold():
        return
    names = [e.document.name for e in everything if e.parent[0] == "AzureWsusFirewallRules"]
    if missing := [name for name in names if name not in given.without]:
        what = (
            f"{', '.join(missing)}: their policy is in the subscription {theirs}, of which the program "
            "makes a provider, and no import file can name that"
        )
        instead = " ".join(f"--without {name}" for name in missing)
        yield Problem(None, ("--without",), what, f"write {instead}")
