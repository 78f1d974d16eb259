"""What the proof of other people's rules answers: a judgement, and each deviation with a witness.

For example `wider`, with the witness `10.20.0.10 -> https://example.com/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from wsus_egress.model.flows import (
    Flow,
)
from wsus_egress.readers.terms.chain import Place

Kind = Literal["wider", "narrower"]


class Judgement(StrEnum):
    """What foreign rules admit, against the policy."""

    EXACT = "exact"
    WIDER = "wider"
    NARROWER = "narrower"
    BOTH = "both"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way in which rules differ from the policy.

    Attributes:
        control: The control that admits or denies it.
        subject: What kind of flow it is, such as `names` or `ports`.
        rule: The rule that decides, or what says so where none does.
        place: Where that stands.
        patterns: The entries of the lists that are denied, wholly or in part.
    """

    kind: Kind
    control: str
    subject: str
    witness: Flow
    rule: str
    place: Place
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What the proof found about some controls.

    Attributes:
        undecided: Kinds of deviation that what is not known may hide.
    """

    judgement: Judgement
    deviations: tuple[Deviation, ...]
    undecided: tuple[Kind, ...]
