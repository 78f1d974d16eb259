"""Drift for a terminal, an issue, or a program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from wsus_egress.cli.words import count
from wsus_egress.problems import visible

if TYPE_CHECKING:
    from wsus_egress.cli import drift_types as out
    from wsus_egress.guardrails.drift import Changed, Drift, Opened

VERSION: Final = 1
_TITLES: Final = {
    "opened": "open now, and not allowed by the policy",
    "lost": "no longer protected",
    "closed": "allowed by the policy, and no longer passing",
    "changed": "changed since the last update",
}


def text(drift: Drift) -> str:
    """Plain lines."""
    lines = [_headline(drift)]
    for title, rows in _sections(drift):
        lines += ["", f"{title}:", *(f"  {row}" for row in rows)]
    if drift.fails:
        lines += ["", _way_back(drift)]
    return "\n".join(map(visible, lines)) + "\n"


def markdown(drift: Drift) -> str:
    """A page for an issue: text from outside is never a link, a mention or markup."""
    from wsus_egress.cli.as_markdown import escape  # noqa: PLC0415 - loads jinja2

    lines = [f"## Drift of {escape(drift.environment)}", "", escape(_headline(drift))]
    for title, rows in _sections(drift):
        lines += ["", f"### {title.capitalize()}", "", *(f"- {escape(row)}" for row in rows)]
    if drift.fails:
        lines += ["", escape(_way_back(drift))]
    return "\n".join(lines) + "\n"


def _headline(drift: Drift) -> str:
    some = count(drift.resources, "resource")
    if not drift.changed and not drift.fails:
        return f"{drift.environment}: {some}, all as deployed"
    found = [
        f"{len(rows)} {word}"
        for rows, word in (
            (drift.opened, "open"), (drift.lost, "unprotected"), (drift.closed, "closed"),
            (drift.changed, "changed"),
        )
        if rows
    ]  # fmt: skip
    return f"{drift.environment}: {some}: {', '.join(found)}"


def _way_back(drift: Drift) -> str:
    return (
        f"to put back what the program says: pulumi up --refresh --stack {drift.stack}; what was added beside its "
        "resources goes where it was added. To keep a change, write it into the settings: the pull request shows "
        "what it opens"
    )


def _sections(drift: Drift) -> Iterator[tuple[str, list[str]]]:
    rows = {
        "opened": [_opened(each) for each in drift.opened],
        "lost": [
            f"{each.resource}: {each.what}" + (f": {each.witness}" if each.witness else "")
            for each in drift.lost
        ],
        "closed": [
            f"{each.control} denies {each.witness}"
            + (f"; of the lists: {', '.join(each.patterns)}" if len(each.patterns) > 1 else "")
            for each in drift.closed
        ],
        "changed": [_changed(each) for each in drift.changed],
    }
    yield from ((_TITLES[key], found) for key, found in rows.items() if found)


def _opened(each: Opened) -> str:
    known = " (as the last update left it)" if each.deployed else ""
    return f"{each.resource}: {each.what}; {each.fix}{known}"


def _changed(each: Changed) -> str:
    return f"{each.resource} ({each.type}): {'; '.join(each.how) or 'gone'}"


def as_json(drift: Drift) -> str:
    """One object, as schemas/drift.json has it."""
    report: out.DriftReport = {
        "version": VERSION,
        "environment": drift.environment,
        "resources": drift.resources,
        "fails": drift.fails,
        "opened": [
            {"guardrail": e.rule, "resource": e.resource, "what": e.what, "fix": e.fix,
             "deployed": e.deployed}
            for e in drift.opened
        ],
        "lost": [{"resource": e.resource, "what": e.what, "witness": e.witness} for e in drift.lost],
        "closed": [
            {"control": e.control, "witness": e.witness, "patterns": list(e.patterns)}
            for e in drift.closed
        ],
        "changed": [
            {"type": e.type, "resource": e.resource, "gone": e.gone, "how": list(e.how),
             "harmless": e.harmless}
            for e in drift.changed
        ],
    }  # fmt: skip
    return json.dumps(report, indent=2) + "\n"
