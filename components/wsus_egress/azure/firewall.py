"""Azure Firewall as a component.

Pulumi reads the annotations of component arguments at run time: no postponed annotations here.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Unpack, overload

import pulumi

from wsus_egress.azure.arguments import AzureWsusFirewallArgs
from wsus_egress.azure.cloud import AzureComponent
from wsus_egress.azure.policies import unfit_tier
from wsus_egress.component.arguments import Compiled
from wsus_egress.component.base import environment_of
from wsus_egress.component.errors import checked, refuse
from wsus_egress.component.given import AS_KEYWORDS
from wsus_egress.component.outputs import StandIns
from wsus_egress.config.base import parse_settings
from wsus_egress.controls.azure.firewall_documents import (
    ADDRESS_TYPE,
    FIREWALL_TYPE,
    firewall_resources,
)
from wsus_egress.controls.azure.refusals import firewall_misplaced
from wsus_egress.controls.tags import reserved_tags, tags_of
from wsus_egress.model.azure import AzureTarget, FirewallAlone
from wsus_egress.model.azure_forms import Sku
from wsus_egress.problems import PolicyErrors


class AzureWsusFirewall(AzureComponent):
    """A firewall with its public address and, where a workspace is given, its logs."""

    firewall_id: pulumi.Output[str]
    """The firewall's id."""
    private_address: pulumi.Output[str]
    """Its private address: the next hop of a route table."""

    _suffix = "-gateway"
    _makes = frozenset({ADDRESS_TYPE, FIREWALL_TYPE})

    @overload
    def __init__(
        self, name: str, args: AzureWsusFirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None: ...
    @overload
    def __init__(
        self,
        name: str,
        *,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[AzureWsusFirewallArgs],
    ) -> None: ...
    def __init__(
        self,
        name: str,
        args: AzureWsusFirewallArgs = AS_KEYWORDS,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Any,
    ) -> None:
        """Declare the address, the firewall and its diagnostics, on a policy that has its rules.

        Raises:
            pulumi.RunError: When the arguments cannot be used, before any resource is declared.
        """
        super().__init__(name, args, opts, arguments)
        refuse(name, unfit_tier(self, self._compiled))
        given, prefix, declarer = self._compiled, self._prefix, self._declarer
        own, firewall = given.arguments, given.target.firewall
        assert firewall is not None  # noqa: S101 - its argument is required
        declarer.given[f"${{{prefix}-firewall-policy.id}}"] = own["firewall_policy_id"]
        tags = tags_of(given.target, given.environment)
        declarer.declare(firewall_resources(prefix, given.target, firewall, own["sku"], tags))
        (created,) = declarer.of(FIREWALL_TYPE)
        self.firewall_id = created.id
        self.private_address = created.ip_configurations[0].private_ip_address
        self.register()

    def _compile(self, name: str, args: Mapping[str, Any]) -> Compiled[AzureTarget]:
        stand_ins = StandIns(self._cloud.forms)
        target, sku = checked(name, "azure", lambda: _alone(stand_ins.plain(self._settings(args))))
        own = {"firewall_policy_id": args["firewall_policy_id"], "sku": sku}
        return Compiled(environment_of(args), target, (), stand_ins.outputs, own)


def _alone(settings: Mapping[str, Any]) -> tuple[AzureTarget, Sku]:
    """What the settings of a firewall by itself make, and its policy's tier.

    Raises:
        PolicyErrors: With everything that is wrong, a tag that is not the user's to give included.
    """
    found, problems = parse_settings(FirewallAlone, settings, lambda _: None)
    if found is None:
        raise PolicyErrors(replace(each, keys=("azure", *each.keys)) for each in problems)
    target = AzureTarget.model_construct(**dict(found), address_space=())
    if refused := (*reserved_tags(target), *firewall_misplaced(target)):
        raise PolicyErrors(refused)
    return target, found.sku
