"""Terraform and OpenTofu: plans and states as `show -json` writes them, and raw state files.

Read from hashicorp/terraform, `internal/command/jsonplan`, `jsonstate` and `jsonconfig`, 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from wsus_egress.readers.formats.kinds import kind_of
from wsus_egress.readers.formats.things import PARTIAL, Contents, NotReadable, Path, Ref, Thing, one
from wsus_egress.readers.resources import UNKNOWN

_INDEX: Final = re.compile(r"\[[^\]]*\]")
# What the cloud fills in: unknown there is not an unknown rule.
_FILLED_IN: Final = frozenset(("id", "arn", "ingress", "tags_all"))
# The rules of a resource, as blocks inside it or as separate resources that name it. Where they are
# unknown and the configuration has no expression, either no block is written, or only `dynamic` ones:
# `marshalExpressions` of jsonconfig leaves those out. Separate rules decide it, as both providers
# forbid both at once (documentation of aws_security_group, azurerm_network_security_group, 2026-11).
_BLOCKS: Final = {
    "sg": "egress", "acl": "egress", "nsg": "security_rule", "prefix-list": "entry",
    "ip-group": "cidrs",
}  # fmt: skip
_RULES: Final = {
    "sg-egress": ("sg", "security_group_id"), "sg-rule": ("sg", "security_group_id"),
    "acl-rule": ("acl", "network_acl_id"), "nsg-rule": ("nsg", "network_security_group_name"),
    "prefix-entry": ("prefix-list", "prefix_list_id"), "ip-entry": ("ip-group", "ip_group_id"),
}  # fmt: skip
_MAJOR: Final = ("0", "1")


def plan(found: Contents, data: Mapping[str, Any]) -> None:
    """A plan: the wanted state, with what it refers to from the configuration."""
    _check_version(data)
    if data.get("errored") is True:
        found.gap("the plan ended with an error, and resources may be missing", path=("errored",))
    if data.get("complete") is False:
        found.gap(
            "the plan is a part: it was made with -target, or defers resources", path=("complete",)
        )
    changes = {
        str(each.get("address")): each.get("change") or {}
        for each in data.get("resource_changes") or ()
        if isinstance(each, Mapping)
    }
    unknown = {address: change.get("after_unknown") for address, change in changes.items()}
    root = (data.get("configuration") or {}).get("root_module") or {}
    planned = data.get("planned_values")
    if not isinstance(planned, Mapping):
        raise NotReadable(
            "a Terraform plan without planned_values; run `terraform show -json` on it"
        )
    module, start = planned.get("root_module") or {}, ("planned_values", "root_module")
    made = list(_of_module(found, module, start, unknown, _Configuration(root, None, "")))
    # What exists keeps its rules where none are written: unknown ones are written.
    new = {name for name, each in changes.items() if "create" in (each.get("actions") or ())}
    found.things += _without_separate(made, new)
    prior = (((data.get("prior_state") or {}).get("values") or {}).get("root_module")) or {}
    at: Path = ("prior_state", "values", "root_module")
    found.things += (
        thing
        for thing in _of_module(found, prior, at, {}, _Configuration({}, None, ""))
        if ".data." in f".{thing.name}"
    )


def _without_separate(things: list[Thing], new: set[str]) -> Iterator[Thing]:
    """The things, without unknown rules of new ones that have separate rules instead."""
    named: dict[str, set[str]] = {}
    for thing in things:
        if thing.kind in _RULES and not _is_inbound(thing):
            kind, key = _RULES[thing.kind]
            value = thing.body.get(key)
            names = value.targets if isinstance(value, Ref) else (str(value).lower(),)
            named.setdefault(kind, set()).update(names)
    for thing in things:
        key = _BLOCKS.get(thing.kind, "")
        own = {*thing.ids, str(thing.body.get("name")).lower()}
        if (
            thing.name in new
            and thing.body.get(key) is UNKNOWN
            and own & named.get(thing.kind, set())
        ):
            yield replace(thing, body={k: v for k, v in thing.body.items() if k != key})
        else:
            yield thing


def _is_inbound(rule: Thing) -> bool:
    """Whether a separate rule says nothing of the rules on the way out."""
    if rule.kind == "acl-rule":
        return rule.body.get("egress") is not True
    return rule.kind == "sg-rule" and rule.body.get("type") == "ingress"


def state(found: Contents, data: Mapping[str, Any]) -> None:
    """A state, shown."""
    _check_version(data)
    module = (data.get("values") or {}).get("root_module") or {}
    empty = _Configuration({}, None, "")
    found.things += _of_module(found, module, ("values", "root_module"), {}, empty)


def raw_state(found: Contents, data: Mapping[str, Any]) -> None:
    """A state file, version 4."""
    for number, each in enumerate(data.get("resources") or ()):
        type_, name = str(each.get("type")), str(each.get("name"))
        prefix = "data." if each.get("mode") == "data" else ""
        where = f"{each['module']}." if each.get("module") else ""
        for place, instance in enumerate(each.get("instances") or ()):
            if instance.get("deposed"):
                continue
            key = instance.get("index_key")
            index = "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{key}"]'
            address = f"{where}{prefix}{type_}.{name}{index}"
            body = instance.get("attributes") or {}
            path: Path = ("resources", number, "instances", place, "attributes")
            if (kind := kind_of(type_)) == "not-judged":
                found.gap(f"{address} is not judged", path=path)
            elif kind or type_ == "azapi_resource":
                thing = _thing(kind, address, body, found.file, path, where)
                if thing.kind == "not-judged":
                    found.gap(f"{address} is not judged", path=path)
                else:
                    found.things.append(thing)


def _check_version(data: Mapping[str, Any]) -> None:
    version = str(data.get("format_version"))
    if version.partition(".")[0] not in _MAJOR:
        raise NotReadable(f"Terraform's JSON format {version} is newer than 1.x, which is read")


class _Configuration:
    """A module's configuration: what its resources' arguments refer to."""

    def __init__(
        self, module: Mapping[str, Any], parent: _Configuration | None, prefix: str,
        call: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.module, self._parent, self.prefix, self._call = module, parent, prefix, call or {}
        self._resources = {
            str(each.get("address")): each.get("expressions") or {}
            for each in module.get("resources") or ()
        }

    def expressions(self, address: str) -> Mapping[str, Any]:
        """What was written for a resource; the address is the module's own, without an index."""
        return self._resources.get(address, {})

    def child(self, address: str) -> _Configuration:
        """The module of an address such as `module.a["x"]`, from here."""
        name = _INDEX.sub("", address.rpartition("module.")[2])
        call = (self.module.get("module_calls") or {}).get(name) or {}
        return _Configuration(call.get("module") or {}, self, f"{self.prefix}module.{name}.", call)

    def targets(self, references: list[str], depth: int = 0) -> Iterator[str]:
        """The resources that references lead to, as addresses without indexes."""
        if depth > 20:  # A circle, which Terraform itself would refuse.
            return
        for each in references:
            words = _INDEX.sub("", each).split(".")
            if words[0] == "var" and self._parent is not None:
                written = (self._call.get("expressions") or {}).get(words[1]) or {}
                yield from self._parent.targets(_references(written), depth + 1)
            elif words[0] == "module" and len(words) > 2:
                child = self.child(f"module.{words[1]}")
                outputs = (child.module.get("outputs") or {}).get(words[2]) or {}
                yield from child.targets(_references(outputs.get("expression")), depth + 1)
            elif len(words) > 1 and words[0] not in ("local", "each", "count", "path", "terraform"):
                size = 3 if words[0] == "data" else 2
                yield (self.prefix + ".".join(words[:size])).lower()


def _references(expression: Any) -> list[str]:
    """Every reference below an expression."""
    if isinstance(expression, Mapping):
        if isinstance(found := expression.get("references"), list):
            return [str(each) for each in found]
        return [each for value in expression.values() for each in _references(value)]
    if isinstance(expression, list):
        return [each for value in expression for each in _references(value)]
    return []


def _of_module(
    found: Contents, module: Mapping[str, Any], path: Path, unknown: Mapping[str, Any],
    configuration: _Configuration,
) -> Iterator[Thing]:  # fmt: skip
    for number, each in enumerate(module.get("resources") or ()):
        type_, address = str(each.get("type")), str(each.get("address"))
        here: Path = (*path, "resources", number, "values")
        kind = kind_of(type_)
        if kind == "not-judged":
            found.gap(f"{address} is not judged", path=here)
            continue
        if not kind and type_ != "azapi_resource":
            continue
        values = each.get("values")
        if values is None:
            continue  # Forgotten: Terraform lets go of it.
        plain = _INDEX.sub("", address).rpartition("module.")[2]
        own = plain.partition(".")[2] if "module." in address else plain
        written = configuration.expressions(own)
        body = _completed(values, unknown.get(address), written, configuration, top=True)
        thing = _thing(kind, address, body, found.file, here, configuration.prefix)
        if thing.kind == "not-judged":
            found.gap(f"{address} is not judged", path=here)
        else:
            yield thing
    for number, child in enumerate(module.get("child_modules") or ()):
        inner = configuration.child(str(child.get("address")))
        yield from _of_module(found, child, (*path, "child_modules", number), unknown, inner)


def _completed(
    values: Any, unknown: Any, written: Any, configuration: _Configuration, *, top: bool = False
) -> Any:
    """Values with UNKNOWN, or with what they refer to, where only the apply will know them."""
    if unknown is True:
        targets = tuple(dict.fromkeys(configuration.targets(_references(written))))
        return Ref(targets) if targets else UNKNOWN
    if isinstance(values, Mapping):
        missing = unknown if isinstance(unknown, Mapping) else {}
        expressions = written if isinstance(written, Mapping) else {}
        filled = {
            key
            for key, value in missing.items()
            if top and key in _FILLED_IN and key not in expressions and value is True
        }
        keys = [*values, *(k for k, v in missing.items() if k not in values and v)]
        return {
            key: _completed(values.get(key), missing.get(key), expressions.get(key), configuration)
            for key in keys
            if key not in filled
        }
    if isinstance(values, list):
        marks = unknown if isinstance(unknown, list) else []
        size = len(values)
        while size < len(marks) and marks[size]:
            size += 1  # Entries that only the apply will know, beyond those that are known.
        blocks = written if isinstance(written, list) else [written] * size
        return [
            _completed(
                values[place] if place < len(values) else None,
                marks[place] if place < len(marks) else None,
                blocks[place] if place < len(blocks) else (blocks[0] if blocks else None),
                configuration,
            )
            for place in range(size)
        ]
    if values is None and isinstance(unknown, (list, Mapping)) and unknown:
        return UNKNOWN
    if values is None:
        # Known after all: a null that somebody wrote as a reference to what is not set.
        return None
    return values


def _thing(  # noqa: PLR0913, PLR0917 - where a resource stands
    kind: str, address: str, body: Mapping[str, Any], file: str, path: Path, prefix: str
) -> Thing:
    ids = {address.lower(), _INDEX.sub("", address).lower()}
    for key in ("id", "arn"):
        if isinstance(body.get(key), str):
            ids.add(body[key].lower())
    if not kind:  # azapi: the type and the body are Azure's own.
        type_ = str(body.get("type")).partition("@")[0]
        inner = body.get("body")
        return Thing(
            kind_of(type_), address, {**_azapi(inner), "name": body.get("name"),
            "parent_id": body.get("parent_id")}, file, path, frozenset(ids), (prefix,)
        )  # fmt: skip
    if kind == "sg" and ".data." in f".{address}":
        # The data source has no rules (terraform-provider-aws, `data.aws_security_group`, 2026-11).
        body = {**body, "egress": UNKNOWN, PARTIAL: True}
    return Thing(kind, address, body, file, path, frozenset(ids), (prefix,))


def _azapi(body: Any) -> dict[str, Any]:
    """The body of an azapi resource: text of JSON in version 1, an object in version 2."""
    import json  # noqa: PLC0415

    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return {"unread": UNKNOWN}
    if not isinstance(body, Mapping):
        return {"unread": UNKNOWN}
    inner = one(body.get("properties")) or {}
    return {**inner} if isinstance(inner, Mapping) else {"unread": UNKNOWN}
