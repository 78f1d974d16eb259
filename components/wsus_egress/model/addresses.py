"""What building the parts of an environment has in common."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Protocol

from wsus_egress.model.flows import Network
from wsus_egress.problems import Keys


class Refuse(Protocol):
    """Notes a problem with the setting under some keys, and goes on."""

    def __call__(self, keys: Keys, what: str, instead: str = "", /) -> None:
        """Say what is wrong, and what to write instead."""
        ...


def network_of(text: str) -> Network:
    """An address or CIDR block.

    Raises:
        ValueError: With what is wrong, and what to write instead.
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        pass
    try:
        loose = ipaddress.ip_network(text, strict=False)
    except ValueError:
        what = f"{text!r} is not an IP address or CIDR block"
        raise ValueError(what, "write one like 10.20.0.10 or 10.20.0.0/24") from None
    what = f"{text} has host bits set beyond its prefix"
    host = text.split("/", maxsplit=1)[0]
    raise ValueError(what, f"write {loose}, or {host} for the one host")


def parse_network(keys: Keys, text: str, refuse: Refuse) -> Network | None:
    """An address or CIDR block, or a noted problem and None."""
    try:
        return network_of(text)
    except ValueError as error:
        refuse(keys, *error.args)
        return None


def is_within(network: Network, others: Sequence[Network]) -> bool:
    """Whether one of the others has every address of the network."""
    return any(
        network.version == other.version and network.subnet_of(other)  # type: ignore[arg-type]
        for other in others
    )


def widest(networks: Sequence[Network]) -> tuple[Network, ...]:
    """The networks that lie in no other one, each once, in their order: they share no address."""
    kept: list[Network] = []
    # Blocks overlap only where one has the other, and the larger of those comes first here.
    for network in sorted(set(networks), key=by_address):
        if not kept or not is_within(network, kept[-1:]):
            kept.append(network)
    wide = set(kept)
    return tuple(network for network in dict.fromkeys(networks) if network in wide)


def by_address(network: Network) -> tuple[int, int, int]:
    """A sort key: by IP version, first address and size, the largest first."""
    return (network.version, int(network.network_address), network.prefixlen)
