"""Phrases that every page says alike."""

from __future__ import annotations

from collections.abc import Sequence

from wsus_egress.model.party import Party
from wsus_egress.proof.proof import Proof
from wsus_egress.review.analysis import TargetAnalysis


def count(number: int, noun: str) -> str:
    """`1 target`, `2 targets`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def way_of(party: Party) -> str:
    """Whom a party asks for updates, and where their content comes from if from elsewhere."""
    way = f"asks {party.asks or 'Microsoft Update'}"
    if party.asks and (party.internet or party.proxy):
        way += ", content from Microsoft Update"
    return f"{way}, through the proxy {party.proxy}" if party.proxy else way


def verdict_of(proof: Proof, assumed: Sequence[object]) -> str:
    """`exact`, or `exact, 2 assumed` where the proof takes something for granted."""
    fidelity = proof.fidelity.value
    return f"{fidelity}, {len(assumed)} assumed" if assumed else fidelity


def on_word(target: TargetAnalysis) -> str:
    """`1 assumed on the owner's word until 2027-06-30`; empty where the owner vouches for nothing."""
    given = [target.word[each.id] for each in target.assumptions if each.id in target.word]
    until = min((entry.expires for entry in given), default=None)
    return f"{len(given)} assumed on the owner's word until {until}" if given else ""
