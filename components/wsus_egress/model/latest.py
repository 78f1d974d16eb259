"""What is known of two addresses: worked out once, and kept while flows between them are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from wsus_egress.model.flows import Address, Flow

T = TypeVar("T")


class Latest(Generic[T]):
    """A function of a flow's two addresses that remembers the answer for the latest two.

    Addresses are most of what a rule has to look at, and a proof asks for every port and protocol
    between two of them before it goes on to the next two.
    """

    __slots__ = ("_compute", "_latest")

    def __init__(self, compute: Callable[[Address, Address], T]) -> None:
        """Remember what `compute` says of a source and a destination."""
        self._compute = compute
        self._latest: tuple[Address, Address, T] | None = None

    def __call__(self, flow: Flow) -> T:
        """What holds between the flow's source and its destination."""
        latest = self._latest
        # By identity: comparing two addresses takes as long as looking one up in a network.
        if latest is None or latest[0] is not flow.source or latest[1] is not flow.destination:
            answer = self._compute(flow.source, flow.destination)
            self._latest = latest = (flow.source, flow.destination, answer)
        return latest[2]
