"""A project's environments with their controls and proofs, on which every command works.

For example `analyse(Path(), ("prod",), today)` loads `prod`, compiles its controls and proves them.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wsus_egress.config.project import load_environments
from wsus_egress.controls import Assumption, Control, compile_target
from wsus_egress.controls.assumptions import in_order
from wsus_egress.model.aws import AwsTarget
from wsus_egress.model.environment import Acceptance, Environment, Target
from wsus_egress.problems import Collector, PolicyErrors
from wsus_egress.proof.accepted import of_nothing
from wsus_egress.proof.parity import Disparity, disparities
from wsus_egress.proof.proof import Fidelity, Proof, prove


@dataclass(frozen=True, slots=True)
class TargetAnalysis:
    """A target with its controls and their proof.

    Attributes:
        proof: Of all controls together; None where the caller did not ask for it.
        fidelities: Of each control on its own; empty where the caller did not ask for them.
        word: What the owner accepts today, by what: deviations, and assumptions on the owner's word.
    """

    target: Target
    controls: tuple[Control, ...]
    proof: Proof | None
    fidelities: Mapping[str, Fidelity]
    word: Mapping[str, Acceptance] = field(default_factory=dict)

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What the proof takes for granted, by id."""
        return in_order(each for control in self.controls for each in control.assumptions)


@dataclass(frozen=True, slots=True)
class Analysis:
    """An environment with its targets."""

    environment: Environment
    targets: tuple[TargetAnalysis, ...]


def analyse(
    root: Path,
    names: Sequence[str],
    today: datetime.date | None,
    *,
    each_control: bool = False,
) -> tuple[Analysis, ...]:
    """Load environments, compile their controls and prove them.

    Args:
        root: The project's folder.
        names: Which environments; all where empty.
        today: The day for acceptances; None leaves the proofs out.
        each_control: Whether to prove each control on its own too.

    Raises:
        PolicyErrors: With every problem of the project.
    """
    return analysed(load_environments(root, names), today, each_control=each_control)


def analysed(
    environments: Collection[Environment],
    today: datetime.date | None,
    *,
    each_control: bool = False,
    unproved: Collection[str] = (),
) -> tuple[Analysis, ...]:
    """As `analyse`, for environments that are already loaded.

    Args:
        environments: The environments.
        today: The day for acceptances; None leaves the proofs out.
        each_control: Whether to prove each control on its own too.
        unproved: Environments to leave unproved.

    Raises:
        PolicyErrors: With every problem of the environments.
    """
    problems = Collector()
    analyses = []
    # A proof is looked up by all of its policy, which pays only where there is another environment.
    known: dict[object, Proof] | None = {} if len(environments) > 1 else None
    for environment in environments:
        day = None if environment.name in unproved else today
        targets = []
        for target in environment.targets:
            try:
                controls = compile_target(environment, target)
            except PolicyErrors as error:
                problems.extend(error.problems)
                continue
            proof = _proved(environment, target, controls, day, known) if day else None
            fidelities = {
                control.name: prove(environment, target, (control,), day).fidelity
                for control in (controls if day and each_control else ())
                if day
            }
            word = {e.what: e for e in environment.accept if day and e.expires >= day}
            targets.append(TargetAnalysis(target, controls, proof, fidelities, word))
        if day and len(targets) == len(environment.targets):
            problems.extend(of_nothing(environment, (c for t in targets for c in t.controls)))
        analyses.append(Analysis(environment, tuple(targets)))
    problems.raise_if_any()
    return tuple(analyses)


def parity(analysis: Analysis) -> tuple[Disparity, ...]:
    """What only one of an environment's clouds admits."""
    sides = [(each.target.cloud, each.controls) for each in analysis.targets]
    return disparities(analysis.environment.policy, sides)


def _proved(
    environment: Environment,
    target: Target,
    controls: Sequence[Control],
    today: datetime.date,
    known: dict[object, Proof] | None,
) -> Proof:
    """The proof, or the known one of a target that differs only in names and places.

    Many stacks are one policy on many networks, and rules admit the same flows wherever they are
    deployed: names of resources and their places do not count.
    """
    if environment.accept or known is None:
        return prove(environment, target, controls, today)
    key = (environment.policy, _essence(target))
    if key not in known:
        known[key] = prove(environment, target, controls, today)
    return known[key]


def _essence(target: Target) -> Target:
    if isinstance(target, AwsTarget):
        return target.model_copy(update={"vpc_id": "", "tags": ()})
    firewall = target.firewall_policy
    policy = firewall.model_copy(update={"name": ""}) if firewall is not None else None
    nowhere = {"resource_group": "", "location": "", "tags": (), "firewall_policy": policy}
    return target.model_copy(update=nowhere)


def stale_acceptances(analyses: Sequence[Analysis]) -> list[str]:
    """Acceptances of deviations that do not exist and would mislead a reader."""
    notes = []
    for analysis in analyses:
        found = {
            deviation.what
            for target in analysis.targets
            for deviation in (
                (*target.proof.deviations, *target.proof.masked) if target.proof else ()
            )
        }
        found |= {a.id for target in analysis.targets for a in target.assumptions}
        for entry in analysis.environment.accept:
            if entry.what not in found:
                where = f"{entry.location}: " if entry.location else ""
                notes.append(f"{where}accept: {entry.what!r} does not occur; remove it")
    return notes
