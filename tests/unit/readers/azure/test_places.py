"""Where machines stand: an id names a subnet in whatever case Azure answers with."""

from __future__ import annotations

import ipaddress

import pytest
from guarded import resource

from wsus_egress.readers.azure.places import MACHINE, NETWORK, SUBNET, machine_spots

VNET = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"
SERVERS = ipaddress.ip_network("10.30.0.0/24")


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("id_", [f"{VNET}/subnets/servers", f"{VNET}/Subnets/SERVERS"])
def test_an_id_in_any_case_names_the_subnet(id_: str, inside: bool) -> None:
    """A subnet that is a resource of its own, or stands inside its network; no other subnet's addresses."""
    subnets = [{"name": "servers", "addressPrefix": str(SERVERS)},
               {"name": "others", "addressPrefix": "10.30.1.0/24"}]  # fmt: skip
    where = {"resourceGroupName": "rg", "virtualNetworkName": "vnet"}
    network = resource(NETWORK, "net", id=VNET, **where, subnets=subnets if inside else [])
    separate = () if inside else (
        resource(SUBNET, "subnet", **where, subnetName="servers", addressPrefix=str(SERVERS)),
    )  # fmt: skip
    machine = resource(MACHINE, "vm", networkProfile={"networkInterfaceConfigurations": [
        {"ipConfigurations": [{"subnet": {"id": id_}}]}]})  # fmt: skip
    (spot,) = machine_spots((network, *separate, machine))

    assert (SERVERS,) == spot.prefixes
