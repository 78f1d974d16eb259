"""Describes one resource type to a stand-in, and the cloud that it belongs to."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from providers.compare import Change
from providers.errors import CloudError, Problem, Problems
from providers.faults import Client
from providers.store import Record, Records, Store
from providers.wire import UNKNOWN, is_known
from providers.world import World

Inputs = Mapping[str, Any]
Invoke = Callable[[Inputs, "Session"], dict[str, Any]]

_TYPE_NAMES: Final = {
    str: "a string", int: "a whole number", bool: "true or false", list: "a list", dict: "a map",
}  # fmt: skip


@dataclass(frozen=True)
class Session:
    """What a configured provider works with."""

    store: Store
    world: World
    config: Inputs = field(default_factory=dict)

    def setting(self, name: str, default: str = "") -> str:
        """A setting of the provider, if it is a known string."""
        value = self.config.get(name)
        return value if isinstance(value, str) and value else default


class Kind(ABC):
    """One resource type: its inputs, what replaces it, and what its service refuses."""

    type_name: ClassVar[str]
    inputs: ClassVar[Mapping[str, type]]
    required: ClassVar[Sequence[str]] = ()
    replaced_by: ClassVar[frozenset[str]] = frozenset()
    """The inputs that the real resource cannot change in place, also below: `sku.tier`."""
    sets: ClassVar[Sequence[str]] = ()
    """The lists whose order means nothing, by their paths."""
    local: ClassVar[frozenset[str]] = frozenset()
    """The inputs that stay with the provider: the cloud never sees them."""
    implied: ClassVar[frozenset[str]] = frozenset()
    """What the cloud holds without being told: an input only where the program says it."""
    computed: ClassVar[Sequence[str]] = ()
    """The outputs that are not known before the resource exists."""
    token: ClassVar[bool] = False
    """Whether a create has a token by which the service knows that it is sent again."""
    framework: ClassVar[bool] = False
    """Whether the provider writes it with Terraform's newer framework, whose failed update keeps the old values."""

    @property
    def name(self) -> str:
        """`SecurityGroup`, the last part of the type."""
        return self.type_name.rsplit(":", 1)[-1]

    def defaults(self, inputs: Inputs, session: Session, naming: Naming) -> dict[str, Any]:  # noqa: ARG002
        """Inputs for what the program left out."""
        return {}

    def problems(self, inputs: Inputs, session: Session) -> Problems:  # noqa: ARG002
        """The problems in the inputs alone. An unknown value is not a problem."""
        yield from ()

    def canonical(self, inputs: Inputs) -> dict[str, Any]:
        """The inputs as the cloud compares them."""
        return {name: value for name, value in inputs.items() if not name.startswith("__")}

    def record(self, inputs: Inputs, session: Session) -> Record:  # noqa: ARG002
        """What the cloud keeps of the inputs."""
        return {
            name: value
            for name, value in inputs.items()
            if name not in self.local and not name.startswith("__")
        }

    def surroundings(self, inputs: Inputs, session: Session) -> None:  # noqa: B027 - none by default.
        """Raise if the world lacks what the resource refers to; a preview checks this too."""

    @abstractmethod
    def identify(self, inputs: Inputs, session: Session) -> str:
        """The physical id of a new resource."""

    def taken(self, id_: str) -> CloudError | None:
        """The service's error for creating what exists; None if it overwrites that."""
        return CloudError(f"'{id_}' exists already")

    @abstractmethod
    def admit(self, id_: str, inputs: Inputs, records: Records, session: Session) -> None:
        """Raise the service's error for a create (`id_` is not in `records`) or an update."""

    def release(self, id_: str, inputs: Inputs, records: Records) -> None:  # noqa: B027
        """Raise if the service refuses a delete; also delete what goes with the resource."""

    @abstractmethod
    def outputs(self, id_: str, inputs: Inputs, session: Session) -> dict[str, Any]:
        """What the resource adds to its inputs."""

    def permissions(self, operation: str, inputs: Inputs) -> Iterable[str]:  # noqa: ARG002
        """What whoever deploys must be allowed to, for a `read`, `write` or `delete`."""
        return ()

    def existing(self, id_: str, session: Session) -> Record | None:  # noqa: ARG002
        """What the world has under an id, which nobody has deployed here."""
        return None

    def id_of_import(self, id_: str) -> str:
        """The id in the cloud of what is imported by another one."""
        return id_

    def imported(self, record: Record, session: Session) -> dict[str, Any]:  # noqa: ARG002
        """The inputs that the provider reads of what nobody has deployed here."""
        return dict(record)

    def before(self, old: Inputs, outputs: Inputs) -> Inputs:  # noqa: ARG002
        """The old inputs, as the provider compares them."""
        return old

    def replaces(self, change: Change) -> bool:
        """Whether a change needs a new resource."""
        return any(change.path == path or change.path.startswith((f"{path}.", f"{path}["))
                   for path in self.replaced_by)  # fmt: skip

    def unsettled(self, old: Inputs, new: Inputs) -> Sequence[str]:  # noqa: ARG002
        """The outputs that are unknown until this update is done."""
        return ()

    def enriched(self, inputs: Inputs, session: Session, *, preview: bool) -> dict[str, Any]:  # noqa: ARG002
        """Inputs that the service returns with additions, unknown in a preview."""
        return {}

    seconds: ClassVar[float] = 0
    """How long the cloud works on a write before it says how it went."""

    def alone_in(self, inputs: Inputs, session: Session) -> str | None:  # noqa: ARG002
        """The id of the thing that takes one write at a time; None if writes may overlap."""
        return None

    def delete_first(self, old: Inputs, new: Inputs) -> bool:  # noqa: ARG002
        """Whether a replacement cannot exist beside the old resource."""
        return False


@dataclass(frozen=True)
class Naming:
    """Names a resource that has no name, the same way every time.

    The real providers end the name in random digits. These are a hash of the URN, so that a test
    and a reader see the same name twice; only where the cloud holds that name already (the resource
    is being replaced) does the hash move on.
    """

    urn: str
    olds: Inputs
    records: Records

    @property
    def logical(self) -> str:
        """The resource's name in the program."""
        return self.urn.rsplit("::", 1)[-1]

    def pick(self, setting: str, kind: Kind, separator: str, digits: int) -> str:
        """The name that was made up for it before, or one that is not taken in its type.

        A bridged provider lists in `__defaults` what it made up. What is imported has an empty list:
        such a resource gets another name, and so is replaced, unless the program says its name
        (pulumi-terraform-bridge pkg/tfbridge/schema.go, applyDefaults and extractSchemaInputsObject,
        commit 59de6c6, read 2026-11-30).
        """
        kept, made_up = self.olds.get(setting), self.olds.get("__defaults")
        if isinstance(kept, str) and (made_up is None or setting in made_up):
            return kept
        held = self.records.get(kind.type_name, {}).values()
        taken = {str(record.get(setting, "")).casefold() for record in held}
        return next(name for name in self._names(separator, digits) if name.casefold() not in taken)

    def _names(self, separator: str, digits: int) -> Iterator[str]:
        attempt = 0
        while True:
            seed = f"{self.urn}#{attempt}" if attempt else self.urn
            suffix = hashlib.sha256(seed.encode()).hexdigest()[:digits]
            yield f"{self.logical}{separator}{suffix}"
            attempt += 1


def shape_problems(kind: Kind, inputs: Inputs) -> Problems:
    """Finds unknown names, values of the wrong type, and missing properties."""
    for name, value in inputs.items():
        if name.startswith("__") or value is UNKNOWN:
            continue
        if name not in kind.inputs:
            known = ", ".join(kind.inputs)
            yield Problem(name, f"{kind.name} has no property {name}; it has: {known}")
        elif not is_a(value, kind.inputs[name]):
            yield Problem(name, f"{name} must be {_TYPE_NAMES[kind.inputs[name]]}, not {value!r}")
    for name in kind.required:
        if name not in inputs:
            yield Problem(name, f"missing required property '{name}'")


def is_a(value: object, wanted: type) -> bool:
    """Whether a value from the wire has a type; a bool does not count as a number."""
    return isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))


def known(inputs: Inputs, name: str, wanted: type = str) -> Any:
    """A property's value if it is set, known and of its type; else None."""
    value = inputs.get(name)
    return value if is_a(value, wanted) and is_known(value) else None


def row_problems(holder: Inputs, name: str, path: str = "") -> Problems:
    """Reports list items that are not maps; later checks may rely on the others being maps."""
    for index, row in enumerate(items(holder, name)):
        if row is not UNKNOWN and not is_a(row, dict):
            yield Problem(f"{path}{name}[{index}]", f"{name} holds maps, not {row!r}")


def items(holder: Inputs, name: str) -> list[Any]:
    """A list property's items; empty if it is absent, unknown or not a list."""
    value = holder.get(name)
    return value if isinstance(value, list) else []


@dataclass(frozen=True)
class Cloud:
    """One provider: its resource types, its functions, and what its settings must be."""

    provider: str
    version: str
    kinds: Mapping[str, Kind]
    invokes: Mapping[str, Invoke]
    config_problems: Callable[[Inputs], Problems]
    marks_defaults: bool
    """Whether inputs carry `__defaults`, as in every provider that is bridged from Terraform."""
    title: str
    client: Client
    throttled: int = 0
    """How many of a run's first writes are answered with 429."""
    invoked: Mapping[str, str] = field(default_factory=dict)
    """By function, the permission that it needs."""

    def kind(self, token: str) -> Kind | None:
        """A resource type, by its token."""
        return self.kinds.get(token)
