"""Documents to resources: what a control writes as `${name.property}` becomes that output."""

import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from wsus_egress.controls import Document

_REFERENCE: Final = re.compile(r"\$\{([^.}]+)\.([^}]+)\}")
_ENDPOINT: Final = re.compile(r"endpoint\((.+)\)")
_LOADING: Final = threading.RLock()
_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Declarer:
    """Declares the resources of one component, each under the name that its document has."""

    def __init__(
        self,
        parent: pulumi.ComponentResource,
        given: Mapping[str, pulumi.Input[str]],
    ) -> None:
        """Prepare.

        Args:
            parent: The component.
            given: Outputs, by the text that stands for them in documents.
        """
        self._parent = parent
        self._given = given
        self.resources: dict[str, pulumi.CustomResource] = {}

    def declare(self, documents: Iterable[Document]) -> None:
        """Declare resources, each after those that it refers to."""
        for document in documents:
            arguments = {
                _WORD.sub("_", key).lower(): self._resolved(value)
                for key, value in document.properties.items()
            }
            before = [self.resources[name] for name in document.after]
            options = pulumi.ResourceOptions(parent=self._parent, depends_on=before)
            self.resources[document.name] = class_of(document.type)(
                document.name, **arguments, opts=options
            )

    def of(self, token: str) -> list[Any]:
        """The declared resources of one type, in their order."""
        kind = class_of(token)
        return [each for each in self.resources.values() if type(each) is kind]

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._resolved(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._resolved(part) for part in value]
        if not isinstance(value, str):
            return value
        if value in self._given:
            return self._given[value]
        found = list(_REFERENCE.finditer(value))
        if not found:
            return value
        outputs = [self._output(match[1], match[2]) for match in found]
        if found[0][0] == value:
            return outputs[0]
        pieces = _REFERENCE.sub("\0", value).split("\0")
        parts: list[Any] = [part for pair in zip(pieces, outputs, strict=False) for part in pair]
        return pulumi.Output.concat(*parts, pieces[-1])

    def _output(self, name: str, path: str) -> pulumi.Output[Any]:
        resource: Any = self.resources[name]
        if endpoint := _ENDPOINT.fullmatch(path):
            zone = endpoint[1]
            output: pulumi.Output[str] = resource.firewall_statuses.apply(
                lambda statuses: endpoint_of(statuses, zone)
            )
            return output
        attribute: pulumi.Output[Any] = getattr(resource, path)
        return attribute


def class_of(token: str) -> Any:
    """The class of `aws:networkfirewall/ruleGroup:RuleGroup`; its module loads with its first use."""
    _, module, name = token.split(":")
    # The SDK loads its modules by importlib's LazyLoader, of which a second thread sees a half.
    with _LOADING:
        return getattr(getattr(aws, module.partition("/")[0]), name)


def endpoint_of(statuses: Any, zone: str) -> str:
    """The id of a firewall's endpoint in a zone.

    Raises:
        pulumi.RunError: When the firewall has none there.
    """
    for status in statuses or ():
        for state in status.sync_states or ():
            if state.availability_zone == zone and state.attachments:
                return str(state.attachments[0].endpoint_id)
    raise pulumi.RunError(
        f"endpoints: the firewall has no endpoint in {zone}: its subnet there is of another zone; "
        "give each zone a subnet of its own"
    )
