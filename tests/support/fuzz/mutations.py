r"""What a fuzzer does to an input that is sound: to its tree, where it has one, and to its bytes.

For example `{"mode": "open"}` becomes `{"mode": ["open"]}`, `{"m\u202eode": "open"}` or `{"mode": 1e+400}`.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any, Final, TypeAlias

Tree: TypeAlias = Any
Place: TypeAlias = tuple[Any, Any]
"""A mapping or a list, and a key of it."""

# What a terminal obeys, what is not seen, and what Markdown, HTML, XML, YAML and PowerShell read.
MARKS: Final = (
    "\x00", "\x07", "\x1b[31m", "\x1b]0;t\x07", "\x7f", "\x85", "\x9b2J", "\n", "\r\n", "\t", "\v", "\f", "\u2028", "\u2029",
    "\u200b", "\u200d", "\u2066", "\u202e", "\ufeff", "\u00ad", "\u3164", "\U000e0041", "\ufffe", "\U0010ffff", "\u00b2", "\u0661",
    "\uff0e", "\u0130", "\u212a", "@everyone", "#1", "`", "```", "|", "<b>", "]]>", "&amp;", "'", '"', "$(x)", "${a.b}", "{{ x }}",
    "://", "..", "*", "%", "\\", "[0]", ".", ":", ";", ",",
)  # fmt: skip
KEYS: Final = (
    "", "0", "1", "-1", "00", "eaf", "a.b", "a[0]", '"', "\u00b2", "\u0661", "__class__", "<<", "=", "~", "null", "true", "1e5",
    "\u202e", "\x1b[31m", "\n", "config", "name", "k" * 300,
)  # fmt: skip
VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, 1, -1, 65536, 2**31, 2**64, 10**40, 0.5, 8530.0, -0.0, 1e308, float("inf"), float("-inf"), float("nan"),
    "", " ", "0", "-1", "00", "\u00b2", "\u0661", "1e400", "9" * 5000, "x" * 2000, "*", "*.", ".", "..", "/", "::", "0.0.0.0/0",
    "::/0", "10.20.0.10/33", "fe80::1%eth0", "1.2.3.4.5", "xn--", "xn--a", "a" * 64 + ".com", "-", "443-", "-443", "0-65535",
    "65535-0", "443-80", "2026-02-30", "0000-00-00", "9999-12-31", "null", "~", "Internet", "Any", "tcp", "Tcp", "-1", [], {},
    [[]], [{}], {"": ""}, [None], "${x}", "${x.y}", "[parameters('x')]", {"Ref": "x"}, {"Fn::If": ["a", 1]},
)  # fmt: skip
BYTES: Final = (
    b"\x00", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[31m", b"\xe2\x80\xae", b"\xc0\xaf", b"\xed\xa0\x80", b"\r",
    b"\n", b"\n\n", b"\t", b": ", b"- ", b"{", b"}", b"[", b"]", b'"', b"'", b"#", b"&a ", b"*a", b"!!python/object:x ", b"<<: ",
    b"---\n", b"...\n", b"? ", b"|\n", b">\n", b"%", b"\\", b"\\u0000", b"\\ud800", b"NaN", b"Infinity", b"1e999", b"-", b"0x10",
    b"\xc2\xb2", b"9" * 400, b"(" * 50, b"[" * 200, b'{"a":' * 200, b";", b"|", b"$", b"/", b"<", b">", b"&#0;", b"]]>", b"<!DOCTYPE x>",
)  # fmt: skip


def tree_of(rng: random.Random, sound: Tree) -> Tree:
    """A copy with one to four mutations of its nodes."""
    tree = [copy.deepcopy(sound)]
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        places = _places(tree)
        where, key = rng.choice(places) if places else (tree, 0)
        rng.choice(_OF_A_TREE)(rng, where, key, places)
    return tree[0]


def text_of(rng: random.Random, tree: Tree) -> bytes:
    """A tree as JSON, which YAML reads too, on one line or on many."""
    text = json.dumps(tree, indent=rng.choice((None, 1)), ensure_ascii=rng.random() < 0.5)
    return text.encode("utf-8", "surrogatepass")


def bytes_of(rng: random.Random, sound: bytes) -> bytes:
    """A copy with one to four mutations of its bytes."""
    data = bytearray(sound)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        rng.choice(_OF_BYTES)(rng, data)
    return bytes(data)


def string_of(rng: random.Random, sound: str) -> str:
    """A text with one mutation of it."""
    at = rng.randrange(len(sound) + 1)
    end = min(len(sound), at + rng.randrange(1, 8))
    kind = rng.randrange(6)
    if kind == 0:
        return sound[:at] + rng.choice(MARKS) + sound[at:]
    if kind == 1:
        return sound[:at] + sound[end:]
    if kind == 2:
        return sound[:at] + sound[at:end] * rng.choice((2, 3, 100)) + sound[end:]
    if kind == 3:
        return rng.choice((sound.upper(), sound.title(), sound[::-1], f" {sound} "))
    if kind == 4:
        return (
            sound[:at] + chr(rng.choice((rng.randrange(128), rng.randrange(0xD800)))) + sound[at:]
        )
    return "".join(rng.choice(MARKS) if c in ".-/:" and rng.random() < 0.3 else c for c in sound)


def _places(tree: Tree) -> list[Place]:
    found: list[Place] = []
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        rows = each.items() if isinstance(each, dict) else enumerate(each)
        for key, value in rows:
            found.append((each, key))
            if isinstance(value, (dict, list)):
                waiting.append(value)
    return found


def _has(where: Any, key: Any) -> bool:
    return key in where if isinstance(where, dict) else key < len(where)


def _drop(_: random.Random, where: Any, key: Any, __: list[Place]) -> None:
    if _has(where, key):
        del where[key]
        if isinstance(where, list) and not where:
            where.append(None)


def _double(rng: random.Random, where: Any, key: Any, _: list[Place]) -> None:
    if isinstance(where, list):
        where.insert(key, copy.deepcopy(where[key]))
    else:
        where[rng.choice(KEYS)] = copy.deepcopy(where[key])


def _rename(rng: random.Random, where: Any, key: Any, _: list[Place]) -> None:
    if isinstance(where, dict):
        value = where.pop(key)
        name = rng.choice(KEYS) if rng.random() < 0.5 else string_of(rng, str(key))
        where[name] = value


def _retype(rng: random.Random, where: Any, key: Any, _: list[Place]) -> None:
    value = where[key]
    where[key] = rng.choice((
        [value], {"name": value}, {str(rng.choice(KEYS)): value}, str(value), None, [value, value], float(len(str(value))),
    ))  # fmt: skip


def _replace(rng: random.Random, where: Any, key: Any, _: list[Place]) -> None:
    where[key] = copy.deepcopy(rng.choice(VALUES))


def _swap(rng: random.Random, where: Any, key: Any, places: list[Place]) -> None:
    other, at = rng.choice(places) if places else (where, key)
    where[key] = copy.deepcopy(other[at])


def _text(rng: random.Random, where: Any, key: Any, _: list[Place]) -> None:
    if isinstance(where[key], str):
        where[key] = string_of(rng, where[key])
    elif isinstance(where[key], (int, float)):
        where[key] = rng.choice((where[key] + 1, -where[key], where[key] * 1.0, str(where[key])))


_OF_A_TREE: Final[tuple[Callable[[random.Random, Any, Any, list[Place]], None], ...]] = (
    _drop, _double, _rename, _rename, _retype, _replace, _replace, _swap, _text, _text, _text,
)  # fmt: skip


def _flip(rng: random.Random, data: bytearray) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _cut(rng: random.Random, data: bytearray) -> None:
    at = rng.randrange(len(data) + 1)
    del data[at : at + rng.choice((1, 2, 10, 100))]


def _repeat(rng: random.Random, data: bytearray) -> None:
    at = rng.randrange(len(data) + 1)
    piece = data[at : at + rng.choice((1, 5, 40))]
    data[at:at] = piece * rng.choice((1, 2, 20))


def _insert(rng: random.Random, data: bytearray) -> None:
    at = rng.randrange(len(data) + 1)
    mark = rng.choice(MARKS).encode() if rng.random() < 0.4 else rng.choice(BYTES)
    data[at:at] = mark


def _end(rng: random.Random, data: bytearray) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _number(rng: random.Random, data: bytearray) -> None:
    digits = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    if digits:
        at = rng.choice(digits)
        data[at : at + 1] = rng.choice((
            b"", b"-1", b"99999", b"9" * 30, b"9" * 5000, b"\xc2\xb2", b"1.5", b"1e9", b"x", b" ", b"0", b"\xd9\xa1",
        ))  # fmt: skip


_OF_BYTES: Final[tuple[Callable[[random.Random, bytearray], None], ...]] = (
    _flip, _cut, _repeat, _insert, _insert, _end, _number,
)  # fmt: skip
