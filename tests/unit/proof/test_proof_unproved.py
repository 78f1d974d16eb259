"""What only a vendor can tell is named, also where another control denies some of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network

from sample import AZURE, ONE, TODAY

from wsus_egress.controls import Control, compile_target
from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.model.environment import Environment
from wsus_egress.proof.proof import prove


def without_first(control: Control) -> Control:
    """The control; of a security group, the first server may not reach Microsoft Update any more."""
    if not isinstance(control, AzureNsg):
        return control
    second = (ip_network("10.20.1.10/32"),)
    return replace(
        control,
        rules=tuple(
            replace(rule, sources=second) if rule.id == "allow-microsoft-update" else rule
            for rule in control.rules
        ),
    )


def test_a_denied_source_hides_no_open_question(environment: Callable[..., Environment]) -> None:
    """The firewall's tag decides for the second server, whatever the first one is denied."""
    servers = [ONE, {"name": "two", "addresses": ["10.20.1.10"]}]
    built = environment(servers=servers, aws=None, azure={**AZURE, "destinations": "tag"})
    controls = [without_first(each) for each in compile_target(built, built.targets[0])]

    assert ("azure-application-rules",) == prove(built, built.targets[0], controls, TODAY).opaque
