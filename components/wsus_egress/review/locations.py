"""The file and line of what a change adds: the entry of an endpoint or server, or a setting."""

from __future__ import annotations

from pathlib import Path

from wsus_egress.config.yamlfile import YamlFile, read_yaml
from wsus_egress.model.environment import Environment
from wsus_egress.model.party import Party
from wsus_egress.model.policy import EXTRA
from wsus_egress.names.hosts import Pattern
from wsus_egress.problems import Location, PolicyErrors
from wsus_egress.review.change import ANY_NAME, NameChange, TargetChange


class Locator:
    """Finds lines; reads a list once, and only when a change needs it."""

    def __init__(self, root: Path, lists_folder: str) -> None:
        """Remember where the project's own lists are."""
        self._root = root
        self._lists_folder = lists_folder
        self._files: dict[str, YamlFile | None] = {}
        self._lines: dict[str, dict[str, int]] = {}

    def of(self, environment: Environment, change: TargetChange) -> dict[str, Location | None]:
        """Where each newly allowed flow is written, by its label."""
        return {each.label: self._one(environment, each) for each in change.newly_allowed}

    def _one(self, environment: Environment, change: NameChange) -> Location | None:
        if change.pattern == ANY_NAME or change.text.startswith("TCP 80"):
            ipv6 = "IPv6" in change.text
            return environment.locate(("ipv6",) if ipv6 else ("mode",))
        if change.pattern:
            return self._endpoint(environment, change.pattern)
        for party in environment.policy.parties:
            if party.name in change.parties:
                return environment.locate((f"{party.kind}s", _index(environment, party)))
        return None

    def _endpoint(self, environment: Environment, pattern: str) -> Location | None:
        for endpoint in environment.policy.endpoints:
            if endpoint.pattern.text == pattern:
                if endpoint.list != EXTRA:
                    # A list of the package is in no file of the project: what names it is.
                    return self._in_list(endpoint.list, pattern) or environment.locate(("lists",))
                extra = [e.pattern.text for e in environment.policy.endpoints if e.list == EXTRA]
                return environment.locate(("extraEndpoints", extra.index(pattern)))
        return None

    def _in_list(self, name: str, pattern: str) -> Location | None:
        file_name = f"{self._lists_folder}/{name}.yaml"
        if name not in self._files:
            try:
                self._files[name] = read_yaml(self._root / file_name, file_name)
            except PolicyErrors:
                self._files[name] = None
        file = self._files[name]
        if file is None:
            return None
        if name not in self._lines:
            self._lines[name] = {
                Pattern.parse(entry["pattern"]).text: index
                for index, entry in enumerate(file.data["endpoints"])
            }
        index = self._lines[name].get(pattern)
        return file.locate(() if index is None else ("endpoints", index, "pattern"))


def _index(environment: Environment, party: Party) -> int:
    alike = [each.name for each in environment.policy.parties if each.kind == party.kind]
    return alike.index(party.name)
