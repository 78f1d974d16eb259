"""What a change takes away of the protection, or opens past the endpoint lists, setting by setting.

For example `networkFirewall.mode: policy`, where the base has `full`, deletes the firewall: no flow of
the policy changes, and nothing enforces it any more. `meanings` says which changes count.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic.alias_generators import to_camel

from wsus_egress.config.stacks import IMPORTS
from wsus_egress.model.base import Settings
from wsus_egress.model.environment import Environment
from wsus_egress.model.policy import EgressPolicy
from wsus_egress.problems import Keys, visible
from wsus_egress.review.meanings import AWS, AZURE, HARMLESS, PEER, UNKNOWN, Meaning

WHOLE: Final = "environment/"
"""What the approval of a whole environment's removal begins with; another environment has it."""
_CLOUDS: Final = {"aws": "AWS", "azure": "Azure"}
_TABLES: Final = {"aws": AWS, "azure": AZURE}


@dataclass(frozen=True, slots=True)
class Unguarding:
    """A setting whose change takes protection away or opens something.

    Attributes:
        target: Empty where it is a setting of the whole environment.
        path: The setting, an entry of a list by its name: `networkFirewall.endpoints.eu-west-1b`.
        text: What changes and what follows, with the old and the new value.
        keys: Where it is written.
        removal: Whether the whole target goes, or the whole environment.
        last: Whether no environment is left, in whose file somebody could approve it.
    """

    environment: str
    target: str
    path: str
    text: str
    keys: Keys
    removal: Literal["", "target", "environment"] = ""
    last: bool = False

    @property
    def what(self) -> str:
        """How an approval names it: `aws/unguarded/networkFirewall.mode`, `aws/removed`."""
        if self.removal:
            whole = self.removal == "environment"
            return f"{WHOLE}{self.environment}" if whole else f"{self.target}/removed"
        return "/".join(part for part in (self.target, "unguarded", self.path) if part)


def unguarded(before: Environment | None, after: Environment | None) -> tuple[Unguarding, ...]:
    """Everything that a change takes away in the targets of the base, or opens in new ones."""
    return (*_removed(before, after), *(_found(before, after) if after else ()))


def _removed(before: Environment | None, after: Environment | None) -> Iterator[Unguarding]:
    there = {target.cloud for target in after.targets} if after else set()
    for target in before.targets if before else ():
        if before and target.cloud not in there:
            # Removing a file deletes nothing: only an update of a stack that is still there does.
            follows = (
                "everything these servers send is allowed once this is deployed"
                if after
                else "what its stack made stays until `pulumi destroy`, and nothing judges it from here on"
            )
            text = f"no longer protected in {_CLOUDS[target.cloud]}: {follows}"
            kind: Literal["target", "environment"] = "target" if after else "environment"
            yield Unguarding(before.name, target.cloud, "", text, (), kind)


def _found(before: Environment | None, after: Environment) -> Iterator[Unguarding]:
    for target in after.targets:
        cloud = target.cloud
        old = next((t for t in before.targets if t.cloud == cloud), None) if before else None
        steps = [*_differences(_TABLES[cloud], _Place((cloud,)), old, target)]
        if cloud == "aws":
            steps += _peers(before.policy if before and old else None, after.policy)
        for place, text in steps:
            yield Unguarding(after.name, cloud, place.name, f"{place.name} {text}", place.keys)
    if before is not None:
        for keys, text in _of_the_whole(before, after):
            path = ".".join(map(str, keys))
            yield Unguarding(after.name, "", path, f"{path} {text}", keys)


def _of_the_whole(before: Environment, after: Environment) -> Iterator[tuple[Keys, str]]:
    """The settings that concern every target."""
    was, now = dict(before.account), dict(after.account)
    for key in sorted({*was, *now}):
        if was.get(key) != now.get(key):
            result = "what stands in the old place is deleted or left alone"
            if key == IMPORTS:
                result = "settings come from there that nobody sees here"
            yield (key,), _becomes(was.get(key), now.get(key), result)
    old, new = before.gate, after.gate
    if new.unapproved > old.unapproved:
        result = "later changes may open more without approval"
        yield ("gate", "unapproved"), _becomes(old.unapproved, new.unapproved, result)
    if new.warn_days < old.warn_days:
        result = "warnings of an expiry begin later"
        yield ("gate", "warnDays"), _becomes(old.warn_days, new.warn_days, result)


def _peers(before: EgressPolicy | None, after: EgressPolicy) -> Iterator[_Step]:
    """Servers and clients that rules name by something whose members nobody has seen."""
    known = before.parties if before else ()
    was = {party.name: party.aws_peer for party in known}
    vpcs = {party.name: party.aws_vpc_id for party in known}
    proxies = {party.name: party.proxy for party in known}
    groups = {party.name: party.aws_security_group for party in known}
    indexes = {"server": 0, "client": 0}
    for party in after.parties:
        kind = f"{party.kind}s"
        top = _Place((kind, indexes[party.kind]), "", f"{kind}.{party.name}")
        indexes[party.kind] += 1
        place = dataclasses.replace(top.field("awsPeer"), pattern="awsPeer")
        yield from _differences(PEER, place, was.get(party.name), party.aws_peer)
        way = dataclasses.replace(top.field("proxy"), pattern="proxy")
        yield from _differences(PEER, way, proxies.get(party.name), party.proxy)
        if party.name in vpcs:
            own = dataclasses.replace(top.field("awsSecurityGroup"), pattern="awsSecurityGroup")
            yield from _differences(PEER, own, groups[party.name], party.aws_security_group)
            where = dataclasses.replace(top.field("awsVpcId"), pattern="awsVpcId")
            yield from _differences(PEER, where, vpcs[party.name], party.aws_vpc_id)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a setting stands: in the file, in the tables of meanings, and as an approval names it."""

    keys: Keys
    pattern: str = ""
    name: str = ""

    def field(self, key: str) -> _Place:
        return _Place(
            (*self.keys, *key.split(".")), _dotted(self.pattern, key), _dotted(self.name, key)
        )

    def entry(self, label: str, index: int) -> _Place:
        return _Place((*self.keys, index), f"{self.pattern}[]", _dotted(self.name, label))


def _dotted(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


_Step = tuple[_Place, str]


def _differences(
    meanings: Mapping[str, Meaning], place: _Place, old: Any, new: Any
) -> Iterator[_Step]:
    meaning = meanings.get(place.pattern, UNKNOWN)
    if _told_apart(old) == _told_apart(new) or (meaning is HARMLESS and not _is_block(new)):
        return
    if _is_block(new) and (old is None or _is_block(old)):
        yield from _fields_of(meanings, place, old, new)
    elif isinstance(new, tuple) and (meaning.lost or meaning.gained):
        yield from _entries(meanings, place, old or (), new)
    elif meaning.weakens(old, new):
        yield place, _becomes(old, new, meaning.result)


def _fields_of(
    meanings: Mapping[str, Meaning], place: _Place, old: Any, new: Any
) -> Iterator[_Step]:
    """What differs inside a block; of a new one only what opens something counts."""
    was = dict(_fields(old)) if old is not None else {}
    covered: tuple[str, ...] = ()
    for key, value in _fields(new):
        if key in covered:
            continue
        opens = _is_block(value) or meanings.get(_dotted(place.pattern, key), UNKNOWN).opens
        if old is not None or opens:
            found = [*_differences(meanings, place.field(key), was.get(key), value)]
            yield from found
            # A mode stands before what belongs to it, and an id before the name that is in it.
            if found or (_is_id(value) and _is_id(was.get(key))):
                covered += meanings.get(_dotted(place.pattern, key), UNKNOWN).covers


def _entries(
    meanings: Mapping[str, Meaning], place: _Place, old: Sequence[Any], new: Sequence[Any]
) -> Iterator[_Step]:
    meaning = meanings.get(place.pattern, UNKNOWN)
    was = {_identity(each, meaning): each for each in old}
    now = {_identity(each, meaning): (index, each) for index, each in enumerate(new)}
    lost: dict[str, list[str]] = {}
    gained: dict[str, list[str]] = {}
    places: dict[str, _Place] = {}
    for key, entry in was.items():
        if key not in now:
            label = _label(entry, meaning)
            lost.setdefault(label, []).append(_content(entry, meaning))
            places[label] = _Place(place.keys, name=_dotted(place.name, label))
    for key, (index, entry) in now.items():
        label = _label(entry, meaning)
        if key not in was:
            gained.setdefault(label, []).append(_content(entry, meaning))
            places[label] = place.entry(label, index)
        elif meaning.key:
            yield from _differences(meanings, place.entry(label, index), was[key], entry)
    for label in sorted(places):
        counts = {"lost": meaning.lost, "gained": meaning.gained}
        before, after = "; ".join(lost.get(label, [])), "; ".join(gained.get(label, []))
        if label in lost and label in gained and any(counts.values()):
            yield places[label], f"{before} becomes {after}: {meaning.result}"
        elif label in lost and label not in gained and meaning.lost:
            yield places[label], f"is removed: {meaning.result}"
        elif label in gained and label not in lost and meaning.gained:
            shown = f" ({after})" if after else ""
            yield places[label], f"is new{shown}: {meaning.result}"


def _identity(entry: Any, meaning: Meaning) -> object:
    if not _is_block(entry):
        return _told_apart(entry)
    keys = meaning.key or {key for key, _ in _fields(entry)}.difference(meaning.aside)
    return tuple(value for key, value in _fields(entry) if key in keys)


def _label(entry: Any, meaning: Meaning) -> str:
    """An entry's name: that of a block, the key of a pair, else the entry itself."""
    if _is_block(entry):
        found = dict(_fields(entry))
        return "/".join(str(found[key]) for key in meaning.key or ("name",))
    return str(entry[0] if isinstance(entry, tuple) else entry)


def _content(entry: Any, meaning: Meaning) -> str:
    """What an entry says besides its label."""
    if _is_block(entry):
        kept = [each for each in _fields(entry) if each[0] not in (*meaning.aside, *meaning.key)]
        return ", ".join(f"{key} {_shown(value)}" for key, value in kept if value not in (None, ()))
    return _shown(entry[1]) if isinstance(entry, tuple) else ""


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value.casefold().startswith("/subscriptions/")


def _told_apart(value: Any) -> Any:
    """What tells a value from another one: an id of Azure is the same in every case."""
    if isinstance(value, tuple):
        return tuple(map(_told_apart, value))
    return value.casefold() if _is_id(value) else value


def _is_block(value: Any) -> bool:
    return isinstance(value, Settings)


def _fields(block: Settings) -> Iterator[tuple[str, Any]]:
    """A block's values by their names in a file."""
    for name in type(block).model_fields:
        value = getattr(block, name)
        yield to_camel(name), value or (None if value == "" else value)


def _becomes(old: object, new: object, result: str) -> str:
    if new is None:
        return f"is removed: {result}"
    if old is None:
        return f"is now {_shown(new)}: {result}"
    return f"{_shown(old)} becomes {_shown(new)}: {result}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "+".join(_shown(each) for each in value) or "nothing"
    return visible(str(value))
