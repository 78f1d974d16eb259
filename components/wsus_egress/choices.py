"""The arguments that take one of a few words, and these words.

`make schemas` writes this file from the settings' types (tools/choices.py). A type checker reads
Literals, and refuses `"opne"`. At run time they are plain text, for Pulumi's inference of a schema
fails on a Literal (SDK 3.272); what puts the words into the schema reads CHOICES.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "AzureWsusEgressDenyRest": ("address-space", "servers", "nobody"),
    "AzureWsusEgressDestinations": ("tag", "list", "tag+list"),
    "AzureWsusEgressRouting": ("subnets", "hub-intent"),
    "AzureWsusFirewallSku": ("Basic", "Standard", "Premium"),
    "ClientContentFrom": ("server", "microsoft-update"),
    "ClientLocation": ("aws", "azure", "elsewhere"),
    "DirectRouteProtocol": ("tcp", "udp"),
    "DnsFirewallBlockResponse": ("NODATA", "NXDOMAIN"),
    "ExtraEndpointSchemes": ("http", "https"),
    "FirewallLoggingTypes": ("ALERT", "FLOW"),
    "FirewallPolicyMode": ("rules-only", "policy", "full"),
    "FirewallPolicySku": ("Basic", "Standard", "Premium"),
    "FirewallPolicyThreatIntelMode": ("Off", "Alert", "Deny"),
    "FirewallZones": ("1", "2", "3"),
    "ForeignRuleAction": ("allow", "deny"),
    "ForeignRuleProtocol": ("tcp", "udp", "any"),
    "InsideRuleProtocol": ("tcp", "udp"),
    "NetworkFirewallAnalysis": ("HTTP_HOST", "TLS_SNI"),
    "NetworkFirewallDefaultAction": ("drop", "reject", "alert"),
    "NetworkFirewallMode": ("rules-only", "policy", "full"),
    "NetworkFirewallStreamExceptionPolicy": ("REJECT", "DROP", "CONTINUE"),
    "NetworkRuleProtocol": ("tcp", "udp"),
    "NetworkSecurityGroupDestinations": ("internet", "service-tags"),
    "NetworkSecurityGroupLateralMovement": ("deny", "allow"),
    "OtherRuleAction": ("pass", "drop", "reject"),
    "OtherRuleProtocol": ("ip", "tcp", "udp", "http", "tls"),
    "PolicyMode": ("open", "restricted"),
    "PolicySchemes": ("both", "as-listed"),
    "PrivateRouteVia": ("gateway", "peering", "firewall"),
    "ServerContentFrom": ("upstream", "microsoft-update"),
    "ServerLocation": ("aws", "azure", "elsewhere"),
    "ServiceEndpointService": (
        "Microsoft.AzureActiveDirectory",
        "Microsoft.AzureCosmosDB",
        "Microsoft.CognitiveServices",
        "Microsoft.ContainerRegistry",
        "Microsoft.EventHub",
        "Microsoft.KeyVault",
        "Microsoft.ServiceBus",
        "Microsoft.Sql",
        "Microsoft.Storage",
        "Microsoft.Storage.Global",
        "Microsoft.Web",
    ),
}

if TYPE_CHECKING:
    AzureWsusEgressDenyRest: TypeAlias = Literal["address-space", "servers", "nobody"]
    AzureWsusEgressDestinations: TypeAlias = Literal["tag", "list", "tag+list"]
    AzureWsusEgressRouting: TypeAlias = Literal["subnets", "hub-intent"]
    AzureWsusFirewallSku: TypeAlias = Literal["Basic", "Standard", "Premium"]
    ClientContentFrom: TypeAlias = Literal["server", "microsoft-update"]
    ClientLocation: TypeAlias = Literal["aws", "azure", "elsewhere"]
    DirectRouteProtocol: TypeAlias = Literal["tcp", "udp"]
    DnsFirewallBlockResponse: TypeAlias = Literal["NODATA", "NXDOMAIN"]
    ExtraEndpointSchemes: TypeAlias = Literal["http", "https"]
    FirewallLoggingTypes: TypeAlias = Literal["ALERT", "FLOW"]
    FirewallPolicyMode: TypeAlias = Literal["rules-only", "policy", "full"]
    FirewallPolicySku: TypeAlias = Literal["Basic", "Standard", "Premium"]
    FirewallPolicyThreatIntelMode: TypeAlias = Literal["Off", "Alert", "Deny"]
    FirewallZones: TypeAlias = Literal["1", "2", "3"]
    ForeignRuleAction: TypeAlias = Literal["allow", "deny"]
    ForeignRuleProtocol: TypeAlias = Literal["tcp", "udp", "any"]
    InsideRuleProtocol: TypeAlias = Literal["tcp", "udp"]
    NetworkFirewallAnalysis: TypeAlias = Literal["HTTP_HOST", "TLS_SNI"]
    NetworkFirewallDefaultAction: TypeAlias = Literal["drop", "reject", "alert"]
    NetworkFirewallMode: TypeAlias = Literal["rules-only", "policy", "full"]
    NetworkFirewallStreamExceptionPolicy: TypeAlias = Literal["REJECT", "DROP", "CONTINUE"]
    NetworkRuleProtocol: TypeAlias = Literal["tcp", "udp"]
    NetworkSecurityGroupDestinations: TypeAlias = Literal["internet", "service-tags"]
    NetworkSecurityGroupLateralMovement: TypeAlias = Literal["deny", "allow"]
    OtherRuleAction: TypeAlias = Literal["pass", "drop", "reject"]
    OtherRuleProtocol: TypeAlias = Literal["ip", "tcp", "udp", "http", "tls"]
    PolicyMode: TypeAlias = Literal["open", "restricted"]
    PolicySchemes: TypeAlias = Literal["both", "as-listed"]
    PrivateRouteVia: TypeAlias = Literal["gateway", "peering", "firewall"]
    ServerContentFrom: TypeAlias = Literal["upstream", "microsoft-update"]
    ServerLocation: TypeAlias = Literal["aws", "azure", "elsewhere"]
    ServiceEndpointService: TypeAlias = Literal[
        "Microsoft.AzureActiveDirectory",
        "Microsoft.AzureCosmosDB",
        "Microsoft.CognitiveServices",
        "Microsoft.ContainerRegistry",
        "Microsoft.EventHub",
        "Microsoft.KeyVault",
        "Microsoft.ServiceBus",
        "Microsoft.Sql",
        "Microsoft.Storage",
        "Microsoft.Storage.Global",
        "Microsoft.Web",
    ]
else:
    AzureWsusEgressDenyRest = str
    AzureWsusEgressDestinations = str
    AzureWsusEgressRouting = str
    AzureWsusFirewallSku = str
    ClientContentFrom = str
    ClientLocation = str
    DirectRouteProtocol = str
    DnsFirewallBlockResponse = str
    ExtraEndpointSchemes = str
    FirewallLoggingTypes = str
    FirewallPolicyMode = str
    FirewallPolicySku = str
    FirewallPolicyThreatIntelMode = str
    FirewallZones = str
    ForeignRuleAction = str
    ForeignRuleProtocol = str
    InsideRuleProtocol = str
    NetworkFirewallAnalysis = str
    NetworkFirewallDefaultAction = str
    NetworkFirewallMode = str
    NetworkFirewallStreamExceptionPolicy = str
    NetworkRuleProtocol = str
    NetworkSecurityGroupDestinations = str
    NetworkSecurityGroupLateralMovement = str
    OtherRuleAction = str
    OtherRuleProtocol = str
    PolicyMode = str
    PolicySchemes = str
    PrivateRouteVia = str
    ServerContentFrom = str
    ServerLocation = str
    ServiceEndpointService = str
