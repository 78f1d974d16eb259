"""An audit as text, Markdown, JSON and SARIF."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from wsus_egress.cli import audit_types as out
from wsus_egress.cli.as_sarif import SCHEMA
from wsus_egress.cli.output import page
from wsus_egress.cli.words import count
from wsus_egress.problems import visible
from wsus_egress.review.audit import Audit, Found, Target, Unread
from wsus_egress.review.audit_answer import Judgement

_SHOWN: Final = 8
_RULES: Final = {
    "audit-wider": "The rules admit a flow to the Internet that the policy does not list.",
    "audit-narrower": "The rules deny a flow that the policy lists.",
    "audit-unread": "A part of the input could not be read, and may hide a deviation.",
    "audit-unusable": "A file could not be used at all.",
}
_SIGNS: Final = {"wider": "admitted and not listed", "narrower": "listed and denied"}


def text(audit: Audit) -> str:
    """For a terminal."""
    return page(_text(audit))


def _text(audit: Audit) -> Iterator[str]:
    for name, what in audit.unusable:
        yield f"{name}: not used: {what}"
    for target in audit.targets:
        yield f"{_title(target)}: {target.judgement.value}, against {audit.against}"
        width = max((len(c.name) for c in target.controls), default=0)
        for control in target.controls:
            names = _few(control.resources)
            yield f"  {control.name:{width}}  {control.judgement.value}  ({names})"
        for found in target.deviations:
            yield f"  {found.deviation.kind}: {found.deviation.witness}"
            yield f"    {_why(found)}"
        if target.judgement is Judgement.UNKNOWN:
            yield f"  {_unknown(target)}"
        for each in target.assumed:
            yield f"  taken for granted: {each}"
        for told in target.environments:
            yield f"  {told.state}: {told.id}" + (f": {told.text}" if told.text else "")
        yield ""
    if not audit.targets:
        yield "nothing to judge: the files have no rule that decides about the Internet"
    for gap in audit.unread:
        yield f"not read: {gap.location}: {gap.what}{_hides(gap)}"
    if audit.targets:
        differing = sum(t.judgement is not Judgement.EXACT for t in audit.targets)
        total = count(len(audit.targets), "picture")
        yield f"{total}: {'all exact' if not differing else f'{differing} not exact'}"


def _title(target: Target) -> str:
    where = "names" if target.cloud == "any" else target.cloud
    chosen = f", {target.alternative}" if target.alternative else ""
    return f"{where}, from {target.source}{chosen}"


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _why(found: Found) -> str:
    each = found.deviation
    verb = "admitted" if each.kind == "wider" else "denied"
    lacking = f"; of the list: {_few(each.patterns)}" if len(each.patterns) > 1 else ""
    by = ":" if each.rule.startswith(("no ", "it ")) else " by"
    return f"{verb}{by} {each.rule} ({found.location}){lacking}"


def _unknown(target: Target) -> str:
    may = " or ".join(target.undecided) or "not exact"
    return f"nothing certain deviates, but what could not be read decides: it may be {may}"


def _hides(gap: Unread) -> str:
    return f" (could hide {gap.could_hide.replace(', ', ' and ')})" if gap.could_hide else ""


def markdown(audit: Audit) -> str:
    """For a pull request."""
    return page(_markdown(audit))


def _markdown(audit: Audit) -> Iterator[str]:
    from wsus_egress.cli.as_markdown import code, escape  # noqa: PLC0415 - loads jinja2

    yield f"## Firewall rules against {escape(audit.against)}"
    yield ""
    yield "| rules of | source | verdict |"
    yield "|---|---|---|"
    for target in audit.targets:
        chosen = f" ({escape(target.alternative)})" if target.alternative else ""
        yield f"| {target.cloud}{chosen} | {escape(target.source)} | **{target.judgement.value}** |"
    for target in audit.targets:
        if target.deviations:
            yield ""
            yield f"### {escape(_title(target))}"
            yield ""
            yield "| | flow | rule | where |"
            yield "|---|---|---|---|"
        for found in target.deviations:
            each = found.deviation
            yield (
                f"| {_SIGNS[each.kind]} | {code(each.witness)} | {escape(each.rule)} | "
                f"{escape(str(found.location))} |"
            )
        missing = dict.fromkeys(p for f in target.deviations for p in f.deviation.patterns)
        if missing:
            yield ""
            yield "Entries of the list that are denied: " + ", ".join(code(p) for p in missing)
    notes = [f"- not read: {escape(f'{g.location}: {g.what}{_hides(g)}')}" for g in audit.unread]
    notes += [f"- not used: {escape(f'{name}: {what}')}" for name, what in audit.unusable]
    taken = dict.fromkeys(each for target in audit.targets for each in target.assumed)
    notes += [f"- taken for granted: {escape(each)}" for each in taken]
    told = dict.fromkeys(each for target in audit.targets for each in target.environments)
    notes += [
        f"- {each.state}: {escape(each.id)}" + (f": {escape(each.text)}" if each.text else "")
        for each in told
    ]
    if notes:
        yield ""
        yield from notes


def as_json(audit: Audit) -> str:
    """One object, as schemas/audit.json has it."""
    return json.dumps(_report(audit), indent=2) + "\n"


def _report(audit: Audit) -> out.AuditReport:
    unread = [_gap(each) for each in audit.unread]
    unread += [
        out.AuditUnread(what=what, file=name, line=1, could_hide=["wider", "narrower"])
        for name, what in audit.unusable
    ]
    return out.AuditReport(
        version=1,
        against=audit.against,
        files=[out.AuditedFile(file=name, format=what) for name, what in audit.files],
        unusable=[out.UnusableFile(file=name, what=what) for name, what in audit.unusable],
        targets=[_target(each, unread) for each in audit.targets],
    )


def _target(target: Target, unread: list[out.AuditUnread]) -> out.AuditedTarget:
    return out.AuditedTarget(
        cloud=target.cloud,  # type: ignore[typeddict-item]
        source=target.source,
        alternative=target.alternative,
        fidelity=target.judgement.value,
        controls=[
            out.AuditedControl(
                control=each.name, fidelity=each.judgement.value, resources=list(each.resources)
            )
            for each in target.controls
        ],
        deviations=[
            out.AuditedDeviation(
                kind=found.deviation.kind,
                witness=str(found.deviation.witness),
                control=found.deviation.control,
                rule=found.deviation.rule,
                file=found.location.file,
                line=found.location.line,
                patterns=list(found.deviation.patterns),
            )
            for found in target.deviations
        ],
        unread=unread,
        assumptions=[
            *(out.AuditAssumption(id=each, state="assumed") for each in target.assumed),
            *(out.AuditAssumption(id=each.id, state=each.state) for each in target.environments),
        ],
    )


def _gap(gap: Unread) -> out.AuditUnread:
    kinds: list[Any] = [each for each in ("wider", "narrower") if each in gap.could_hide]
    return out.AuditUnread(
        what=gap.what, file=gap.location.file, line=gap.location.line, could_hide=kinds
    )


def sarif(audit: Audit) -> str:
    """SARIF 2.1.0: each deviation at the line of its rule, each gap at its own."""
    results = [
        _result(f"audit-{f.deviation.kind}", "error", f"{f.deviation.witness}: {_why(f)}",
                f.location.file, f.location.line)
        for target in audit.targets
        for f in target.deviations
    ]  # fmt: skip
    results += [
        _result(
            "audit-unread",
            "warning",
            f"{gap.what}{_hides(gap)}",
            gap.location.file,
            gap.location.line,
        )
        for gap in audit.unread
    ]
    results += [_result("audit-unusable", "error", what, name, 1) for name, what in audit.unusable]
    rules = [{"id": id_, "shortDescription": {"text": about}} for id_, about in _RULES.items()]
    driver = {"name": "wsus-egress", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(rule: str, level: str, message: str, file: str, line: int) -> dict[str, Any]:
    message = visible(message)
    where = {"artifactLocation": {"uri": quote(os.fsencode(file))}, "region": {"startLine": line}}
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(rule),
        "level": level,
        "message": {"text": message},
        "partialFingerprints": {"wsusEgress/v1": f"{rule}:{message}"},
        "locations": [{"physicalLocation": where}],
    }
