"""ARM templates, what Bicep compiles to, and `az group export`.

Syntax: "Understand the structure and syntax of ARM templates", Microsoft Learn, 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wsus_egress.readers.formats.arm_expressions import LARGEST_RESOURCE, Scope, evaluate, fits
from wsus_egress.readers.formats.azure_cli import flat
from wsus_egress.readers.formats.kinds import kind_of
from wsus_egress.readers.formats.things import Contents, Path, Thing
from wsus_egress.readers.resources import UNKNOWN

_DEPLOYMENT: Final = "microsoft.resources/deployments"
_MOST_TURNS: Final = 10_000


def template(found: Contents, data: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """A template.

    Args:
        found: Receives its resources.
        data: The template.
        values: Values for its parameters, as a file of parameters gives them.
    """
    _Template(found, data, values, ()).read()


class _Template:
    def __init__(
        self, found: Contents, data: Mapping[str, Any], values: Mapping[str, Any], path: Path
    ) -> None:
        self._found, self._data, self._values, self._path = found, data, values, path
        self._made: dict[str, Any] = {}
        self._taken: set[str] = set()
        self.scope = Scope(self._parameter, self._variable)
        self._names = Scope(self._parameter_or_name, self._variable_of_name)

    def read(self) -> None:
        """Note every resource."""
        self._resources(self._data.get("resources") or [], "", "", (*self._path, "resources"))

    def _parameter(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        parameter = {
            str(k).lower(): v for k, v in (self._data.get("parameters") or {}).items()
        }.get(name.lower())
        if not isinstance(parameter, Mapping) or "defaultValue" not in parameter:
            return UNKNOWN
        if name not in self._taken:
            self._taken.add(name)
            shown = str(parameter["defaultValue"])
            shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
            self._found.assumed.append(f"parameter {name} has its default, {shown}")
            self._made[f"p:{name}"] = self.value(parameter["defaultValue"], self.scope)
        return self._made.get(f"p:{name}", UNKNOWN)

    def _parameter_or_name(self, name: str) -> Any:
        """For names of resources: a parameter without a value stands for itself."""
        found = self._parameter(name)
        return f"({name})" if found is UNKNOWN else found

    def _variable_of_name(self, name: str) -> Any:
        found = self._variable(name)
        if found is not UNKNOWN:
            return found
        return self.value((self._data.get("variables") or {}).get(name, UNKNOWN), self._names)

    def _variable(self, name: str) -> Any:
        key = f"v:{name.lower()}"
        if key not in self._made:
            self._made[key] = UNKNOWN  # A circle is not known.
            variables = self._data.get("variables") or {}
            small = {str(k).lower(): v for k, v in variables.items()}
            loops = {str(loop.get("name")).lower(): loop for loop in variables.get("copy") or ()}
            if name.lower() in small:
                self._made[key] = self.value(small[name.lower()], self.scope)
            elif name.lower() in loops:
                self._made[key] = self._loop(loops[name.lower()], self.scope)
            if not fits(self._made[key]):
                self._made[key] = UNKNOWN
        return self._made[key]

    def value(self, written: Any, scope: Scope) -> Any:
        """A value with its expressions and loops worked out."""
        if isinstance(written, str):
            return evaluate(written, scope)
        if isinstance(written, list):
            return [self.value(each, scope) for each in written]
        if not isinstance(written, Mapping):
            return written
        done = {key: self.value(each, scope) for key, each in written.items() if key != "copy"}
        loops = written.get("copy")
        for loop in loops if isinstance(loops, list) else ():
            done[str(loop.get("name"))] = self._loop(loop, scope)
        if "copy" in written and not isinstance(loops, list):
            done["copy"] = self.value(loops, scope)
        return done

    def _loop(self, loop: Mapping[str, Any], scope: Scope) -> Any:
        count = self.value(loop.get("count"), scope)
        if not isinstance(count, int) or count > _MOST_TURNS:
            return UNKNOWN
        name = str(loop.get("name"))
        return [self.value(loop.get("input"), scope.turn(name, turn)) for turn in range(count)]

    def _resources(self, written: Any, type_: str, name: str, path: Path) -> None:
        if isinstance(written, Mapping):  # languageVersion 2.0: by symbolic names.
            entries: list[tuple[Any, Any]] = list(written.items())
        else:
            entries = list(enumerate(written if isinstance(written, list) else []))
        for key, each in entries:
            if isinstance(each, Mapping) and each.get("existing") is not True:
                for scope in self._turns(each, (*path, key)):
                    self._resource(each, scope, type_, name, (*path, key))

    def _turns(self, each: Mapping[str, Any], path: Path) -> Iterator[Mapping[str, int]]:
        loop = each.get("copy")
        if not isinstance(loop, Mapping):
            yield {}
            return
        count = self.value(loop.get("count"), self.scope)
        if not isinstance(count, int) or count > _MOST_TURNS:
            self._found.gap("how often a loop makes this resource is not known", path=path)
            return
        for turn in range(count):
            yield {str(loop.get("name")): turn}

    def _resource(
        self, each: Mapping[str, Any], turn: Mapping[str, int], above: str, parent: str, path: Path
    ) -> None:
        scope, names = self.scope, self._names
        for loop, number in turn.items():
            scope, names = scope.turn(loop, number), names.turn(loop, number)
        given = self.value(each.get("name"), names)
        name = str(each.get("name")) if given is UNKNOWN else str(given)
        type_ = str(each.get("type"))
        if above:
            type_, name = f"{above}/{type_}", f"{parent}/{name}"
        there = self.value(each.get("condition", True), scope)
        if there is False or str(there).lower() == "false":
            return
        if type_.lower() == _DEPLOYMENT:
            self._deployment(each, scope, path)
            return
        kind = kind_of(type_)
        if there is UNKNOWN and kind:
            what = f"whether {name} is there depends on a condition that is not known"
            self._found.gap(what, path=path, weighed=True)
            self._found.maybe.append(path)
        if kind == "not-judged":
            self._found.gap(f"{name} ({type_}) is not judged", path=path)
        elif kind:
            body = self.value(dict(each.get("properties") or {}), scope)
            if not fits(body, LARGEST_RESOURCE):
                body = dict.fromkeys(body, UNKNOWN)
            body = flat(body)
            tail = [type_.partition("/")[0]]
            for part, word in zip(type_.split("/")[1:], name.split("/"), strict=False):
                tail += [part, word]
            id_ = "/providers/" + "/".join(tail).lower()
            body = {**body, "name": name.rpartition("/")[2]}
            self._found.things.append(
                Thing(kind, name, body, self._found.file, (*path, "properties"), frozenset((id_,)),
                      tuple(name.split("/")[:-1]))
            )  # fmt: skip
        self._resources(each.get("resources") or [], type_, name, (*path, "resources"))

    def _deployment(self, each: Mapping[str, Any], scope: Scope, path: Path) -> None:
        properties = each.get("properties") or {}
        inner = properties.get("template")
        if not isinstance(inner, Mapping):
            link = self.value((properties.get("templateLink") or {}).get("uri"), scope)
            where = "" if link in (None, UNKNOWN) else f" ({link})"
            self._found.gap(f"a nested deployment's template is another file{where}", path=path)
            return
        options = properties.get("expressionEvaluationOptions") or {}
        at: Path = (*path, "properties", "template")
        if str(options.get("scope")).lower() != "inner":
            # Parameters and variables are those of this template.
            outer = _Template(
                self._found, {**self._data, "resources": inner.get("resources")}, self._values, at
            )
            outer.read()
            return
        given = {
            str(key): self.value((value or {}).get("value", UNKNOWN), scope)
            for key, value in (properties.get("parameters") or {}).items()
            if isinstance(value, Mapping)
        }
        _Template(self._found, inner, given, at).read()
