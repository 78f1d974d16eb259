"""Network security groups as components.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

import pulumi

from wsus_egress.azure.arguments import AzureWsusEgressArgs
from wsus_egress.azure.cloud import AzureComponent


class AzureWsusNetworkSecurityGroup(AzureComponent):
    """A network security group for the servers' subnets, its rules inside it."""

    network_security_group_id: pulumi.Output[str]
    """The group's id: set it on the servers' subnets."""

    _suffix = "-nsg"

    def __init__(
        self, name: str, args: AzureWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the group.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(
            "wsus-egress:index:AzureWsusNetworkSecurityGroup", name, args, AzureWsusEgressArgs, opts
        )
        control, declarer = self.compile(name, args, "azure-nsg", "network_security_group")
        declarer.declare(control.documents(self._prefix(name))[:1])
        (group,) = declarer.of("azure-native:network:NetworkSecurityGroup")
        self.network_security_group_id = group.id
        self.register()
