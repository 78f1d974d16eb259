"""What `pulumi refresh --preview-only --json` found: each resource as deployed, and as it is now.

The engine asks the clouds and changes nothing. Only its events have all that a cloud answered: its digest
leaves out what no input of a resource says (measured with engine 3.259), such as a rule that somebody
added to a security group. For example a network security group that somebody gave
a rule in the portal has the operation `update`, its old state without the rule and its new one with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from wsus_egress.problems import PolicyErrors
from wsus_egress.readers.resources import UNKNOWN, Resource, plain_type
from wsus_egress.review.events import EventsOption, objects_of

Operation = Literal["same", "update", "delete"]
State = Mapping[str, Any]
_OPTION: Final = EventsOption(
    "EVENTS",
    "pass the output of `pulumi refresh --preview-only --json` with "
    "PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true",
)
_OPERATIONS: Final[Mapping[str, Operation]] = {
    "same": "same", "update": "update", "delete": "delete",
}  # fmt: skip
# pulumi/pulumi, `sdk/go/common/resource/sig.go` (read 2026-11): the key and value of a secret, and
# what stands for a secret's text where it is not shown.
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_HIDDEN: Final = "[secret]"


@dataclass(frozen=True, slots=True)
class Seen:
    """One resource, before and after.

    Attributes:
        operation: `same`, `update`, or `delete` of one that is gone.
        before: As the last update left it.
        after: As it is now; None where it is gone.
    """

    operation: Operation
    before: Resource
    after: Resource | None
    old: State
    new: State | None


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Every resource of a stack, in the order of their names."""

    seen: tuple[Seen, ...]

    @property
    def stack(self) -> str:
        """The stack's name, from `urn:pulumi:STACK::PROJECT::...`; empty where nothing says it."""
        return next((each.before.urn.split(":")[2] for each in self.seen), "")

    @property
    def before(self) -> tuple[Resource, ...]:
        """The stack as deployed."""
        return tuple(each.before for each in self.seen)

    @property
    def after(self) -> tuple[Resource, ...]:
        """The stack as it is."""
        return tuple(each.after for each in self.seen if each.after is not None)

    def states(self, *, now: bool) -> list[dict[str, Any]]:
        """The states, as a stack's export has them."""
        return [dict(s) for each in self.seen if (s := each.new if now else each.old) is not None]


def read_refreshed(path: Path) -> Refreshed:
    """Read what a refresh found.

    Args:
        path: A file of the engine's events, or `-` for standard input.

    Raises:
        PolicyErrors: When the file cannot be read, is of another command, or ends with an error.
    """
    steps: list[Mapping[str, Any]] = []
    errors: list[str] = []
    ended = refreshes = digest = False
    for event in objects_of(path, _OPTION):
        digest = digest or "changeSummary" in event
        ended = ended or "summaryEvent" in event
        refreshes = refreshes or _step(event, "resourcePreEvent").get("op") == "refresh"
        if step := _step(event, "resOutputsEvent"):
            steps.append(step)
        one = event.get("diagnosticEvent")
        if isinstance(one, dict) and one.get("severity") == "error":
            errors.append(" ".join(str(one.get("message")).split()))
    others = sorted({str(step.get("op")) for step in steps} - {*_OPERATIONS})
    wrong = ""
    if digest:
        wrong = "this is a digest, which leaves out what only the cloud knows"
    elif errors:
        wrong = f"the refresh failed, so that what it says is not all: {errors[0]}"
    elif others or not refreshes:
        wrong = "these are not the events of a refresh"
        wrong += f": they have a step `{others[0]}`" if others else ""
    elif not ended:
        wrong = "the refresh did not finish: its summary is missing"
    if wrong:
        raise PolicyErrors([_OPTION.problem(path, 1, wrong)])
    seen = [found for step in steps if (found := _seen(step)) is not None]
    return Refreshed(tuple(sorted(seen, key=lambda each: each.before.urn)))


def _step(event: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    done = event.get(kind)
    step = done.get("metadata") if isinstance(done, dict) else None
    return step if isinstance(step, dict) else {}


def _seen(step: Mapping[str, Any]) -> Seen | None:
    old, new = step.get("old"), step.get("new")
    if not isinstance(old, dict) or not str(old.get("urn", "")).startswith("urn:pulumi:"):
        return None  # What is only there now is of no stack.
    operation = _OPERATIONS[str(step["op"])]
    if operation == "delete" or not isinstance(new, dict):
        return Seen(operation, _resource(old), None, old, None)
    return Seen(operation, _resource(old), _resource(new), old, new)


def _resource(state: State) -> Resource:
    properties: dict[str, Any] = {}
    for key in ("inputs", "outputs"):
        if isinstance(found := state.get(key), dict):
            properties.update(plain(found))
    if isinstance(identity := state.get("id"), str):
        properties.setdefault("id", identity)
    depends = state.get("propertyDependencies")
    refers = {
        str(key): tuple(map(str, urns))
        for key, urns in (depends.items() if isinstance(depends, dict) else ())
        if isinstance(urns, list) and urns
    }
    urn = str(state.get("urn", ""))
    kind = plain_type(str(state.get("type")))
    return Resource(kind, urn.rpartition("::")[2], urn, properties, refers)


def plain(value: Any) -> Any:
    """A value of a state: without the engine's own keys; UNKNOWN for a secret that is not shown."""
    if isinstance(value, dict):
        if _SIGNATURE in value:
            try:
                return plain(json.loads(value["plaintext"]))
            except (KeyError, TypeError, ValueError):
                return UNKNOWN
        return {str(k): plain(v) for k, v in value.items() if k != "__defaults"}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return UNKNOWN if value == _HIDDEN else value
