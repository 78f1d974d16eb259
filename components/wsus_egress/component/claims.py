"""What the components of one deployment have taken, so that two of them do not fight over it.

The engine would say it of a resource's URN, a cloud of a rule that is there already, or nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import pulumi
from pulumi.resource import DependencyProviderResource, DependencyResource
from pulumi.runtime import settings

from wsus_egress.controls import Document
from wsus_egress.problems import Keys, Problem

Taken: TypeAlias = dict[Hashable, Any]


@dataclass(frozen=True, slots=True)
class Sole:
    """A kind of resource of which there can be one only, for what its properties name.

    Attributes:
        properties: Those that name it, camelCase.
        argument: The component's argument that asks for it, by its keys.
        what: What it is, as in "the default route".
        why: Why there cannot be two, as a clause.
        instead: What to write instead, as a clause.
    """

    properties: tuple[str, ...]
    argument: Keys
    what: str
    why: str
    instead: str


class _Runs:
    """What is taken, for each run: a process may have several, as the Automation API's do."""

    def __init__(self) -> None:
        self._by_monitor: MutableMapping[Any, Taken] = WeakKeyDictionary()
        self._by_stack: dict[Hashable, Taken] | None = None

    def served(self) -> None:
        """This process serves components: the engine starts one for each run.

        Each component then comes with a connection of its own, which says nothing of the run.
        """
        self._by_stack = {}

    def current(self) -> Taken:
        if self._by_stack is None:
            return self._by_monitor.setdefault(settings.get_monitor(), {})
        run = (pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.is_dry_run())
        return self._by_stack.setdefault(run, {})


RUNS = _Runs()


def once(
    component: pulumi.ComponentResource, package: str, key: Hashable, make: Callable[[], Any]
) -> Any:
    """What `make` gives for a key, asked for once in a run and with one provider.

    Args:
        component: Whose provider it is.
        package: The provider's, as in its types.
        key: What is asked for; an output stands for itself.
        make: Asks.
    """
    known = RUNS.current()
    place = ("once", _identity(component.get_provider(f"{package}:index:")), key)
    if place not in known:
        known[place] = make()
    return known[place]


def named_twice(token: str, name: str, opts: pulumi.ResourceOptions | None) -> tuple[Problem, ...]:
    """Take a component's name; what is wrong where another component has it."""
    key = ("name", token, name, _identity(opts.parent if opts else None))
    taken = RUNS.current()
    if key not in taken:
        taken[key] = name
        return ()
    kind = token.rpartition(":")[2]
    what = f"another {kind} of this stack has this name, and a state has one resource of a name"
    return (Problem(None, ("name",), what, "give each component a name of its own"),)


def taken_twice(
    component: pulumi.ComponentResource,
    kinds: Mapping[str, Sole],
    documents: Iterable[Document],
    given: Mapping[str, Any],
) -> tuple[Problem, ...]:
    """Take what documents need for themselves; what is wrong where another component has it.

    Args:
        component: The component; what other providers make is somewhere else.
        kinds: What there can be one of, by the type of the document.
        documents: What the component is about to declare.
        given: The outputs that texts in documents stand for: one is the same as itself only.
    """
    taken, name = RUNS.current(), component.pulumi_resource_name
    problems = []
    for document in documents:
        if (sole := kinds.get(document.type)) is None:
            continue
        values = [
            _named_by(document.properties[key])
            for key in sole.properties
            if key in document.properties
        ]
        named = (given.get(str(each), each) for each in values)
        provider = _identity(component.get_provider(document.type))
        holder = taken.setdefault((document.type, provider, *named), name)
        if holder != name:
            which = " ".join(str(each) for each in values if str(each) not in given)
            what = f"the component {holder} has {sole.what} already ({which}): {sole.why}"
            problems.append(Problem(None, sole.argument, what.replace(" ()", ""), sole.instead))
    return tuple(problems)


def _named_by(value: Any) -> Any:
    """A value, or the id in Azure's `{"id": ...}`."""
    return value["id"] if isinstance(value, Mapping) else value


def _identity(resource: pulumi.Resource | None) -> Hashable:
    """A resource as itself, or one of another process by its URN, which is known from the start."""
    if not isinstance(resource, (DependencyResource, DependencyProviderResource)):
        return resource
    waiting = resource.urn.future()
    try:
        waiting.send(None)
    except StopIteration as known:
        return str(known.value)
    finally:
        waiting.close()
    return resource
