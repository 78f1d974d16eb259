"""An Azure DNS security policy as a component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from typing import Any, Unpack, overload

import pulumi

from wsus_egress.azure.arguments import AzureWsusEgressArgs
from wsus_egress.azure.cloud import AzureComponent
from wsus_egress.component.given import AS_KEYWORDS
from wsus_egress.controls.azure.dns_policy import POLICY_TYPE, AzureDnsPolicy


class AzureWsusDnsSecurityPolicy(AzureComponent):
    """A DNS security policy that lets a virtual network resolve the listed names only."""

    dns_security_policy_id: pulumi.Output[str]
    """The policy's id."""

    _asked_by = "dns_security_policy"
    _suffix = "-dns-policy"
    _makes = frozenset({POLICY_TYPE})

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
        """Declare domain lists, the policy, its rules, and the network's link behind them.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(name, args, opts, arguments)
        self._declarer.declare(self._control(AzureDnsPolicy).documents(self._prefix))
        (policy,) = self._declarer.of(POLICY_TYPE)
        self.dns_security_policy_id = policy.id
        self.register()
