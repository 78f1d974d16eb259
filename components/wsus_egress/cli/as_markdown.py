"""Markdown for a pull request's comment: every value escaped, within the size that fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import jinja2

from wsus_egress.cli.pull_request.marker import BUDGET, USUAL_KEY, marker
from wsus_egress.cli.report import page
from wsus_egress.cli.report.headline import headline
from wsus_egress.cli.report.to_do import to_do
from wsus_egress.cli.words import verdict_of
from wsus_egress.model.environment import Environment
from wsus_egress.problems import visible
from wsus_egress.review.analysis import TargetAnalysis
from wsus_egress.review.change import TargetChange
from wsus_egress.review.comparison import Review
from wsus_egress.review.events import EngineReport
from wsus_egress.review.rules import RuleChange

_ORDER: Final = ("head", "todo", "lost", "opened", "closed", "findings", "rules", "resources", "engine",
                 "topology", "quotas", "fidelity", "approvals", "granted", "notes",
                 "unchanged")  # fmt: skip
# What goes first where not all fits; `head` never does.
_DROPPED: Final = ("topology", "granted", "unchanged", "quotas", "resources", "notes", "rules",
                   "fidelity", "engine", "approvals", "closed", "findings", "opened", "todo",
                   "lost")  # fmt: skip
_TITLES: Final = {
    "todo": "to do", "lost": "protection taken away",
    "opened": "newly allowed", "closed": "no longer allowed", "granted": "assumptions",
    "engine": "what the engine will do", "notes": "cosmetic changes",
}  # fmt: skip
# How many rows of a table stand open; the rest is folded.
_SHOWN_ROWS: Final = 8
_MARKUP: Final = re.compile(r"[&\\`*_{}\[\]<>|~]|^[-+=]|(?<=[0-9])[.)](?= )")
# Links that GitHub makes on its own. It looks for mentions and numbers in the finished HTML, where
# an entity is a character again: only a character in between helps, of no width.
_LINKED: Final = re.compile(r"(?<=[@#])|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=GH)(?=-)", re.IGNORECASE)


def escape(text: object) -> str:
    """A value as Markdown shows it to the letter: no markup, HTML, mention, link or new line."""
    apart = _LINKED.sub("\u200b", visible(str(text)))
    return _entities(apart).replace("\u200b", "&#8203;")


def code(text: object) -> str:
    """A value as a code span that also holds inside a table.

    A fence of backticks longer than any inside would break at the bar of a table, where Markdown
    knows no escape for both: HTML's own element with entities does not. GitHub makes no links in it.
    """
    plain = _entities(visible(str(text)))
    return f"<code>{plain.replace('://', '&#58;//').replace('www.', 'www&#46;')}</code>"


def _entities(text: str) -> str:
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", text)


def render(review: Review, engine: EngineReport | None, budget: int = BUDGET) -> str:
    """The whole page, less the sections that do not fit, which it names.

    Args:
        review: The change.
        engine: What the engine will do, where it was asked.
        budget: The most characters.
    """
    sections = _sections(review, engine)
    dropped: list[str] = []
    text = _joined(sections, dropped)
    for name in _DROPPED:
        if len(text) <= budget:
            break
        if sections.pop(name, ""):
            dropped.append(name)
            text = _joined(sections, dropped)
    return text


def _joined(sections: dict[str, str], dropped: Sequence[str]) -> str:
    text = "\n\n".join(sections[name] for name in _ORDER if sections.get(name)) + "\n"
    if not dropped:
        return text
    names = ", ".join(_TITLES.get(name, name) for name in dropped)
    return f"{text}\n**Left out, because the comment would be too long:** {names}. The job's artefact has everything.\n"


def _sections(review: Review, engine: EngineReport | None) -> dict[str, str]:
    template = _templates().get_template("change.md.j2")
    context = template.new_context(_values(review, engine))
    return {
        name: re.sub(r"\n{3,}", "\n\n", "".join(block(context))).strip("\n")
        for name, block in template.blocks.items()
    }


def _templates() -> jinja2.Environment:
    # Markdown is not HTML: `escape` does what autoescape would, and more; a test holds that every
    # value goes through it.
    templates = jinja2.Environment(
        autoescape=False,  # noqa: S701
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    templates.filters.update({"md": escape, "code": code, "some": page.shortened})
    return templates


def _values(review: Review, engine: EngineReport | None) -> dict[str, Any]:
    differing = [a for a in review.analyses if a.environment.name not in review.same]
    targets = [(f"{a.environment.name}/{t.target.cloud}", t) for a in differing for t in a.targets]
    controls = [(place, control) for place, target in targets for control in target.controls]
    return {
        "marker": marker(USUAL_KEY),
        "headline": headline(review),
        "to_do": to_do(review),
        "to_do_title": page.to_do_title(review).capitalize(),
        "shown": _SHOWN_ROWS,
        "verdict": page.verdict(review, gated=bool(review.base) or engine is not None),
        "review": review,
        "lost": page.protections(review),
        "opened": page.rows(review, "newly_allowed"),
        "closed": page.rows(review, "no_longer_allowed"),
        "findings": page.other_findings(review),
        "rules": (
            [(_place(c), c.rules) for c in review.changes if c.rules]
            if review.base
            else [(place, _all_rules(target)) for place, target in targets]
        ),
        "resources": [("/".join(k), v) for k, v in sorted(review.resources.items()) if v],
        "engine": engine,
        "topology": topology([a.environment for a in differing], review.changes),
        "quotas": [
            ("/".join(key), use) for key, uses in sorted(review.quotas.items()) for use in uses
        ],
        "proofs": [
            (f"{a.environment.name}/{t.target.cloud}", verdict_of(t.proof, t.assumptions), t.proof)
            for a in review.analyses
            for t in a.targets
            if t.proof
        ],
        "approvals": [(a.environment.name, e) for a in differing for e in a.environment.approved],
        "assumptions": [(place, each) for place, target in targets for each in target.assumptions],
        "residues": list(dict.fromkeys((c.name, r) for _, c in controls for r in c.residues)),
        "notes": page.notes(review),
        "unchanged": [
            c for c in review.changes if c.environment not in review.same and not c.removed
        ],
        "same": page.shortened(review.same),
    }


def _all_rules(target: TargetAnalysis) -> list[RuleChange]:
    return [
        RuleChange(c.name, rule.id, "added", rule.text) for c in target.controls for rule in c.rules
    ]


def _place(change: TargetChange) -> str:
    return f"{change.environment}/{change.target}"


def topology(environments: Sequence[Environment], changes: Iterable[TargetChange]) -> str:
    """Who reaches whom, as a Mermaid flowchart; what is newly allowed is a thick arrow.

    Names of environments and parties are letters, digits and hyphens, and need no escape.
    """
    lines = []
    gained = {
        (change.environment, party)
        for change in changes
        for each in change.newly_allowed
        if each.schemes
        for party in each.parties
    }
    for number, environment in enumerate(environments):
        policy = environment.policy
        ids = {party.name: f"n{number}_{i}" for i, party in enumerate(policy.parties)}
        lines.append(f'  subgraph e{number}["{_label(environment.name)}"]')
        lines += [f'    {ids[p.name]}["{_label(p.name)} ({p.place})"]' for p in policy.parties]
        for party in policy.parties:
            if party.asks and party.asks in ids:
                ports = policy.party(party.asks).ports
                text = "+".join(map(str, ports.all())) if ports else ""
                lines.append(f"    {ids[party.name]} -->|tcp {text}| {ids[party.asks]}")
        lines.append("  end")
        for party in policy.parties:
            if party.internet:
                arrow = "==>" if (environment.name, party.name) in gained else "-->"
                lines.append(f"  {ids[party.name]} {arrow}|tcp 80+443| mu")
    return "\n".join(["flowchart LR", '  mu(("Microsoft Update"))', *lines]) if lines else ""


def _label(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)
