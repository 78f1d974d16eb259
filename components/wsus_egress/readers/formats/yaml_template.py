"""CloudFormation's YAML: every scalar as text, and the short tags as the functions they stand for.

YAML 1.1 would read `yes`, `0123` and `2010-09-09` as other things than CloudFormation does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wsus_egress.readers.formats.things import NotReadable

if TYPE_CHECKING:
    import yaml

# More values than a text has characters come of aliases only, and so few serve any template: CloudFormation itself
# takes 1 MB ("AWS CloudFormation quotas", 2026-12).
_MOST_OF_ALIASES: Final = 500_000
_PLAIN_TAGS: Final = ("Ref", "Condition")


def compose(text: str) -> yaml.Node:
    """The document's tree, with the places of its values.

    Raises:
        NotReadable: It is not YAML, or has several documents.
    """
    import yaml  # noqa: PLC0415 - only a template in YAML needs it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise NotReadable(f"{line}this is not YAML: {getattr(error, 'problem', error)}") from error
    except RecursionError as error:
        raise NotReadable("the YAML is nested too deeply") from error
    finally:
        loader.dispose()
    if node is None:
        raise NotReadable("the file is empty")
    return node


def load(text: str) -> Any:
    """A template as data, with `{"Fn::Sub": ...}` for `!Sub ...`.

    Raises:
        NotReadable: It is not YAML.
    """
    left = [len(text) + _MOST_OF_ALIASES]
    try:
        data = _data(compose(text), left)
    except RecursionError as error:
        raise NotReadable("the YAML is nested too deeply, or refers to itself") from error
    if not isinstance(data, dict):
        raise NotReadable("the YAML is not a template")
    return data


def _data(node: yaml.Node, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise NotReadable("the YAML's aliases expand to too much")
    value: Any = node.value
    if node.id == "mapping":  # type: ignore[attr-defined]
        value = {str(key.value): _data(each, left) for key, each in node.value}
    elif node.id == "sequence":  # type: ignore[attr-defined]
        value = [_data(each, left) for each in node.value]
    elif node.tag == "tag:yaml.org,2002:null":
        value = None
    if node.tag.startswith("!") and len(node.tag) > 1:
        name = node.tag[1:]
        return {name if name in _PLAIN_TAGS else f"Fn::{name}": value}
    return value
