"""Azure Firewall as a component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

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
    azure_tags,
    firewall_resources,
)


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
            name, "azure", lambda: firewall_alone(stand_ins.plain(settings_of(args)))
        )
        refuse(name, foreign_networks(self, args))
        prefix = self._prefix(name)
        given = {f"${{{prefix}-firewall-policy.id}}": args["firewall_policy_id"]}
        tags = azure_tags(target, environment_of(args))
        declarer = Declarer(CLOUD, self, {**stand_ins.outputs, **given})
        declarer.declare(firewall_resources(prefix, target, firewall, sku, tags))
        (created,) = declarer.of(FIREWALL_TYPE)
        self.firewall_id = created.id
        self.private_address = created.ip_configurations[0].private_ip_address
        self.register()
