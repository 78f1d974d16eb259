"""A change as a whole: every environment on both sides, what differs, and what the gate finds.

For example a branch that adds `*.example.com` to a list of `prod` gives a `Review` with one
`TargetChange` for each cloud of `prod`, and an `unapproved-widening` among its findings.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wsus_egress.config.files import find_files
from wsus_egress.controls import Control
from wsus_egress.model.environment import Approval, Environment, Gate
from wsus_egress.problems import Collector, PolicyErrors
from wsus_egress.review import two_steps
from wsus_egress.review.analysis import Analysis, analysed
from wsus_egress.review.approvals import (
    Approved,
    Unguarded,
    acceptances,
    approvals,
    given_by,
    under_acceptances,
    unguardings,
    widenings,
)
from wsus_egress.review.assumed import assumptions, new_ids
from wsus_egress.review.both_sides import both_sides, of_base, of_head
from wsus_egress.review.change import TargetChange, compare
from wsus_egress.review.entries import entries, whats
from wsus_egress.review.finding import Finding, in_order
from wsus_egress.review.findings import deviations, expiries, standing
from wsus_egress.review.gitbase import base_project
from wsus_egress.review.locations import Locator
from wsus_egress.review.package_version import package_moved
from wsus_egress.review.program import ProgramChange, program_changes
from wsus_egress.review.project_notes import moved_package, own_lists
from wsus_egress.review.quotas import QuotaUse, quota_uses
from wsus_egress.review.resource_changes import (
    ResourceChange,
    at_risk,
    replaces_a_group,
    resource_changes,
)
from wsus_egress.review.unguarded import unguarded


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that a page about a change shows.

    Attributes:
        base: As it was asked for.
        analyses: Of the head; unchanged environments have only their controls.
        changes: Of every target of every environment, by name.
        approved: Each widening with its approval, by environment and target.
        resources: By environment and target.
        findings: Sorted, what fails first.
        quotas: Those to look at, by environment and target.
        same: The environments that do not differ at all.
        files: The configuration files whose text differs.
        unguarded: Protection that is taken away, each with its approval.
    """

    base: str
    analyses: tuple[Analysis, ...]
    changes: tuple[TargetChange, ...]
    approved: Mapping[tuple[str, str], tuple[Approved, ...]]
    resources: Mapping[tuple[str, str], tuple[ResourceChange, ...]]
    findings: tuple[Finding, ...]
    quotas: Mapping[tuple[str, str], tuple[QuotaUse, ...]]
    same: tuple[str, ...]
    files: tuple[str, ...]
    unguarded: tuple[Unguarded, ...] = ()

    @property
    def fails(self) -> bool:
        """Whether the gate stays closed."""
        return any(finding.fails for finding in self.findings)


def against_base(
    root: Path,
    ref: str,
    names: Sequence[str],
    today: datetime.date,
    *,
    prove_all: bool = False,
) -> Review:
    """Compare a project with what a git commit has of it.

    Args:
        root: The project's folder.
        ref: The base.
        names: Which environments, of either side; all where empty.
        today: The day for acceptances and approvals.
        prove_all: Prove what does not differ from the base too, and each control on its own.

    Raises:
        PolicyErrors: With every problem of both sides; those of the base name it.
    """
    head = find_files(root)
    try:
        with base_project(root, ref) as base:
            was_files = find_files(base)
            before, after, files = both_sides(head, was_files, ref, names)
            moved = package_moved(root, base)
            program = program_changes(root, ref, head.project, was_files.project)
    except PolicyErrors as error:
        # Where there is no base to compare with, the head's own problems are reported too.
        raise PolicyErrors([*error.problems, *of_head(head, names)]) from None
    same = tuple(sorted(name for name in after if before.get(name) == after[name]))
    unproved = () if prove_all else same
    analyses = analysed(after.values(), today, each_control=prove_all, unproved=frozenset(unproved))
    heads = {analysis.environment.name: analysis for analysis in analyses}
    locator = Locator(root, head.lists_folder)
    parts: list[_Part] = []
    problems = Collector()
    others = {
        what: approval
        for name, environment in after.items()
        for what, approval in given_by(before.get(name), environment, today).items()
    }
    for name in sorted({*before, *after}):
        old, analysis = before.get(name), heads.get(name)
        changed = name not in same
        try:
            was = _controls(analysed([old], None)[0] if old and changed else analysis)
        except PolicyErrors as error:
            problems.extend(of_base(problem, ref) for problem in error.problems)
            continue
        parts.append(
            _Pair(
                name,
                old,
                after.get(name),
                analysis,
                was,
                changed,
                others,
                program,
                _farewell(old, before, after) if old and name not in after else "",
                not after,
            ).part(locator, today)
        )
    problems.raise_if_any()
    return Review(
        base=ref,
        analyses=analyses,
        changes=tuple(change for part in parts for change in part.changes),
        approved={key: value for part in parts for key, value in part.approved.items()},
        resources={key: value for part in parts for key, value in part.resources.items()},
        findings=in_order(
            (
                *(finding for part in parts for finding in part.findings),
                *(each.finding(others) for each in program),
                *own_lists(head),
                *moved_package(head, moved, after.values()),
            )
        ),
        quotas={key: value for part in parts for key, value in part.quotas.items()},
        same=same,
        files=files,
        unguarded=tuple(each for part in parts for each in part.unguarded),
    )


def without_base(
    analyses: Sequence[Analysis], today: datetime.date, notes: Iterable[Finding] = ()
) -> Review:
    """The environments as they stand: nothing changes, and the gate judges what is there."""
    quotas = {
        (analysis.environment.name, cloud): quota_uses((), controls)
        for analysis in analyses
        for cloud, controls in _controls(analysis).items()
    }
    findings = in_order((*standing(analyses, today), *notes))
    return Review("", tuple(analyses), (), {}, {}, findings, quotas, (), ())


@dataclass(frozen=True, slots=True)
class _Part:
    """What one environment adds to a review; the attributes are those of `Review`."""

    changes: tuple[TargetChange, ...]
    approved: Mapping[tuple[str, str], tuple[Approved, ...]]
    resources: Mapping[tuple[str, str], tuple[ResourceChange, ...]]
    findings: tuple[Finding, ...]
    quotas: Mapping[tuple[str, str], tuple[QuotaUse, ...]]
    unguarded: tuple[Unguarded, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pair:
    """One environment on both sides of a change.

    Attributes:
        before: None where the base lacks it.
        after: None where the head lacks it.
        head: `after`, analysed.
        was: The base's controls by target.
        changed: Whether the sides differ at all.
        others: What the change approves in any environment.
        program: What the change does to the program, which any environment may approve.
        farewell: What to do with a stack whose file goes.
        last: Whether no environment is left.
    """

    name: str
    before: Environment | None
    after: Environment | None
    head: Analysis | None
    was: Mapping[str, tuple[Control, ...]]
    changed: bool
    others: Mapping[str, Approval]
    program: tuple[ProgramChange, ...]
    farewell: str
    last: bool

    def part(self, locator: Locator, today: datetime.date) -> _Part:
        """What this environment adds to the review."""
        controls = _controls(self.head)
        changes = compare(self.before, self.after, self.was, controls)
        if not self.changed:
            return _Part(changes, {}, {}, tuple(self._expiries(today)), {})
        approved: dict[tuple[str, str], tuple[Approved, ...]] = {}
        resources: dict[tuple[str, str], tuple[ResourceChange, ...]] = {}
        quotas: dict[tuple[str, str], tuple[QuotaUse, ...]] = {}
        for change in changes:
            key = (self.name, change.target)
            old, new = self.was.get(change.target, ()), controls.get(change.target, ())
            resources[key] = tuple(resource_changes(old, new))
            quotas[key] = quota_uses(old, new)
            if self.after is not None:
                places = locator.of(self.after, change)
                approved[key] = approvals(change, self.before, self.after, today, places)
        seen = tuple(
            dataclasses.replace(each, text=f"{each.text}{self.farewell}", last=self.last)
            if each.removal == "environment"
            else each
            for each in unguarded(self.before, self.after)
        )
        lost = unguardings(seen, self.before, self.after, today, self.others)
        findings = (
            *self._expiries(today),
            *(each.finding for each in lost),
            *self._entries(changes, lost, today),
            *self._widenings(changes, approved),
            *(each for key, found in resources.items() for each in at_risk(key, found)),
            *(each for key, found in resources.items() for each in self._unswitched(key, found)),
            *self._deviations(today),
        )
        return _Part(changes, approved, resources, findings, quotas, lost)

    def _entries(
        self, changes: Sequence[TargetChange], lost: Sequence[Unguarded], today: datetime.date
    ) -> Iterator[Finding]:
        if self.after is not None:
            needed = {each.change.what for each in lost}
            needed.update(each.what for each in self.program)
            needed.update(*(whats(change, self.after) for change in changes))
            controls, assumed = _controls(self.head), set[str]()
            for cloud, those in controls.items():
                was = self.was.get(cloud, ()) if self.before is not None else ()
                needed |= new_ids(self.before, those, was)
                assumed.update(a.id for control in those for a in control.assumptions)
            yield from entries(self.before, self.after, today, needed, assumed)

    def _expiries(self, today: datetime.date) -> Iterator[Finding]:
        if self.after is not None:
            yield from expiries(self.after, _gate(self.before, self.after), today)

    def _unswitched(
        self, place: tuple[str, str], resources: Sequence[ResourceChange]
    ) -> Iterator[Finding]:
        """Rule groups that are replaced in a firewall policy that is not made here."""
        target = self.after.aws if self.after is not None else None
        firewall = target.network_firewall if target and place[1] == target.cloud else None
        if firewall and firewall.mode == "rules-only" and firewall.firewall_manager is None:
            names = [each.name for each in resources if replaces_a_group(each)]
            if names:
                yield two_steps.unswitched_groups(*place, names)

    def _widenings(
        self,
        changes: Sequence[TargetChange],
        approved: Mapping[tuple[str, str], tuple[Approved, ...]],
    ) -> Iterator[Finding]:
        if self.after is not None:
            allowed = _gate(self.before, self.after)
            for change in changes:
                yield from widenings(change, approved[self.name, change.target], allowed)

    def _deviations(self, today: datetime.date) -> Iterator[Finding]:
        """Deviations, acceptances and assumptions; `check` finds those of an environment that did not change."""
        if self.head is None:
            return
        environment, before = self.head.environment, self.before
        yield from acceptances(before, environment, today)
        for target in self.head.targets:
            yield from deviations(environment, target)
            was = self.was.get(target.target.cloud, ()) if before is not None else ()
            yield from assumptions(before, environment, target, was, today)
            if before is not None and was:
                yield from under_acceptances(environment, before, target, was, today)


def _farewell(
    gone: Environment, before: Mapping[str, Environment], after: Mapping[str, Environment]
) -> str:
    """What to do with the stack of an environment that goes: rename it, or destroy it first."""
    places = {party.addresses for party in gone.policy.parties}
    for name, each in after.items():
        if name not in before and places == {party.addresses for party in each.policy.parties}:
            return (
                f"; {name} has the same servers: if it is to be the same stack, run `pulumi stack rename {name} "
                f"--stack {gone.name}`, or everything is made a second time"
            )
    if not after:
        return (
            "; it is the last environment, so no file is left that could approve this: run `pulumi destroy` "
            "first, and have somebody merge it who may override this check"
        )
    return ""


def _gate(old: Environment | None, new: Environment) -> Gate:
    # The stricter gate holds, so a change cannot relax its own gate; nor can a new environment.
    return new.gate.stricter(old.gate if old else Gate())


def _controls(analysis: Analysis | None) -> dict[str, tuple[Control, ...]]:
    return {t.target.cloud: t.controls for t in analysis.targets} if analysis else {}
