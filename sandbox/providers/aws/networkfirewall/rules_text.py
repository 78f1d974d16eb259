"""Suricata rules as AWS Network Firewall reads them: what it refuses where Suricata would not.

Each refusal is a service answer that cdk-preflight's authors measured (2026-09) or a line of the
developer guide's "Limitations and caveats" (read 2026-11). What Suricata itself refuses is left to
Suricata: see `suricata`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

ACTIONS: Final = ("pass", "drop", "reject", "alert")
BUILT_IN: Final = ("HOME_NET", "EXTERNAL_NET")
# "Rule exceeds max length (8192)": the service counts the gid option that it adds, 16 characters.
_LONGEST_RULE: Final = 8192 - 17
_UNSUPPORTED: Final = re.compile(
    r"dataset|datarep|iprep|lua|luajit|threshold|detection_filter|file.*"
)
_PCRE_NEEDS: Final = ("tls.sni", "http.host", "dns.query", "http.uri", "content")
_HEADER_NAME: Final = re.compile(r"([$@])([A-Za-z][A-Za-z0-9_]*)")
_OPTION: Final = re.compile(r'((?:[^;"\\]|\\.|"(?:[^"\\]|\\.)*")*);')
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its text, and its options in their order."""

    text: str
    options: tuple[tuple[str, str], ...]

    @property
    def keywords(self) -> tuple[str, ...]:
        """The options' names."""
        return tuple(name for name, _ in self.options)

    @property
    def header(self) -> str:
        """What comes before the options."""
        return self.text.partition("(")[0]

    def values(self, keyword: str) -> Iterator[str]:
        """What an option is set to, each time."""
        return (value for name, value in self.options if name == keyword)


def parse(text: str) -> tuple[Rule, ...]:
    """The rules of a rules string, without comments and empty lines."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(_rule(line) for line in lines if line and not line.startswith("#"))


def _rule(line: str) -> Rule:
    if len(line) > _LONGEST_RULE:  # Refused for that alone.
        return Rule(line, ())
    inside = line.partition("(")[2].rpartition(")")[0]
    options = (found[1].strip().partition(":") for found in _OPTION.finditer(inside))
    return Rule(line, tuple((name.strip(), value.strip()) for name, _, value in options))


def refusals(
    rules: Collection[Rule],
    *,
    strict: bool,
    variables: Collection[str],
    references: Collection[str],
) -> Iterator[str]:
    """Every error that the service reports for these rules.

    Args:
        rules: The rules of one group.
        strict: Whether the group's rule order is STRICT_ORDER.
        variables: The IP set and port set variables that the group defines.
        references: The IP set references that it defines.
    """
    if strict and any({"priority", "classtype"} & {*rule.keywords} for rule in rules):
        yield (
            "RulesString has invalid keywords. Rule groups that use strict order can't have rules "
            "that contain the keywords `priority` or `classtype`"
        )
    sids: set[str] = set()
    for rule in rules:
        for reason in _reasons(rule):
            yield f"stateful rule is invalid, rule: {_short(rule.text)}, reason: {reason}"
        for sid in rule.values("sid"):
            if sid in sids:
                yield f"stateful rule is invalid, rule: {_short(rule.text)}, reason: duplicate sid"
            sids.add(sid)
    known = {"$": {*variables, *BUILT_IN}, "@": {*references}}
    missing = {(mark, name) for rule in rules for mark, name in _HEADER_NAME.findall(rule.header)
               if name not in known[mark]}  # fmt: skip
    for mark, name in sorted(missing):
        place = "RuleVariables.IPSets" if mark == "$" else "ReferenceSets.IPSetReferences"
        yield f"{name} cannot be null or empty, context: {place}.{name}"


def _reasons(rule: Rule) -> Iterator[str]:
    if len(rule.text) > _LONGEST_RULE:
        yield "Rule exceeds max length (8192)"
        return
    action = rule.text.split(maxsplit=1)[0]
    if action not in ACTIONS:
        yield f"Action {action} is not supported"
    keywords = rule.keywords
    if "sid" not in keywords:
        yield "sid not assigned"
    for gid in rule.values("gid"):
        yield f"GIDs are not allowed. Illegal option(s): [gid:{gid}]"
    for keyword in keywords:
        if _UNSUPPORTED.fullmatch(keyword):
            yield f"RuleOptions {keyword} is not supported"
    if "pcre" in keywords and not {*_PCRE_NEEDS} & {*keywords}:
        yield (
            "Using pcre without one of the following options is not allowed: "
            f"[{', '.join(_PCRE_NEEDS)}]."
        )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
