"""Service endpoints of subnets: Azure's own routes to its services, past the firewall."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from wsus_egress.controls.base import Control, Part, Residue, Ruling, Verdict, within
from wsus_egress.model.azure import AzureTarget
from wsus_egress.model.flows import Address, Flow, Network
from wsus_egress.model.latest import Latest
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.names.sets import ALL_NAMES, NO_NAMES

# Microsoft publishes a service's addresses anew each week ("Service tags overview", read 2026-11-30), so
# no rule names them. This address of documentation (RFC 5737) stands for all of them, also in a witness.
SOME_SERVICE: Final = ipaddress.ip_network("192.0.2.80")
_ELSEWHERE: Final = Ruling(Verdict.NOT_APPLICABLE, "no service endpoint is on its subnet")
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class ServiceRoute:
    """What a service endpoint leads past the firewall: from a subnet to any address of a service."""

    id: str
    sources: tuple[Network, ...]
    service: str
    endpoints: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """`10.31.0.0/24 to Microsoft.Storage by its service endpoint`."""
        return f"{', '.join(map(str, self.sources))} to {self.service} by its service endpoint"


@dataclass(frozen=True)
class AzureServiceEndpoints(Control):
    """The service endpoints that the settings list. They admit everything, past route and firewall.

    "Service endpoint routes override any BGP or UDR routes for the address prefix match of an Azure
    service" ("Virtual network service endpoints", azure-docs, read 2026-11-30).
    """

    rules: tuple[ServiceRoute, ...]

    name = "azure-service-endpoints"
    leads_past = frozenset({"azure-application-rules", "azure-route-table"})

    @property
    def residues(self) -> tuple[Residue, ...]:
        """Whose resources of a service stand behind an endpoint."""
        services = ", ".join(sorted({rule.service for rule in self.rules}))
        what = (
            f"everybody's resources stand behind a service endpoint ({services}): an account that somebody "
            "else has can be reached as one's own can, under any name"
        )
        return (Residue(what, "Virtual network service endpoint policies, read 2026-11-30"),)

    @property
    def networks(self) -> Iterable[Network]:
        """The subnets, and what stands for the services."""
        yield SOME_SERVICE
        yield from (network for rule in self.rules for network in rule.sources)

    @cached_property
    def _ruling(self) -> Latest[Ruling]:
        return Latest(self._between)

    def _between(self, source: Address, destination: Address) -> Ruling:
        leading = [rule for rule in self.rules if within(rule.sources, source)]
        if not leading:
            return _ELSEWHERE
        if destination in SOME_SERVICE:
            return Ruling(Verdict.ALLOW, f"{leading[0].id}, past the firewall")
        # Nobody knows at which address a name stands.
        services = ", ".join(rule.service for rule in leading)
        what = f"only what stands at an address of {services} is led past the firewall"
        return Ruling(Verdict.NOT_APPLICABLE, what)

    def admits(self, flow: Flow) -> Ruling:
        """Whatever goes from such a subnet to such a service."""
        return self._ruling(flow)

    def skips(self, flow: Flow) -> frozenset[str]:
        """The route table and the firewall's rules, where an endpoint leads the flow."""
        return self.leads_past if self._ruling(flow).verdict is Verdict.ALLOW else _NONE

    def asked(self, policy: EgressPolicy, flow: Flow) -> Part:  # noqa: ARG002 - no policy has them
        """To lead what is listed: what follows from that is the whole target's deviation."""
        led = self._ruling(flow).verdict is Verdict.ALLOW
        return Part(led, ALL_NAMES if led else NO_NAMES)


def compile_service_endpoints(target: AzureTarget) -> AzureServiceEndpoints:
    """A route for each service and subnet."""
    return AzureServiceEndpoints(
        tuple(
            ServiceRoute(f"{subnet.name}-{each.service}", subnet.ranges, each.service)
            for subnet in target.subnets
            for each in subnet.service_endpoints
        )
    )
