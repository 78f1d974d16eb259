"""Expressions of ARM templates: `[format('*.{0}', variables('above')[copyIndex('below')])]`.

Syntax and functions: "ARM template functions", Microsoft Learn, 2026-11. What only a deployment
knows, such as `reference()`, is UNKNOWN, and so is every function that is not listed here.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from wsus_egress.readers.resources import UNKNOWN

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>[A-Za-z_]\w*)|(?P<mark>[\[\]().,?]))"
)


# A template has 4 MB at most and a resource of it 1 MB, loops and variables written out ("ARM template best
# practices", Microsoft Learn, 2026-11), and a value is a part of one.
_LARGEST: Final = 4 << 20
LARGEST_RESOURCE: Final = 1 << 20
_MOST_LAMBDAS: Final = 100_000
_IDS: Final = ("resourceid", "subscriptionresourceid", "tenantresourceid")


class Scope:
    """What names mean where an expression stands.

    Attributes:
        parameters: Gives a parameter's value.
        variables: Gives a variable's value.
        loops: The number of the turn of each copy loop; the innermost one is also under "".
        local: What lambda variables stand for.
    """

    def __init__(
        self, parameters: Callable[[str], Any], variables: Callable[[str], Any],
        loops: Mapping[str, int] | None = None, local: Mapping[str, Any] | None = None,
        left: list[int] | None = None,
    ) -> None:  # fmt: skip
        """Take what names mean."""
        self.parameters, self.variables = parameters, variables
        self.loops, self.local = loops or {}, local or {}
        # How many lambdas of the whole template may still be worked out: they can stand inside one another.
        self.left = [_MOST_LAMBDAS] if left is None else left

    def turn(self, name: str, number: int) -> Scope:
        """The same inside one turn of a loop."""
        loops = {**self.loops, name.lower(): number, "": number}
        return Scope(self.parameters, self.variables, loops, self.local, self.left)

    def with_local(self, name: str, value: Any) -> Scope:
        """The same inside a lambda."""
        local = {**self.local, name.lower(): value}
        return Scope(self.parameters, self.variables, self.loops, local, self.left)


def evaluate(text: str, scope: Scope) -> Any:
    """The value of a string of a template: itself, unless it is an expression in brackets."""
    if not text.startswith("[") or not text.endswith("]"):
        return text
    if text.startswith("[["):
        return text[1:]
    parser = _Parser(text[1:-1], scope)
    try:
        found = parser.expression()
    except (
        ArithmeticError,
        AttributeError,
        IndexError,
        KeyError,
        RecursionError,
        TypeError,
        ValueError,
    ):
        return UNKNOWN
    return found if parser.done else UNKNOWN


class _Parser:
    def __init__(self, text: str, scope: Scope) -> None:
        self._tokens: list[tuple[str, str]] = []
        self._at, self._scope = 0, scope
        position = 0
        while position < len(text.rstrip()):
            found = _TOKEN.match(text, position)
            if found is None or found.lastgroup is None:
                raise ValueError(text)
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            position = found.end()

    @property
    def done(self) -> bool:
        return self._at == len(self._tokens)

    def _peek(self) -> str:
        return self._tokens[self._at][1] if not self.done else ""

    def _take(self, wanted: str = "") -> tuple[str, str]:
        token = self._tokens[self._at]
        if wanted and token[1] != wanted:
            raise ValueError(wanted)
        self._at += 1
        return token

    def expression(self) -> Any:
        kind, word = self._take()
        if kind == "text":
            value: Any = word[1:-1].replace("''", "'")
        elif kind == "number":
            value = int(word)
        elif kind == "name":
            value = self._call(word.lower())
        else:
            raise ValueError(word)
        while self._peek() in ("[", ".", "?"):
            _, mark = self._take()
            if mark == "?":
                continue
            if mark == ".":
                value = _member(value, self._take()[1])
            else:
                value = _member(value, self.expression())
                self._take("]")
        return value

    def _call(self, name: str) -> Any:
        self._take("(")
        if name in ("map", "filter"):
            return self._mapped(name)
        if name == "lambda":
            raise ValueError(name)
        arguments = []
        while self._peek() != ")":
            arguments.append(self.expression())
            if self._peek() == ",":
                self._take()
        self._take(")")
        return self._result(name, arguments)

    def _mapped(self, name: str) -> Any:
        """`map(list, lambda('x', ...))`."""
        values = self.expression()
        for word in (",", "lambda", "("):
            self._take(word)
        variable = str(self.expression())
        self._take(",")
        start, outer = self._at, self._scope
        results = []
        for value in values if isinstance(values, list) and values else [UNKNOWN]:
            outer.left[0] -= 1
            if outer.left[0] < 0:
                raise ValueError(name)
            self._at, self._scope = start, outer.with_local(variable, value)
            results.append((value, self.expression()))
        self._scope = outer
        for word in (")", ")"):
            self._take(word)
        if not isinstance(values, list):
            return UNKNOWN
        if name == "map":
            return [result for _, result in results] if values else []
        return [value for value, kept in results if kept is True] if values else []

    def _result(self, name: str, arguments: list[Any]) -> Any:
        if name == "parameters":
            return self._scope.parameters(str(arguments[0]))
        if name == "variables":
            return self._scope.variables(str(arguments[0]))
        if name == "lambdavariables":
            return self._scope.local[str(arguments[0]).lower()]
        if name == "copyindex":
            named = bool(arguments) and isinstance(arguments[0], str)
            key = str(arguments[0]).lower() if named else ""
            offset = arguments[1] if named and len(arguments) > 1 else 0
            offset = arguments[0] if arguments and not named else offset
            return self._scope.loops[key] + offset
        if name == "if" and len(arguments) == 3:
            test, yes, no = arguments
            return UNKNOWN if not isinstance(test, bool) else yes if test else no
        function = _FUNCTIONS.get(name)
        if function is None:
            return UNKNOWN
        if name not in (*_IDS, "createarray", "createobject", "union", "and", "or") and any(
            each is UNKNOWN for each in arguments
        ):
            return UNKNOWN
        found = function(*arguments)
        return found if fits(found) else UNKNOWN


def fits(value: Any, most: int = _LARGEST) -> bool:
    """Whether a value has a size that a template can mean: each variable may double the one before.

    A value may hold another one a million times; each is measured once.

    Args:
        value: The value, as it is worked out.
        most: The largest size as JSON, in characters.
    """
    try:
        return _size(value, most, {}) <= most
    except RecursionError:
        return False


def _size(value: Any, most: int, known: dict[int, int]) -> int:
    """The size as JSON, to a few characters, or any number above `most`."""
    if isinstance(value, str):
        return len(value) + 3
    if not isinstance(value, (list, dict)):
        return 2
    if id(value) not in known:
        size = 2 if isinstance(value, list) else 2 + sum(len(str(key)) + 3 for key in value)
        for each in value if isinstance(value, list) else value.values():
            size += _size(each, most, known)
            if size > most:
                break
        known[id(value)] = size
    return known[id(value)]


def _member(value: Any, key: Any) -> Any:
    if value is UNKNOWN or key is UNKNOWN:
        return UNKNOWN
    if isinstance(value, Mapping):
        small = {str(k).lower(): v for k, v in value.items()}
        return small.get(str(key).lower(), UNKNOWN)
    return value[key]


def _concat(*parts: Any) -> Any:
    if parts and isinstance(parts[0], list):
        return [each for part in parts for each in part]
    return "".join(_text(part) for part in parts)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "True" if value else "False"
    return value if isinstance(value, str) else json.dumps(value)


def _format(pattern: str, *parts: Any) -> str:
    return re.sub(r"\{(\d+)(?::[^}]*)?\}", lambda found: _text(parts[int(found[1])]), pattern)


def _union(*parts: Any) -> Any:
    if any(each is UNKNOWN for each in parts):
        return UNKNOWN
    if isinstance(parts[0], Mapping):
        return {key: value for part in parts for key, value in part.items()}
    found: list[Any] = []
    for each in (value for part in parts for value in part):
        if each not in found:
            found.append(each)
    return found


def _resource_id(*parts: Any) -> Any:
    """`/Microsoft.Network/ipGroups/name`: the end of an id, which is compared by it."""
    at = next((n for n, part in enumerate(parts) if isinstance(part, str) and "/" in part), None)
    if at is None or any(not isinstance(part, str) for part in parts[at:]):
        return UNKNOWN
    provider, *types = parts[at].split("/")
    pairs = [word for pair in zip(types, parts[at + 1 :], strict=False) for word in pair]
    return "/providers/" + "/".join((provider, *pairs))


def _and(*parts: Any) -> Any:
    return False if False in parts else UNKNOWN if UNKNOWN in parts else True


def _or(*parts: Any) -> Any:
    return True if True in parts else UNKNOWN if UNKNOWN in parts else False


def _split(text: str, by: Any) -> list[str]:
    marks = by if isinstance(by, list) else [by]
    return re.split("|".join(re.escape(mark) for mark in marks), text)


def _counting(function: Callable[[int, int], int]) -> Callable[[Any, Any], int]:
    """A function of whole numbers: of a text or a list, `mul` would fill the memory."""

    def count(one: Any, other: Any) -> int:
        if type(one) is not int or type(other) is not int:
            raise TypeError(one)
        found = function(one, other)
        if abs(found) >= 1 << 63:
            raise ValueError(found)
        return found

    return count


def _range(start: int, count: int) -> list[int]:
    # At most 10,000 ("Array functions for ARM templates", Microsoft Learn, 2026-11).
    if count > 10_000:
        raise ValueError(count)
    return list(range(start, start + count))


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other)


_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "concat": _concat, "format": _format, "union": _union, "resourceid": _resource_id,
    "subscriptionresourceid": _resource_id, "tenantresourceid": _resource_id,
    "and": _and, "or": _or, "not": lambda value: not value if isinstance(value, bool) else UNKNOWN,
    "equals": _equal, "length": len, "string": _text, "int": int, "json": json.loads,
    "bool": lambda value: str(value).lower() in ("true", "1"), "split": _split,
    "tolower": lambda text: text.lower(), "toupper": lambda text: text.upper(),
    "trim": lambda text: text.strip(), "replace": lambda text, old, new: text.replace(old, new),
    "join": lambda parts, by: by.join(map(_text, parts)), "empty": lambda value: not value,
    "null": lambda: None, "true": lambda: True, "false": lambda: False,
    "createarray": lambda *parts: list(parts),
    "createobject": lambda *parts: dict(zip(map(str, parts[::2]), parts[1::2], strict=True)),
    "add": _counting(operator.add), "sub": _counting(operator.sub), "mul": _counting(operator.mul),
    "div": _counting(lambda one, other: int(one / other)), "mod": _counting(operator.mod), "min": min, "max": max,
    "first": lambda value: value[0], "last": lambda value: value[-1],
    "skip": lambda value, number: value[number:], "take": lambda value, number: value[:number],
    "contains": lambda value, part: part in value, "range": _range,
    "coalesce": lambda *parts: next((p for p in parts if p is not None), None),
    "startswith": lambda text, part: text.lower().startswith(part.lower()),
    "endswith": lambda text, part: text.lower().endswith(part.lower()),
    "greater": lambda one, other: one > other, "less": lambda one, other: one < other,
    "greaterorequals": lambda one, other: one >= other,
    "lessorequals": lambda one, other: one <= other,
    "substring": lambda text, at, n=None: text[at : None if n is None else at + n],
    "array": lambda value: value if isinstance(value, list) else [value],
    "flatten": lambda value: [each for part in value for each in part],
"indexof": lambda value, part: value.index(part) if part in value else -1,
    "extensionresourceid": lambda *_: UNKNOWN, "distinct": _union,
}  # fmt: skip
