"""HTML: one self-contained page, whose Content Security Policy forbids loading anything else."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wsus_egress.cli.report import lookup, page
from wsus_egress.cli.report.headline import headline
from wsus_egress.cli.report.to_do import to_do
from wsus_egress.cli.report.topology import draw
from wsus_egress.controls import Control
from wsus_egress.model.policy import EgressPolicy, Endpoint, Mode
from wsus_egress.problems import visible
from wsus_egress.review.analysis import Analysis, TargetAnalysis, stale_acceptances
from wsus_egress.review.askers import Asker, askers, known_hosts
from wsus_egress.review.comparison import Review
from wsus_egress.review.events import EngineReport
from wsus_egress.review.explain import standing

if TYPE_CHECKING:
    from jinja2 import Environment

VERSION: Final = 1
_HERE: Final = Path(__file__).parent
_SCRIPTS: Final = ("url.js", "answers.js", "page.js")
# The search box and the matrix know every rule; the static list is for reading, so it is capped.
_MOST_RULES: Final = 100


def render(review: Review, engine: EngineReport | None = None) -> str:
    """The whole page.

    Args:
        review: The environments, proved, each control on its own too; with a base, what changes.
        engine: What the engine will do, where it was asked.
    """
    analyses = review.analyses
    style = (_HERE / "assets" / "page.css").read_text(encoding="utf-8")
    script = "\n".join(
        (_HERE / "assets" / name).read_text(encoding="utf-8") for name in _SCRIPTS
    ).replace('"use strict";\n', "")
    script = f'(() => {{\n"use strict";\n{script}}})();\n'
    template = _templates().get_template("report.html.j2")
    return template.render(
        analyses=[_shown(analysis, number) for number, analysis in enumerate(analyses, start=1)],
        names=_control_names(analyses),
        headline=headline(review),
        to_do=to_do(review),
        to_do_title=page.to_do_title(review).capitalize(),
        verdict=page.verdict(review),
        review=review,
        findings=page.other_findings(review) if review.base else review.findings,
        lost=page.protections(review),
        opened=page.rows(review, "newly_allowed"),
        closed=page.rows(review, "no_longer_allowed"),
        written=page.notes(review),
        stale=stale_acceptances(analyses),
        some=page.shortened,
        engine=engine,
        data=_embedded(data(analyses)),
        style=style,
        script=script,
        policy=_content_security_policy(style, script),
        most=_MOST_RULES,
        sources=_sources(analyses),
    )


@cache
def _templates() -> Environment:
    import jinja2  # noqa: PLC0415 - 40 ms that only a page needs

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        finalize=_final,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _final(value: object) -> object:
    """A value as the page shows it; only the page's own parts, which are marked as safe, have several lines."""
    return visible(value) if type(value) is str else value


def _content_security_policy(style: str, script: str) -> str:
    """Only this page's own script and style, and nothing from anywhere."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _embedded(value: Mapping[str, Any]) -> str:
    """JSON that can stand in a script element: nothing in it ends the element or opens another."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def data(analyses: Sequence[Analysis]) -> dict[str, Any]:
    """What the search box and the matrix look up: see `lookup`."""
    shared = lookup.Shared()
    environments = [_environment(shared, analysis) for analysis in analyses]
    return {
        "version": VERSION,
        "environments": environments,
        "hosts": shared.all("hosts"),
        "endpoints": shared.all("endpoints"),
        "tables": shared.all("tables"),
        "columns": shared.all("columns"),
        "answers": shared.all("answers"),
        "deciding": shared.all("deciding"),
    }


def _environment(shared: lookup.Shared, analysis: Analysis) -> dict[str, Any]:
    policy = analysis.environment.policy
    found = askers(analysis)
    names = lookup.Names.of(known_hosts(analysis, found))
    listed = policy.endpoints if policy.mode is Mode.RESTRICTED else ()
    return {
        "environment": analysis.environment.name,
        "mode": policy.mode.value,
        "hosts": shared.number("hosts", names.hosts),
        "askers": _askers(shared, policy, found, names),
        "endpoints": [shared.number("endpoints", _row(endpoint)) for endpoint in listed],
        "targets": [_target(shared, target, found, names) for target in analysis.targets],
    }


def _askers(
    shared: lookup.Shared, policy: EgressPolicy, found: Sequence[Asker], names: lookup.Names
) -> list[dict[str, Any]]:
    tables: dict[object, int] = {}
    rows = []
    for asker in found:
        # This is all that the policy knows of an address.
        parties = [each for each in policy.parties if asker.address in each]
        internet = any(each.internet for each in parties)
        kind = asker.address.version, internet, frozenset(each.asks for each in parties)
        if kind not in tables:
            tables[kind] = lookup.policy_table(shared, policy, asker.address, names.witnesses)
        rows.append({
            "party": asker.party,
            "address": str(asker.address),
            "version": asker.address.version,
            "place": asker.place,
            "policy": tables[kind],
        })  # fmt: skip
    return rows


def _row(endpoint: Endpoint) -> tuple[str, ...]:
    return (
        endpoint.pattern.text, "+".join(sorted(endpoint.schemes)), endpoint.list,
        visible(endpoint.purpose), visible(endpoint.source), endpoint.date,
    )  # fmt: skip


def _target(
    shared: lookup.Shared, target: TargetAnalysis, found: Sequence[Asker], names: lookup.Names
) -> dict[str, Any]:
    return {
        "target": target.target.cloud,
        "controls": [
            {
                "control": control.name,
                "lastDot": control.last_dot,
                "tables": _tables(shared, target, control, found, names),
            }
            for control in target.controls
        ],
    }


def _tables(
    shared: lookup.Shared,
    target: TargetAnalysis,
    control: Control,
    found: Sequence[Asker],
    names: lookup.Names,
) -> list[int | None]:
    """A control's table for each asker; None for one who is not asked for there."""
    here = standing(found, target.target.cloud)
    routers = [each for each in target.controls if each.leads_past]
    known: dict[object, int] = {}
    tables: list[int | None] = []
    for asker in found:
        if asker not in here:
            tables.append(None)
            continue
        kind = tuple(each.kind_of(asker.address) for each in (control, *routers))
        if kind not in known:
            known[kind] = lookup.control_table(
                shared, control, target.controls, asker.address, names.witnesses
            )
        tables.append(known[kind])
    return tables


def _shown(analysis: Analysis, number: int) -> dict[str, Any]:
    """An environment as the template shows it."""
    policy = analysis.environment.policy
    return {
        "number": number,
        "name": analysis.environment.name,
        "policy": policy,
        "open": policy.mode is Mode.OPEN,
        "redundant": policy.redundant,
        "picture": draw(analysis),
        "targets": analysis.targets,
    }


def _control_names(analyses: Sequence[Analysis]) -> tuple[str, ...]:
    """Every control that is used, in the order of a path."""
    found: dict[str, None] = {}
    for analysis in analyses:
        for target in analysis.targets:
            found.update(dict.fromkeys(control.name for control in target.controls))
    return tuple(found)


def _sources(analyses: Sequence[Analysis]) -> list[tuple[str, str, int]]:
    """Where the endpoints come from: source, date and number of entries."""
    counted: dict[tuple[str, str], set[str]] = {}
    for analysis in analyses:
        for endpoint in analysis.environment.policy.endpoints:
            place = counted.setdefault((endpoint.source, endpoint.date), set())
            place.add(f"{endpoint.list} {endpoint.pattern.text}")
    return sorted((source, date, len(entries)) for (source, date), entries in counted.items())
