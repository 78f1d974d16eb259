"""Documents become resources: what others have set stays, unless a document says it itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from mocked_run import Clouds
from pulumi.runtime import set_mocks

from wsus_egress.azure.cloud import CLOUD
from wsus_egress.component.declare import Cloud, Declarer
from wsus_egress.controls.azure.subnets import SUBNET_TYPE
from wsus_egress.controls.base import Document


class Recording(Cloud):
    """Keeps the options that resources are declared with."""

    made: list[pulumi.ResourceOptions]

    def class_of(self, token: str) -> Any:  # noqa: ARG002 - every type is declared alike
        """A resource that only keeps its options."""
        return lambda _name, *, opts, **_: self.made.append(opts)


@pytest.mark.usefixtures("one_run")
@pytest.mark.parametrize("own", [{}, {"routeTable": {"id": "rt"}}])
def test_a_subnet_keeps_the_route_table_that_is_not_ours(own: dict[str, Any]) -> None:
    """Its endpoints stay in any case; its route table where no document has one."""
    set_mocks(Clouds({}))
    cloud = Recording("azure", CLOUD.sdk, {}, kept=CLOUD.kept)
    object.__setattr__(cloud, "made", [])
    parent: Any = SimpleNamespace(pulumi_resource_name="x")
    Declarer(cloud, parent, {}).declare([Document(SUBNET_TYPE, "snet", own)])
    (options,) = cloud.made

    assert "serviceEndpoints" in (options.ignore_changes or ())
    assert ("routeTable" in (options.ignore_changes or ())) is not bool(own)
