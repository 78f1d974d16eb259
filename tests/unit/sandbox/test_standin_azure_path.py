"""What the stand-in for Azure refuses along the path: routes, subnets, firewalls, operations."""

from __future__ import annotations

import copy
import threading
from pathlib import Path
from typing import Any

import pytest
from standin import crashing
from standin_azure import (
    ADDRESS,
    BASE,
    FIREWALL,
    GROUP,
    IP_GROUP,
    LOGS,
    NETWORK,
    NSG,
    POLICY,
    PREFIX,
    RG,
    SUBNET,
    TABLE,
    WORKSPACE,
)

from providers.azure import CLOUD
from providers.errors import CloudError
from providers.kind import Session, shape_problems
from providers.operations import ThrottledError, Traffic, alone
from providers.store import Records

ON_THE_PATH = (IP_GROUP, ADDRESS, FIREWALL, TABLE, SUBNET, LOGS)


@pytest.fixture
def records() -> Records:
    """A cloud with what the baseline refers to."""
    return {
        POLICY: {f"{PREFIX}/firewallPolicies/afwp": {"sku": {"tier": "Standard"}}},
        ADDRESS: {f"{PREFIX}/publicIPAddresses/pip": {}},
        TABLE: {f"{PREFIX}/routeTables/rt": {}},
        FIREWALL: {f"{PREFIX}/azureFirewalls/afw": {}},
    }


def changed(token: str, path: str, value: Any) -> dict[str, Any]:
    """The baseline with one value replaced; None takes it away."""
    inputs = copy.deepcopy(BASE[token])
    inner: Any = inputs
    *steps, last = path.replace("[", ".").replace("]", "").split(".")
    for step in steps:
        inner = inner[int(step)] if step.isdigit() else inner[step]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return inputs


@pytest.mark.parametrize("token", ON_THE_PATH)
def test_the_baseline_is_accepted(token: str, session: Session, records: Records) -> None:
    """Nothing is wrong with it, for the provider, the service and azure-mgmt-network's model."""
    kind = CLOUD.kinds[token]
    inputs = BASE[token]
    records.pop(token, None)

    assert [] == [*shape_problems(kind, inputs), *kind.problems(inputs, session)]
    kind.surroundings(inputs, session)
    kind.admit(kind.identify(inputs, session), inputs, records, session)


@pytest.mark.parametrize("token", ON_THE_PATH)
def test_what_is_accepted_does_not_crash(token: str, session: Session, records: Records) -> None:
    """Removing any one value, or replacing it by a text, gives an answer, not a crash."""
    records.pop(token, None)
    assert {} == crashing(CLOUD.kinds[token], BASE[token], session, records)


IN_PREVIEW: list[tuple[str, str, Any, str]] = [
    (IP_GROUP, "ipAddresses", ["*"], "Invalid address '*' in an IP Group."),
    (IP_GROUP, "ipAddresses", ["10.0.0.1"] * 5001, "5001 entries; the limit is 5000."),
    (
        ADDRESS,
        "publicIPAllocationMethod",
        "Dynamic",
        "A Standard public IP address must be Static.",
    ),
    (FIREWALL, "azureFirewallName", "a" * 57, "is longer than 56 characters."),
    (
        FIREWALL,
        "threatIntelMode",
        "Deny",
        "A firewall with a policy takes threatIntelMode from it.",
    ),
    (FIREWALL, "sku", {"tier": "Basic"}, "A Basic firewall needs a management IP configuration"),
    (FIREWALL, "ipConfigurations", [], "A firewall needs an IP configuration."),
    (TABLE, "routes[0].nextHopIpAddress", None, "nextHopIpAddress is for VirtualAppliance"),
    (TABLE, "routes[0].nextHopIpAddress", "afw", "afw is no IP address."),
    (TABLE, "routes[0].addressPrefix", "0.0.0.0/40", "Invalid prefix 0.0.0.0/40."),
    (TABLE, "routes[0].name", "a b", "Resource name a b is invalid."),
    (TABLE, "routes", BASE[TABLE]["routes"] * 2, "Two routes have 0.0.0.0/0."),
    (SUBNET, "addressPrefix", None, "A subnet needs addressPrefix or addressPrefixes."),
    (SUBNET, "addressPrefix", "10.33.0.1/24", "The address prefix 10.33.0.1/24 has an invalid"),
    (SUBNET, "addressPrefixes", ["x"], "The address prefix x has an invalid format."),
    (TABLE, "routes", ["x"], "routes holds maps, not 'x'"),
    (LOGS, "logs[0].category", "Everything", "Category 'Everything' is not supported."),
    (LOGS, "workspaceId", None, "At least one data sink needs to be specified."),
]


@pytest.mark.parametrize(("token", "path", "value", "expected"), IN_PREVIEW)
def test_the_provider_refuses(
    token: str, path: str, value: Any, expected: str, session: Session
) -> None:
    """A mistake in the inputs alone is one problem, in the service's words."""
    (found,) = CLOUD.kinds[token].problems(changed(token, path, value), session)

    assert expected in found.reason


def test_a_next_hop_that_is_none(session: Session) -> None:
    """A wrong next hop type also makes the address beside it wrong."""
    inputs = changed(TABLE, "routes[0].nextHopType", "Firewall")
    found = [problem.path for problem in CLOUD.kinds[TABLE].problems(inputs, session)]

    assert ["routes[0].nextHopType", "routes[0].nextHopIpAddress"] == found


LATE: list[tuple[str, str, Any, str]] = [
    (FIREWALL, "firewallPolicy.id", f"{PREFIX}/firewallPolicies/no", "InvalidResourceReference"),
    (FIREWALL, "sku", {"tier": "Basic"}, "AzureFirewallPolicySkuMismatch"),
    (FIREWALL, "ipConfigurations[0].subnet.id", f"{NETWORK}/subnets/x", "SubnetNameIsNotValid"),
    (FIREWALL, "ipConfigurations[0].subnet.id",
     f"{PREFIX}/virtualNetworks/no/subnets/AzureFirewallSubnet", "InvalidResourceReference"),
    (FIREWALL, "ipConfigurations[0].publicIPAddress.id", f"{PREFIX}/publicIPAddresses/no",
     "InvalidResourceReference"),
    (SUBNET, "virtualNetworkName", "no", "ParentResourceNotFound"),
    (SUBNET, "subnetName", "snet-taken", "cannot create already existing resource"),
    (SUBNET, "addressPrefix", "10.34.0.0/24", "NetcfgInvalidSubnet"),
    (SUBNET, "addressPrefix", "10.33.8.0/25", "NetcfgSubnetRangesOverlap"),
    (SUBNET, "routeTable.id", f"{PREFIX}/routeTables/no", "InvalidResourceReference"),
    (LOGS, "resourceUri", f"{PREFIX}/azureFirewalls/no", "InvalidResourceReference"),
    (LOGS, "workspaceId", WORKSPACE.replace("log-", "no-"), "ResourceNotFound"),
]  # fmt: skip


@pytest.mark.parametrize(("token", "path", "value", "expected"), LATE)
def test_the_service_refuses_late(
    token: str, path: str, value: Any, expected: str, session: Session, records: Records
) -> None:
    """The service refuses after the preview what only the cloud can know."""
    kind = CLOUD.kinds[token]
    inputs = changed(token, path, value)
    if token != FIREWALL:
        records.pop(token, None)
    else:
        del records[FIREWALL]

    def create() -> None:
        kind.surroundings(inputs, session)
        kind.admit(kind.identify(inputs, session), inputs, records, session)

    with pytest.raises(CloudError, match=expected):
        create()


USED: list[tuple[str, str, str, dict[str, Any]]] = [
    (TABLE, f"{PREFIX}/routeTables/rt", SUBNET, {"routeTable": {"id": f"{PREFIX}/routeTables/rt"}}),
    (NSG, f"{PREFIX}/networkSecurityGroups/nsg", SUBNET,
     {"networkSecurityGroup": {"id": f"{PREFIX}/networkSecurityGroups/nsg"}}),
    (POLICY, f"{PREFIX}/firewallPolicies/afwp", FIREWALL,
     {"firewallPolicy": {"id": f"{PREFIX}/firewallPolicies/afwp"}}),
    (ADDRESS, f"{PREFIX}/publicIPAddresses/pip", FIREWALL, BASE[FIREWALL]),
    (IP_GROUP, f"{PREFIX}/ipGroups/servers", GROUP,
     {"ruleCollections": [{"rules": [{"sourceIpGroups": [f"{PREFIX}/ipGroups/servers"]}]}]}),
]  # fmt: skip


@pytest.mark.parametrize(("token", "id_", "user", "row"), USED)
def test_what_is_in_use_stays(token: str, id_: str, user: str, row: dict[str, Any]) -> None:
    """A delete is refused while something refers to it, and allowed afterwards."""
    kind = CLOUD.kinds[token]
    with pytest.raises(CloudError, match=r"in use|policies using this"):
        kind.release(id_, {}, {user: {"/user": row}})

    kind.release(id_, {}, {})


def test_a_firewall_gets_an_address(session: Session) -> None:
    """The fifth of its subnet: Azure keeps the first four."""
    kind = CLOUD.kinds[FIREWALL]

    (found,) = kind.enriched(BASE[FIREWALL], session, preview=False)["ipConfigurations"]

    assert "10.33.255.4" == found["privateIPAddress"]


def test_one_operation_at_a_time(tmp_path: Path) -> None:
    """A second one on the same thing is refused at once, one on another is not."""
    started, go = threading.Event(), threading.Event()

    def first() -> None:
        with alone(tmp_path, "/policy", 0):
            started.set()
            go.wait(10)

    running = threading.Thread(target=first)
    running.start()
    started.wait(10)
    with (
        pytest.raises(CloudError, match="AnotherOperationInProgress"),
        alone(tmp_path, "/POLICY", 0),
    ):
        pass
    with alone(tmp_path, "/other", 0), alone(tmp_path, None, 0):
        go.set()
    running.join()
    with alone(tmp_path, "/policy", 0):
        assert not running.is_alive()


@pytest.mark.parametrize(("answers", "fails"), [("3", False), ("4", True)])
def test_throttled_requests_are_sent_again(
    monkeypatch: pytest.MonkeyPatch, answers: str, fails: bool
) -> None:
    """A throttled request is repeated as often as a client would; then the error surfaces."""
    monkeypatch.setenv("WSUS_EGRESS_SANDBOX_THROTTLE", answers)
    traffic = Traffic(0)
    if fails:
        with pytest.raises(ThrottledError, match="Retry-After"):
            traffic.enter()
    else:
        traffic.enter()

    traffic.enter()

    assert 0 == traffic._left


def test_networks_are_looked_up(session: Session) -> None:
    """A network by its resource group and name, whatever their case; in Azure's words where not."""
    look_up = CLOUD.invokes["azure-native:network:getVirtualNetwork"]
    named = {"resourceGroupName": RG, "virtualNetworkName": "vnet-wsus-sandbox"}

    found = look_up(named, session)

    assert (NETWORK, "westeurope") == (found["id"], found["location"])
    with pytest.raises(CloudError, match="virtualNetworks/none' under resource group 'rg-wsus"):
        look_up({**named, "virtualNetworkName": "none"}, session)


def test_a_subnet_of_the_world_is_imported_as_the_provider_reads_it(session: Session) -> None:
    """Name and type are inputs then, the id is not, and the version comes from the state."""
    kind = CLOUD.kinds[SUBNET]
    id_ = f"{NETWORK}/subnets/snet-pooled"
    record = kind.existing(id_, session)
    assert record is not None

    inputs = kind.imported(record, session)

    assert {
        "name": "snet-pooled", "type": "Microsoft.Network/virtualNetworks/subnets",
        "addressPrefixes": ["10.33.10.0/24", "10.33.11.0/24"], "subnetName": "snet-pooled",
    }.items() <= inputs.items()  # fmt: skip
    assert {"id", "azureApiVersion", "addressPrefix"}.isdisjoint(inputs)
    version = {"azureApiVersion": "2024-05-01"}
    assert {**inputs, **version} == kind.before(inputs, version)
    assert inputs == kind.before(inputs, {})
    kind.admit(id_, {**inputs, **version}, {SUBNET: {id_: record}}, session)
    assert kind.existing(f"{NETWORK}/subnets/none", session) is None
    assert kind.existing("/short", session) is None
