"""The proof against the emitted documents: seeded environments, their mutants, and many flows each.

`documents_evaluator` reads the documents alone. What it says of a flow is compared with the policy,
and what differs with what the proof reports; every witness of the proof must differ there too.
`DOCUMENTS_SEED`, `DOCUMENTS_ENVIRONMENTS` and `DOCUMENTS_MUTANTS` of the process's environment set
the first seed and how much is done.
"""

from __future__ import annotations

import ipaddress
import json
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from documents_evaluator import DocumentsEvaluator
from documents_plain import Connection, Surroundings, is_internet
from random_environments import environment, foreign_group, host
from rule_mutants import mutants
from sample import TODAY

from wsus_egress.controls import compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.model.flows import Flow
from wsus_egress.proof.proof import prove

SEED = int(os.environ.get("DOCUMENTS_SEED", "20261128"))
ENVIRONMENTS = int(os.environ.get("DOCUMENTS_ENVIRONMENTS", "60"))
MUTANTS = int(os.environ.get("DOCUMENTS_MUTANTS", "10"))
FLOWS = 120
"""How many flows of each environment are looked at."""

LATERAL = (22, 3389, 5985, 5986)
EDGES = (
    "9.255.255.255", "11.0.0.0", "100.63.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
    "223.255.255.255", "1.0.0.0", "203.0.113.80", "203.0.113.81", "8.8.8.8", "2001:db8::80",
    "198.51.100.0", "198.51.100.255", "198.51.101.0",
)  # fmt: skip
STRANGERS = (
    "10.10.99.99", "10.20.99.99", "10.20.255.255", "10.21.0.0", "10.99.0.1", "192.168.1.1",
    "203.0.113.80", "198.51.100.7",
)  # fmt: skip


def names(policy: Any, rng: random.Random) -> list[str]:
    """Names at, above, below and beside the patterns."""
    found = {"com", "example.org", "evil.com", host(rng), "x.amazonaws.com"}
    for endpoint in policy.endpoints:
        text = endpoint.pattern.host
        found |= {text, f"a.{text}", f"z.y.{text}", f"x{text}", f"{text}.org"}
        found.add(text.partition(".")[2])
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Question:
    """A flow that the policy speaks of, what it says, and the class it is reported in."""

    flow: Flow
    plain: Connection
    allowed: bool
    subject: str


def questions(made: Environment, target: Any, rng: random.Random) -> list[Question]:
    """Random and boundary flows: at, beside and below what the policy and the rules name."""
    policy, place = made.policy, target.cloud
    inner = []
    for party in policy.parties:
        for network in party.addresses:
            low, high = int(network.network_address), int(network.broadcast_address)
            maker = type(network.network_address)
            inner += [maker(value) for value in (low, high, low - 1, high + 1)]
    here = [n.network_address for p in policy.parties if p.place == place for n in p.addresses]
    outer = [ipaddress.ip_address(text) for text in EDGES]
    others = [ipaddress.ip_address(text) for text in STRANGERS]
    own_ports = [p for party in policy.parties if party.ports for p in party.ports.all()]
    ports = [*own_ports, 79, 81, 444, 8443, 22, 3389, 53, 123, 1688, 1, 65535]
    known = names(policy, rng)
    found: dict[Flow, None] = {}
    entitled = [
        n.network_address
        for p in policy.parties
        if p.place == place and p.internet
        for n in p.addresses
    ]
    for _ in range(4 * FLOWS):
        if len(found) == FLOWS:
            break
        source = rng.choice([*entitled, *entitled, *here, *here, *inner, *others])
        destination = rng.choice([*outer, *inner] if rng.random() < 0.8 else [*inner, *here])
        protocol = "tcp" if rng.random() < 0.85 else "udp"
        port = rng.choice([80, 443] if rng.random() < 0.7 else ports)
        application = name = None
        if (
            protocol == "tcp"
            and is_internet(destination, policy.own)
            and not is_internet(source, policy.own)
        ):
            usual = {80: "http", 443: "tls"}.get(port, "tls")
            application = usual if rng.random() < 0.8 else rng.choice(["http", "tls", None])
            name = rng.choice(known) if application and rng.random() < 0.9 else None
        flow = Flow(source, destination, protocol, port, application, name)  # type: ignore[arg-type]
        if concerns(policy, target, flow):
            found[flow] = None
    return [
        Question(flow, plain(flow), policy.decide(flow).allowed, subject(policy, flow))
        for flow in found
    ]


def concerns(policy: Any, target: Any, flow: Flow) -> bool:
    """Whether the policy speaks of such a flow: the proof's promise, written down once more.

    Of connections inside the network those on synchronization ports, and those that a control
    denies as a whole: a security group everything but TCP 80 and 443, which to any address means
    private ones too; a network security group remote administration.
    """
    place = target.cloud
    inside = [party for party in policy.parties if party.place == place]
    source_in = any(flow.source in party for party in inside)
    destination_in = any(flow.destination in party for party in inside)
    if is_internet(flow.destination, policy.own):
        if is_internet(flow.source, policy.own):
            return False
        # A host that is known by IPv6 too uses that address; a foreign IPv6 one has no IPv4.
        if flow.source.version == flow.destination.version:
            return True
        party = next((p for p in policy.parties if flow.source in p), None)
        dual = party is not None and any(n.version == 6 for n in party.addresses)
        return flow.source.version == 4 and not dual
    if is_internet(flow.source, policy.own):
        return destination_in
    if not (source_in or destination_in) or flow.source.version != flow.destination.version:
        return False
    synchronization = policy.synchronization_ports
    if flow.source == flow.destination and any(
        n.num_addresses == 1 and flow.source in n for p in policy.parties for n in p.addresses
    ):
        return False  # What one address sends itself passes no control.
    if (
        (place, flow.protocol) == ("aws", "tcp")
        and flow.port in (80, 443)
        and policy.has_internet(flow.source)
        and not destination_in
    ):
        return False  # To any address means private ones too: a known limit of security groups.
    if flow.protocol == "tcp" and flow.port in synchronization:
        return True
    if place == "aws":
        return flow.port not in (80, 443) or flow.port in synchronization
    guarded = target.network_security_group.deny_lateral_movement and flow.port in LATERAL
    return bool(guarded and source_in and flow.protocol == "tcp")


def subject(policy: Any, flow: Flow) -> str:
    """The class of a flow, as the documentation of accepted deviations has it."""
    if is_internet(flow.source, policy.own):
        return "ingress"
    if not is_internet(flow.destination, policy.own):
        tcp = flow.protocol == "tcp" and flow.port in policy.synchronization_ports
        return "synchronization" if tcp else "inside"
    if not any(party.internet and flow.source in party for party in policy.parties):
        return "sources"
    if flow.destination.version == 6:
        return "ipv6"
    if flow.protocol == "udp":
        return "udp"
    if flow.port not in (80, 443):
        return "ports"
    fits = (flow.application, flow.port) in (("http", 80), ("tls", 443))
    return "names" if fits and flow.name is not None else "nameless"


# --- comparison ----------------------------------------------------------------------------------


def surroundings(made: Environment, target: Any) -> Surroundings:
    """What no document says."""
    parties = made.policy.parties
    stands_for = {}
    for party in parties:
        if party.aws_peer is not None:
            stands_for[party.aws_peer.identity] = party.addresses
    if target.cloud == "azure":
        groups = dict(target.network_security_group.application_security_groups)
        stands_for |= {identity: made.policy.party(name).addresses for name, identity in groups.items()}  # fmt: skip
    firewall = target.network_firewall if target.cloud == "aws" else None
    azure_policy = target.firewall_policy if target.cloud == "azure" else None
    table = target.route_table if target.cloud == "azure" else None
    others = azure_policy.rules if azure_policy is not None else ()
    theirs = firewall is not None and firewall.mode == "rules-only"
    return Surroundings(
        {p.name: p.addresses for p in parties if p.place == target.cloud},
        tuple(n for p in parties if p.place != target.cloud for n in p.addresses),
        tuple(
            network
            for one in parties
            for other in parties
            if other.name == one.asks and target.cloud in (one.place, other.place)
            for party in (one, other)
            if party.place != target.cloud
            for network in party.addresses
        ),
        tuple(
            route.address_prefix
            for route in (table.private if table else ())
            if route.via != "gateway"
        ),
        target.address_space if target.cloud == "azure" else (),
        target.cloud == "azure" and target.firewall_policy is not None,
        stands_for,
        tuple(firewall.default_actions) if theirs and firewall else (),
        own=made.policy.own,
        inherited=tuple(foreign_group(rule) for rule in others if rule.inherited),
        others=tuple(foreign_group(rule) for rule in others if not rule.inherited),
    )


def plain(flow: Flow) -> Connection:
    """The flow without the package's types."""
    return Connection(
        flow.source, flow.destination, flow.protocol, flow.port, flow.application, flow.name
    )


def faults(
    made: Environment, target: Any, controls: Sequence[Any], asked: Sequence[Question]
) -> list[str]:
    """Where proof, policy and documents do not agree, a line each."""
    policy = made.policy
    documents = [d for control in controls for d in control.documents("wsus")]
    evaluator = DocumentsEvaluator(documents, surroundings(made, target))
    proof = prove(made, target, controls, TODAY)
    reported = {(each.kind, each.subject) for each in proof.deviations}
    # A service tag's content changes weekly: the proof takes it for the whole Internet.
    texts = json.dumps([dict(document.properties) for document in documents])
    tagged = "AzureUpdateDelivery" in texts or "AzureFrontDoor" in texts
    found = []
    for question in asked:
        said = evaluator.verdict(question.plain)
        flow, allowed = question.flow, question.allowed
        if said is None:
            continue
        if said == "vendor":
            if not tagged and not proof.opaque:
                found.append(f"{flow}: only a vendor can tell, proof {proof.fidelity}")
        elif (said == "allow") != allowed:
            kind = "narrower" if allowed else "wider"
            if (kind, question.subject) not in reported:
                found.append(
                    f"{flow} speaks {flow.application}: documents {said}, policy "
                    f"{'allow' if allowed else 'deny'}, proof {proof.fidelity} {sorted(reported)}"
                )
    for deviation in proof.deviations:
        witness = deviation.witness
        said = evaluator.verdict(plain(witness))
        allowed = policy.decide(witness).allowed
        expected = ("allow", False) if deviation.kind == "wider" else ("deny", True)
        if (said, allowed) != expected and not (tagged and said == "vendor"):
            found.append(
                f"{witness} speaks {witness.application}: witness of {deviation.what}, documents "
                f"{said}, policy {'allow' if allowed else 'deny'}"
            )
    return found


def report(seed: int, data: dict[str, Any], what: str, lines: list[str]) -> str:
    """What a reader needs to see the fault again."""
    shown = "\n  ".join(sorted(lines, key=len)[:3])
    return f"seed {seed}, {what}:\n  {shown}\n  settings {json.dumps(data, default=str)}"


def judged(seed: int) -> tuple[int, int, list[str]]:
    """How many environments and mutants of a seed were looked at, and what does not agree."""
    made = environment(seed)
    if made is None:
        return 0, 0, []
    built, data = made
    rng = random.Random(f"flows {seed}")  # noqa: S311 - a seed that is printed
    found: list[str] = []
    count = 0
    for target in built.targets:
        controls = compile_target(built, target)
        asked = questions(built, target, rng)
        if lines := faults(built, target, controls, asked):
            found.append(report(seed, data, target.cloud, lines))
        wanted = MUTANTS // len(built.targets)
        for (label, changed), _ in zip(mutants(controls, rng), range(wanted), strict=False):
            count += 1
            if lines := faults(built, target, changed, asked):
                found.append(report(seed, data, f"{target.cloud}, mutant {label}", lines))
    return 1, count, found


@pytest.mark.parametrize("first", range(0, ENVIRONMENTS, 20))
def test_documents_policy_and_proof_agree(first: int, capsys: pytest.CaptureFixture[str]) -> None:
    """No flow on which documents and policy differ unreported, no witness that is none."""
    environments, changed = 0, 0
    found: list[str] = []
    seed = SEED + 1000 * first
    while environments < min(20, ENVIRONMENTS - first):
        done, count, lines = judged(seed)
        environments, changed = environments + done, changed + count
        found += lines
        seed += 1
    with capsys.disabled():
        sys.stdout.write(
            f" seeds {SEED + 1000 * first} to {seed - 1}: {environments} environments, "
            f"{changed} mutants\n"
        )
    smallest = sorted(found, key=len)[:3]
    assert [] == found, f"{len(found)} faults; the smallest:\n" + "\n".join(smallest)


@pytest.mark.parametrize("blind", ["to deviations", "to what is right"])
def test_the_judge_is_awake(blind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof that reports nothing is caught, and so is one with a witness that shows nothing."""
    right = prove

    def wrong(*arguments: Any) -> Any:
        proof = right(*arguments)
        if blind == "to deviations":
            return replace(proof, deviations=())
        turned: dict[str, Any] = {"wider": "narrower", "narrower": "wider"}
        changed = (replace(each, kind=turned[each.kind]) for each in proof.deviations)
        return replace(proof, deviations=tuple(changed))

    monkeypatch.setitem(globals(), "prove", wrong)
    found = [line for seed in range(SEED, SEED + 12) for line in judged(seed)[2]]

    assert len(found) > 20
