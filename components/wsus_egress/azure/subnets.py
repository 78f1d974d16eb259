"""Whether the subnets that are imported are there, and as the settings say."""

from collections.abc import Iterator
from typing import Any

import pulumi
import pulumi_azure_native as azure

from wsus_egress.component.arguments import Compiled
from wsus_egress.component.references import snake
from wsus_egress.component.sdk import member
from wsus_egress.controls.azure.refusals import of_others
from wsus_egress.model.addresses import network_of
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.azure_network import Subnet
from wsus_egress.problems import Keys, Problem


def unlike_subnets(
    component: pulumi.ComponentResource, compiled: Compiled[AzureTarget], prefix: str
) -> Iterator[Problem]:
    """What is wrong with subnets that are to be imported, as Azure has them.

    Args:
        component: Whose provider looks.
        compiled: Its arguments, checked and compiled.
        prefix: What the names of its resources start with: a subnet may have those already.
    """
    target = compiled.target
    for index, subnet in enumerate(target.subnets):
        if not subnet.import_id or compiled.outputs.keys() & {
            target.resource_group,
            subnet.virtual_network,
        }:
            continue
        keys = ("subnets", index)
        found = _look_up(component, target.resource_group, subnet)
        if isinstance(found, str):
            what = f"the subnet {subnet.name} cannot be looked up, and so not imported: {found}"
            yield Problem(
                None, (*keys, "import_id"), what, "leave it out, where the stack makes it"
            )
        elif found.id:  # Pulumi's mocks, in a program's own tests, answer with nothing.
            yield from _differences(target, subnet, found, keys, prefix)


def _differences(
    target: AzureTarget, subnet: Subnet, found: Any, keys: Keys, prefix: str
) -> Iterator[Problem]:
    one = [found.address_prefix] if found.address_prefix else []
    has = {network_of(text) for text in (*one, *(found.address_prefixes or ()))}
    if has != {*subnet.ranges}:
        theirs = ", ".join(sorted(map(str, has)))
        ours = ", ".join(map(str, subnet.ranges))
        key = "address_prefixes" if subnet.address_prefixes else "address_prefix"
        what = f"the subnet {subnet.name} has {theirs}, and the entry says {ours}"
        yield Problem(None, (*keys, key), what, "write what it has")
    services = sorted(each.service for each in found.service_endpoints or ())
    listed = sorted(each.service for each in subnet.service_endpoints)
    if subnet.says_endpoints and services != listed:
        theirs, ours = (", ".join(each) or "none" for each in (services, listed))
        what = f"the subnet {subnet.name} has service endpoints: {theirs}; the entry says: {ours}"
        yield Problem(None, (*keys, "service_endpoints"), what, "write those that it has")
    attachments = {
        "network_security_group": found.network_security_group and found.network_security_group.id,
        "route_table": found.route_table and found.route_table.id,
    }
    for problem in of_others(target, subnet.model_copy(update=attachments), prefix):
        yield Problem(
            None, (*keys, *(snake(str(key)) for key in problem.keys)), problem.what, problem.instead
        )


def _look_up(component: pulumi.ComponentResource, group: str, subnet: Subnet) -> Any:
    """What Azure says of a subnet, or why it says nothing."""
    options = pulumi.InvokeOptions(parent=component)
    try:
        return member(azure, "network", "get_subnet")(
            resource_group_name=group,
            virtual_network_name=subnet.virtual_network,
            subnet_name=subnet.name,
            opts=options,
        )
    except Exception as error:  # noqa: BLE001 - Pulumi raises nothing more particular.
        return str(error)
