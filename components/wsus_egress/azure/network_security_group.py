"""Network security groups as components.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from typing import Any, Unpack, overload

import pulumi

from wsus_egress.azure.arguments import AzureWsusEgressArgs
from wsus_egress.azure.cloud import AzureComponent
from wsus_egress.component.given import AS_KEYWORDS
from wsus_egress.controls.azure.nsg import NSG_TYPE, AzureNsg
from wsus_egress.controls.azure.subnets import SUBNET_TYPE


class AzureWsusNetworkSecurityGroup(AzureComponent):
    """A network security group for the servers' subnets, its rules inside it."""

    network_security_group_id: pulumi.Output[str]
    """The group's id: set it on the servers' subnets."""

    _asked_by = "network_security_group"
    _suffix = "-nsg"
    _makes = frozenset({NSG_TYPE})

    @overload
    def __init__(
        self, name: str, args: AzureWsusEgressArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None: ...
    @overload
    def __init__(
        self,
        name: str,
        *,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[AzureWsusEgressArgs],
    ) -> None: ...
    def __init__(
        self,
        name: str,
        args: AzureWsusEgressArgs = AS_KEYWORDS,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Any,
    ) -> None:
        """Declare the group.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(name, args, opts, arguments)
        documents = self._control(AzureNsg).documents(self._prefix)
        self._declarer.declare(each for each in documents if each.type != SUBNET_TYPE)
        (group,) = self._declarer.of(NSG_TYPE)
        self.network_security_group_id = group.id
        self.register()
