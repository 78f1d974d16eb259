"""Resources whose inputs differ between the sides of a change, predicted without the engine.

For example a list that outgrows its rule group's capacity gives a `ResourceChange` of kind `replace`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wsus_egress.controls import Control, Document
from wsus_egress.model.environment import COMPONENT_NAME
from wsus_egress.review import two_steps
from wsus_egress.review.finding import Finding
from wsus_egress.review.replacements import NAMED_ONCE, fixed, is_locked, is_replaced, is_risk


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """A resource whose inputs differ between the sides, predicted offline."""

    kind: str
    type: str
    name: str
    properties: tuple[str, ...]
    """The inputs that differ, where the resource is on both sides."""
    protect: str = ""
    """The setting by which the change is refused, such as `networkFirewall.protected`."""
    keeps: str = ""
    """The name, fixed by a setting, that what is replaced and what replaces it would both have."""
    fixed: tuple[tuple[str, str], ...] = ()
    """Settings that Azure refuses to change there, each with what to do instead."""


def resource_changes(
    before: Sequence[Control], after: Sequence[Control]
) -> Iterator[ResourceChange]:
    """What differs between the documents of two sides of one target, by type and name."""
    old, new = _documents(before), _documents(after)
    for key in sorted({*old, *new}):
        was, now = old.get(key), new.get(key)
        if was is None:
            yield ResourceChange("create", *key, ())
        elif now is None:
            # What is retained is the cloud's from then on: the engine only forgets it.
            yield ResourceChange("forget" if was.retain else "delete", *key, (), was.protect)
        elif was.properties != now.properties:
            names = sorted({*was.properties, *now.properties})
            differ = [n for n in names if was.properties.get(n) != now.properties.get(n)]
            kind = "replace" if is_replaced(now.type, differ) else "update"
            yield ResourceChange(
                kind,
                *key,
                tuple(differ),
                _refused_by(was, now, kind, differ),
                _kept_name(now) if kind == "replace" and "name" not in differ else "",
                tuple(fixed(now.type, differ)),
            )


def _kept_name(document: Document) -> str:
    """The name that a setting gives to what Pulumi would name; empty where it does not."""
    return str(document.properties.get("name", "")) if document.type in NAMED_ONCE else ""


def _refused_by(was: Document, now: Document, kind: str, differ: Sequence[str]) -> str:
    """The setting by which the engine, or AWS behind it, refuses a change; empty where none does."""
    if kind == "replace":
        # The engine lets a change pass that ends the protection and replaces at once.
        return was.protect and now.protect
    return now.protect if is_locked(now.type, differ) else ""


def _documents(controls: Sequence[Control]) -> dict[tuple[str, str], Document]:
    return {
        (document.type, document.name): document
        for control in controls
        for document in control.documents(COMPONENT_NAME)
    }


def replaces_a_group(resource: ResourceChange) -> bool:
    """Whether a rule group, or what else drops connections when it goes, is replaced."""
    return resource.kind == "replace" and is_risk(resource.kind, resource.type)


def at_risk(place: tuple[str, str], resources: Sequence[ResourceChange]) -> Iterator[Finding]:
    """What drops connections, or is refused in one step, among the changes of `(environment, target)`."""
    for resource in resources:
        if replaces_a_group(resource):
            yield two_steps.rule_group_at_risk(*place, resource.kind, resource.type, resource.name)
    for resource in resources:
        if resource.keeps:
            yield two_steps.deleted_first(*place, resource.type, resource.name, resource.keeps)
    for setting in sorted({each.protect for each in resources if each.protect}):
        names = [each.name for each in resources if each.protect == setting]
        yield two_steps.refused_while_protected(*place, setting, names)
    for change in sorted({each for resource in resources for each in resource.fixed}):
        names = [each.name for each in resources if change in each.fixed]
        yield two_steps.refused_in_place(*place, *change, names)
