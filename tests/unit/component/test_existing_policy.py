"""A firewall policy that others keep: it is looked up first, with the provider that reaches it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_azure_native as azure_native
import pytest
from pulumi.runtime import mocks, set_all_config, set_mocks
from pulumi.runtime.stack import run_pulumi_func
from sample import ONE

from wsus_egress.azure import AzureWsusEgress, AzureWsusFirewallRules
from wsus_egress.azure.policies import _configured

pytestmark = pytest.mark.usefixtures("one_run")
OWN, THEIRS = "aaaaaaaa-0000-0000-0000-000000000000", "bbbbbbbb-0000-0000-0000-000000000000"
ID = "/subscriptions/{}/resourceGroups/rg-hub/providers/Microsoft.Network/firewallPolicies/afwp-hub"
PROVIDER = "pulumi:providers:azure-native"
GROUP = "azure-native:network:FirewallPolicyRuleCollectionGroup"


def arguments(**policy: Any) -> Any:
    """A component's arguments, with this firewall policy."""
    return {
        "policy": {"lists": ["wsus"], "servers": [ONE]},
        "resource_group": "rg-spoke",
        "location": "westeurope",
        "address_space": ["10.20.0.0/16"],
        "destinations": "list",
        "firewall_policy": policy,
    }


class Azure(mocks.Mocks):
    """A subscription whose provider finds every policy but `afwp-none`."""

    def __init__(self) -> None:
        """Nothing is registered or asked yet."""
        self.made: dict[str, tuple[str, dict[str, Any]]] = {}
        self.asked: list[tuple[str, str]] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Whatever is registered, by its type."""
        self.made[args.typ] = (args.provider or "", args.inputs)
        return f"{args.name}-id", {**args.inputs, "name": args.name}

    def call(self, args: mocks.MockCallArgs) -> Any:
        """The own subscription, and policies."""
        name = args.args.get("firewallPolicyName", "")
        self.asked.append((args.token.rpartition(":")[2], args.provider))
        if name == "afwp-none":
            return {}, [("", f"{name} was not found")]
        return {"subscriptionId": OWN, "id": name, "location": "westeurope"}, []


@pytest.fixture
def run() -> Callable[..., Azure]:
    """What a program registers and asks in a stack with this configuration."""

    def deploy(program: Callable[[], Any], **config: str) -> Azure:
        cloud = Azure()
        set_mocks(cloud, project="wsus-egress", stack="prod", preview=False)
        set_all_config(
            {f"azure-native:{key}": value for key, value in config.items()},
            ["azure-native:clientSecret"],
        )
        asyncio.get_event_loop().run_until_complete(run_pulumi_func(program))
        return cloud

    return deploy


def refused(run: Callable[..., Azure], program: Callable[[], Any]) -> tuple[str, Azure]:
    """What a component says when it refuses."""
    said: list[str] = []

    def tried() -> None:
        with pytest.raises(pulumi.RunError) as caught:
            program()
        said.append(str(caught.value))

    cloud = run(tried)
    return said[0], cloud


@pytest.mark.parametrize("component", [AzureWsusEgress, AzureWsusFirewallRules])
def test_rules_go_where_the_policy_is(run: Callable[..., Azure], component: Any) -> None:
    """Its resource group is the id's; its own subscription needs no other provider."""
    cloud = run(lambda: component("x", arguments(id=ID.format(OWN.upper()))))
    _, group = cloud.made[GROUP]

    assert PROVIDER not in cloud.made
    assert ("rg-hub", "afwp-hub") == (group["resourceGroupName"], group["firewallPolicyName"])
    assert 1 == [token for token, _ in cloud.asked].count("getFirewallPolicy")


@pytest.mark.parametrize("component", [AzureWsusEgress, AzureWsusFirewallRules])
def test_another_subscription_gets_its_own_provider(
    run: Callable[..., Azure], component: Any
) -> None:
    """It makes the rules and looks the policy up, and nothing else; it signs in as the stack does."""
    cloud = run(
        lambda: component("x", arguments(id=ID.format(THEIRS))), tenantId="me", useMsi="true"
    )
    _, given = cloud.made[PROVIDER]

    assert (THEIRS, "me", "true") == (given["subscriptionId"], given["tenantId"], given["useMsi"])
    assert cloud.made[GROUP][0].split("::")[-2:-1] == ["x-policy"]
    assert [True] == ["x-policy" in by for token, by in cloud.asked if token == "getFirewallPolicy"]
    others = {typ: by for typ, (by, _) in cloud.made.items() if typ not in (PROVIDER, GROUP)}
    assert not [typ for typ, by in others.items() if "x-policy" in by]


@pytest.mark.parametrize("component", [AzureWsusEgress, AzureWsusFirewallRules])
@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (
            {"name": "afwp-none", "mode": "rules-only"},
            "x: firewallPolicy.name: the firewall policy afwp-none in the resource group rg-spoke "
            "cannot be looked up: ",
        ),
        (
            {"id": ID.format(THEIRS).replace("afwp-hub", "afwp-none")},
            "x: firewallPolicy.id: the firewall policy afwp-none in the resource group rg-hub cannot "
            "be looked up: ",
        ),
    ],
)
def test_a_policy_that_is_not_there_is_refused(
    run: Callable[..., Azure], component: Any, policy: dict[str, Any], expected: str
) -> None:
    """Before anything is made in Azure."""
    said, cloud = refused(run, lambda: component("x", arguments(**policy)))

    assert said.replace("firewall_policy", "firewallPolicy").startswith(expected), said
    assert [] == [typ for typ in cloud.made if typ.startswith("azure-native:")]


def test_a_policy_that_is_an_output_is_not_looked_up(run: Callable[..., Azure]) -> None:
    """Another resource of the program may make it."""
    name = pulumi.Output.from_input("afwp-none")
    cloud = run(lambda: AzureWsusEgress("x", arguments(name=name, mode="rules-only")))

    assert GROUP in cloud.made


def test_a_component_with_a_provider_makes_no_other(run: Callable[..., Azure]) -> None:
    """Nobody knows how that provider signs in; the refusal says what to do."""

    def program() -> None:
        given = azure_native.Provider("given", subscription_id=OWN)
        options = pulumi.ResourceOptions(providers=[given])
        AzureWsusEgress("x", arguments(id=ID.format(THEIRS)), options)

    said, cloud = refused(run, program)

    assert f"the policy is in the subscription {THEIRS}, and the provider that" in said
    assert "make AzureWsusFirewallRules on its own with a provider of that subscription" in said
    assert {PROVIDER, "wsus-egress:index:AzureWsusEgress"} == cloud.made.keys()


def test_every_setting_of_the_stacks_provider_is_handed_on(
    run: Callable[..., Azure], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text, true or false, lists and secrets, as the SDK's own arguments have them."""
    monkeypatch.setenv("ARM_ENVIRONMENT", "usgovernment")
    found: dict[str, Any] = {}
    run(
        lambda: found.update(_configured()),
        clientSecret="hidden",
        tenantId="tenant",
        useOidc="false",
        auxiliaryTenantIds='["one", "two"]',
    )

    assert isinstance(found.pop("client_secret"), pulumi.Output)
    assert {
        "tenant_id": "tenant",
        "use_oidc": False,
        "auxiliary_tenant_ids": ["one", "two"],
        "environment": "usgovernment",
    } == found
