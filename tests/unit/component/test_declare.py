"""Documents become resources: what others have set stays, unless a document says it itself."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from mocked_run import Clouds
from pulumi.runtime import set_mocks
from pulumi_azure_native import network

from providers.azure.subnet import Subnet
from wsus_egress.azure.cloud import CLOUD
from wsus_egress.component.declare import Cloud, Declarer
from wsus_egress.component.references import camel
from wsus_egress.controls.azure.subnets import SUBNET_TYPE, subnet_documents
from wsus_egress.controls.base import Document
from wsus_egress.model.azure import AzureTarget


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


def test_every_input_of_a_subnet_is_sent_or_kept() -> None:
    """A subnet is sent whole: an input that nobody here knows of would be taken away from it.

    The id is its address, and an import reads none (azure-native, responseToSdkInputs.go, 2026-11).
    """
    signature = inspect.signature(network.Subnet._internal_init)
    inputs = {camel(name) for name in signature.parameters} - {
        "__self__", "__props__", "resourceName", "opts",
    }  # fmt: skip
    inputs = {name.replace("Ip", "IP") if "Gateway" in name else name for name in inputs}
    one = {"virtualNetwork": "v", "name": "s", "addressPrefix": "10.20.0.0/24"}
    several = {**one, "addressPrefix": None, "addressPrefixes": ["10.20.1.0/24"], "name": "t"}
    target = AzureTarget.model_validate({
        "resourceGroup": "rg", "location": "westeurope", "addressSpace": ["10.20.0.0/16"],
        "routeTable": {"firewallAddress": "10.20.255.4"}, "subnets": [one, several],
    })  # fmt: skip
    sent = {key for each in subnet_documents("x", target) for key in each.properties}

    assert {"id"} == inputs - sent - {*CLOUD.kept[SUBNET_TYPE]}
    assert inputs | {"azureApiVersion"} == Subnet.inputs.keys()


@pytest.mark.usefixtures("one_run")
def test_what_a_document_leaves_is_said_once() -> None:
    """It is said where the resource is made, and ignored later; an import names the id."""
    set_mocks(Clouds({}))
    cloud = Recording("azure", CLOUD.sdk, {}, kept=CLOUD.kept)
    object.__setattr__(cloud, "made", [])
    parent: Any = SimpleNamespace(pulumi_resource_name="x")
    own = {"addressPrefix": "10.20.0.0/24"}
    document = Document(SUBNET_TYPE, "snet", own, leaves=("addressPrefix",), imported="/id")
    Declarer(cloud, parent, {}).declare([document])
    (options,) = cloud.made

    assert "addressPrefix" in (options.ignore_changes or ())
    assert "/id" == options.import_
