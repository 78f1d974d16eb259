"""Types of one API version are the types that the guardrails look for."""

from __future__ import annotations

import pytest

from wsus_egress.readers.resources import plain_type


@pytest.mark.parametrize(
    "type_",
    [
        "azure-native:network:RouteTable",
        "azure-native:network/v20240501:RouteTable",
        "azure-native_network_v20250701:network:RouteTable",
        "azure-native_network_v20250701preview:network:RouteTable",
    ],
)
def test_every_spelling_of_a_type(type_: str) -> None:
    """A local package of one version has its own name."""
    assert "azure-native:network:RouteTable" == plain_type(type_)
