"""What an environment takes for granted, and which of it somebody's files confirm or contradict.

For example the settings say that the policy `afwp-hub` has no other rule for the server 10.42.0.10:
the rule collection groups in the output of `az` confirm it, or have one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from wsus_egress.controls.aws.network_firewall import AwsNetworkFirewall
from wsus_egress.controls.azure.firewall import AzureApplicationRules
from wsus_egress.controls.base import Control
from wsus_egress.controls.compile import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.readers.azure.seen import of_groups, of_policy
from wsus_egress.readers.foreign import policy_seen
from wsus_egress.readers.formats.things import Contents, Thing, one, pick
from wsus_egress.readers.seen import Seen

State = Literal["assumed", "confirmed", "contradicted"]


@dataclass(frozen=True, slots=True)
class Assumed:
    """An assumption of an environment.

    Attributes:
        text: What the files say of it; empty where they say nothing.
    """

    id: str
    state: State
    text: str = ""


def assumed(
    environment: Environment, cloud: str, contents: Sequence[Contents]
) -> tuple[Assumed, ...]:
    """Every assumption of a target, with what the files say of it.

    Args:
        environment: Whose assumptions.
        cloud: Of its target.
        contents: What the files have.
    """
    target = next((each for each in environment.targets if each.cloud == cloud), None)
    if target is None:
        return ()
    controls = compile_target(environment, target)
    made = dict.fromkeys(a.id for control in controls for a in control.assumptions)
    seen: dict[str, list[Seen]] = {}
    things = [thing for each in contents for thing in each.things]
    for control in controls:
        for each in _seen(control, things):
            seen.setdefault(each.key, []).append(each)
    return tuple(_told(id_, seen.get(id_, [])) for id_ in made)


def _told(id_: str, seen: Sequence[Seen]) -> Assumed:
    against = [each.text for each in seen if each.against]
    if against:
        return Assumed(id_, "contradicted", "; ".join(against))
    if seen:
        return Assumed(id_, "confirmed", "; ".join(each.text for each in seen))
    return Assumed(id_, "assumed")


def _seen(control: Control, things: Sequence[Thing]) -> Iterator[Seen]:
    """What is seen of the firewall policy that others keep; of Azure's only in the shape of its API."""
    if isinstance(control, AwsNetworkFirewall):
        yield from _seen_in_aws(control, things)
        return
    if not isinstance(control, AzureApplicationRules) or control.target.firewall_policy is None:
        return
    name = (control.target.firewall_policy.name or "").lower()
    for thing in things:
        if thing.kind == "azure-policy" and thing.name.rpartition("/")[2].lower() == name:
            yield from of_policy(control, thing.body)
    own = [each.name for each in control.documents("wsus")]
    groups = [
        {**thing.body, "name": thing.name.rpartition("/")[2]}
        for thing in things
        if thing.kind == "azure-group" and "ruleCollections" in thing.body
        and name in [part.lower() for part in (*thing.inside, str(thing.body.get("firewallPolicyName")))]
    ]  # fmt: skip
    yield from of_groups(control, groups, own)


def _seen_in_aws(control: AwsNetworkFirewall, things: Sequence[Thing]) -> Iterator[Seen]:
    """What is seen of the policy that the settings name, or of the only one that there is."""
    if control.firewall.mode != "rules-only" or control.firewall.firewall_manager:
        return
    arn = control.firewall.existing_policy.arn
    policies = [thing for thing in things if thing.kind == "fw-policy"]
    named = [thing for thing in policies if arn is not None and arn.lower() in thing.ids]
    own = {each.name for each in control.documents("wsus")}
    for thing in named or (policies if arn is None and len(policies) == 1 else ()):
        body = one(pick(thing.body, "firewall_policy"))
        if isinstance(body, Mapping):
            yield from policy_seen.of_policy(control, thing.name, body, own)
