"""Azure Firewall as a component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from collections.abc import Mapping
from typing import Any

import pulumi

from wsus_egress.azure.arguments import AzureWsusFirewallArgs
from wsus_egress.azure.cloud import CLOUD, FORMS, AzureComponent, settings_of
from wsus_egress.azure.lookups import foreign_networks
from wsus_egress.component.base import checked, environment_of, refuse
from wsus_egress.component.declare import Declarer
from wsus_egress.component.outputs import StandIns
from wsus_egress.config.assembly_azure import firewall_alone
from wsus_egress.controls.azure.firewall_documents import (
    FIREWALL_TYPE,
    firewall_resources,
)
from wsus_egress.controls.tags import reserved_tags, tags_of
from wsus_egress.model.azure import AzureTarget, Firewall, Sku
from wsus_egress.problems import PolicyErrors


class AzureWsusFirewall(AzureComponent):
    """A firewall with its public address and, where a workspace is given, its logs."""

    firewall_id: pulumi.Output[str]
    """The firewall's id."""
    private_address: pulumi.Output[str]
    """Its private address: the next hop of a route table."""

    _suffix = "-gateway"

    def __init__(
        self, name: str, args: AzureWsusFirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the address, the firewall and its diagnostics, on a policy that has its rules.

        Raises:
            pulumi.RunError: When the arguments cannot be used, before any resource is declared.
        """
        super().__init__(
            "wsus-egress:index:AzureWsusFirewall", name, args, AzureWsusFirewallArgs, opts
        )
        stand_ins = StandIns(FORMS)
        target, firewall, sku = checked(
            name, "azure", lambda: _alone(stand_ins.plain(settings_of(args)))
        )
        refuse(name, foreign_networks(self, args))
        prefix = self._prefix(name)
        given = {f"${{{prefix}-firewall-policy.id}}": args["firewall_policy_id"]}
        tags = tags_of(target, environment_of(args))
        declarer = Declarer(CLOUD, self, {**stand_ins.outputs, **given})
        declarer.declare(firewall_resources(prefix, target, firewall, sku, tags))
        (created,) = declarer.of(FIREWALL_TYPE)
        self.firewall_id = created.id
        self.private_address = created.ip_configurations[0].private_ip_address
        self.register()


def _alone(settings: Mapping[str, Any]) -> tuple[AzureTarget, Firewall, Sku]:
    """What the settings of a firewall by itself make.

    Raises:
        PolicyErrors: With everything that is wrong, a tag that is not the user's to give included.
    """
    found = firewall_alone(settings)
    if reserved := tuple(reserved_tags(found[0])):
        raise PolicyErrors(reserved)
    return found
