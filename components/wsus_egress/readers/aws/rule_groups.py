"""The rules of a stack's Network Firewall rule groups, each as it admits least and most.

For example a domain list whose entry is not known admits least what its other entries have, and most any name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from wsus_egress.model.flows import Application, Network
from wsus_egress.model.other_rules import OtherRuleGroup
from wsus_egress.names.hosts import InvalidName, Pattern
from wsus_egress.readers.judged import Read
from wsus_egress.readers.reading import (
    items,
    mapping,
    networks,
)
from wsus_egress.readers.resources import UNKNOWN, Resource
from wsus_egress.readers.terms import spans
from wsus_egress.readers.terms.chain import Names, Place, Term
from wsus_egress.readers.terms.suricata_terms import DENYING, SILENT, Notes, Variables, terms_of
from wsus_egress.readers.terms.suricata_text import Option, Rule, logical_lines, parse

_TARGETS: Final[Mapping[str, Application]] = {"TLS_SNI": "tls", "HTTP_HOST": "http"}
_HERE: Final = Place("")


def _of_terms(
    owner: Resource, terms: list[Term], unread: str, *, sure: bool = True
) -> Iterator[Read[Term]]:
    """A rule as it admits least and most: a `pass` may be nothing, and a drop may be nothing."""
    if not terms:
        return
    least: list[Term] = []
    most: list[Term] = []
    for term in terms:
        names = term.names
        narrow = replace(term, names=names and replace(names, most=None), sure=True)
        wide = narrow
        if names and names.most is not None:
            wide = replace(narrow, names=Names(more=names.most, samples=names.samples))
        if term.action == "allow":
            most.append(wide)
            least += [narrow] if term.sure else []
        elif term.action == "deny":
            least.append(wide)
            most += [narrow] if term.sure else []
        else:
            most.append(replace(wide, action="allow"))
            least.append(replace(wide, action="deny"))
    yield Read(owner, tuple(least), tuple(most), unread, sure)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rule groups.

    Attributes:
        servers: Who the policy is about.
        variables: The firewall policy's.
        home: What stands for HOME_NET where nobody sets it.
        given: The rule groups of others that the settings have, by their ARNs.
    """

    servers: tuple[Network, ...]
    variables: Any
    home: tuple[Network, ...]
    given: Mapping[str, OtherRuleGroup]

    def of_others(self, owner: Resource, arn: str) -> Iterator[Read[Term]]:
        """A rule group outside the stack: as the settings give it, or whatever it could hold.

        One whose rules the settings do not give is an assumption, which `preview` names.
        """
        group = self.given.get(arn)
        if group is None:
            yield self.unknown(owner, f"rule group {arn} is not of this stack", sure=True)
        elif group.rules is not None:
            sets = [
                {"key": each.name, "ipSet": {"definitions": list(each.values)}}
                for each in group.variables
            ]
            ports = [
                {"key": each.name, "portSet": {"definitions": list(each.values)}}
                for each in group.variables
            ]
            variables = {"ruleVariables": {"ipSets": sets, "portSets": ports}}
            properties = {"rules": group.rules, "ruleGroup": variables}
            yield from self.group(replace(owner, name=group.name, properties=properties))

    def group(self, group: Resource) -> Iterator[Read[Term]]:
        """Every rule of a group that lets something pass or drops it; stateless ones first."""
        body = mapping(group.properties.get("ruleGroup"))
        source = body.get("rulesSource")
        texts = group.properties.get("rules")
        if isinstance(texts, str):
            source = {"rulesString": texts}
        if not isinstance(source, Mapping):
            yield self.unknown(group, f"the rules of {group.name} are not known", sure=False)
            return
        text = source.get("rulesString")
        if text is UNKNOWN or UNKNOWN in source.values():
            yield self.unknown(group, f"the rules of {group.name} are not known", sure=False)
            return
        variables = self._variables(body.get("ruleVariables"))
        stateless = mapping(source.get("statelessRulesAndCustomActions"))
        for number, each in enumerate(items(stateless.get("statelessRules"))):
            yield from self._stateless(group, f"stateless rule {number + 1} of {group.name}", each)
        rules: list[tuple[str, Rule | None]] = [
            (line, parse(line)) for _, line in logical_lines(text or "")
        ]
        rules += [(f"rule {n + 1}", rule) for n, rule in enumerate(_written(source))]
        for number, (line, rule) in enumerate(rules):
            yield from self._of_rule(
                group, f"rule {number + 1} of {group.name}", line, rule, variables
            )
        yield from self._list(group, mapping(source.get("rulesSourceList")), variables)

    def _of_rule(
        self, group: Resource, name: str, line: str, rule: Rule | None, variables: Variables
    ) -> Iterator[Read[Term]]:
        if rule is None:
            first = line.split(maxsplit=1)[0].lower() if line.strip() else ""
            if first not in (*DENYING, *SILENT):
                yield self.unknown(
                    group, f"{line!r} is not a rule that can be read", sure=True, name=name
                )
            return
        notes = Notes()
        terms = list(terms_of(rule, name, _HERE, variables, notes))
        reasons = list(dict.fromkeys(what for _, what, _ in notes.unread))
        unread = f"{line!r}: {' and '.join(reasons)} cannot be read" if reasons else ""
        sure = not any("not known" in reason for reason in reasons)
        yield from _of_terms(group, terms, unread, sure=sure)

    def _variables(self, given: Any) -> Variables:
        found = {}
        for each in (
            *items(mapping(self.variables).get("ruleVariables")),
            *items(mapping(given).get("ipSets")),
        ):
            found[str(mapping(each).get("key"))] = _definitions(each, "ipSet")
        ports = {
            str(mapping(each).get("key")): _definitions(each, "portSet")
            for each in items(mapping(given).get("portSets"))
        }
        return Variables(found, ports, spans.of_networks(self.home))

    def unknown(self, owner: Resource, what: str, *, sure: bool, name: str = "") -> Read[Term]:
        """Whatever a group could hold."""
        every = Term(
            id=name or f"a rule of {owner.name}", action="allow", place=_HERE,
            sources=spans.of_networks(self.servers), early=True,
        )  # fmt: skip
        return Read(owner, (), (every,), what, sure)

    def _list(
        self, group: Resource, body: Mapping[str, Any], variables: Variables
    ) -> Iterator[Read[Term]]:
        kind = body.get("generatedRulesType")
        if kind not in ("ALLOWLIST", "DENYLIST", "REJECTLIST"):
            return
        action: Literal["allow", "deny"] = "allow" if kind == "ALLOWLIST" else "deny"
        patterns: list[Pattern] = []
        for text in items(body.get("targets")):
            try:
                host = "" if text is UNKNOWN else str(text).removeprefix(".")
                patterns.append(Pattern.parse(host))
                if host != text:
                    patterns.append(Pattern.parse(f"*.{host}"))
            except InvalidName:
                what = f"a name in the domain list of {group.name} cannot be read"
                if action == "allow":
                    yield self.unknown(group, what, sure=text is not UNKNOWN)
        # The rules that the service makes of the list are for HOME_NET (developer guide, 2026-11).
        home = Rule("pass", "ip", "$HOME_NET", "any", "->", "any", "any", ())
        for each in terms_of(home, "", _HERE, variables, notes := Notes()):
            for target in items(body.get("targetTypes")):
                spoken = _TARGETS.get(str(target))
                term = Term(
                    id=f"domain list of {group.name} ({target})", action=action, place=_HERE,
                    sources=each.sources, protocols=("tcp",), stage="data", sure=each.sure,
                    applications=(spoken,) if spoken else each.applications,
                    names=Names(patterns=tuple(patterns)) if spoken else None,
                )  # fmt: skip
                unread = f"HOME_NET of {group.name} is not known" if notes.unread else ""
                yield from _of_terms(group, [term], unread, sure=not unread)

    def _stateless(self, group: Resource, name: str, rule: Any) -> Iterator[Read[Term]]:
        definition = mapping(mapping(rule).get("ruleDefinition"))
        actions = items(definition.get("actions"))
        if rule is UNKNOWN or UNKNOWN in actions:
            yield self.unknown(group, f"{name} is not known", sure=False)
        if "aws:pass" not in actions:
            return
        match = mapping(definition.get("matchAttributes"))
        sides = []
        for key in ("sources", "destinations"):
            texts = [mapping(each).get("addressDefinition") for each in items(match.get(key))]
            read = [networks(text) for text in texts]
            known = [n for each in read for n in each or ()]
            sides.append(
                spans.EVERYWHERE if None in read or not texts else spans.of_networks(known)
            )
        ranges = [
            (int(each["fromPort"]), int(each["toPort"]))
            for each in items(match.get("destinationPorts"))
            if isinstance(mapping(each).get("fromPort"), int)
            and isinstance(each.get("toPort"), int)
        ]
        numbers = items(match.get("protocols"))
        protocols = tuple(
            word for word, number in (("tcp", 6), ("udp", 17)) if not numbers or number in numbers
        )
        if protocols:
            term = Term(
                id=name, action="allow", place=_HERE, sources=sides[0], destinations=sides[1],
                ports=spans.joined(ranges) if ranges else spans.PORTS, protocols=protocols, early=True,
            )  # fmt: skip
            yield from _of_terms(group, [term], "")


def _definitions(each: Any, key: str) -> Any:
    return items(mapping(mapping(each).get(key)).get("definitions")) or [UNKNOWN]


def _written(source: Mapping[str, Any]) -> Iterator[Rule | None]:
    """Rules that are given in parts; None for one of which something is not known."""
    for rule in items(source.get("statefulRules")):
        header, action = mapping(mapping(rule).get("header")), mapping(rule).get("action")
        words = [header.get(key) for key in
                 ("protocol", "source", "sourcePort", "destination", "destinationPort", "direction")]  # fmt: skip
        if not isinstance(action, str) or UNKNOWN in words:
            yield None
            continue
        protocol, *sides, direction = map(str, words)
        source_, port, destination, destination_port = (
            "any" if side.upper() == "ANY" else side for side in sides
        )
        options = tuple(
            Option(
                str(mapping(o).get("keyword")).lower(),
                ",".join(map(str, items(mapping(o).get("settings")))),
            )
            for o in items(mapping(rule).get("ruleOptions"))
        )
        way = "<>" if direction.upper() == "ANY" else "->"
        yield Rule(action.lower(), protocol.lower(), source_, port, way, destination,
                   destination_port, options)  # fmt: skip
