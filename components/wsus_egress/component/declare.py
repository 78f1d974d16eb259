"""Documents to Pulumi resources: what a control writes as `${name.property}` becomes that output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Literal

import pulumi

from wsus_egress.component.claims import Sole, taken_twice
from wsus_egress.component.errors import refuse
from wsus_egress.component.outputs import Forms
from wsus_egress.component.references import Reference, pieces, snake
from wsus_egress.component.sdk import member
from wsus_egress.controls import Document


@dataclass(frozen=True, slots=True)
class Cloud:
    """What differs between clouds when their resources are declared.

    Attributes:
        name: `aws` or `azure`.
        sdk: Pulumi's package for it; its modules load with their first use.
        forms: Which settings may be outputs, and what stands for each while rules are made.
        serial: Types of which a component declares one after another.
        kept: By type, what is left as others have set it, unless a document says it.
        computed: The output of a path that no property has, or None.
        sole: By type, what only one component of a deployment can have.
        made_first: Types of which a replacement is made before the old one goes, though the provider
            would delete first.
    """

    name: Literal["aws", "azure"]
    sdk: ModuleType
    forms: Forms
    serial: frozenset[str] = frozenset()
    kept: Mapping[str, list[str]] = field(default_factory=dict)
    computed: Callable[[Any, str], pulumi.Output[str] | None] = lambda _resource, _path: None
    sole: Mapping[str, Sole] = field(default_factory=dict)
    made_first: frozenset[str] = frozenset()

    def class_of(self, token: str) -> Any:
        """The class of `aws:networkfirewall/ruleGroup:RuleGroup`."""
        _, module, name = token.split(":")
        return member(self.sdk, module.partition("/")[0], name)


class Declarer:
    """Declares the resources of one component, each under the name that its document has."""

    def __init__(
        self, cloud: Cloud, parent: pulumi.ComponentResource, given: dict[str, Any]
    ) -> None:
        """Nothing is declared yet.

        Args:
            cloud: Whose resources.
            parent: The component.
            given: Outputs, by the text that stands for them in documents.
        """
        self._cloud = cloud
        self._parent = parent
        self.given = given
        # An output that is checked on its way is another one; this is the one that was given.
        self._named = dict(given)
        self._declared: dict[str, tuple[str, Any]] = {}
        self._last: list[pulumi.Resource] = []
        self.provider: pulumi.ProviderResource | None = None
        """The provider of what is declared; None for the parent's."""

    def declare(self, documents: Iterable[Document]) -> None:
        """Declare resources, each after those that it refers to.

        Raises:
            pulumi.RunError: When another component has what only one can have.
        """
        documents = tuple(documents)
        twice = taken_twice(self._parent, self._cloud.sole, documents, self._named)
        refuse(self._parent.pulumi_resource_name, twice)
        for document in documents:
            serial = document.type in self._cloud.serial
            own = {*document.properties, *document.clears} - {*document.leaves}
            kept = [key for key in self._cloud.kept.get(document.type, ()) if key not in own]
            kept += [key for key in document.leaves if key not in kept]
            before = [self._declared[name][1] for name in document.after]
            options = pulumi.ResourceOptions(
                parent=self._parent,
                provider=self.provider,
                depends_on=before + (self._last if serial else []),
                ignore_changes=kept,
                # None leaves it to the component's own options, which its children inherit.
                protect=bool(document.protect) or None,
                retain_on_delete=document.retain or None,
                aliases=[pulumi.Alias(name=former) for former in document.aliases],
                import_=document.imported or None,
                # None leaves the order to the provider.
                delete_before_replace=False if document.type in self._cloud.made_first else None,
            )
            arguments = {
                snake(key): self._resolved(value) for key, value in document.properties.items()
            }
            resource = self._cloud.class_of(document.type)(document.name, **arguments, opts=options)
            self._declared[document.name] = (document.type, resource)
            if serial:
                self._last = [resource]

    def of(self, token: str) -> list[Any]:
        """The declared resources of one type, in their order."""
        return [resource for kind, resource in self._declared.values() if kind == token]

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._resolved(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._resolved(part) for part in value]
        if not isinstance(value, str):
            return value
        if value in self.given:
            return self.given[value]
        for text, given in self.given.items():
            if value.startswith(f"{text}/"):
                return pulumi.Output.concat(given, value.removeprefix(text))
        parts = [
            self._output(piece) if isinstance(piece, Reference) else piece
            for piece in pieces(value)
        ]
        if len(parts) == 1:
            return parts[0]
        return pulumi.Output.concat(*parts) if parts else value

    def _output(self, reference: Reference) -> Any:
        reference = self._told_apart(reference)
        value = self._declared[reference.name][1]
        computed = self._cloud.computed(value, reference.path)
        if computed is not None:
            return computed
        for key in reference.keys:
            value = value[key] if isinstance(key, int) else getattr(value, key)
        return value

    def _told_apart(self, reference: Reference) -> Reference:
        """The reference with the resource's whole name, which may have dots: `prod.wsus`."""
        text = f"{reference.name}.{reference.path}"
        names = (name for name in self._declared if text.startswith(f"{name}."))
        name = max(names, key=len, default=reference.name)
        return Reference(name, text.removeprefix(f"{name}."))
