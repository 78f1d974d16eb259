"""JSON: versioned, described by the JSON Schemas shipped in `schemas/`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from wsus_egress.controls import Control, Document
from wsus_egress.model.environment import COMPONENT_NAME
from wsus_egress.model.policy import EgressPolicy, Endpoint, Mode
from wsus_egress.problems import Problem, path_text
from wsus_egress.proof.parity import Difference
from wsus_egress.proof.proof import Deviation, Proof
from wsus_egress.review.analysis import Analysis, TargetAnalysis, parity

if TYPE_CHECKING:
    from wsus_egress.review.change import NameChange, TargetChange
    from wsus_egress.review.comparison import Review
    from wsus_egress.review.events import EngineReport
    from wsus_egress.review.explain import Explanation
    from wsus_egress.review.findings import Finding

VERSION: Final = 1


def explanation_line(explanation: Explanation) -> str:
    """One explanation as an object on a line of its own."""
    endpoint = explanation.decision.endpoint
    return json.dumps(
        {
            "version": VERSION,
            "url": explanation.request.url,
            "verdict": "allow" if explanation.decision.allowed else "deny",
            "endpoint": endpoint.pattern.text if endpoint else None,
            "environment": explanation.environment,
            "targets": [
                {
                    "target": target.target,
                    "verdict": target.verdict,
                    "controls": [
                        {"control": name, "verdict": ruling.verdict, "rule": ruling.rule}
                        for name, ruling in target.rulings
                    ],
                }
                for target in explanation.targets
            ],
        }
    )


def preview(review: Review, engine: EngineReport | None = None) -> str:
    """The whole preview; the changes only where there is a base."""
    whole: dict[str, Any] = {
        "version": VERSION,
        "environments": [_environment(a) for a in review.analyses],
    }
    if review.base:
        whole["changes"] = [_change(change, review) for change in review.changes]
    whole["findings"] = [_finding(finding) for finding in review.findings]
    if engine is not None:
        whole["engine"] = _engine(engine)
    return _dump(whole)


def _change(change: TargetChange, review: Review) -> Mapping[str, Any]:
    approved = review.approved.get((change.environment, change.target), ())
    given = {each.change: each.approval for each in approved}
    return {
        "environment": change.environment,
        "target": change.target,
        "newly_allowed": [
            {**_flow(each), "approved": given.get(each) is not None}
            for each in change.newly_allowed
        ],
        "no_longer_allowed": [_flow(each) for each in change.no_longer_allowed],
        "unchanged": change.unchanged,
        "rules": [
            {"control": r.control, "id": r.id, "kind": r.kind, "text": r.text, "was": r.was}
            for r in change.rules
        ],
        "notes": list(change.notes),
    }


def _flow(change: NameChange) -> Mapping[str, Any]:
    return {
        "pattern": change.pattern,
        "schemes": list(change.schemes),
        "witness": change.witness,
        "parties": list(change.parties),
        "text": change.text,
    }


def _finding(finding: Finding) -> Mapping[str, Any]:
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
    }


def _engine(engine: EngineReport) -> Mapping[str, Any]:
    return {
        "steps": [
            {
                "operation": step.operation,
                "type": step.type,
                "name": step.name,
                "properties": list(step.properties),
                "risk": step.is_risk,
            }
            for step in engine.steps
        ],
        "policies": [
            {"rule": p.rule, "level": p.level, "resource": p.resource, "message": p.message}
            for p in engine.policies
        ],
        "diagnostics": list(engine.diagnostics),
        "counts": dict(engine.counts),
    }


def check(
    analyses: Sequence[Analysis], problems: Iterable[Problem], findings: Iterable[Finding]
) -> str:
    """What `check` found: problems of the input, or each target's fidelity and what fails."""
    environments = [
        {
            "environment": analysis.environment.name,
            "targets": [_proof(target.proof) for target in analysis.targets if target.proof],
            **(
                {"parity": found} if (found := [_parity(each) for each in parity(analysis)]) else {}
            ),
        }
        for analysis in analyses
    ]
    return _dump(
        {
            "version": VERSION,
            "problems": [_problem(problem) for problem in problems],
            "environments": environments,
            "findings": [_finding(finding) for finding in findings],
        }
    )


def _parity(difference: Difference) -> Mapping[str, Any]:
    return {
        "admits": difference.admits,
        "denies": difference.denies,
        "witness": str(difference.flow),
        "surely": difference.surely,
    }


def _dump(value: Mapping[str, Any]) -> str:
    # Escaped: a stream that is not UTF-8 would otherwise get what is no JSON.
    return json.dumps(value, indent=2) + "\n"


def _problem(problem: Problem) -> Mapping[str, Any]:
    location = problem.location
    return {
        "file": location.file if location else None,
        "line": location.line if location else None,
        "path": path_text(problem.keys),
        "what": problem.what,
        "instead": problem.instead,
    }


def _environment(analysis: Analysis) -> Mapping[str, Any]:
    policy = analysis.environment.policy
    listed = policy.endpoints if policy.mode is Mode.RESTRICTED else ()
    return {
        "environment": analysis.environment.name,
        "mode": policy.mode,
        "endpoints": [_endpoint(policy, endpoint) for endpoint in listed],
        "targets": [_target(target) for target in analysis.targets],
    }


def _endpoint(policy: EgressPolicy, endpoint: Endpoint) -> Mapping[str, Any]:
    return {
        "pattern": endpoint.pattern.text,
        "schemes": sorted(policy.schemes_of(endpoint)),
        "list": endpoint.list,
    }


def _proof(proof: Proof) -> Mapping[str, Any]:
    return {
        "target": proof.target,
        "fidelity": proof.fidelity,
        "deviations": [_deviation(deviation) for deviation in proof.deviations],
        **({"masked": [_deviation(each) for each in proof.masked]} if proof.masked else {}),
    }


def _target(analysis: TargetAnalysis) -> Mapping[str, Any]:
    assert analysis.proof is not None  # noqa: S101 - the preview always proves
    found = _proof(analysis.proof)
    return {
        "target": found["target"],
        "cloud": analysis.target.cloud,
        "fidelity": found["fidelity"],
        "deviations": found["deviations"],
        **({"masked": found["masked"]} if "masked" in found else {}),
        "controls": [_control(analysis, control) for control in analysis.controls],
        "residues": [
            {"control": control.name, "what": residue.what, "source": residue.source}
            for control in analysis.controls
            for residue in control.residues
        ],
    }


def _deviation(deviation: Deviation) -> Mapping[str, Any]:
    return {
        "what": deviation.what,
        "kind": deviation.kind,
        "control": deviation.control,
        "witness": str(deviation.witness),
        "reason": deviation.reason,
        "accepted": deviation.accepted,
    }


def _control(analysis: TargetAnalysis, control: Control) -> Mapping[str, Any]:
    return {
        "control": control.name,
        "fidelity": analysis.fidelities[control.name],
        "rules": [
            {"id": rule.id, "text": rule.text, "endpoints": list(rule.endpoints)}
            for rule in control.rules
        ],
        "documents": [_document(document) for document in control.documents(COMPONENT_NAME)],
        "quotas": [
            {"name": quota.name, "used": quota.used, "limit": quota.limit}
            for quota in control.quotas()
        ],
    }


def _document(document: Document) -> Mapping[str, Any]:
    return {"type": document.type, "name": document.name, "properties": document.properties}
