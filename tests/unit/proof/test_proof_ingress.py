"""Nothing comes in from the Internet: of every control, on every port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from wsus_egress.controls.azure.nsg import AzureNsg
from wsus_egress.controls.azure.nsg_rules import NsgRule
from wsus_egress.controls.compile import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.proof.proof import prove, prove_alone

TARGET = {"resourceGroup": "rg", "location": "westeurope", "addressSpace": ["10.20.0.0/16"]}


@pytest.mark.parametrize("port", [22, 3389, 8530, 50000])
def test_a_security_rule_that_lets_the_internet_in(
    environment: Callable[..., Environment], today: Any, port: int
) -> None:
    """By itself and in its target, the group is wider: remote administration included."""
    built = environment(aws=None, azure=TARGET)
    (group,) = compile_target(built, built.targets[0])
    assert isinstance(group, AzureNsg)
    planted = NsgRule(
        id="planted",
        priority=200,
        direction="Inbound",
        access="Allow",
        protocol="Tcp",
        sources="Internet",
        destinations="*",
        ports=(port,),
        description="a test",
    )
    wider = replace(group, rules=(planted, *group.rules))

    what = "azure/azure-nsg/wider/ingress"
    assert [] == [d.what for d in prove_alone(built.policy, "azure", group) if "ingress" in d.what]
    assert what in {deviation.what for deviation in prove_alone(built.policy, "azure", wider)}
    proof = prove(built, built.targets[0], [wider], today)
    assert what in {deviation.what for deviation in proof.findings}
