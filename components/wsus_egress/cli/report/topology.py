"""The picture of one environment: where each party is, whom it asks, and its way to the Internet.

Columns are steps to Microsoft Update, lanes are networks. Every coordinate follows from the
environment, so the same environment always gives the same picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from wsus_egress.cli.words import way_of
from wsus_egress.model.party import Party, Place
from wsus_egress.model.policy import EgressPolicy, Mode
from wsus_egress.review.analysis import Analysis

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 178, 62, 56, 14
_PAD, _HEAD, _BUS = 18, 30, 16
_LINE: Final = 16
_PLACES: Final[tuple[Place, ...]] = ("aws", "azure", "elsewhere")
_TITLES: Final[Mapping[Place, str]] = {
    "aws": "AWS VPC", "azure": "Azure virtual network", "elsewhere": "Elsewhere: not enforced here",
}  # fmt: skip
_LONGEST: Final = 24

Kind = Literal["lane", "server", "client", "controls", "internet"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with a title and lines of text under it."""

    kind: Kind
    x: int
    y: int
    width: int
    height: int
    title: str
    lines: tuple[str, ...] = ()

    @property
    def right(self) -> int:
        """Its right edge."""
        return self.x + self.width

    @property
    def middle(self) -> int:
        """Half its height."""
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line from one box to another, as SVG path data."""

    kind: Literal["synchronization", "internet", "unenforced"]
    path: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes and arrows, in the order in which they are drawn, and the same in words."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    description: str


def draw(analysis: Analysis) -> Picture:
    """Lay out one environment."""
    policy = analysis.environment.policy
    depths = {party.name: _depth(policy, party) for party in policy.parties}
    deepest = max(depths.values(), default=0)
    controls = {
        target.target.cloud: tuple(control.name for control in target.controls)
        for target in analysis.targets
    }
    edge = _PAD + (deepest + 1) * (_WIDTH + _GAP_X)
    lanes: list[Box] = []
    boxes: dict[str, Box] = {}
    exits: dict[Place, Box] = {}
    buses: dict[Place, int] = {}
    top = _PAD
    for place in _PLACES:
        parties = policy.in_place(place)
        if not parties and place not in controls:
            continue
        rows: dict[int, int] = {}
        for party in parties:
            column = deepest - depths[party.name]
            row = rows[column] = rows.get(column, -1) + 1
            x = 2 * _PAD + column * (_WIDTH + _GAP_X)
            y = top + _HEAD + row * (_HEIGHT + _GAP_Y)
            boxes[party.name] = Box(
                party.kind, x, y, _WIDTH, _HEIGHT, _short(party.name), _lines(party)
            )
        stack = max(rows.values(), default=0) + 1
        inner = stack * (_HEIGHT + _GAP_Y) - _GAP_Y
        if place in controls:
            names = controls[place]
            tall = _HEIGHT + (len(names) - 2) * _LINE
            inner = max(inner, tall)
            exits[place] = Box(
                "controls", edge + _PAD, top + _HEAD, _WIDTH, tall, "controls", names
            )  # fmt: skip
        height = _HEAD + inner + _BUS + _PAD
        lanes.append(Box("lane", _PAD, top, edge + _WIDTH + _PAD, height, _TITLES[place]))
        buses[place] = top + _HEAD + inner + _BUS
        top += height + _GAP_Y
    bottom = top - _GAP_Y
    left = lanes[0].right + _GAP_X
    reach = "any address" if policy.mode is Mode.OPEN else "listed names"
    update = Box("internet", left, _PAD, _WIDTH, bottom - _PAD, "Microsoft Update",
                 ("TCP 80 with HTTP", "TCP 443 with TLS", reach))  # fmt: skip
    arrows = tuple(_arrows(policy, boxes, exits, buses, update))
    return Picture(
        update.right + _PAD,
        bottom + _PAD,
        (*lanes, *boxes.values(), *exits.values(), update),
        arrows,
        " ".join(_described(policy)),
    )


def _depth(policy: EgressPolicy, party: Party) -> int:
    return 0 if party.asks is None else 1 + _depth(policy, policy.party(party.asks))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _lines(party: Party) -> tuple[str, ...]:
    more = len(party.addresses) - 1
    addresses = str(party.addresses[0]).removesuffix("/32") if party.addresses else "no address"
    first = _short(addresses + (f" and {more} more" if more > 0 else ""))
    ports = "/".join(map(str, party.ports.all())) if party.ports else ""
    return (first, f"serves on {ports}" if ports else party.kind)


def _arrows(
    policy: EgressPolicy,
    boxes: Mapping[str, Box],
    exits: Mapping[Place, Box],
    buses: Mapping[Place, int],
    update: Box,
) -> Iterator[Arrow]:
    for party in policy.parties:
        if party.asks is not None:
            yield Arrow("synchronization", _curve(boxes[party.name], boxes[party.asks]))
    used: dict[Place, None] = {}
    for party in policy.parties:
        if not party.internet:
            continue
        box, exit_ = boxes[party.name], exits.get(party.place)
        if exit_ is not None:
            used[party.place] = None
            yield Arrow("internet", _around(box, exit_, buses[party.place]))
        else:
            bus = buses[party.place]
            last = update.x - 8
            yield Arrow("unenforced", f"M{box.right} {box.middle}h20V{bus}H{last}")
    for place in used:
        exit_ = exits[place]
        yield Arrow("internet", f"M{exit_.right} {exit_.middle}H{update.x - 8}")


def _curve(one: Box, other: Box) -> str:
    half = (one.right + other.x) // 2
    end = other.x - 8
    return (
        f"M{one.right} {one.middle}C{half} {one.middle} {half} {other.middle} {end} {other.middle}"
    )


def _around(box: Box, exit_: Box, bus: int) -> str:
    """Through the gap beside the box, below the boxes, up in the gap before the controls."""
    end = exit_.x - 8
    if exit_.x - box.right < _WIDTH:
        half = (box.right + exit_.x) // 2
        return f"M{box.right} {box.middle}C{half} {box.middle} {half} {exit_.middle} {end} {exit_.middle}"
    return f"M{box.right} {box.middle}h20V{bus}H{exit_.x - 28}V{exit_.middle}H{end}"


def _described(policy: EgressPolicy) -> Iterator[str]:
    for party in policy.parties:
        yield f"{party.name} ({party.kind}, {party.place}) {way_of(party)}."
