"""What the proof says of a target, before a component declares anything there.

For example an `AwsWsusEgress` in restricted mode without a Network Firewall is refused: the refusal
names `aws/aws-security-group/wider/names` and a flow that would pass. Every other deviation that
nobody accepts is a warning.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from wsus_egress.controls import Control
from wsus_egress.model.environment import Environment, Target
from wsus_egress.model.party import Place
from wsus_egress.problems import PolicyErrors, Problem
from wsus_egress.proof.proof import Deviation, prove

# What a target needs so that something on the way to the Internet sees host names.
_NEEDED: Final[Mapping[Place, str]] = {
    "aws": "add a Network Firewall",
    "azure": "add a firewall policy",
}
# A control that leads past it.
_PAST: Final[Mapping[str, str]] = {
    "azure-service-endpoints": "take the service endpoints off the subnet"
}


def proved(
    environment: Environment, target: Target, controls: Sequence[Control]
) -> tuple[str, ...]:
    """Prove a target once.

    Args:
        environment: The policy, and the deviations that are accepted.
        target: One of its targets.
        controls: What is enforced there.

    Returns:
        A line for each deviation that nobody accepts today, with a flow that shows it, and for each
        acceptance of what does not occur.

    Raises:
        PolicyErrors: With every flow that the policy does not have and that passes because nothing
            on its way sees host names, where nobody has ever accepted that.
    """
    # The machine's own day, as `check` and the guardrails have it: near midnight all three say the same.
    today = datetime.date.today()  # noqa: DTZ011
    proof = prove(environment, target, controls, today)
    if refused := tuple(_unseen(environment, target, controls, proof.deviations)):
        raise PolicyErrors(refused)
    return (
        *(
            f"{each.what} is not accepted: {each.reason} (for example {each.witness})"
            for each in proof.findings
        ),
        *_needless(
            environment,
            target,
            (
                *(each.what for each in (*proof.deviations, *proof.masked)),
                *(each.id for control in controls for each in control.assumptions),
            ),
        ),
    )


def _unseen(
    environment: Environment,
    target: Target,
    controls: Sequence[Control],
    deviations: Sequence[Deviation],
) -> Iterator[Problem]:
    """The deviations in names about which no control on the way could do anything.

    An acceptance that has expired is a warning only: what could be deployed yesterday does not get
    stuck overnight.
    """
    blind = {control.name for control in controls if not control.sees_names}
    for each in deviations:
        names = each.kind == "wider" and each.subject in ("names", "nameless")
        # The deviation's control is the last one on the way of its witness.
        if names and each.control in blind and each.acceptance is None:
            what = (
                f"nothing on the way of {each.witness} sees host names, and the mode is restricted"
            )
            needed = _PAST.get(each.control, _NEEDED[target.cloud])
            instead = f"{needed}, or accept {each.what} with reason and expires"
            # `accept` is often not there, and the section of the cloud always is.
            yield Problem(environment.locate((target.cloud,)), ("accept",), what, instead)


def _needless(environment: Environment, target: Target, known: Collection[str]) -> Iterator[str]:
    others = tuple(f"{each.cloud}/" for each in environment.targets if each != target)
    for entry in environment.accept:
        if entry.what not in known and not entry.what.startswith(others):
            yield f"accept: {entry.what!r} does not occur; remove it"
