"""What logs show, for a terminal, a page, or a program: grouped by who asked, what was blocked first.

Everything in a log was written by somebody else: the command escapes every line, and a value is never markup.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from wsus_egress.cli.words import count
from wsus_egress.problems import visible

if TYPE_CHECKING:
    from wsus_egress.cli import log_types as out
    from wsus_egress.readers.logs.files import Counts
    from wsus_egress.review.log_answers import LogAnswer
    from wsus_egress.review.log_groups import Group, Groups
    from wsus_egress.review.log_suggestions import Suggestion

VERSION: Final = 1
_SEEN: Final = {"blocked": "blocked", "allowed": "passed", "seen": "seen"}
_CLIENT: Final = "client"
# A column for names stays this narrow: a name that is a trick of whoever sends it may have 253 characters.
_WIDEST: Final = 80
_USUAL: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Page:
    """All that is printed.

    Attributes:
        unused: Patterns that are allowed and that nothing used; None where the logs cannot say.
        counts: How much was read.
        groups: Knows what was left out.
        files: How many files were read.
        asked: Whether somebody asked for suggestions.
        suggestions: Edits that would allow what was blocked.
    """

    answers: Sequence[LogAnswer]
    unused: Sequence[str] | None
    counts: Counts
    groups: Groups
    files: int
    asked: bool = False
    suggestions: Sequence[Suggestion] = ()


def text(page: Page) -> Iterator[str]:
    """Plain lines."""
    for _, found in groupby(page.answers, key=_who):
        some = list(found)
        yield _heading(some)
        width = min(_WIDEST, max(len(_asked(answer.group)) for answer in some))
        for answer in some:
            group = answer.group
            yield f"  {_SEEN[group.verdict]:<8}{_asked(group):<{width}}  {_times(group)}".rstrip()
            yield f"            {answer.words}"
        yield ""
    if page.unused:
        yield "allowed and never used, as far as these logs go back:"
        yield from (f"  {pattern}" for pattern in page.unused)
        yield ""
    yield from _suggested(page)
    yield from _read(page)


def markdown(page: Page) -> Iterator[str]:
    """A page of tables."""
    from wsus_egress.cli.as_markdown import code, escape  # noqa: PLC0415 - loads jinja2

    for _, found in groupby(page.answers, key=_who):
        some = list(found)
        yield f"### {escape(_heading(some))}"
        yield ""
        yield "| | asked for | times | first | last | why |"
        yield "|---|---|---|---|---|---|"
        for answer in some:
            group = answer.group
            cells = (
                _SEEN[group.verdict], code(_asked(group)), str(group.count), escape(group.first),
                escape(group.last), escape(answer.words),
            )  # fmt: skip
            yield f"| {' | '.join(cells)} |"
        yield ""
    if page.unused:
        yield "Allowed and never used, as far as these logs go back:"
        yield ""
        yield from (f"- {code(pattern)}" for pattern in page.unused)
        yield ""
    if suggested := list(_suggested(page)):
        # A fence that no text of the block can close: the settings hold host names only.
        yield from ("```text", *suggested[:-1], "```", "")
    yield " ".join(f"{line[0].upper()}{line[1:]}." for line in _read(page))


def lines(page: Page) -> Iterator[str]:
    """A JSON object a line, and one more that sums up."""
    for answer in page.answers:
        group = answer.group
        line: out.LogLine = {
            "version": VERSION,
            "source": group.source,
            "party": answer.party,
            "environment": answer.environment,
            "name": group.name,
            "port": group.port,
            "scheme": group.scheme or None,
            "count": group.count,
            "first": group.first or None,
            "last": group.last or None,
            "seen": _SEEN[group.verdict],
            "policy": answer.policy,
            "reason": answer.reason,
            "text": answer.words,
            "endpoint": answer.endpoint.pattern.text if answer.endpoint else None,
            "lists": list(answer.lists),
            "control": ", ".join(group.controls),
        }
        yield json.dumps(line)
    summary: out.LogSummary = {
        "version": VERSION,
        "unused": None if page.unused is None else list(page.unused),
        "files": page.files,
        "records": page.counts.records,
        "silent": page.counts.silent,
        "unread": page.counts.unread,
        "earlier": page.groups.earlier,
        "left_out": page.groups.left_out,
    }
    if page.asked:
        summary["suggestions"] = [_edit(each) for each in page.suggestions]
    yield json.dumps(summary)


RENDERERS: Final[Mapping[str, Callable[[Page], Iterator[str]]]] = {
    "text": text,
    "markdown": markdown,
    "json": lines,
}


def _who(answer: LogAnswer) -> tuple[str | None, str | None, str | None]:
    return answer.group.source, answer.environment, answer.party


def _heading(answers: Sequence[LogAnswer]) -> str:
    source, environment, party = _who(answers[0])
    who = source
    if who is None:
        own = all(_CLIENT in answer.group.controls for answer in answers)
        # A report of names, or a table without the column, does not say who asked.
        who = "the machine itself" if own else "whoever asked"
    if party is not None:
        return f"{who} ({party} in {environment})"
    return (
        f"{who} (in no environment)" if environment is None else f"{who} (as {environment} sees it)"
    )


def _asked(group: Group) -> str:
    """`https://name`, `https://name:8443`, `dns name`, `https without a name`, or `tcp/25`."""
    if group.name is None:
        if group.scheme in _USUAL:
            port = "" if group.port in {None, _USUAL[group.scheme]} else f" on port {group.port}"
            return f"{group.scheme} without a name{port}"
        return (
            f"{group.scheme or 'unknown'}/{group.port}" if group.port else group.scheme or "unknown"
        )
    name = visible(group.name)
    if group.scheme in _USUAL:
        port = "" if group.port in {None, _USUAL[group.scheme]} else f":{group.port}"
        return f"{group.scheme}://{name}{port}"
    return f"{group.scheme} {name}".strip() + (f":{group.port}" if group.port else "")


def _times(group: Group) -> str:
    often = count(group.count, "time")
    if not group.first:
        return often
    until = "" if group.last == group.first else f" to {group.last}"
    return f"{often}, {group.first}{until}"


def _read(page: Page) -> Iterator[str]:
    """What was read, and all that was not."""
    counts = page.counts
    yield f"read {count(counts.records, 'record')} of {count(page.files, 'file')}"
    if counts.silent:
        yield f"{count(counts.silent, 'line')} of these logs {'says' if counts.silent == 1 else 'say'} nothing of what became of a connection"
    if counts.unread:
        yield f"{count(counts.unread, 'line')} in no known form, or cut, {'was' if counts.unread == 1 else 'were'} not read"
    if page.groups.earlier:
        yield f"{count(page.groups.earlier, 'record')} older than --since left out"
    if page.groups.undated:
        yield f"{count(page.groups.undated, 'record')} without a time kept, whatever --since says"
    if page.groups.left_out:
        yield f"{count(page.groups.left_out, 'record')} of further names left out: there are too many different ones"
    if page.unused is None and counts.records:
        yield "what was never used is not known: that needs a firewall's own log of what passes"


def _suggested(page: Page) -> Iterator[str]:
    """The edits, as they stand in the settings, and what each opens."""
    if page.asked and not page.suggestions:
        yield "no edit of an endpoint would allow anything more of what was blocked"
        yield ""
    for each in page.suggestions:
        yield f"the smallest edit of {each.environment} that allows what was blocked; fill in what says `replace`:"
        if each.lists:
            yield f"  to `wsus-egress:lists` add {', '.join(each.lists)}"
        if each.extra:
            yield "  wsus-egress:extraEndpoints:"
        for entry in each.extra:
            schemes = ", ".join(sorted(entry.schemes))
            guess = (
                "  # the logs do not say which scheme" if entry.pattern.text in each.guessed else ""
            )
            yield f"    - pattern: {entry.pattern.text}"
            yield f"      schemes: [{schemes}]{guess}"
            yield '      owner: "replace: who answers for it, and until when"'
            yield '      reason: "replace: what needs it, and the page that says so"'
        yield from (f"  cannot be deployed: {problem}" for problem in each.problems)
        for change in each.changes:
            fidelity = dict(each.fidelities).get(change.target, "not proved")
            opened = [f"{'+'.join(c.schemes)} {c.label}" for c in change.newly_allowed]
            yield (
                f"  it opens at {change.target}, proved {fidelity} afterwards:"
                if opened
                else f"  it opens nothing at {change.target}"
            )
            yield from (f"    + {name}" for name in opened)
        yield "  `wsus-egress preview --base HEAD` shows it as a change, and asks for an approval with a day on which it expires"
        yield ""


def _edit(suggestion: Suggestion) -> out.Edit:
    return {
        "environment": suggestion.environment,
        "lists": list(suggestion.lists),
        "extraEndpoints": [
            {"pattern": each.pattern.text, "schemes": sorted(each.schemes)} for each in suggestion.extra
        ],
        "opens": [
            {"target": change.target, "pattern": each.label, "schemes": list(each.schemes), "witness": each.witness}
            for change in suggestion.changes for each in change.newly_allowed
        ],
        "fidelities": dict(suggestion.fidelities),
        "problems": list(suggestion.problems),
    }  # fmt: skip
