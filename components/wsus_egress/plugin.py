"""The components as a Pulumi plugin, for stacks in every language that Pulumi has.

The host that Pulumi's SDK has for this does the work. What stands here besides makes its schema
say whose package it is, and makes wrong arguments an error that names them.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import pulumi
from pulumi.errors import InputPropertiesError, InputPropertyErrorDetails
from pulumi.provider import ConstructResult, main
from pulumi.provider.experimental.analyzer import PropertyDefinition
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from wsus_egress.component.claims import RUNS
from wsus_egress.component.enums import with_enums
from wsus_egress.component.given import OLD_NAMES
from wsus_egress.component.outputs import IS_OUTPUT
from wsus_egress.component.references import camel, renamed, snake
from wsus_egress.problems import PolicyErrors, choices, close_to, path_text, visible
from wsus_egress.release import PUBLISHER, REPOSITORY, VERSION

NAME: Final = "wsus-egress"

_REFUSED: Final = "its arguments cannot be used:"

_ARGS: Final = re.compile(rf"({NAME}:index:\w+)Args\b")
_ABOUT: Final = {
    "displayName": "WSUS egress",
    "description": "One endpoint list, enforced as WSUS egress rules on AWS and Azure, and proved.",
    "keywords": ["category/network", "kind/component", "wsus", "firewall", "egress"],
    "license": "Apache-2.0",
    "publisher": PUBLISHER,
    "repository": REPOSITORY,
    "homepage": REPOSITORY,
    # No pluginDownloadURL: a release has no archive of the plugin. Pulumi fetches the repository, and
    # writes that address into the SDKs (`pulumi package add`).
}


def components() -> list[type[pulumi.ComponentResource]]:
    """Every component, sorted by name.

    Raises:
        ModuleNotFoundError: Where a cloud's SDK is not installed.
    """
    from wsus_egress import aws, azure  # noqa: PLC0415 - for `serve` to say what is not installed

    found = {
        each.__name__: each
        for module in (aws, azure)
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, pulumi.ComponentResource)
        and each.__module__.startswith("wsus_egress.")
    }
    return [found[name] for name in sorted(found)]


class WsusEgressProvider(ComponentProvider):
    """Pulumi's component host, with refusals that name the argument."""

    def __init__(self) -> None:
        """Infer the schema of every component."""
        super().__init__(components(), NAME, version=VERSION)
        # SDKs end a type's name in Args by themselves: PolicyArgs would become PolicyArgsArgs.
        text = _ARGS.sub(r"\1", self.schema or "{}")
        inferred = json.loads(text)
        # Without it Go gets no AcceptArgs: its generator (3.259) writes the type of a plain list only
        # where the list comes after a plain mapping, by name.
        inferred["language"]["go"]["generateExtraInputTypes"] = True
        arguments = {
            f"{NAME}:index:{each.__name__}": inspect.get_annotations(each.__init__)["args"].__name__
            for each in components()
        }
        for kind in inferred["resources"].values():
            for old in kind["inputProperties"].keys() & {camel(each) for each in OLD_NAMES}:
                new = camel(OLD_NAMES[snake(old)])
                kind["inputProperties"][old] |= {
                    "description": f"The old name of `{new}`.",
                    "deprecationMessage": f"It is now called {new}.",
                }
        self.schema = json.dumps({**with_enums(inferred, NAME, arguments), **_ABOUT})

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Make one component.

        Raises:
            InputPropertiesError: When its arguments cannot be used, with everything that is wrong.
        """
        if wrong := self.wrong(resource_type.rpartition(":")[2], inputs):
            raise InputPropertiesError(_REFUSED, wrong)
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if not isinstance(error.inner, pulumi.RunError):
                raise
            # An error of the program's author: a traceback of this plugin would not help.
            raise InputPropertiesError(_REFUSED, _details(error.inner)) from error

    def wrong(self, component: str, inputs: Any) -> list[InputPropertyErrorDetails]:
        """What is wrong with a component's inputs, as any language gives them."""
        found = self._component_defs.get(component)
        return _shown(self._wrong(inputs, found.inputs, "")) if found else []

    def _wrong(
        self, inputs: Any, properties: Mapping[str, PropertyDefinition], path: str
    ) -> Iterator[InputPropertyErrorDetails]:
        """What the host would not see: it drops what is unknown, and takes an output for a value.

        Wrong types are for the settings' own checks.
        """
        if not isinstance(inputs, Mapping):
            return
        for key in sorted(set(inputs) - set(properties)):
            known = properties.keys() - {camel(each) for each in OLD_NAMES}
            meant = close_to(key, known) or choices(known)
            reason = f"is not an argument here; {meant}"
            yield {"property_path": f"{path}{key}", "reason": reason}
        for key, each in properties.items():
            value = inputs.get(key)
            if value is None and not each.optional:
                yield {"property_path": f"{path}{key}", "reason": "is missing, and is needed"}
            yield from self._wrong_value(value, each, f"{path}{key}")

    def _wrong_value(
        self, value: Any, kind: PropertyDefinition, path: str
    ) -> Iterator[InputPropertyErrorDetails]:
        if isinstance(value, pulumi.Output):
            if kind.plain:
                yield {"property_path": path, "reason": "; ".join(IS_OUTPUT)}
        elif kind.ref and (inner := self.get_type_definition(kind)):
            yield from self._wrong(value, inner.properties, f"{path}.")
        elif kind.items and isinstance(value, list):
            for index, part in enumerate(value):
                yield from self._wrong_value(part, kind.items, f"{path}[{index}]")
        elif kind.additional_properties and isinstance(value, Mapping):
            for key, part in value.items():
                yield from self._wrong_value(part, kind.additional_properties, f"{path}.{key}")


def _details(error: pulumi.RunError) -> list[InputPropertyErrorDetails]:
    """One entry an argument: Pulumi's server breaks on an error that has none."""
    cause = error.__cause__
    if not isinstance(cause, PolicyErrors):
        return [{"property_path": "", "reason": str(error)}]
    return _shown(
        {
            "property_path": path_text(renamed(each.keys, camel)),
            "reason": "; ".join(filter(None, (each.what, each.instead))),
        }
        for each in cause.problems
    )


def _shown(found: Iterable[InputPropertyErrorDetails]) -> list[InputPropertyErrorDetails]:
    """The engine prints what it is told: nothing in it may be what a terminal obeys."""
    return [
        {"property_path": visible(each["property_path"]), "reason": visible(each["reason"])}
        for each in found
    ]


def schema() -> str:
    """The package's schema, as Pulumi's other languages get it, one property a line."""
    return json.dumps(json.loads(WsusEgressProvider().schema or "{}"), indent=2) + "\n"


def serve() -> None:
    """Serve the components to the engine that started this process, until it ends.

    Without the SDKs of both clouds it says once what to install, and ends with 1.
    """
    RUNS.served()
    try:
        provider = WsusEgressProvider()
    except ModuleNotFoundError as error:
        if error.name not in ("pulumi_aws", "pulumi_azure_native"):
            raise
        needed = 'pip install "pulumi-wsus-egress[aws,azure]"'
        sys.exit(
            f"error: the plugin needs the SDKs of both clouds, and {error.name} is not installed: {needed}"
        )
    main(provider, sys.argv[1:])


if __name__ == "__main__":
    sys.stdout.write(schema())
