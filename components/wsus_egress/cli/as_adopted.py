"""What `adopt` writes: the settings' file, and beside it what the settings say otherwise than the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from wsus_egress.cli.output import page
from wsus_egress.config.stacks import NAMESPACE
from wsus_egress.review.adopt import Adopted

_SHOWN: Final = 8


class _Dumper(yaml.SafeDumper):
    """Writes lists of plain values on one line, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent the entries of a list too."""
        super().increase_indent(flow, False)

    def represent_sequence(
        self, tag: str, sequence: Any, flow_style: bool | None = None
    ) -> yaml.nodes.SequenceNode:
        """A list of plain values on one line."""
        plain = all(isinstance(each, (str, int)) for each in sequence)
        return super().represent_sequence(tag, sequence, plain or flow_style)


def settings(adopted: Adopted) -> str:
    """The file, with a comment at each placeholder."""
    body = {f"{NAMESPACE}{key}": value for key, value in adopted.settings.items()}
    lines = [
        "# What `wsus-egress adopt` read of rules that exist. Each `# replace:` marks a placeholder.",
        *yaml.dump(
            {"config": body}, Dumper=_Dumper, sort_keys=False, width=110, allow_unicode=False
        ).splitlines(),
    ]
    return "\n".join(_commented(lines, adopted.missing)) + "\n"


def _commented(lines: list[str], missing: Mapping[tuple[str, str], str]) -> Iterator[str]:
    section = ""
    for line in lines:
        key = line.strip().partition(":")[0]
        if line.startswith("  wsus-egress:"):
            section = line.strip().removeprefix("wsus-egress:").partition(":")[0]
        what = missing.get((section, key)) if line.startswith("    ") else None
        yield f"{line}  # replace: {what}" if what else line


def said(adopted: Adopted) -> str:
    """What differs, what was taken for granted and what was not read, for a terminal."""
    return page(_said(adopted))


def imported(adopted: Adopted, file: str) -> str:
    """What an import keeps and what the update makes, for a terminal."""
    found = adopted.imported
    if found is None:
        return page(["no import file: it is for AWS alone"])
    made = f"the update after it makes: {', '.join(found.left) or 'nothing'}"
    if not found.resources:
        return page(
            ["no import file: of what the settings declare the files have nothing with an id", made]
        )
    names = ", ".join(each.document.name for each, _ in found.resources)
    return page([f"{file} keeps: {names}", made])


def _said(adopted: Adopted) -> Iterator[str]:
    shown: Mapping[str, Any] = adopted.settings
    lists = ", ".join(shown.get("lists") or ()) or "none fits whole"
    yield "mode open: any name passes on TCP 80 or 443" if "mode" in shown else f"lists: {lists}"
    if lacking := adopted.names.lacking:
        more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
        yield f"  of the list {adopted.wanted} the rules deny {', '.join(lacking[:_SHOWN])}{more}"
    if extra := shown.get("extraEndpoints"):
        yield f"names that are in no chosen list: {len(extra)}"
    for each in adopted.difference.deviations:
        who = "only the rules admit" if each.kind == "wider" else "only the settings admit"
        yield f"differs: {who} {each.witness}"
        verb = "admitted" if each.kind == "wider" else "denied"
        yield f"    {verb} by {each.rule}"
    for own in adopted.own:
        yield f"differs: {own.what}, of the settings' own rules: {own.witness}"
        yield "    close it, or list it under accept, with a reason and a last day"
    for kind in adopted.difference.undecided:
        other = "the rules admit more" if kind == "wider" else "the settings admit more"
        yield f"not certain: something that could not be read decides whether {other}"
    for text in adopted.left:
        yield f"not in the settings: {text}"
    for text in adopted.assumed:
        yield f"taken for granted: {text}"
    for text in adopted.unread:
        yield f"not read: {text}"
    for (section, key), what in sorted(adopted.missing.items()):
        yield f"to replace: {section}.{key}: {what}"
    yield (
        "toward the Internet the settings say the same as the rules"
        if adopted.same
        else "toward the Internet the settings are not the same as the rules"
    )
