"""Settings, flows and verdicts of one Azure target."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from wsus_egress.controls import Control, Verdict
from wsus_egress.controls.base import met, path_verdict
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow
from wsus_egress.proof.proof import Proof

Build = Callable[..., Environment]
Compile = Callable[..., tuple[Environment, tuple[Control, ...]]]
BASE_POLICY = (
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/firewallPolicies/parent"
)
ASG = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/applicationSecurityGroups"
SERVER, INTERNET = ip_address("10.20.0.10"), ip_address("203.0.113.80")


def rule(name: str, action: str, **own: Any) -> dict[str, Any]:
    """Somebody else's rule."""
    return {"name": name, "action": action, "groupPriority": 100, **own}


def web(name: str | None, port: int = 443) -> Flow:
    """A request of the server by HTTPS, or by HTTP on port 80."""
    application = "http" if port == 80 else "tls"
    return Flow(SERVER, INTERNET, "tcp", port, application, name)  # type: ignore[arg-type]


def verdict(controls: tuple[Control, ...], flow: Flow) -> Verdict:
    """What the path says of a flow that the policy does not name."""
    return path_verdict((each.admits(flow) for each in met(controls, flow)), allowed=False)


def whats(found: Proof) -> list[str]:
    """The deviations' names."""
    return [deviation.what for deviation in found.deviations]
