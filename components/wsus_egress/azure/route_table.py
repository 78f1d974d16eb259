"""The servers' route table as a component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from typing import Any, Unpack, overload

import pulumi

from wsus_egress.azure.arguments import AzureWsusEgressArgs
from wsus_egress.azure.cloud import AzureComponent
from wsus_egress.component.given import AS_KEYWORDS
from wsus_egress.controls.azure.route_table import TABLE_TYPE, AzureRouteTable
from wsus_egress.controls.azure.subnets import SUBNET_TYPE


class AzureWsusRouteTable(AzureComponent):
    """The servers' route table: 0.0.0.0/0 to the firewall."""

    route_table_id: pulumi.Output[str]
    """The route table's id: set it on the servers' subnets."""

    _asked_by = "route_table"
    _suffix = "-routes"
    _makes = frozenset({TABLE_TYPE})

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
        """Declare the table. Its subnets are AzureWsusEgress's: they need the security group too.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(name, args, opts, arguments)
        documents = self._control(AzureRouteTable).documents(self._prefix)
        self._declarer.declare(each for each in documents if each.type != SUBNET_TYPE)
        (table,) = self._declarer.of(TABLE_TYPE)
        self.route_table_id = table.id
        self.register()
