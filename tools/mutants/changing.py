"""Puts a mutant in the place of a file's code: into what is loaded already, or at the next import."""

from __future__ import annotations

import functools
import gc
import importlib.machinery
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final

_Place = tuple[str, ...]
_CACHE: Final = type(functools.cache(len))


class Loaded:
    """The functions of a package that are in memory, in whatever wraps them: properties, caches, closures."""

    def __init__(self, package: Path) -> None:
        """Look through everything that the interpreter knows: once, for it takes a while."""
        self._package = str(package)
        self._functions: dict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
        self._caches: list[Any] = []
        for each in gc.get_objects():
            if isinstance(each, FunctionType):
                code = each.__code__
                if code.co_filename.startswith(self._package):
                    self._functions[_identity(code)].append(each)
            elif isinstance(each, _CACHE):
                self._caches.append(each)

    def change(self, path: Path, code: str) -> bool:
        """Give every function that differs the mutant's code.

        Returns:
            Whether that was possible: something in memory is what differs.
        """
        before = compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)
        after = dict(_codes(compile(code, str(path), "exec", dont_inherit=True), ()))
        changed = 0
        for place, old in _codes(before, ()):
            new = after.get(place)
            if new is None or _content(old) == _content(new):
                continue
            for function in self._functions.get(_identity(old), ()):
                if len(old.co_freevars) != len(new.co_freevars):
                    return False
                function.__code__ = new
                changed += 1
        # What a function has answered before it changed must not answer for it.
        for cache in self._caches:
            cache.cache_clear()
        return changed > 0


def change_import(path: Path, code: str) -> None:
    """Let the next import of a file find the mutant."""
    original = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, name: str) -> CodeType | None:
        if self.path == str(path):
            return compile(code, str(path), "exec", dont_inherit=True)
        return original(self, name)

    setattr(importlib.machinery.SourceFileLoader, "get_code", get_code)  # noqa: B010 - mypy takes no method for a variable


def _identity(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _codes(code: CodeType, place: _Place) -> Iterator[tuple[_Place, CodeType]]:
    """The code objects inside one, each with its names from the outside in; the outer ones first."""
    seen: Counter[str] = Counter()
    for each in code.co_consts:
        if isinstance(each, CodeType):
            seen[each.co_name] += 1
            inner = (*place, f"{each.co_name}#{seen[each.co_name]}")
            yield inner, each
            yield from _codes(each, inner)


def _content(code: CodeType) -> tuple[object, ...]:
    """What code does, without the lines that it stands on."""
    constants = tuple(
        _content(each) if isinstance(each, CodeType) else (type(each).__name__, repr(each))
        for each in code.co_consts
    )
    flags = (code.co_argcount, code.co_kwonlyargcount, code.co_flags)
    return (code.co_code, code.co_names, code.co_varnames, code.co_freevars, flags, constants)
