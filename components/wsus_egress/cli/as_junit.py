"""JUnit XML for test tabs: a suite for each environment, a case for each target, a failure for findings."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from wsus_egress.problems import visible
from wsus_egress.review.analysis import Analysis
from wsus_egress.review.finding import Finding


def render(analyses: Sequence[Analysis], findings: Sequence[Finding]) -> str:
    """Every target is a case that passes if nothing fails; findings without a target are a case too."""
    root = ET.Element("testsuites", name="wsus-egress")
    names = sorted(
        {a.environment.name for a in analyses} | {finding.environment for finding in findings}
    )
    for name in names:
        own = [finding for finding in findings if finding.environment == name]
        targets = [
            t.target.cloud for a in analyses if a.environment.name == name for t in a.targets
        ]
        suite = ET.SubElement(root, "testsuite", name=name or "engine")
        failing = 0
        for target in sorted({*targets, *(finding.target for finding in own)}):
            case = ET.SubElement(
                suite, "testcase", classname=f"wsus-egress.{name or 'engine'}", name=target or "all"
            )
            found = [finding for finding in own if finding.target == target]
            failed = [finding for finding in found if finding.fails]
            if failed:
                failing += 1
                kinds = ", ".join(sorted({finding.kind for finding in failed}))
                ET.SubElement(case, "failure", message=kinds, type=failed[0].kind).text = _text(
                    failed
                )
            noted = [finding for finding in found if not finding.fails]
            if noted:
                ET.SubElement(case, "system-out").text = _text(noted)
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(failing))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _text(findings: Sequence[Finding]) -> str:
    lines = []
    for finding in findings:
        place = f"{finding.location}: " if finding.location else ""
        lines.append(f"{place}{finding.kind}: {finding.what}. To do: {finding.instead}.")
    # XML 1.0 has no way to write control characters.
    return "\n".join(map(visible, lines))
