"""Texts that stand for outputs while rules are made, each of the form that its setting asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias, get_args, get_origin

from wsus_egress.component.references import snake
from wsus_egress.config.settings import EnvironmentSettings
from wsus_egress.model.base import MayBeOutput, Settings, WrittenAs

Forms: TypeAlias = Mapping[str, str]
"""What stands for an output, by the setting's path without positions: `subnets.name`.

`*` in a path is any one key; `{n}` in a text numbers the outputs below
one setting, `{key}` the last key.
"""


def forms_of(*targets: type[Settings]) -> Forms:
    """What may be an output in a component's arguments, by the marks at the settings' fields.

    Args:
        targets: The settings of the cloud's target; those of a policy's parties come along.
    """
    policy = _marked(EnvironmentSettings, (), ())
    parties = {path: form for path, form in policy if path.startswith(("servers.", "clients."))}
    return parties | {path: form for kind in targets for path, form in _marked(kind, (), ())}


def _marked(
    annotation: Any, metadata: Sequence[Any], path: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for mark in metadata:
        if isinstance(mark, MayBeOutput):
            yield ".".join(path), mark.form
        elif isinstance(mark, WrittenAs):
            annotation = mark.kind
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        yield from _marked(parts[0], annotation.__metadata__, path)
    elif get_origin(annotation) is dict:
        yield from _marked(parts[1], (), (*path, "*"))
    elif isinstance(annotation, type) and issubclass(annotation, Settings):
        for name, field in annotation.model_fields.items():
            yield from _marked(field.annotation, field.metadata, (*path, name))
    else:
        for part in parts:
            yield from _marked(part, (), path)


# A value that is not an output that can be looked at before anything is deployed.
PLAIN: Final = (str, int, float, bool, list, tuple, Mapping, type(None))
# Of what stands here, one output given twice has one text.
_ALIKE: Final = frozenset({"sg-{n}", "pl-{n}"})
# What is wrong with an output where there may be none, and what to write instead.
IS_OUTPUT: Final = (
    "is an output or a secret, and must be known before anything is deployed",
    "write it as a plain value, for example from the stack's configuration",
)


class StandIns:
    """Puts texts in the place of outputs, and remembers which output each stands for."""

    def __init__(self, forms: Forms) -> None:
        """Nothing stands for anything yet.

        Args:
            forms: Where an output may stand. One that stands elsewhere is left as it is, and
                refused with its path by the checks that follow.
        """
        self._forms = {tuple(path.split(".")): text for path, text in forms.items()}
        self._numbered: Counter[str] = Counter()
        self._texts: dict[tuple[int, str], str] = {}
        self.outputs: dict[str, Any] = {}

    def plain(self, value: Any, *keys: str) -> Any:
        """A setting's value with a text in place of each output inside it.

        Args:
            value: What the program gave.
            keys: The setting's path.
        """
        if isinstance(value, Mapping):
            return {name: self.plain(part, *keys, snake(str(name))) for name, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.plain(part, *keys) for part in value]
        form = None if isinstance(value, PLAIN) else self._form(keys)
        if form is None:
            return value
        # Two peers that have one security group have one rule; so it has one text.
        if form in _ALIKE and (id(value), form) in self._texts:
            return self._texts[id(value), form]
        # Numbers stand in names of resources: what one setting has must not renumber another's.
        self._numbered[keys[0]] += 1
        number = f"{self._numbered[keys[0]]:08x}"
        if keys[0] == "clients":
            # A server's group is not a client's, though both are the first.
            number = f"c{number[1:]}"
        text = form.replace("{n}", number).replace("{key}", keys[-1])
        self.outputs[text] = value
        self._texts[id(value), form] = text
        return text

    def _form(self, keys: tuple[str, ...]) -> str | None:
        if keys in self._forms:
            return self._forms[keys]
        return self._forms.get((*keys[:-1], "*"))
