"""CloudFormation and SAM templates, in JSON or YAML, with their functions worked out.

Functions and pseudo parameters: AWS CloudFormation user guide, "Intrinsic function reference",
2026-11. What only a deployment knows becomes UNKNOWN, and a parameter's default is an assumption.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from wsus_egress.readers.formats.kinds import kind_of
from wsus_egress.readers.formats.things import Contents, Ref, Thing
from wsus_egress.readers.reading import number_of
from wsus_egress.readers.resources import UNKNOWN

_VARIABLE: Final = re.compile(r"\$\{(!?)([^${}]+)\}")
_NOTHING: Final = object()
"""`AWS::NoValue`: the property, or the entry, is not there."""
_DYNAMIC: Final = "{{resolve:"


def template(found: Contents, data: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """A template.

    Args:
        found: Receives its resources.
        data: The template.
        values: Values for its parameters, by name.
    """
    resources = data.get("Resources") or {}
    work = _Template(found, data, values)
    for name, each in resources.items():
        if not isinstance(each, Mapping):
            found.gap(f"the resource {name} is not an object", path=("Resources", name))
            continue
        type_ = str(each.get("Type"))
        kind = kind_of(type_)
        if name.startswith("Fn::ForEach") or type_ == "AWS::CloudFormation::Macro":
            found.gap(f"{name} makes resources that are not worked out", path=("Resources", name))
            continue
        if kind == "":
            continue
        there = work.condition(each["Condition"]) if "Condition" in each else True
        if there is False:
            continue
        if kind == "not-judged":
            found.gap(f"{name} ({type_}) is not judged", path=("Resources", name))
            continue
        body = work.value(each.get("Properties") or {})
        if not isinstance(body, Mapping):
            found.gap(f"the properties of {name} cannot be worked out", path=("Resources", name))
            continue
        if there is not True:
            what = f"whether {name} is there depends on a condition that is not known"
            found.gap(what, path=("Resources", name), weighed=True)
            found.maybe.append(("Resources", name))
        ids = [name, *(str(body[key]) for key in _NAMES if isinstance(body.get(key), str))]
        found.things.append(
            Thing(kind, name, body, found.file, ("Resources", name, "Properties"),
                  frozenset(each.lower() for each in ids))
        )  # fmt: skip
    transforms = data.get("Transform") or []
    for each in transforms if isinstance(transforms, list) else [transforms]:
        if str(each) not in ("AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"):
            found.gap(f"the transform {each} may change the template", path=("Transform",))


_NAMES: Final = ("GroupName", "RuleGroupName", "FirewallPolicyName", "Name", "PrefixListName")


class _Template:
    """Works out the values of one template."""

    def __init__(self, found: Contents, data: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self._found, self._data, self._values = found, data, values
        self._parameters = data.get("Parameters") or {}
        self._conditions: dict[str, bool | None] = {}
        self._taken: set[str] = set()
        self._depth = 0

    def condition(self, name: Any) -> bool | None:
        """Whether a condition holds; None where that is not known."""
        if isinstance(name, Mapping):
            return self._truth(name)
        if name not in self._conditions:
            self._conditions[name] = None  # A circle is not known.
            written = (self._data.get("Conditions") or {}).get(name)
            self._conditions[name] = self._truth(written)
        return self._conditions[name]

    def _truth(self, written: Any) -> bool | None:
        if not isinstance(written, Mapping) or len(written) != 1:
            return None
        ((function, given),) = written.items()
        arguments = given if isinstance(given, list) else [given]
        if function == "Condition":
            return self.condition(given)
        if function == "Fn::Equals" and len(arguments) == 2:
            one, other = map(self.value, arguments)
            known = not any(isinstance(each, Ref) or each is UNKNOWN for each in (one, other))
            return str(one) == str(other) if known else None
        found = [self._truth(each) for each in arguments]
        if function == "Fn::Not":
            return None if found[0] is None else not found[0]
        if function == "Fn::And":
            return False if False in found else None if None in found else True
        if function == "Fn::Or":
            return True if True in found else None if None in found else False
        return None

    def value(self, written: Any) -> Any:
        """A value, worked out."""
        self._depth += 1
        try:
            if self._depth > 100:
                return UNKNOWN
            return self._value(written)
        finally:
            self._depth -= 1

    def _value(self, written: Any) -> Any:
        if isinstance(written, list):
            items = [self.value(each) for each in written]
            return [each for each in items if each is not _NOTHING]
        if isinstance(written, str):
            return UNKNOWN if _DYNAMIC in written else written
        if not isinstance(written, Mapping):
            return written
        if len(written) == 1:
            ((function, given),) = written.items()
            if function == "Ref":
                return self._reference(str(given))
            if function.startswith("Fn::"):
                known = _FUNCTIONS.get(function)
                return known(self, given) if known else UNKNOWN
        done = {str(key): self.value(each) for key, each in written.items()}
        if any(key.startswith("Fn::") for key in done):
            return UNKNOWN  # `Fn::Transform` beside other keys.
        return {key: each for key, each in done.items() if each is not _NOTHING}

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name in (self._data.get("Resources") or {}):
            return Ref((name.lower(),))
        if name in self._values:
            return self._values[name]
        parameter = self._parameters.get(name)
        if not isinstance(parameter, Mapping) or "Default" not in parameter:
            return UNKNOWN
        if str(parameter.get("Type")).startswith("AWS::SSM::"):
            return UNKNOWN  # The default is the name of what has the value.
        default = parameter["Default"]
        if name not in self._taken:
            self._taken.add(name)
            self._found.assumed.append(f"parameter {name} has its default, {default!r}")
        if "List" in str(parameter.get("Type")):
            return [part.strip() for part in str(default).split(",")]
        return default

    def get_attribute(self, given: Any) -> Any:
        """`Fn::GetAtt`: of a resource the thing itself; its attributes are its id or ARN."""
        name, _, attribute = given.partition(".") if isinstance(given, str) else (
            str(given[0]), ".", str(given[1]) if len(given) > 1 else "")  # fmt: skip
        resource = (self._data.get("Resources") or {}).get(name)
        if not isinstance(resource, Mapping):
            return UNKNOWN
        if attribute in (
            "Arn",
            "RuleGroupArn",
            "FirewallPolicyArn",
            "GroupId",
            "Id",
            "PrefixListId",
        ):
            return Ref((name.lower(),))
        written = (resource.get("Properties") or {}).get(attribute)
        return self.value(written) if written is not None else UNKNOWN

    def substitute(self, given: Any) -> Any:
        """`Fn::Sub`: `${Name}`, `${Name.Attribute}`, and `${!Name}` for itself."""
        text, own = (
            (given[0], given[1]) if isinstance(given, list) and len(given) > 1 else (given, {})
        )
        if isinstance(text, list):
            text = text[0]
        if not isinstance(text, str):
            return UNKNOWN
        unknown = False

        def put(found: re.Match[str]) -> str:
            nonlocal unknown
            if found[1]:
                return f"${{{found[2]}}}"
            name = found[2].strip()
            value = (
                self.value(own[name]) if isinstance(own, Mapping) and name in own
                else self.get_attribute(name) if "." in name else self._reference(name)
            )  # fmt: skip
            if isinstance(value, (str, int, float)):
                return str(value)
            unknown = True
            return ""

        done = _VARIABLE.sub(put, text)
        return UNKNOWN if unknown or _DYNAMIC in done else done

    def join(self, given: Any) -> Any:
        """`Fn::Join`."""
        if not isinstance(given, list) or len(given) != 2:
            return UNKNOWN
        parts = self.value(given[1])
        if not isinstance(parts, list) or not all(isinstance(p, (str, int, float)) for p in parts):
            return UNKNOWN
        return str(given[0]).join(map(str, parts))

    def choose(self, given: Any) -> Any:
        """`Fn::If`."""
        if not isinstance(given, list) or len(given) != 3:
            return UNKNOWN
        holds = self.condition(given[0])
        return UNKNOWN if holds is None else self.value(given[1] if holds else given[2])

    def find(self, given: Any) -> Any:
        """`Fn::FindInMap`."""
        keys = self.value(given)
        found: Any = self._data.get("Mappings") or {}
        for key in keys[:3] if isinstance(keys, list) else [UNKNOWN]:
            if (
                not isinstance(found, Mapping)
                or not isinstance(key, (str, int))
                or str(key) not in found
            ):
                return UNKNOWN
            found = found[str(key)]
        return found

    def select(self, given: Any) -> Any:
        """`Fn::Select`."""
        done = self.value(given)
        if not isinstance(done, list) or len(done) != 2 or not isinstance(done[1], list):
            return UNKNOWN
        index = number_of(done[0])
        return UNKNOWN if index is None or index >= len(done[1]) else done[1][index]

    def split(self, given: Any) -> Any:
        """`Fn::Split`."""
        done = self.value(given)
        if isinstance(done, list) and len(done) == 2 and isinstance(done[1], str):
            return done[1].split(str(done[0]))
        return UNKNOWN

    def length(self, given: Any) -> Any:
        """`Fn::Length`."""
        done = self.value(given)
        return len(done) if isinstance(done, list) else UNKNOWN


_FUNCTIONS: Final[Mapping[str, Callable[[_Template, Any], Any]]] = {
    "Fn::GetAtt": _Template.get_attribute, "Fn::Sub": _Template.substitute,
    "Fn::Join": _Template.join, "Fn::If": _Template.choose, "Fn::FindInMap": _Template.find,
    "Fn::Select": _Template.select, "Fn::Split": _Template.split, "Fn::Length": _Template.length,
}  # fmt: skip
