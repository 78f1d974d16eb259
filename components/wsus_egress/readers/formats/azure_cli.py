"""Answers of `az ... -o json`, of the REST API and of Azure Resource Graph.

Commands that know a type put its properties beside `name`; the others keep `properties`
(Azure/azure-cli, `client_flatten`, 2026-11). Both are taken, at every level.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wsus_egress.readers.formats.kinds import kind_of
from wsus_egress.readers.formats.things import Contents, Path, Thing

_PROVIDERS = "/providers/"


def flat(value: Any) -> Any:
    """Properties beside what they belong to, at every level."""
    if isinstance(value, Mapping):
        inner = value.get("properties")
        rest = {key: flat(each) for key, each in value.items() if key != "properties"}
        return {**rest, **flat(inner)} if isinstance(inner, Mapping) else rest
    return [flat(each) for each in value] if isinstance(value, list) else value


def identity(id_: str) -> tuple[str, str]:
    """A resource's type and its names from its id: `Microsoft.Network/ipGroups`, `ipg-wsus`."""
    tail = id_.rpartition(_PROVIDERS)[2].split("/")
    return "/".join((tail[0], *tail[1::2])), "/".join(tail[2::2])


def ids_of(id_: str) -> frozenset[str]:
    """An id whole, and from its provider on, which is how a template of one group says it."""
    small = id_.lower()
    return frozenset((small, _PROVIDERS + small.rpartition(_PROVIDERS)[2]))


def answer(found: Contents, data: Any) -> None:
    """One answer: an object, a list, `{"value": [...]}`, `{"data": [...]}` or `{"NewNSG": ...}`."""
    path: Path = ()
    if isinstance(data, Mapping):
        for key in ("nextLink", "$skipToken", "skip_token"):
            if data.get(key):
                found.gap(f"the answer has a {key}, and so is not whole", path=(key,))
        for key in ("value", "data"):
            if isinstance(data.get(key), list):
                data, path = data[key], (key,)
                break
    if isinstance(data, Mapping) and "id" not in data:
        for key, each in data.items():
            if isinstance(each, Mapping) and "id" in each:
                _add(found, each, (key,))
        return
    for number, each in enumerate(data if isinstance(data, list) else [data]):
        if isinstance(each, Mapping):
            _add(found, each, (*path, number) if isinstance(data, list) else path)


def _add(found: Contents, each: Mapping[str, Any], path: Path) -> None:
    id_ = str(each.get("id"))
    type_, names = identity(id_)
    kind = kind_of(type_) or kind_of(str(each.get("type")))
    if kind == "not-judged":
        found.gap(f"{names} ({type_}) is not judged", path=path)
    elif kind:
        body = flat(each)
        found.things.append(
            Thing(kind, names, body, found.file, path, ids_of(id_), tuple(names.split("/")[:-1]))
        )
    else:
        found.gap(
            f"{names or 'an entry'} has the type {type_}, which the audit does not know", "", path
        )


def is_answer(data: Any) -> bool:
    """Whether it is an answer about resources of Azure."""
    if isinstance(data, Mapping):
        if isinstance(data.get("value"), list) or isinstance(data.get("data"), list):
            data = data.get("value") or data.get("data")
        elif "id" not in data and len(data) == 1:
            data = next(iter(data.values()))
    some = data[0] if isinstance(data, list) and data else data
    return isinstance(some, Mapping) and str(some.get("id")).lower().startswith("/subscriptions/")
