"""What the Pulumi engine will do, from its preview's events, whose shape is not trusted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wsus_egress.problems import Location, PolicyErrors, Problem, visible
from wsus_egress.review.finding import Finding
from wsus_egress.review.replacements import is_risk
from wsus_egress.review.two_steps import rule_group_at_risk

_REASONS: Final = ("keys", "replaceReasons", "diffs", "diffReasons")
_ERROR: Final = "error: "
STDIN: Final = Path("-")
MAX_BYTES: Final = 64 * 1024 * 1024
_SHOWN: Final = frozenset(
    {"create", "update", "delete", "replace", "import", "read", "discard"}
)  # `create-replacement` and `delete-replaced` are the halves of a `replace`.


@dataclass(frozen=True, slots=True)
class Step:
    """One resource that changes, and the properties that are the reason."""

    operation: str
    type: str
    name: str
    properties: tuple[str, ...]

    @property
    def is_risk(self) -> bool:
        """Whether a firewall's rules are at stake."""
        return is_risk(self.operation, self.type)


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """A violation of a policy pack's rule."""

    rule: str
    level: str
    resource: str
    message: str


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What the engine's preview reports, sorted, without unchanged resources.

    Attributes:
        ended: Whether the summary came, which the engine writes last.
    """

    steps: tuple[Step, ...]
    policies: tuple[PolicyResult, ...]
    diagnostics: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    ended: bool

    @property
    def summary(self) -> str:
        """`1 to create, 2 to update, 31 the same`."""
        parts = [f"{n} the same" if op == "same" else f"{n} to {op}" for op, n in self.counts if n]
        if not self.ended:
            return "no summary: the preview did not finish"
        return ", ".join(parts) or "nothing to do"

    def findings(self) -> Iterator[Finding]:
        """What the gate has to know."""
        for step in self.steps:
            if step.is_risk:
                yield rule_group_at_risk("", "", step.operation, step.type, step.name)
        for text in self.diagnostics:
            if text.startswith(_ERROR):
                yield Finding(
                    "engine-error",
                    "",
                    "",
                    text.removeprefix(_ERROR),
                    "fix what the engine reports, and run its preview again",
                )
        for each in self.policies:
            mandatory = each.level == "mandatory"
            yield Finding(
                "policy-violation" if mandatory else "policy-warning",
                "",
                "",
                f"{each.rule} ({each.resource}): {each.message}",
                "see the policy pack's documentation for the rule",
            )


def read_events(path: Path) -> EngineReport:
    """Read a file of `pulumi preview --json`, streamed events or the digest.

    Raises:
        PolicyErrors: When it cannot be read, or has no event of a preview in it.
    """
    report = _Reader()
    for event in objects_of(path, _PREVIEW):
        report.take(event)
    if not report.seen:
        raise PolicyErrors([_PREVIEW.problem(path, 1, "the file has no preview event")])
    return report.result()


@dataclass(frozen=True, slots=True)
class EventsOption:
    """The option or argument that names a file of events, and what to give there."""

    option: str
    instead: str

    def problem(self, path: Path, line: int, what: str) -> Problem:
        """What is wrong with a line of the file."""
        return Problem(Location(str(path), line), (self.option,), what, self.instead)


_PREVIEW: Final = EventsOption(
    "--pulumi-events",
    "pass the output of `pulumi preview --json` with PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true",
)


def objects_of(path: Path, told: EventsOption) -> Iterator[Mapping[str, Any]]:
    """The objects of what Pulumi prints as JSON: one, or one a line.

    Raises:
        PolicyErrors: When the file cannot be read, is too large, or is not JSON.
    """

    def broken(line: int, what: str) -> PolicyErrors:
        return PolicyErrors([told.problem(path, line, what)])

    try:
        with sys.stdin.buffer if path == STDIN else path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise broken(1, f"the file cannot be read ({error.strerror})".lower()) from error
    except UnicodeDecodeError as error:
        raise broken(1, "the file is not UTF-8") from error
    if len(raw) > MAX_BYTES:
        raise broken(1, f"the file is larger than {MAX_BYTES} bytes")
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    except RecursionError as error:
        raise broken(1, "it is nested too deeply") from error
    if isinstance(whole, dict):
        yield whole
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise broken(number, "this line is not JSON") from error
        if not isinstance(event, dict):
            raise broken(number, "this line is not an event")
        yield event


class _Reader:
    """Takes the parts it knows from each event and ignores the rest."""

    def __init__(self) -> None:
        self.seen = False
        self._steps: dict[Step, None] = {}
        self._policies: dict[PolicyResult, None] = {}
        self._diagnostics: dict[str, None] = {}
        self._counts: dict[str, int] = {}
        self._ended = False

    def take(self, event: Mapping[str, Any]) -> None:
        if isinstance(pre := event.get("resourcePreEvent"), dict):
            self._step(pre.get("metadata"))
        if isinstance(policy := event.get("policyEvent"), dict):
            self.seen = True
            self._policies[
                PolicyResult(
                    _text(policy.get("policyName")),
                    _text(policy.get("enforcementLevel")),
                    _name(policy.get("resourceUrn")),
                    _text(policy.get("message")).strip(),
                )
            ] = None
        if isinstance(diagnostic := event.get("diagnosticEvent"), dict):
            self._diagnostic(diagnostic)
        if isinstance(summary := event.get("summaryEvent"), dict):
            self._summary(summary.get("resourceChanges"))
        for step in steps if isinstance(steps := event.get("steps"), list) else ():
            self._step(step)
        for each in found if isinstance(found := event.get("diagnostics"), list) else ():
            if isinstance(each, dict):
                self._diagnostic(each)
        self._summary(event.get("changeSummary"))

    def _step(self, step: Any) -> None:
        if not isinstance(step, dict) or not isinstance(step.get("op"), str):
            return
        self.seen = True
        operation = step["op"]
        state = step.get("newState") or step.get("oldState") or step.get("new") or step.get("old")
        kind = _text(step.get("type") or (state.get("type") if isinstance(state, dict) else ""))
        if operation in _SHOWN and not kind.startswith("pulumi:"):
            # For a replacement show the properties that force it, for an update those that differ.
            reasons: list[Any] = next(
                (step[key] for key in _REASONS if isinstance(step.get(key), list)), []
            )
            properties = [_text(reason) for reason in reasons if isinstance(reason, str)]
            made = Step(operation, kind, _name(step.get("urn")), tuple(sorted(properties)))
            self._steps[made] = None

    def _diagnostic(self, diagnostic: Mapping[str, Any]) -> None:
        severity = _text(diagnostic.get("severity"))
        if severity in ("error", "warning"):
            message = " ".join(_text(diagnostic.get("message")).split())
            self._diagnostics[f"{severity}: {message}"] = None

    def _summary(self, counts: Any) -> None:
        if isinstance(counts, dict):
            self.seen = self._ended = True
            for operation, number in counts.items():
                if isinstance(number, int):
                    self._counts[_text(operation)] = number

    def result(self) -> EngineReport:
        return EngineReport(
            tuple(sorted(self._steps, key=lambda s: (s.operation, s.type, s.name))),
            tuple(sorted(self._policies, key=lambda p: (p.level, p.rule, p.resource, p.message))),
            tuple(sorted(self._diagnostics)),
            tuple(sorted(self._counts.items())),
            self._ended,
        )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    # Another program wrote this, and a terminal obeys control characters.
    return visible(" ".join(value.split()))


def _name(urn: Any) -> str:
    return _text(urn).rpartition("::")[2]
