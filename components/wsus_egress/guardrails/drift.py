"""Drift: what a deployed stack lets pass and no longer guards, since somebody changed it by hand.

For example `drifted(read_refreshed(path), context)` of a stack whose firewall lost a route says that this
route table no longer sends flows through the firewall, with the flow `10.20.0.10 -> https://example.com/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wsus_egress.guardrails.catalogue import GUARDRAILS
from wsus_egress.guardrails.differences import differences, shown
from wsus_egress.guardrails.model import NO_POLICY, Context, Finding, NotApplicable
from wsus_egress.guardrails.weakened import losses, lost_with
from wsus_egress.model.flows import SOME_INTERNET_ADDRESS, Flow
from wsus_egress.model.party import Party, Place
from wsus_egress.model.policy import Mode
from wsus_egress.readers.aws.places import GROUP
from wsus_egress.readers.foreign.picture import pictures
from wsus_egress.readers.formats.pulumi import states
from wsus_egress.readers.formats.things import Contents
from wsus_egress.readers.reading import mapping
from wsus_egress.readers.resources import Resource
from wsus_egress.review.audit_proof import judge
from wsus_egress.review.refreshed import Refreshed, Seen

_EXAMPLE: Final = "example.com"
# What changes nothing that a firewall does.
_HARMLESS: Final = frozenset(("tags", "description", "updateToken"))
_POLICY: Final = "azure-native:network:FirewallPolicy"
_GROUPS: Final = "ruleCollectionGroups"
_PLACES: Final[Mapping[str, Place]] = {"aws": "aws", "azure-native": "azure"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A guardrail's finding about the stack as it is.

    Attributes:
        rule: The guardrail's id.
        deployed: Whether the last update left it so already.
    """

    rule: str
    resource: str
    what: str
    fix: str
    deployed: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """A protection that is gone.

    Attributes:
        witness: A flow that may pass now; None where none may that did not.
    """

    resource: str
    what: str
    witness: str | None


@dataclass(frozen=True, slots=True)
class Closed:
    """A flow of the policy that no longer passes: updates fail."""

    control: str
    witness: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A resource that is not as it was deployed.

    Attributes:
        how: What differs, a clause each; empty where the resource is gone.
        harmless: Whether only what no firewall reads differs.
    """

    type: str
    resource: str
    gone: bool
    how: tuple[str, ...]
    harmless: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """What a refresh of one environment's stack says."""

    environment: str
    stack: str
    resources: int
    opened: tuple[Opened, ...]
    lost: tuple[Lost, ...]
    closed: tuple[Closed, ...]
    changed: tuple[Changed, ...]

    @property
    def fails(self) -> bool:
        """Whether somebody has to look: at anything but tags and descriptions."""
        changed = any(not each.harmless for each in self.changed)
        return changed or bool(self.opened or self.lost or self.closed)


def drifted(refreshed: Refreshed, context: Context) -> Drift:
    """Compare a stack as it is with its policy, and with the stack as deployed."""
    return Drift(
        context.environment.name,
        refreshed.stack,
        sum(not each.before.type.startswith("pulumi:") for each in refreshed.seen),
        _opened(refreshed, context),
        tuple(dict.fromkeys(_lost(refreshed, context))),
        _closed(refreshed, context),
        tuple(_changed(refreshed)),
    )


def _opened(refreshed: Refreshed, context: Context) -> tuple[Opened, ...]:
    deployed = {_said(rule, f) for rule, f in _findings(refreshed.before, context)}
    found = list(_findings(refreshed.after, context))
    # A group's own list has the rules that are resources of their own too: those say more.
    groups = {each.urn for each in refreshed.after if each.type == GROUP}
    told = {_said(rule, f)[::2] for rule, f in found if f.urn not in groups}
    return tuple(
        Opened(rule, f.name, f.what, f.fix, _said(rule, f) in deployed)
        for rule, f in found
        if f.urn not in groups or _said(rule, f)[::2] not in told
    )


def _said(rule: str, finding: Finding) -> tuple[str, str, str]:
    """What a finding says wherever its rule stands in a list: the reason and the flow."""
    reason, _, rest = finding.what.partition(", by ")
    return rule, finding.urn, f"{reason}: {rest.partition(': ')[2]}"


def _findings(resources: tuple[Resource, ...], context: Context) -> Iterator[tuple[str, Finding]]:
    for guardrail in GUARDRAILS:
        outcome = guardrail.judge(resources, context if guardrail.needs_policy else NO_POLICY)
        if not isinstance(outcome, NotApplicable):
            yield from ((guardrail.id, finding) for finding in outcome)


def _lost(refreshed: Refreshed, context: Context) -> Iterator[Lost]:
    for each in refreshed.seen:
        witness = _witness(context, each.before.type)
        if each.after is None:
            if (loss := lost_with(each.before)) is not None:
                what = f"is gone{_whereabouts(each.before)}: {loss.what}"
                yield Lost(each.before.name, what, witness if loss.opens else None)
            continue
        for path, loss in losses(each.before, each.after):
            how = dict(differences(each.before.properties, each.after.properties))
            told = "; ".join(
                f"{p}: {h}" for p, h in how.items() if p == path or p.startswith(f"{path}.")
            )
            what = f"{told or path}: {loss.what}"
            yield Lost(each.before.name, what, witness if loss.opens else None)
    yield from _unread(refreshed)


def _whereabouts(route: Resource) -> str:
    """`, 0.0.0.0/0 in rtb-0a1b2c3d` of a route; nothing of any other resource."""
    table = route.properties.get("routeTableId")
    keys = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
    to = next((route.properties[key] for key in keys if route.properties.get(key)), None)
    return f", {shown(to)} in {shown(table)}" if table and to else ""


def _unread(refreshed: Refreshed) -> Iterator[Lost]:
    """Rule collection groups that stand in a policy of the stack and are none of its resources."""
    ours = {str(each.properties.get("id")).casefold() for each in refreshed.after}
    for each in refreshed.seen:
        if each.after is None or each.after.type != _POLICY:
            continue
        old, new = (_ids(r.properties.get(_GROUPS)) for r in (each.before, each.after))
        for group in sorted(new - old - ours):
            what = f"the group {group} was added, which is not of this stack: it may admit anything"
            yield Lost(each.before.name, what, None)


def _ids(value: Any) -> set[str]:
    found = value if isinstance(value, list) else []
    return {str(mapping(each).get("id")).casefold() for each in found}


def _witness(context: Context, type_: str) -> str | None:
    """A flow that the policy denies and that only this cloud's firewall would stop."""
    policy = context.policy
    place = _PLACES.get(type_.partition(":")[0])
    if place is None or policy.mode is Mode.OPEN:
        return None
    for party in sorted(policy.in_place(place), key=lambda each: not each.internet):
        flow = _flow(party)
        if flow is not None and not policy.decide(flow).allowed:
            return str(flow)
    return None


def _flow(party: Party) -> Flow | None:
    source = next((n for n in party.addresses if n.version == 4), None)
    if source is None:
        return None
    return Flow(source.network_address, SOME_INTERNET_ADDRESS, "tcp", 443, "tls", _EXAMPLE)


def _closed(refreshed: Refreshed, context: Context) -> tuple[Closed, ...]:
    before = _narrower(refreshed, context, now=False)
    after = _narrower(refreshed, context, now=True)
    return tuple(found for key, found in sorted(after.items()) if key not in before)


def _narrower(
    refreshed: Refreshed, context: Context, *, now: bool
) -> Mapping[tuple[str, ...], Closed]:
    """Each flow of the policy that some picture of the stack denies."""
    contents = Contents("the stack", "a stack")
    states(contents, refreshed.states(now=now))
    policy = context.policy
    found: dict[tuple[str, ...], Closed] = {}
    for place in sorted(set(_PLACES.values())):
        for party in policy.in_place(place):
            if not party.internet:
                continue
            for picture in pictures((contents,), party.addresses[0], (place,)):
                judged = judge(policy, picture.chains, party.addresses)
                for each in judged.deviations:
                    if each.kind == "narrower":
                        closed = Closed(each.control, str(each.witness), each.patterns)
                        key = (place, party.name, picture.alternative, each.control, closed.witness)
                        found[key] = closed
    return found


def _changed(refreshed: Refreshed) -> Iterator[Changed]:
    for each in refreshed.seen:
        before = each.before
        if before.type.startswith("pulumi:"):
            continue
        if each.after is None:
            yield Changed(before.type, before.name, True, (), harmless=False)
            continue
        found = _differing(each, before, each.after)
        if found:
            how = tuple(f"{path}: {text}" for path, text in found)
            top = {path.partition(".")[0] for path, _ in found}
            yield Changed(before.type, before.name, False, how, harmless=top <= _HARMLESS)


def _differing(each: Seen, before: Resource, after: Resource) -> Sequence[tuple[str, str]]:
    """What differs of what the program gives; the rest is the cloud's own, such as a state."""
    found = differences(before.properties, after.properties)
    given = {key for state in (each.old, each.new or {}) for key in (state.get("inputs") or ())}
    ours = [row for row in found if row[0].partition(".")[0] in given]
    if not ours and each.operation == "update":
        return (("properties", "the engine finds a difference in what is not shown"),)
    return ours
