"""A change for a terminal: the verdict, what opens, what closes, then rules and the rest."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from wsus_egress.cli import output
from wsus_egress.cli.report import page
from wsus_egress.cli.report.headline import headline
from wsus_egress.cli.report.to_do import to_do
from wsus_egress.cli.words import count, verdict_of
from wsus_egress.review.comparison import Review
from wsus_egress.review.events import EngineReport

WIDTH = 110


def render(review: Review, engine: EngineReport | None) -> str:
    """The whole page in plain lines."""
    lines = [text for text in (headline(review), page.verdict(review)) if text]
    for title, part in (
        (
            f"to do: {page.to_do_title(review)}: its owner fills this in (expires: YYYY-MM-DD)",
            to_do(review),
        ),
        ("protection taken away", _protections(review)),
        ("newly allowed", _rows(review, "newly_allowed")),
        ("no longer allowed", _rows(review, "no_longer_allowed")),
        ("findings", _findings(review)),
        ("rules", _rules(review)),
        ("resources (predicted offline; the engine may differ)", _resources(review)),
        ("what the engine will do", _engine(engine)),
        ("quotas: half used, or changed", _quotas(review)),
        ("fidelity", _fidelity(review)),
        ("approvals", _approvals(review)),
        ("assumptions", _assumptions(review)),
        ("known limits of these controls", _residues(review)),
        ("cosmetic changes: nothing opens or closes", _notes(review)),
        ("unchanged", _unchanged(review)),
    ):
        found = list(part)
        if found:
            lines += ["", title, *(f"  {line}" for line in found)]
    return output.page(lines)


def _findings(review: Review) -> Iterator[str]:
    for finding in page.other_findings(review):
        place = f"{finding.location}: " if finding.location else ""
        mark = "FAILS" if finding.fails else "note"
        yield f"{mark} {place}{finding.kind} {finding.where}"
        yield from _wrapped(finding.what)
        yield from _wrapped(finding.instead)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
    )


def _protections(review: Review) -> Iterator[str]:
    for each in page.protections(review):
        first, *rest = textwrap.wrap(each.text, WIDTH, break_on_hyphens=False)
        yield from (f"! {first}", *(f"    {line}" for line in rest), f"    in {each.places}")
        given = each.approval
        if given:
            yield from _wrapped(f"approved by {given.owner} until {given.expires}: {given.reason}")
        else:
            yield f"    NOT APPROVED{f' ({each.location})' if each.location else ''}"


def _rows(review: Review, side: page.Side) -> Iterator[str]:
    sign = "+" if side == "newly_allowed" else "-"
    for row in page.rows(review, side):
        change = row.change
        schemes = f"  {'+'.join(change.schemes)}" if change.schemes else ""
        yield f"{sign} {change.label}{schemes}"
        yield f"    for example {change.witness}; for {page.shortened(row.parties)}; in {row.places}"
        if row.origin:
            yield from _wrapped(row.origin)
        if side == "newly_allowed" and row.approval:
            given = row.approval
            yield from _wrapped(f"approved by {given.owner} until {given.expires}: {given.reason}")
        elif side == "newly_allowed":
            yield f"    NOT APPROVED{f' ({row.location})' if row.location else ''}"


def _rules(review: Review) -> Iterator[str]:
    signs = {"added": "+", "removed": "-", "changed": "~"}
    for change in review.changes:
        for rule in change.rules:
            yield f"{signs[rule.kind]} {change.environment}/{change.target} {rule.control} {rule.id}"
            if rule.gained or rule.lost:
                yield from _wrapped(" ".join(map("+ {}".format, rule.gained)))
                yield from _wrapped(" ".join(map("- {}".format, rule.lost)))
            else:
                yield from _wrapped(f"{rule.was} => {rule.text}" if rule.was else rule.text)


def _resources(review: Review) -> Iterator[str]:
    for (environment, target), found in sorted(review.resources.items()):
        for each in found:
            what = f" ({', '.join(each.properties)})" if each.properties else ""
            yield f"{each.kind} {environment}/{target} {each.type} {each.name}{what}"


def _engine(engine: EngineReport | None) -> Iterator[str]:
    if engine is None:
        return
    yield engine.summary
    for step in engine.steps:
        risk = "  RISK: replaces a rule group" if step.is_risk else ""
        what = f" ({', '.join(step.properties)})" if step.properties else ""
        yield f"{step.operation} {step.type} {step.name}{what}{risk}"
    for each in engine.policies:
        yield f"{each.level} {each.rule} ({each.resource}): {each.message}"
    yield from engine.diagnostics


def _quotas(review: Review) -> Iterator[str]:
    for (environment, target), uses in sorted(review.quotas.items()):
        for use in uses:
            quota = f"{use.used} of {use.quota.limit} {use.quota.name}"
            yield f"{environment}/{target} {use.control}: {quota}"


def _fidelity(review: Review) -> Iterator[str]:
    for analysis in review.analyses:
        for target in analysis.targets:
            if target.proof is None:
                continue
            verdict = verdict_of(target.proof, target.assumptions)
            yield f"{analysis.environment.name}/{target.target.cloud}: {verdict}"
            for each in (*target.proof.deviations, *target.proof.masked):
                state = "accepted" if each.accepted else "NOT ACCEPTED"
                yield from _wrapped(f"{each.kind} ({state}): {each.witness}: {each.reason}")


def _approvals(review: Review) -> Iterator[str]:
    for analysis in review.analyses:
        if analysis.environment.name not in review.same:
            for entry in analysis.environment.approved:
                yield (
                    f"{analysis.environment.name} {entry.what}: {entry.owner}, "
                    f"until {entry.expires}: {entry.reason}"
                )


def _assumptions(review: Review) -> Iterator[str]:
    for analysis in review.analyses:
        for target in analysis.targets if analysis.environment.name not in review.same else ():
            for each in target.assumptions:
                yield f"{analysis.environment.name}/{target.target.cloud}: {each.id}"
                yield from _wrapped(str(each))


def _residues(review: Review) -> Iterator[str]:
    for analysis in review.analyses:
        for target in analysis.targets if analysis.environment.name not in review.same else ():
            for control in target.controls:
                for each in control.residues:
                    place = f"{analysis.environment.name}/{target.target.cloud} {control.name}"
                    yield f"{place}:"
                    yield from _wrapped(f"{each.what} ({each.source})")


def _notes(review: Review) -> Iterator[str]:
    for note, names in page.notes(review):
        yield f"{note} ({page.shortened(names)})" if names else note


def _unchanged(review: Review) -> Iterator[str]:
    for change in review.changes:
        if change.environment not in review.same and not change.removed:
            patterns = count(change.unchanged, "pattern")
            yield f"{change.environment}/{change.target}: {patterns} allowed as before"
    if review.same:
        environments = count(len(review.same), "environment")
        names = page.shortened(review.same)
        yield f"{environments} unchanged ({names}); not proved again here, run `wsus-egress check` for that"
