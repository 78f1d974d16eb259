"""Azure documents to Pulumi resources, one after another where Azure takes one at a time."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pulumi
import pulumi_azure_native as azure

from wsus_egress.arguments import compile_arguments
from wsus_egress.azure.arguments import AzureWsusEgressArgs, AzureWsusFirewallArgs
from wsus_egress.controls import Control, Document
from wsus_egress.controls.azure_firewall import azure_tags, firewall_resources
from wsus_egress.environment_azure import AzureTarget, Firewall
from wsus_egress.problems import PolicyErrors

_CLASSES: Final[dict[str, type[pulumi.CustomResource]]] = {
    "azure-native:monitor:DiagnosticSetting": azure.monitor.DiagnosticSetting,
    "azure-native:network:AzureFirewall": azure.network.AzureFirewall,
    "azure-native:network:FirewallPolicy": azure.network.FirewallPolicy,
    "azure-native:network:FirewallPolicyRuleCollectionGroup": (
        azure.network.FirewallPolicyRuleCollectionGroup
    ),
    "azure-native:network:IpGroup": azure.network.IpGroup,
    "azure-native:network:NetworkSecurityGroup": azure.network.NetworkSecurityGroup,
    "azure-native:network:PublicIPAddress": azure.network.PublicIPAddress,
    "azure-native:network:RouteTable": azure.network.RouteTable,
    "azure-native:network:Subnet": azure.network.Subnet,
}
# One update of a policy, or of a network, at a time: a second one answers AnotherOperationInProgress
# ("Azure Firewall known issues", 2023-10; Azure/bicep#1013).
_SERIAL: Final = frozenset(
    f"azure-native:network:{name}"
    for name in (
        "AzureFirewall",
        "FirewallPolicy",
        "FirewallPolicyRuleCollectionGroup",
        "IpGroup",
        "Subnet",
    )
)
# What a subnet may have from others: it is sent whole, so what is ignored here is what it keeps.
_KEPT: Final = {
    "azure-native:network:Subnet": [
        "addressPrefixes",
        "applicationGatewayIPConfigurations",
        "defaultOutboundAccess",
        "delegations",
        "ipAllocations",
        "natGateway",
        "privateEndpointNetworkPolicies",
        "privateLinkServiceNetworkPolicies",
        "serviceEndpointPolicies",
        "serviceEndpoints",
        "sharingScope",
    ]
}
_REFERENCE: Final = re.compile(r"\$\{([^}]+?)\.([A-Za-z0-9.\[\]]+)\}")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Declared:
    """The resources of one component, by logical name, and what was given as an output."""

    def __init__(self, given: dict[str, pulumi.Input[str]] | None = None) -> None:
        """Nothing declared yet.

        Args:
            given: What stands in documents for a value that only another resource has.
        """
        self.given = given or {}
        self._by_name: dict[str, Any] = {}
        self._by_type: dict[str, list[Any]] = {}
        self._last: pulumi.Resource | None = None

    def of(self, kind: str) -> list[Any]:
        """The resources of one type, in the order of their declaration."""
        return self._by_type.get(kind, [])

    def stand_in(self, text: str, given: pulumi.Input[str]) -> str:
        """A plain text as it is; for an output, a text that is one of its kind."""
        if isinstance(given, str):
            return given
        self.given[text] = given
        return text

    def declare(self, documents: Iterable[Document], parent: pulumi.Resource) -> list[Any]:
        """The resources of documents, as children of a component."""
        return [self._declare(document, parent) for document in documents]

    def _declare(self, document: Document, parent: pulumi.Resource) -> Any:
        serial = document.type in _SERIAL
        options = pulumi.ResourceOptions(
            parent=parent,
            depends_on=[self._last] if serial and self._last is not None else None,
            ignore_changes=_KEPT.get(document.type),
        )
        properties = {_snake(key): self._value(value) for key, value in document.properties.items()}
        resource: Any = _CLASSES[document.type](document.name, opts=options, **properties)
        self._by_name[document.name] = resource
        self._by_type.setdefault(document.type, []).append(resource)
        if serial:
            self._last = resource
        return resource

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if not isinstance(value, str):
            return value
        for text, given in self.given.items():
            if value == text:
                return given
            if value.startswith(f"{text}/"):
                return pulumi.Output.concat(given, value.removeprefix(text))
        if (found := _REFERENCE.fullmatch(value)) is not None:
            return self._output(found[1], found[2])
        return value

    def _output(self, name: str, path: str) -> pulumi.Output[Any]:
        value: Any = self._by_name[name]
        for part in path.replace("[", ".").replace("]", "").split("."):
            value = value[int(part)] if part.isdigit() else getattr(value, _snake(part))
        output: pulumi.Output[Any] = value
        return output


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).lower()


# Stand for what only a deployed resource has, and pass the same checks. Never sent.
_RESOURCE_GROUP: Final = "unknown-resource-group"
_LOCATION: Final = "unknownlocation"
_ID: Final = "/subscriptions/unknown/resourceGroups/unknown/providers/Microsoft.Network"
_ADDRESS: Final = "100.127.255.254"
_SETTINGS: Final = (
    "address_space",
    "destinations",
    "fqdn_tags",
    "rule_collection_group_priority",
    "deny_rest",
    "ip_groups",
    "network_rules",
    "network_security_group",
    "subnets",
    "tags",
)


def compiled(args: AzureWsusEgressArgs, declared: Declared, control: str, setting: str) -> Control:
    """One control that a component's arguments ask for.

    Args:
        args: The arguments.
        declared: Learns what stands for the arguments' outputs.
        control: Its name.
        setting: The argument that asks for it.

    Raises:
        pulumi.RunError: With everything that is wrong.
    """
    environment = args.get("environment") or pulumi.get_stack()
    try:
        _, _, controls = compile_arguments(
            environment,
            args["policy"],
            "azure",
            _target(args, declared),
            args.get("endpoint_lists"),
        )
    except PolicyErrors as error:
        raise pulumi.RunError(str(error)) from error
    found = next((each for each in controls if each.name == control), None)
    if found is None:
        raise pulumi.RunError(f"{setting}: this component needs it; add the argument")
    return found


def _target(args: AzureWsusEgressArgs, declared: Declared) -> dict[str, Any]:
    given: Mapping[str, Any] = args
    target = {key: given[key] for key in _SETTINGS if given.get(key) is not None}
    target["resource_group"] = declared.stand_in(_RESOURCE_GROUP, args["resource_group_name"])
    target["location"] = declared.stand_in(_LOCATION, args["location"])
    for key, inner, text in (
        ("firewall_policy", "base_policy", f"{_ID}/firewallPolicies/base"),
        ("firewall", "virtual_network", f"{_ID}/virtualNetworks/network"),
        ("firewall", "workspace", f"{_ID}/workspaces/workspace"),
        ("route_table", "firewall_address", _ADDRESS),
    ):
        if given.get(key) is not None:
            settings = dict(target.get(key) or given[key])
            if settings.get(inner) is not None:
                settings[inner] = declared.stand_in(text, settings[inner])
            target[key] = settings
    if (group := given.get("network_security_group")) is not None:
        members = {
            name: declared.stand_in(f"{_ID}/applicationSecurityGroups/{name}", identity)
            for name, identity in (group.get("application_security_groups") or {}).items()
        }
        target["network_security_group"] = {**group, "application_security_groups": members}
    return target


def compiled_firewall(
    args: AzureWsusFirewallArgs, declared: Declared, prefix: str
) -> Iterator[Document]:
    """The documents of a firewall by itself."""
    settings = args["firewall"]
    workspace = settings.get("workspace")
    network = declared.stand_in(f"{_ID}/virtualNetworks/network", settings["virtual_network"])
    zones = settings.get("zones")
    firewall = Firewall(
        settings["name"],
        network,
        ("1", "2", "3") if zones is None else tuple(zones),
        None if workspace is None else declared.stand_in(f"{_ID}/workspaces/workspace", workspace),
    )
    target = AzureTarget(
        resource_group=declared.stand_in(_RESOURCE_GROUP, args["resource_group_name"]),
        location=declared.stand_in(_LOCATION, args["location"]),
        address_space=(),
        destinations="list",
        fqdn_tags=(),
        firewall_policy=None,
        rule_collection_group_priority=0,
        tags=tuple(sorted((args.get("tags") or {}).items())),
    )
    environment = args.get("environment") or pulumi.get_stack()
    sku: Any = args.get("sku") or "Standard"
    tags = azure_tags(target, environment)
    return firewall_resources(prefix, target, firewall, sku, tags)
