"""Text for a terminal: plain, aligned lines, from the policy down to the rules."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from wsus_egress.cli.output import page
from wsus_egress.cli.words import count, on_word, verdict_of, way_of
from wsus_egress.controls import Assumption, Control
from wsus_egress.model.environment import Acceptance, Target
from wsus_egress.model.party import Party
from wsus_egress.model.policy import EgressPolicy, Mode
from wsus_egress.problems import Problem, visible
from wsus_egress.proof.compare import Unproved
from wsus_egress.proof.proof import Deviation, Fidelity, Proof
from wsus_egress.review.analysis import Analysis, TargetAnalysis, parity
from wsus_egress.review.findings import repair

if TYPE_CHECKING:
    from wsus_egress.review.askers import Whom
    from wsus_egress.review.explain import Answer, Explanation
    from wsus_egress.review.finding import Finding

_BY = {"stack": "this stack", "lookup": "a lookup", "evidence": "evidence"}
# More names than these say less.
_NAMED = 5
_VERDICTS = {
    Fidelity.EXACT: "admits exactly the policy's flows",
    Fidelity.WIDER: "admits more than the policy",
    Fidelity.NARROWER: "admits less than the policy",
    Fidelity.OPAQUE: "cannot be proved in full: the vendor does not publish what decides",
}


def problems(found: Sequence[Problem]) -> str:
    """Each problem on a line, then how many there are."""
    # What is wrong with an option says nothing of the project.
    project = any(not problem.of_option for problem in found)
    it = "it" if len(found) == 1 else "them"
    end = f": fix {it} before you deploy" if project else ""
    return page([*map(str, found), count(len(found), "problem") + end])


def check(analyses: Sequence[Analysis], found: Iterable[Finding], notes: Sequence[str]) -> str:
    """Each target's fidelity on a line, then unaccepted deviations and expired entries."""
    rows = []
    findings: list[tuple[str, ...]] = []
    ends = _ends(analyses, found)
    expired = [(_line(each), f"    {each.instead}") for each in ends if each.fails]
    for analysis in analyses:
        for target in analysis.targets:
            proof = target.proof
            if proof is not None:
                verdict = verdict_of(proof, target.assumptions)
                summary = ", ".join(filter(None, (_summary(proof), on_word(target))))
                rows.append((analysis.environment.name, proof.target, verdict, summary))
                findings += _findings(analysis.environment.name, target.target, proof)
    lines = _columns(rows)
    lines += ["", *chain(*findings, *expired)] if findings or expired else []
    lines += [line for analysis in analyses for line in _parity(analysis)]
    lines += [f"note: {_line(each)}; {each.instead}" for each in ends if not each.fails]
    lines += [f"note: {note}" for note in notes]
    verdicts = [f"{len(findings)} not accepted"] if findings else []
    verdicts += [f"{len(expired)} expired"] if expired else []
    lines += [
        "",
        f"{count(len(analyses), 'environment')}, {count(len(rows), 'target')}: "
        + (", ".join(verdicts) or "no finding"),
    ]
    return page(lines)


def _ends(analyses: Sequence[Analysis], found: Iterable[Finding]) -> list[Finding]:
    """Entries that have expired or soon will, except those that a deviation reports already."""
    told = {
        deviation.acceptance.location
        for analysis in analyses
        for target in analysis.targets
        for deviation in (target.proof.findings if target.proof else ())
        if deviation.acceptance
    }
    return [
        each for each in found if each.kind != "unaccepted-deviation"
        and (each.location is None or each.location not in told)
    ]  # fmt: skip


def _line(finding: Finding) -> str:
    where = f"{finding.location}: " if finding.location else ""
    whose = f"{finding.environment}: " if finding.environment else ""
    return f"{where}{whose}{finding.what}"


def _summary(proof: Proof) -> str:
    accepted = [deviation for deviation in proof.deviations if deviation.accepted]
    if not proof.deviations:
        return ", ".join(proof.opaque)
    open_ones = len(proof.deviations) - len(accepted)
    parts = [count(open_ones, "deviation") + " not accepted"] if open_ones else []
    if accepted:
        until = min(str(d.acceptance.expires) for d in accepted if d.acceptance)
        parts.append(f"{count(len(accepted), 'deviation')} accepted until {until}")
    return ", ".join(parts)


def _parity(analysis: Analysis) -> Iterator[str]:
    for each in parity(analysis):
        may = "admits" if each.surely else "may admit"
        name = analysis.environment.name
        yield f"AWS and Azure differ in {name}: {each.admits} {may} {each.flow}, {each.denies} does not"


def _findings(environment: str, target: Target, proof: Proof) -> Iterator[tuple[str, ...]]:
    for deviation in proof.findings:
        state = "acceptance expired" if deviation.expired else "not accepted"
        state += ", another control hides it" if deviation in proof.masked else ""
        yield (
            f"{environment}: {deviation.what} ({state}): {deviation.reason}",
            f"    witness: {deviation.witness}",
            f"    {repair(target)}, or list `what: {deviation.what}` under {environment}'s accept",
        )


def preview(analyses: Sequence[Analysis], notes: Iterable[Finding] = ()) -> str:
    """Every environment: what is allowed, then per target and control the rules."""
    pages = [page(_environment(analysis)) for analysis in analyses]
    if told := [f"note: {_line(each)}; {each.instead}" for each in notes]:
        pages.append(page(told))
    return "\n".join(pages)


def _environment(analysis: Analysis) -> Iterator[str]:
    policy = analysis.environment.policy
    title = f"{analysis.environment.name}: mode {policy.mode}"
    yield title
    yield "=" * len(title)
    yield from _allowed(policy)
    yield ""
    yield from _columns([_party(party) for party in policy.parties], "  ")
    for target in analysis.targets:
        yield ""
        yield from _target(target)


def _allowed(policy: EgressPolicy) -> Iterator[str]:
    if policy.mode is Mode.OPEN:
        yield "TCP 80 and 443 to any address"
        return
    redundant = {covered.text: by.text for covered, by in policy.redundant}
    yield f"{count(len(policy.endpoints), 'endpoint')}, {len(redundant)} of them covered by others:"
    rows = []
    for endpoint in policy.endpoints:
        text = endpoint.pattern.text
        schemes = "+".join(sorted(policy.schemes_of(endpoint)))
        inside = f"covered by {redundant[text]}" if text in redundant else ""
        rows.append((text, schemes, endpoint.list, inside))
    yield from _columns(rows, "  ")


def _party(party: Party) -> tuple[str, ...]:
    ports = "/".join(map(str, party.ports.all())) if party.ports else ""
    addresses = ", ".join(map(str, party.addresses))
    if party.left_out:
        addresses += f" (the range without {', '.join(party.left_out)})"
    return (
        party.name,
        party.kind,
        party.place,
        addresses,
        way_of(party),
        f"serves on {ports}" if ports else "",
    )


def _target(target: TargetAnalysis) -> Iterator[str]:
    proof = target.proof
    assert proof is not None  # noqa: S101 - the preview always proves
    verdict = verdict_of(proof, target.assumptions)
    yield f"{proof.target}: {verdict} - {_VERDICTS[proof.fidelity]}"
    for deviation in (*proof.deviations, *proof.masked):
        yield from _deviation(deviation)
    for unproved in proof.unproved:
        if not unproved.masked:
            yield from _unproved(unproved)
    for assumption in target.assumptions:
        yield from _assumed(assumption, target.word.get(assumption.id))
    for control in target.controls:
        yield from _control(target, control)
    # Last, because they are the same at every change: a reader looks for the rules first.
    for control in target.controls:
        if control.residues:
            yield f"  {control.name} cannot decide:"
        for residue in control.residues:
            text = f"{residue.what} ({residue.source})"
            yield from textwrap.wrap(text, 96, initial_indent="  - ", subsequent_indent="    ")


def _unproved(unproved: Unproved) -> Iterator[str]:
    way = "may be admitted" if unproved.kind == "wider" else "may be denied"
    yield f"  unproved: {unproved.witness} {way}: {unproved.control} keeps that to its vendor"


def _assumed(assumption: Assumption, word: Acceptance | None) -> Iterator[str]:
    given = f" on the owner's word until {word.expires} ({word.reason})" if word else ""
    ways = "; ".join(f"by {_BY[way.by]}: {way.how}" for way in assumption.ways)
    for indent, text in (
        ("  ", f"assumed{given}: {assumption}"),
        ("    ", assumption.id),
        ("    ", f"made sure {ways}"),
    ):
        yield from textwrap.wrap(
            text, 96, initial_indent=indent, subsequent_indent="    ", break_on_hyphens=False
        )


def _deviation(deviation: Deviation) -> Iterator[str]:
    state = "accepted" if deviation.accepted else "NOT ACCEPTED"
    yield f"  {deviation.kind} ({state}): {deviation.witness}"
    yield from textwrap.wrap(deviation.reason, 96, initial_indent="    ", subsequent_indent="    ")


def _control(target: TargetAnalysis, control: Control) -> Iterator[str]:
    alone = target.fidelities[control.name]
    yield f"  {control.name} (on its own: {alone})"
    if not control.rules:
        yield "    no rules: no source here may reach Microsoft Update"
    for row in _columns([(rule.id, rule.text) for rule in control.rules], "    "):
        yield from textwrap.wrap(row, 110, subsequent_indent=" " * 8, break_on_hyphens=False)
    for quota in control.quotas():
        yield f"    {quota.used} of {quota.limit} {quota.name}"


def explanation(found: Explanation) -> str:
    """One URL in one environment: for whom, what the policy says, then target by target."""
    answer, decision = found.answer, found.answer.decision
    verdict = "allow" if decision.allowed else "deny"
    reason = f"{decision.reason} ({found.request.note})" if found.request.note else decision.reason
    lines = [
        f"{found.request.url}  [{answer.environment}, {_asked(answer)}]",
        f"  policy: {verdict}, {reason}",
    ]
    for target in answer.targets:
        whom = "" if answer.given else f" for {_names(target.whom)}"
        lines.append(f"  {target.target}: {target.verdict}{whom}")
        lines += _columns(
            [(name, ruling.verdict.value, ruling.rule) for name, ruling in target.rulings], "    "
        )
    return page(lines)


def _asked(answer: Answer) -> str:
    if answer.given:
        return f"for {_names(answer.whom)}"
    if answer.decision.may_ask:
        return f"for every party that may ask: {_names(answer.whom)}"
    return f"for every party, none of which may ask: {_names(answer.whom)}"


def _names(whom: Sequence[Whom]) -> str:
    names = [_name(each) for each in whom]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED + 1 else ""
    return ", ".join(names[:_NAMED] if more else names) + more


def _name(whom: Whom) -> str:
    if whom.address is None:
        return str(whom.party)
    return f"{whom.address} ({whom.party or 'no party has it'})"


def _columns(rows: Sequence[Sequence[str]], indent: str = "") -> list[str]:
    if not rows:
        return []
    rows = [[*map(visible, row)] for row in rows]
    widths = [max(len(cell) for cell in column) for column in _transposed(rows)]
    return [
        indent
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _transposed(rows: Sequence[Sequence[str]]) -> Iterable[Sequence[str]]:
    return zip(*rows, strict=True)
