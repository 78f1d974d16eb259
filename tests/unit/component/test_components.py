"""The components' arguments satisfy Pulumi's rules for every language."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from pulumi.provider.experimental.component import ComponentProvider

from wsus_egress import aws, azure

COMPONENTS = (
    aws.AwsWsusDnsFirewall,
    aws.AwsWsusEgress,
    aws.AwsWsusNetworkFirewall,
    aws.AwsWsusSecurityGroup,
    azure.AzureWsusEgress,
    azure.AzureWsusFirewall,
    azure.AzureWsusFirewallRules,
    azure.AzureWsusNetworkSecurityGroup,
    azure.AzureWsusRouteTable,
)


SDKS = ("pulumi", "boto", "azure", "grpc")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema that Pulumi infers, as other languages get it."""
    import json  # noqa: PLC0415

    provider = ComponentProvider(list(COMPONENTS), name="wsus-egress", version="0.1.0")
    inferred: dict[str, Any] = json.loads(provider.schema or "{}")
    return inferred


def test_every_component_is_inferred(schema: dict[str, Any]) -> None:
    """Pulumi finds each component under the token that it is registered with."""
    tokens = [each._token for each in COMPONENTS]

    assert [f"wsus-egress:index:{each.__name__}" for each in COMPONENTS] == tokens
    assert set(tokens) == set(schema["resources"])


def test_policy_is_plain(schema: dict[str, Any]) -> None:
    """What decides which resources exist cannot be an output."""
    inputs = {name: each["inputProperties"] for name, each in schema["resources"].items()}
    plain = {name for name, each in inputs.items() if each.get("policy", {}).get("plain")}

    # A firewall by itself has no policy: it stands on one that has its rules.
    assert {"wsus-egress:index:AzureWsusFirewall"} == inputs.keys() - plain


def test_network_may_be_an_output(schema: dict[str, Any]) -> None:
    """A network that the same program makes can be given."""
    properties = schema["resources"]["wsus-egress:index:AwsWsusEgress"]["inputProperties"]

    assert "string" == properties["vpcId"]["type"]
    assert not properties["vpcId"].get("plain")


def test_outputs_are_described(schema: dict[str, Any]) -> None:
    """Every output and every argument says what it is."""
    for resource in schema["resources"].values():
        for kind in ("properties", "inputProperties"):
            assert all(each.get("description") for each in resource[kind].values())


def test_every_type_is_described(schema: dict[str, Any]) -> None:
    """Every type of an argument, and every field of it, says what it is."""
    described = [
        f"{token}.{name}"
        for token, kind in schema["types"].items()
        for name, each in kind["properties"].items()
        if kind.get("description") and each.get("description")
    ]

    assert described == [
        f"{token}.{name}" for token, kind in schema["types"].items() for name in kind["properties"]
    ]


@pytest.mark.parametrize(
    "module", ["wsus_egress", "wsus_egress.cli.main", "wsus_egress.config.project"]
)
def test_no_cloud_sdk_is_loaded(module: str) -> None:
    """The package and its command line load neither Pulumi nor a cloud SDK."""
    code = f"import sys, {module}; print(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = found.stdout.split()

    assert "wsus_egress" in loaded
    assert [] == [name for name in loaded if name.startswith(SDKS)]


@pytest.mark.parametrize(
    ("module", "other"),
    [
        ("wsus_egress.aws", "pulumi_azure_native"),
        ("wsus_egress.azure", "pulumi_aws"),
        ("wsus_egress.policy_file", "pulumi_aws"),
    ],
)
def test_one_cloud_loads_no_other(module: str, other: str) -> None:
    """A program of one cloud never loads the other one's SDK."""
    code = f"import sys, {module}; print({other!r} in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "False" == found.stdout.strip()


_TAGGED = """
import sys, pulumi
class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs
    def call(self, args):
        return {}
pulumi.runtime.set_mocks(Mocks())
from wsus_egress import azure
NETWORK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/hub"
POLICY = NETWORK.replace("virtualNetworks", "firewallPolicies")
try:
    azure.AzureWsusFirewall("hub", {
        "resource_group": "rg", "location": "westeurope", "environment": "test",
        "firewall": {"name": "afw", "virtual_network": NETWORK},
        "firewall_policy_id": POLICY, "tags": dict.fromkeys(sys.argv[1:], "me"),
    })
except pulumi.RunError as error:
    print(error)
"""


def test_a_firewall_by_itself_keeps_its_own_tags() -> None:
    """A user's tag never takes the place of the one by which the guardrails know the firewall."""
    reserved = ["Managed-By", "managed-by", "wsus-egress-environment"]
    command = [sys.executable, "-c", _TAGGED, *reserved, "fine"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert said.splitlines() == [
        f"hub: tags.{key}: the tag {key!r} is reserved for this project; use another key"
        for key in reserved
    ]
