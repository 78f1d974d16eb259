"""JSON: versioned, and of the types in `json_types`, of which the shipped JSON Schemas are made.

For example `_proof` gives `{"target": "aws", "fidelity": "exact", "deviations": [], ...}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from wsus_egress.model.environment import COMPONENT_NAME
from wsus_egress.model.policy import EgressPolicy, Endpoint, Mode
from wsus_egress.problems import path_text
from wsus_egress.review.analysis import Analysis, TargetAnalysis, parity

if TYPE_CHECKING:
    # Types alone: a cold start loads none of them.
    from wsus_egress.cli import json_types as out
    from wsus_egress.controls import Control
    from wsus_egress.problems import Problem
    from wsus_egress.proof.parity import Disparity
    from wsus_egress.proof.proof import Deviation, Proof
    from wsus_egress.review.askers import Whom
    from wsus_egress.review.change import NameChange, TargetChange
    from wsus_egress.review.comparison import Review
    from wsus_egress.review.events import EngineReport
    from wsus_egress.review.explain import Answer, Explanation
    from wsus_egress.review.finding import Finding

VERSION: Final = 1


def explanation_line(explanation: Explanation) -> str:
    """One explanation as an object on a line."""
    start = json.dumps({"version": VERSION, "url": explanation.request.url})
    return f"{start[:-1]}, {_answer(explanation.answer)[1:]}\n"


@lru_cache(maxsize=4096)
def _answer(answer: Answer) -> str:
    """All but the URL, which many URLs have in common."""
    endpoint = answer.decision.endpoint
    line: out.Answer = {
        "verdict": "allow" if answer.decision.allowed else "deny",
        "endpoint": endpoint.pattern.text if endpoint else None,
        "environment": answer.environment,
        "from": _whom(answer.whom),
        "targets": [
            {
                "target": target.target,
                "verdict": target.verdict,
                "from": _whom(target.whom),
                "controls": [
                    {"control": name, "verdict": ruling.verdict, "rule": ruling.rule}
                    for name, ruling in target.rulings
                ],
            }
            for target in answer.targets
        ],
    }
    return json.dumps(line)


def _whom(whom: Sequence[Whom]) -> list[out.Whom]:
    return [
        {"party": each.party, "address": None if each.address is None else str(each.address)}
        for each in whom
    ]


def preview(review: Review, engine: EngineReport | None = None) -> str:
    """The whole preview; the changes only where there is a base."""
    environments = [_environment(analysis) for analysis in review.analyses]
    findings = [_finding(finding) for finding in review.findings]
    whole: out.Preview
    if review.base:
        from wsus_egress.cli.report.headline import headline  # noqa: PLC0415 - `check` needs none

        changes = [_change(change, review) for change in review.changes]
        whole = {
            "version": VERSION,
            "headline": headline(review),
            "environments": environments,
            "changes": changes,
            "findings": findings,
        }
    else:
        whole = {"version": VERSION, "environments": environments, "findings": findings}
    if engine is not None:
        whole["engine"] = _engine(engine)
    return _dump(whole)


def check(
    analyses: Sequence[Analysis], problems: Iterable[Problem], findings: Iterable[Finding]
) -> str:
    """What `check` found: problems of the input, or each target's fidelity and what fails."""
    whole: out.Check = {
        "version": VERSION,
        "problems": [_problem(problem) for problem in problems],
        "environments": [_proved(analysis) for analysis in analyses],
        "findings": [_finding(finding) for finding in findings],
    }
    return _dump(whole)


def _dump(value: Mapping[str, Any]) -> str:
    # Escaped: a stream that is not UTF-8 would otherwise get what is not JSON.
    return json.dumps(value, indent=2) + "\n"


def _problem(problem: Problem) -> out.Problem:
    location = problem.location
    return {
        "file": location.file if location else None,
        "line": location.line if location else None,
        "path": path_text(problem.keys),
        "what": problem.what,
        "instead": problem.instead,
    }


def _finding(finding: Finding) -> out.Finding:
    location = finding.location
    return {
        "kind": finding.kind,
        "fails": finding.fails,
        "environment": finding.environment,
        "target": finding.target,
        "what": finding.what,
        "instead": finding.instead,
        "file": location.file if location else None,
        "line": location.line if location else None,
        "approve": finding.approve,
        "accept": finding.accept,
    }


def _proved(analysis: Analysis) -> out.ProvedEnvironment:
    proved: out.ProvedEnvironment = {
        "environment": analysis.environment.name,
        "targets": [_proof(target.proof, target) for target in analysis.targets if target.proof],
    }
    if disparities := parity(analysis):
        proved["parity"] = [_disparity(disparity) for disparity in disparities]
    return proved


def _disparity(disparity: Disparity) -> out.Disparity:
    return {
        "admits": disparity.admits,
        "denies": disparity.denies,
        "witness": str(disparity.flow),
        "surely": disparity.surely,
    }


def _proof(proof: Proof, target: TargetAnalysis) -> out.Proof:
    return {
        "target": proof.target,
        "fidelity": proof.fidelity,
        "deviations": [_deviation(deviation) for deviation in proof.deviations],
        "assumptions": _assumptions(target),
        **_masked(proof),
    }


def _assumptions(target: TargetAnalysis) -> list[out.Assumption]:
    return [
        {
            "id": each.id,
            "what": each.what,
            "accepted": each.id in target.word,
            "whom": each.whom,
            "ways": [{"by": way.by, "how": way.how} for way in each.ways],
        }
        for each in target.assumptions
    ]


def _masked(proof: Proof) -> out.Masked:
    return {"masked": [_deviation(each) for each in proof.masked]} if proof.masked else {}


def _deviation(deviation: Deviation) -> out.Deviation:
    return {
        "what": deviation.what,
        "kind": deviation.kind,
        "control": deviation.control,
        "witness": str(deviation.witness),
        "reason": deviation.reason,
        "accepted": deviation.accepted,
    }


def _environment(analysis: Analysis) -> out.Environment:
    policy = analysis.environment.policy
    listed = policy.endpoints if policy.mode is Mode.RESTRICTED else ()
    return {
        "environment": analysis.environment.name,
        "mode": policy.mode,
        "endpoints": [_endpoint(policy, endpoint) for endpoint in listed],
        "targets": [_target(target) for target in analysis.targets],
    }


def _endpoint(policy: EgressPolicy, endpoint: Endpoint) -> out.Endpoint:
    return {
        "pattern": endpoint.pattern.text,
        "schemes": sorted(policy.schemes_of(endpoint)),
        "list": endpoint.list,
    }


def _target(analysis: TargetAnalysis) -> out.Target:
    proof = analysis.proof
    assert proof is not None  # noqa: S101 - the preview always proves
    return {
        "target": proof.target,
        "cloud": analysis.target.cloud,
        "fidelity": proof.fidelity,
        "deviations": [_deviation(deviation) for deviation in proof.deviations],
        "assumptions": _assumptions(analysis),
        **_masked(proof),
        "controls": [_control(analysis, control) for control in analysis.controls],
        "residues": [
            {"control": control.name, "what": residue.what, "source": residue.source}
            for control in analysis.controls
            for residue in control.residues
        ],
    }


def _control(analysis: TargetAnalysis, control: Control) -> out.Control:
    return {
        "control": control.name,
        "fidelity": analysis.fidelities[control.name],
        "rules": [
            {"id": rule.id, "text": rule.text, "endpoints": rule.endpoints}
            for rule in control.rules
        ],
        "documents": [
            {"type": document.type, "name": document.name, "properties": document.properties}
            for document in control.documents(COMPONENT_NAME)
        ],
        "quotas": [
            {"name": quota.name, "used": quota.used, "limit": quota.limit}
            for quota in control.quotas()
        ],
    }


def _change(change: TargetChange, review: Review) -> out.Change:
    widenings = review.approved.get((change.environment, change.target), ())
    approvals = {widening.change: widening.approval for widening in widenings}
    return {
        "environment": change.environment,
        "target": change.target,
        "unprotected": [
            {
                "what": each.change.what,
                "text": each.change.text,
                "approved": each.approval is not None,
            }
            for each in review.unguarded
            if each.change.environment == change.environment
            and each.change.target in ("", change.target)
        ],
        "newly_allowed": [
            {**_names(opened), "approved": approvals.get(opened) is not None}
            for opened in change.newly_allowed
        ],
        "no_longer_allowed": [_names(closed) for closed in change.no_longer_allowed],
        "unchanged": change.unchanged,
        "rules": [
            {"control": r.control, "id": r.id, "kind": r.kind, "text": r.text, "was": r.was}
            for r in change.rules
        ],
        "notes": change.notes,
    }


def _names(change: NameChange) -> out.NameChange:
    return {
        "pattern": change.pattern,
        "schemes": change.schemes,
        "witness": change.witness,
        "parties": change.parties,
        "text": change.text,
    }


def _engine(engine: EngineReport) -> out.Engine:
    return {
        "steps": [
            {
                "operation": step.operation,
                "type": step.type,
                "name": step.name,
                "properties": step.properties,
                "risk": step.is_risk,
            }
            for step in engine.steps
        ],
        "policies": [
            {"rule": p.rule, "level": p.level, "resource": p.resource, "message": p.message}
            for p in engine.policies
        ],
        "diagnostics": engine.diagnostics,
        "counts": dict(engine.counts),
    }
