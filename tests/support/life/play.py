"""One fault at one call of one stage: what the run says, and what brings the stack back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from life.engine import Done, run
from life.stages import (
    DESTROY,
    PROVIDERS,
    ROUTES,
    UP,
    Stage,
    copy,
    pending,
    picture,
    readable,
    resources,
    unsettled,
)
from life.stages import (
    REFRESH as REFRESHED,
)
from providers.faults import ALWAYS, FAULTS, Fault
from providers.store import Store

PASSES: Final = "the run succeeds"
AGAIN: Final = "the same command again"
REFRESH: Final = "again with `--refresh`"
IMPORT: Final = "`pulumi import` of what is left, then again with `--refresh`"
REMOVE: Final = "again, which makes a second one; remove the first by hand"
KILLED: Final = "`pulumi cancel`, `pulumi refresh --clear-pending-creates`, an import of what was made, then again"
NEVER: Final = "nothing"

# Some answers and then the right one: the client asks again, and the run goes on.
_FEW: Final = {"throttled": 3, "late": 3}
ELSEWHERE: Final = "crashed"
"""The stand-ins run in the process that judges: tests/engine/test_kills.py kills one that runs alone."""
_LONGEST: Final = 400
_CONTROL: Final = re.compile(r"[^\x20-\x7e\n\t]")
_SAYS: Final = re.compile(r"(?:creating|reading|updating|deleting) \w+.*")


@dataclass(frozen=True, slots=True)
class Case:
    """A fault at one call of a stage."""

    cloud: str
    stage: str
    fault: Fault

    @property
    def name(self) -> str:
        """The fault as the page shows it: `throttled`, or `throttled, 3 times`."""
        few = self.fault.times == _FEW.get(self.fault.name)
        return f"{self.fault.name}, {self.fault.times} times" if few else self.fault.name


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case.

    Attributes:
        case: What was played.
        remedy: What brings the stack back, such as `AGAIN`.
        silent: Whether the same command, run again, says that it is done while the cloud is not as it says.
        left: What the cloud has then that no state knows, by type.
        way_out: Whether the servers had their way out after the failed run.
        said: The message of the failed run.
        wrong: What should not be, in sentences.
    """

    case: Case
    remedy: str
    silent: bool = False
    left: tuple[str, ...] = ()
    way_out: str = ""
    said: str = ""
    wrong: tuple[str, ...] = ()


def cases(cloud: str, stage: Stage) -> Iterator[Case]:
    """Every fault at every call of a stage."""
    for step, resource in stage.calls:
        for name, (_, steps) in FAULTS.items():
            if step in steps and name != ELSEWHERE:
                yield Case(cloud, stage.name, Fault(name, step, resource))
                if name in _FEW and (name, step) != ("late", "read"):
                    yield Case(cloud, stage.name, Fault(name, step, resource, _FEW[name]))


def expected(case: Case) -> set[str]:
    """What may bring the stack back, as the sources of the providers say."""
    fault, step, aws = case.fault, case.fault.step, case.cloud == "aws"
    by_hand = {IMPORT, REMOVE}
    if fault.name == "slow" or fault.times < ALWAYS:
        return {PASSES}
    if fault.name == "late":
        return by_hand if step == "read" else {AGAIN} if aws else {PASSES}
    if fault.name == "lost":
        return by_hand if aws and step == "create" else {PASSES}
    if fault.name == "killed":
        return {KILLED}
    if fault.name == "cut" and step == "create":
        return by_hand
    if step == "update" and aws and fault.name not in {"partial", "cut"}:
        return {REFRESH}
    return {AGAIN}


def play(case: Case, stage: Stage, folder: Path) -> Outcome:
    """Run the stage's command with the fault, and then what the docs say until the stack is back."""
    shutil.rmtree(folder, ignore_errors=True)
    copy(stage.folder, folder)
    known = {*picture(folder, case.cloud)}
    ways = _ways(folder, case.cloud)
    first = run(folder, *stage.command, fault=case.fault)
    killed = case.fault.name == "killed"
    wrong = [*(_recovered(folder, case, stage) if killed else _unreadable(first, case))]
    there = _ways(folder, case.cloud)
    way_out = "kept" if ways and ways == there else "gone" if ways else "none yet"
    if way_out == "gone" and stage.name != "destroy":
        wrong.append(f"the way out changed from {ways} to {there}")
    said = "" if first.status == 0 else _message(first)
    remedy, silent, left, more = _back(first, case, stage, folder, known)
    if remedy not in expected(case):
        wrong.append(f"{remedy!r} brings it back, and not {' or '.join(sorted(expected(case)))!r}")
    if remedy != NEVER and stage.name != "destroy":
        clean = run(folder, "preview", "--expect-no-changes")
        if clean.status:
            wrong.append(f"the preview afterwards is not clean: {clean.said[-_LONGEST:]}")
    shutil.rmtree(folder, ignore_errors=True)
    return Outcome(case, remedy, silent, left, way_out, said, (*wrong, *more))


def _recovered(folder: Path, case: Case, stage: Stage) -> Iterator[str]:
    """Let go of the lock of a killed run, and tell the engine what it was making."""
    readable(folder)
    known = {*picture(folder, case.cloud)}
    second = run(folder, *stage.command)
    if "the stack is currently locked by" not in second.said:
        yield f"a second run is not refused: {second.said[-_LONGEST:]}"
    cancelled = run(folder, "cancel", "--yes")
    if cancelled.status or known != {*picture(folder, case.cloud)}:
        yield f"the lock stays, or something was done: {cancelled.said[-_LONGEST:]}"
    begun = [each["resource"] for each in pending(folder) if each["type"] == "creating"]
    made = {each["urn"].rsplit("::", 1)[-1]: _made(folder, case.cloud, each) for each in begun}
    refreshed = run(folder, *REFRESHED, "--clear-pending-creates")
    if refreshed.status:
        yield f"the refresh fails: {refreshed.said[-_LONGEST:]}"
    if any(made.values()):
        yield from _import(folder, {name: id_ for name, id_ in made.items() if id_})


def _made(folder: Path, cloud: str, resource: Mapping[str, Any]) -> str:
    """The id that the cloud has of what was being made, or nothing if it was not made."""
    held = Store(PROVIDERS[cloud], folder / "cloud").read().get(resource["type"], {})
    found = [
        id_
        for id_, row in held.items()
        if all(resource["inputs"].get(name, value) == value for name, value in row.items())
    ]
    return found[0] if found else ""


def _back(
    first: Done, case: Case, stage: Stage, folder: Path, known: set[str]
) -> tuple[str, bool, tuple[str, ...], list[str]]:
    def settled() -> bool:
        return picture(folder, case.cloud) == stage.after and not unsettled(folder)

    if first.status == 0 and settled():
        return PASSES, False, (), []
    second = run(folder, *stage.command)
    if second.status == 0 and settled():
        return KILLED if case.fault.name == "killed" else AGAIN, False, (), []
    orphans = _orphans(folder, case.cloud, stage, known)
    silent = second.status == 0 and not orphans and not unsettled(folder)
    again = DESTROY if stage.name == "destroy" else UP
    third = run(folder, *again, "--refresh")
    if third.status == 0 and settled():
        return REFRESH, silent, (), []
    left = tuple(sorted(each.split()[0].rsplit(":", 1)[-1] for each in orphans))
    remedy, more = _by_hand(case, folder, orphans)
    fourth = run(folder, *again, "--refresh")
    if fourth.status == 0 and settled():
        return remedy, silent, left, more
    difference = _difference(picture(folder, case.cloud), dict(stage.after))
    open_ = unsettled(folder)
    return (
        NEVER,
        silent,
        left,
        [f"no run brings it back: {difference} {open_} {fourth.said[-900:]}"],
    )


def _difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    return "; ".join(
        f"{name}: {found.get(name)} instead of {wanted.get(name)}"
        for name in sorted({*found, *wanted})
        if found.get(name) != wanted.get(name)
    )[:_LONGEST]


def _ways(folder: Path, cloud: str) -> list[str]:
    held = Store(PROVIDERS[cloud], folder / "cloud").read()
    return sorted(f"{id_} {row}" for id_, row in held.get(ROUTES[cloud], {}).items())


def _orphans(folder: Path, cloud: str, stage: Stage, known: set[str]) -> list[str]:
    """What the cloud has and no state knows, `TYPE ID`, beside what was there before."""
    names = {*resources(folder)}
    return [
        each
        for each in picture(folder, cloud)
        if each not in names and each not in known and each not in stage.after
    ]


def _by_hand(case: Case, folder: Path, orphans: list[str]) -> tuple[str, list[str]]:
    """Import what no state knows; or remove it, where a second run has made another one."""
    if case.fault.resource in resources(folder):
        with Store(PROVIDERS[case.cloud], folder / "cloud").change() as records:
            for each in orphans:
                kind, _, id_ = each.partition(" ")
                del records[kind][id_]
        return REMOVE, []
    ids = [id_ for _, _, id_ in (each.partition(" ") for each in orphans)]
    return IMPORT, [*_import(folder, {case.fault.resource: ids[0]})] if ids else []


def _import(folder: Path, ids: Mapping[str, str]) -> Iterator[str]:
    """As docs/deploy.md has it: the preview writes the file, and somebody fills in the ids."""
    file = folder / "import.json"
    preview = run(folder, "preview", "--import-file", str(file))
    if not file.exists():
        yield f"the preview writes no import file: {preview.said[-_LONGEST:]}"
        return
    found = json.loads(file.read_text(encoding="utf-8"))
    found["resources"] = [
        {**each, "id": ids[name]}
        for each in found["resources"]
        # Where a component has the same name, the file gives the resource another one.
        if (name := each.get("logicalName", each["name"])) in ids and not each.get("component")
    ]
    file.write_text(json.dumps(found), encoding="utf-8")
    done = run(folder, "import", "--file", str(file), "--yes", "--skip-preview",
               "--protect=false", "--generate-code=false")  # fmt: skip
    if done.status:
        yield f"the import fails: {done.said[-_LONGEST:]}"


def _message(done: Done) -> str:
    found = _SAYS.search(done.said[done.said.find("Diagnostics:") :])
    return found[0].strip() if found else ""


def _unreadable(done: Done, case: Case) -> Iterator[str]:
    if "Traceback" in done.said or done.status < 0:
        yield f"a traceback: {done.said[-_LONGEST:]}"
    if strange := _CONTROL.search(done.said):
        yield f"the output has the character {strange[0]!r}"
    said = _message(done)
    if done.status and not said:
        yield f"the message does not say what failed: {done.said[-_LONGEST:]}"
    if len(said) > _LONGEST:
        yield f"the message is {len(said)} characters long"
    if done.status and case.fault.resource not in done.said:
        yield "the output does not name the resource"
