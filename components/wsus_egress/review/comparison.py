"""A change as a whole: every environment on both sides, what differs, and what the gate finds."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wsus_egress.config.project import (
    CONFIG_FOLDER,
    LISTS_FOLDER,
    environment_names,
    load_environments,
)
from wsus_egress.controls import Control, Document
from wsus_egress.model.environment import COMPONENT_NAME, Environment, Gate
from wsus_egress.problems import Collector, Location, PolicyErrors, Problem
from wsus_egress.review import findings as gate
from wsus_egress.review.analysis import Analysis, analysed
from wsus_egress.review.change import TargetChange, compare
from wsus_egress.review.findings import Approved, Finding
from wsus_egress.review.gitbase import base_project
from wsus_egress.review.locations import Locator
from wsus_egress.review.replacements import is_replaced, is_risk


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """A resource whose inputs are not the same on both sides, as far as it is known offline."""

    kind: str
    type: str
    name: str
    properties: tuple[str, ...]
    """What differs of one that changed."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a page about a change is made of.

    Attributes:
        base: As it was asked for.
        analyses: Of the head; of environments that do not differ from the base only the controls.
        changes: Of every target of every environment, by name.
        approved: Each widening with its approval, by environment and target.
        resources: By environment and target.
        findings: Sorted, what fails first.
        same: The environments that do not differ at all.
        files: The configuration files whose text differs.
    """

    base: str
    analyses: tuple[Analysis, ...]
    changes: tuple[TargetChange, ...]
    approved: Mapping[tuple[str, str], tuple[Approved, ...]]
    resources: Mapping[tuple[str, str], tuple[ResourceChange, ...]]
    findings: tuple[Finding, ...]
    same: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def fails(self) -> bool:
        """Whether the gate stays closed."""
        return any(finding.fails for finding in self.findings)


def compared(
    root: Path,
    ref: str,
    names: Sequence[str],
    today: datetime.date,
    *,
    prove_all: bool = False,
) -> Comparison:
    """Compare a project with what a git commit has of it.

    Args:
        root: The project's folder.
        ref: The base.
        names: Which environments, of either side; all where empty.
        today: The day for acceptances and approvals.
        prove_all: Prove what does not differ from the base too, and each control by itself.

    Raises:
        PolicyErrors: With every problem of both sides; those of the base name it.
    """
    try:
        with base_project(root, ref) as base:
            before, after, files = _both(root, base, ref, names)
    except PolicyErrors as error:
        # The head's own problems are told too where there is no base to compare it with.
        raise PolicyErrors([*error.problems, *_of_head(root, names)]) from None
    same = tuple(sorted(name for name in after if before.get(name) == after[name]))
    unproved = () if prove_all else same
    analyses = analysed(after.values(), today, each_control=prove_all, unproved=frozenset(unproved))
    heads = {analysis.environment.name: analysis for analysis in analyses}
    locator = Locator(root)
    changes: list[TargetChange] = []
    approved: dict[tuple[str, str], tuple[Approved, ...]] = {}
    resources: dict[tuple[str, str], tuple[ResourceChange, ...]] = {}
    found: list[Finding] = []
    problems = Collector()
    for name in sorted({*before, *after}):
        old, new, head = before.get(name), after.get(name), heads.get(name)
        if new is not None:
            found += gate.expiries(new, _gate(old, new), today)
        if name not in same:
            found += gate.removals(old, new, today)
            found += gate.acceptances(old, new, today) if new is not None else ()
        controls = _controls(head)
        try:
            was = _controls(analysed([old], None)[0]) if old and name not in same else controls
        except PolicyErrors as error:
            problems.extend(_of_base(problem, ref) for problem in error.problems)
            continue
        for change in compare(old, new, was, controls):
            changes.append(change)
            if name in same:
                continue
            key = (name, change.target)
            resources[key] = tuple(
                _resources(was.get(change.target, ()), controls.get(change.target, ()))
            )
            found += (
                gate.rule_group_at_risk(name, change.target, each.kind, each.type, each.name)
                for each in resources[key]
                if each.kind == "replace" and is_risk(each.kind, each.type)
            )
            if new is not None:
                places = locator.of(new, change)
                approved[key] = gate.approvals(change, old, new, today, places)
                found += gate.widenings(change, approved[key], _gate(old, new))
        # What stands as it stood is nothing that the change does: `check` finds it.
        if head is not None and name not in same:
            for target in head.targets:
                found += gate.deviations(head.environment, target)
                if old is not None and target.target.cloud in was:
                    found += gate.under_acceptances(
                        head.environment, old, target, was[target.target.cloud], today
                    )
    problems.raise_if_any()
    ordered = gate.in_order(found)
    return Comparison(ref, analyses, tuple(changes), approved, resources, ordered, same, files)


def alone(analyses: Sequence[Analysis], today: datetime.date) -> Comparison:
    """The head by itself, where there is no base: nothing changes, and the gate looks at it."""
    return Comparison("", tuple(analyses), (), {}, {}, gate.standing(analyses, today), (), ())


def _gate(old: Environment | None, new: Environment) -> Gate:
    # A new environment cannot open its own gate either.
    return new.gate.stricter(old.gate if old else Gate())


def _controls(analysis: Analysis | None) -> dict[str, tuple[Control, ...]]:
    return {t.target.cloud: t.controls for t in analysis.targets} if analysis else {}


def _both(
    root: Path, base: Path, ref: str, names: Sequence[str]
) -> tuple[dict[str, Environment], dict[str, Environment], tuple[str, ...]]:
    problems = Collector()
    heads, bases = environment_names(root), environment_names(base)
    for name in names:
        if name not in heads and name not in bases:
            known = ", ".join(sorted({*heads, *bases}))
            problems.add(None, (), f"there is no environment {name!r}", f"the choices are {known}")
    asked = [name for name in sorted({*heads, *bases}) if not names or name in names]
    after: dict[str, Environment] = {}
    try:
        wanted = [name for name in asked if name in heads]
        if wanted or not asked:
            after = {e.name: e for e in load_environments(root, wanted)}
    except PolicyErrors as error:
        problems.extend(error.problems)
    files = _different_files(root, base)
    listed = any(name.startswith(f"{LISTS_FOLDER}/") for name in files)
    before: dict[str, Environment] = {}
    wanted = []
    for name in (name for name in asked if name in bases):
        if name in after and not listed and _file(name) not in files:
            before[name] = after[name]  # To the byte the same: read once.
        else:
            wanted.append(name)
    try:
        if wanted:
            before |= {e.name: e for e in load_environments(base, wanted)}
    except PolicyErrors as error:
        problems.extend(_of_base(problem, ref) for problem in error.problems)
    problems.raise_if_any()
    return before, after, files


def _of_head(root: Path, names: Sequence[str]) -> tuple[Problem, ...]:
    there = environment_names(root)
    try:
        load_environments(root, [name for name in names if name in there])
    except PolicyErrors as error:
        return error.problems
    return ()


def _of_base(problem: Problem, ref: str) -> Problem:
    where = problem.location
    location = Location(f"{ref}:{where.file}", where.line) if where else Location(ref, 1)
    what = f"the base cannot be read by this version: {problem.what}"
    return Problem(location, problem.keys, what, "name a base that is sound, or leave --base out")


def _file(name: str) -> str:
    return f"{CONFIG_FOLDER}/Pulumi.{name}.yaml"


def _different_files(root: Path, base: Path) -> tuple[str, ...]:
    texts: list[dict[str, bytes]] = [{}, {}]
    for found, folder in zip(texts, (root, base), strict=True):
        for pattern in (f"{CONFIG_FOLDER}/Pulumi.*.yaml", f"{LISTS_FOLDER}/*.yaml"):
            for path in folder.glob(pattern):
                name = path.relative_to(folder).as_posix()
                try:
                    found[name] = path.read_bytes()
                except OSError:
                    found[name] = b""  # Reading it as a setting says what is wrong.
    head, was = texts
    return tuple(sorted(n for n in {*head, *was} if head.get(n) != was.get(n)))


def _resources(before: Sequence[Control], after: Sequence[Control]) -> Iterator[ResourceChange]:
    old, new = _documents(before), _documents(after)
    for key in sorted({*old, *new}):
        was, now = old.get(key), new.get(key)
        if was is None or now is None:
            yield ResourceChange("create" if was is None else "delete", *key, ())
        elif was.properties != now.properties:
            names = sorted({*was.properties, *now.properties})
            differ = [n for n in names if was.properties.get(n) != now.properties.get(n)]
            kind = "replace" if is_replaced(now.type, differ) else "update"
            yield ResourceChange(kind, *key, tuple(differ))


def _documents(controls: Sequence[Control]) -> dict[tuple[str, str], Document]:
    return {
        (document.type, document.name): document
        for control in controls
        for document in control.documents(COMPONENT_NAME)
    }
