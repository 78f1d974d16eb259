"""Looks at what Azure has of what the proof takes for granted, and logs it: nothing is refused.

For example `azure/route-table/firewall-address/10.40.255.4: seen: afw-hub has 10.40.255.4`.
"""

from collections.abc import Iterator
from typing import Any, Final

import pulumi
import pulumi_azure_native as azure

from wsus_egress.azure.policies import found_policy
from wsus_egress.component.arguments import Compiled
from wsus_egress.component.references import camel, plain
from wsus_egress.component.sdk import member
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.controls.azure.firewall_documents import GROUP_TYPE
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.flows import Network
from wsus_egress.readers.azure import seen
from wsus_egress.readers.azure.seen import Answer
from wsus_egress.readers.reading import items, mapping
from wsus_egress.readers.seen import Seen

_ATTACHED: Final = {
    "azure/nsg/attachment": ("get_network_security_group", "network_security_group_name", "nsg"),
    "azure/route-table/attachment": ("get_route_table", "route_table_name", "route-table"),
}


def tell(
    component: pulumi.ComponentResource,
    compiled: Compiled[AzureTarget],
    provider: pulumi.ProviderResource | None,
    prefix: str,
) -> None:
    """Look at the policy that exists, and at subnets, and log what is there.

    Args:
        component: Whose provider looks.
        compiled: Its arguments, checked and compiled.
        provider: That of the firewall policy's subscription; None for the component's own.
        prefix: What the names of the component's resources begin with.
    """
    looks = _Looks(component, compiled, prefix)
    policies = looks.policy(provider)
    for each in (*policies, *looks.subnets(), *looks.attachments()):
        log = pulumi.log.warn if each.against else pulumi.log.info
        log(str(each), component)


class _Looks:
    """What is looked up for one component; what cannot be is said, or passed over where it is ours."""

    def __init__(
        self, component: pulumi.ComponentResource, compiled: Compiled[AzureTarget], prefix: str
    ) -> None:
        self._component = component
        self._compiled = compiled
        self._prefix = prefix
        self._assumed = {each.id for control in compiled.controls for each in control.assumptions}

    def policy(self, provider: pulumi.ProviderResource | None) -> Iterator[Seen]:
        """The policy that others keep, its groups and firewalls, and the one that it inherits from."""
        control = self._compiled.control(AzureApplicationRules)
        settings = self._compiled.target.firewall_policy
        if control is None or settings is None or not control.sources:
            return
        group = self._compiled.target.policy_group
        if settings.mode == "rules-only" and self._known(group, settings.name):
            answer = found_policy(self._component, provider, group, settings.name)
            if isinstance(answer, str) or not answer.id:
                return  # It is refused already that the policy is not there.
            found = _answer(answer)
            own = [
                str(each.properties["ruleCollectionGroupName"])
                for each in control.documents(self._prefix)
                if each.type == GROUP_TYPE
            ]
            yield from seen.of_policy(control, found)
            key = f"azure/firewall-policy/other-rules/{settings.name}"
            groups, failed = self._groups(found, provider)
            yield from (Seen(key, text) for text in failed)
            yield from seen.of_groups(control, groups, own)
            yield from self._firewalls(found, provider)
        if settings.base_policy and self._known(settings.base_policy):
            yield from self._base(control, settings.base_policy, provider)

    def _base(
        self, control: AzureApplicationRules, base: str, provider: pulumi.ProviderResource | None
    ) -> Iterator[Seen]:
        key = f"azure/firewall-policy/base-policy/{base.rpartition('/')[2]}"
        found = self._by_id("get_firewall_policy", "firewall_policy_name", base, provider)
        if isinstance(found, str):
            yield Seen(key, f"it cannot be looked up: {found}")
            return
        groups, failed = self._groups(found, provider)
        yield from (Seen(key, text) for text in failed)
        yield from seen.of_groups(control, groups, (), "base policy")

    def _groups(
        self, policy: Answer, provider: pulumi.ProviderResource | None
    ) -> tuple[list[Answer], list[str]]:
        groups: list[Answer] = []
        failed = []
        for each in items(policy.get("ruleCollectionGroups")):
            parts = str(mapping(each).get("id")).split("/")
            found = self._ask(
                "get_firewall_policy_rule_collection_group",
                provider,
                resource_group_name=parts[4],
                firewall_policy_name=parts[8],
                rule_collection_group_name=parts[10],
            )
            if isinstance(found, str):
                failed.append(f"the group {parts[10]} cannot be looked up: {found}")
            else:
                groups.append({**found, "name": parts[10]})
        return groups, failed

    def _firewalls(
        self, policy: Answer, provider: pulumi.ProviderResource | None
    ) -> Iterator[Seen]:
        table = self._compiled.target.route_table
        address = str(table.firewall_address) if table and table.firewall_address else ""
        if not address or not self._known(address):
            return
        has: dict[str, list[str]] = {}
        for each in items(policy.get("firewalls")):
            identity = str(mapping(each).get("id"))
            found = self._by_id("get_azure_firewall", "azure_firewall_name", identity, provider)
            name = identity.rpartition("/")[2]
            if isinstance(found, str):
                key = f"azure/route-table/firewall-address/{address}"
                yield Seen(key, f"the firewall {name} cannot be looked up: {found}")
                return
            has[name] = [
                str(mapping(one).get("privateIPAddress") or mapping(one).get("privateIpAddress"))
                for one in items(found.get("ipConfigurations"))
            ]
        yield from seen.of_addresses(address, has)

    def subnets(self) -> Iterator[Seen]:
        """The subnets that are listed, where they are there already."""
        target = self._compiled.target
        for subnet in target.subnets:
            if not self._known(target.resource_group, subnet.virtual_network):
                continue
            found = self._ask(
                "get_subnet",
                None,
                resource_group_name=target.resource_group,
                virtual_network_name=subnet.virtual_network,
                subnet_name=subnet.name,
            )
            if isinstance(found, str):
                continue  # The stack is about to make it.
            yield from self._endpoints(subnet.virtual_network, subnet.name, found)
            if target.route_table and target.route_table.direct:
                yield from seen.of_outbound(subnet.name, found)
            if f"azure/route-table/default-route/{subnet.name}" in self._assumed:
                yield from self._default_route(subnet.name, found)

    def _endpoints(self, network: str, name: str, subnet: Answer) -> Iterator[Seen]:
        entry = next(
            (
                each
                for each in self._compiled.target.subnets
                if (each.virtual_network.casefold(), each.name.casefold())
                == (network.casefold(), name.casefold())
            ),
            None,
        )
        # Where the entry of a subnet that this stack makes lists them, this update sets them.
        if entry is None or entry.import_id or not entry.says_endpoints:
            listed = [each.service for each in entry.service_endpoints] if entry else ()
            yield from seen.of_subnet(name, subnet, listed)

    def _default_route(self, name: str, subnet: Answer) -> Iterator[Seen]:
        identity = mapping(subnet.get("routeTable")).get("id")
        if identity is None:
            yield from seen.of_default_route(name, None)
            return
        table = self._by_id("get_route_table", "route_table_name", str(identity), None)
        if isinstance(table, str):
            key = f"azure/route-table/default-route/{name}"
            yield Seen(key, f"its route table cannot be looked up: {table}")
            return
        yield from seen.of_default_route(name, table)

    def attachments(self) -> Iterator[Seen]:
        """The subnets that have what an earlier deployment made, where that is assumed."""
        group = self._compiled.target.resource_group
        for key, (function, name_argument, suffix) in _ATTACHED.items():
            if key not in self._assumed or not self._known(group):
                continue
            name = f"{self._prefix}-{suffix}"
            found = self._ask(function, None, **{"resource_group_name": group, name_argument: name})
            if isinstance(found, str):
                continue  # The stack is about to make it.
            subnets: dict[str, list[str]] = {}
            for each in items(found.get("subnets")):
                identity = str(mapping(each).get("id"))
                subnet = self._by_id("get_subnet", "subnet_name", identity, None)
                if not isinstance(subnet, str):
                    subnets[identity.rpartition("/")[2]] = _ranges(subnet)
                    yield from self._endpoints(
                        identity.split("/")[8], identity.rpartition("/")[2], subnet
                    )
            yield from seen.of_attachment(key, name, subnets, self._apart(key))

    def _apart(self, key: str) -> Iterator[Network]:
        """The addresses that an assumption concerns, as far as the firewall's rules have them."""
        rules = self._compiled.control(AzureApplicationRules)
        whom = {
            name
            for control in self._compiled.controls
            for each in control.assumptions
            for name in each.whom
            if each.id == key
        }
        for name, networks in rules.sources if rules else ():
            yield from networks if name in whom else ()

    def _known(self, *texts: str) -> bool:
        return not any(text in self._compiled.outputs for text in texts)

    def _by_id(
        self, function: str, name: str, identity: str, provider: pulumi.ProviderResource | None
    ) -> Answer | str:
        parts = identity.split("/")
        named = {"resource_group_name": parts[4], name: parts[-1]}
        if function == "get_subnet":
            named["virtual_network_name"] = parts[8]
        found = self._ask(function, provider, **named)
        if not isinstance(found, str) and str(found.get("id")).casefold() != identity.casefold():
            return f"{identity} is in another subscription than this provider's"
        return found

    def _ask(
        self, function: str, provider: pulumi.ProviderResource | None, **named: str
    ) -> Answer | str:
        """What Azure says, or why it says nothing."""
        options = pulumi.InvokeOptions(parent=self._component, provider=provider)
        try:
            answer = member(azure, "network", function)(**named, opts=options)
        except Exception as error:  # noqa: BLE001 - Pulumi raises nothing more particular.
            return str(error)
        # Pulumi's mocks, in a program's own tests, answer everything with nothing.
        return _answer(answer) if answer.id else "the answer is empty"


def _answer(answer: Any) -> Answer:
    return {camel(key): plain(value) for key, value in vars(answer).items()}


def _ranges(subnet: Answer) -> list[str]:
    one = subnet.get("addressPrefix")
    return sorted({*([str(one)] if one else []), *map(str, items(subnet.get("addressPrefixes")))})
