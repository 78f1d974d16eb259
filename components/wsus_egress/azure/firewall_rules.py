"""Azure Firewall's rules as a component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from typing import Any, Unpack, overload

import pulumi

from wsus_egress.azure.arguments import AzureWsusEgressArgs
from wsus_egress.azure.cloud import AzureComponent
from wsus_egress.component.given import AS_KEYWORDS
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.controls.azure.firewall_documents import (
    ADDRESS_TYPE,
    DIAGNOSTICS_TYPE,
    FIREWALL_TYPE,
    GROUP_TYPE,
    POLICY_TYPE,
)

_OF_THE_FIREWALL = (ADDRESS_TYPE, DIAGNOSTICS_TYPE, FIREWALL_TYPE)


class AzureWsusFirewallRules(AzureComponent):
    """Rule collection groups, on a firewall policy that it creates or is given."""

    rule_collection_group_id: pulumi.Output[str]
    """The first rule collection group's id."""
    firewall_policy_name: pulumi.Output[str]
    """The firewall policy's name."""
    firewall_policy_id: pulumi.Output[str] | None
    """The id of the firewall policy that is created, for AzureWsusFirewall, or that was given."""

    _makes_rules = True
    _asked_by = "firewall_policy"
    _suffix = "-firewall"
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
        """Declare IP Groups, the policy, where it is ours, and the groups one after another.

        Raises:
            pulumi.RunError: When the policy cannot be used, before any resource is declared.
        """
        super().__init__(name, args, opts, arguments)
        documents = self._control(AzureApplicationRules).documents(self._prefix)
        given, declarer = self._compiled, self._declarer
        declarer.provider = self._beside_policy
        declarer.declare(each for each in documents if each.type not in _OF_THE_FIREWALL)
        groups, policies = declarer.of(GROUP_TYPE), declarer.of(POLICY_TYPE)
        self.rule_collection_group_id = groups[0].id
        policy = given.target.firewall_policy
        assert policy is not None  # noqa: S101 - without one there is no such control
        self.firewall_policy_id = pulumi.Output.from_input(policy.id) if policy.id else None
        if policies:
            self.firewall_policy_name, self.firewall_policy_id = policies[0].name, policies[0].id
        else:
            self.firewall_policy_name = pulumi.Output.from_input(given.given(policy.name))
        self.register()
