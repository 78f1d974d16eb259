"""The mutants of a file, as mutmut's operators make them."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final

import libcst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes:
        file: The file, relative to the package.
        within: The function or class that holds the change, as `Pattern.parse`; empty for the module itself.
        was: The lines that the change replaces, each without its indentation.
        becomes: What stands there instead.
        number: Which of the changes this is that read alike in one function, from 1.
        line: The first line that the change replaces.
        lines: The lines of the statement around the change: a test that reaches none of them cannot notice.
        inside: Whether only a call runs what changes, and not the import of the file.
        code: The whole file with the change.
    """

    file: str
    within: str
    was: str
    becomes: str
    number: int
    line: int
    lines: tuple[int, ...]
    inside: bool
    code: str

    @property
    def key(self) -> str:
        """The same as long as the change reads the same, wherever the file has moved it."""
        parts = (self.file, self.within, self.was, self.becomes, str(self.number))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


class _Visitor(MutationVisitor):
    """Enters decorated functions too: mutmut leaves them out because its trampolines cannot wrap a property."""

    def _skip_node_and_children(self, node: libcst.CSTNode) -> bool:
        if isinstance(node, libcst.FunctionDef) and node.decorators:
            return False
        return bool(super()._skip_node_and_children(node))


def mutants_of(package: Path, file: str) -> list[Mutant]:
    """The mutants of one file, in the order of its lines.

    Args:
        package: The folder of the package.
        file: The file, relative to it.
    """
    source = (package / file).read_text(encoding="utf-8")
    wrapper = MetadataWrapper(libcst.parse_module(source))
    visitor = _Visitor(mutation_operators, IgnoredCode(set(), set(), set()), None)
    module = wrapper.visit(visitor)
    positions = wrapper.resolve(PositionProvider)
    places = _Places(ast.parse(source))
    # A change is rendered and parsed with its statement of the module: the whole file each time takes ten times as long.
    parts = [module.code_for_node(statement) for statement in module.body]
    head, _, tail = source.partition("".join(parts))
    parsed = [_parsed(part) for part in parts]
    at_line = _statements_by_line(module, positions)
    seen: Counter[tuple[str, str, str]] = Counter()
    codes: set[tuple[int, str]] = set()
    made = []
    for mutation in visitor.mutations:
        at = positions[mutation.original_node].start
        index = at_line[at.line]
        changed = deep_replace(module.body[index], mutation.original_node, mutation.mutated_node)
        part = module.code_for_node(changed)
        # What does not compile is not a program, and what parses to the same is not a change.
        if (index, part) in codes or _parsed(part) in {None, parsed[index]}:
            continue
        codes.add((index, part))
        was, becomes = _changed(parts[index].splitlines(), part.splitlines())
        within = places.within(at.line)
        seen[within, was, becomes] += 1
        made.append(
            Mutant(
                file=file,
                within=within,
                was=was,
                becomes=becomes,
                number=seen[within, was, becomes],
                line=at.line,
                lines=places.statement(at.line, at.column),
                inside=places.inside(at.line, at.column),
                code="".join((head, *parts[:index], part, *parts[index + 1 :], tail)),
            )
        )
    return sorted(made, key=lambda each: (each.line, each.was, each.becomes, each.number))


def _parsed(code: str) -> str | None:
    try:
        return ast.dump(ast.parse(code))
    except SyntaxError:
        return None


def _statements_by_line(
    module: libcst.Module, positions: Mapping[libcst.CSTNode, CodeRange]
) -> dict[int, int]:
    """Which statement of the module each line belongs to, decorators included."""
    spans = [positions[statement] for statement in module.body]
    return {
        line: index
        for index, span in enumerate(spans)
        for line in range(span.start.line, span.end.line + 1)
    }


def _changed(before: list[str], after: list[str]) -> tuple[str, str]:
    """The lines of each text that the other has not, without what both begin and end with."""
    start = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))))
    ends = zip(reversed(before[start:]), reversed(after[start:]), strict=False)
    end = len(list(takewhile(lambda pair: pair[0] == pair[1], ends)))
    return _joined(before[start : len(before) - end]), _joined(after[start : len(after) - end])


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)


_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


class _Places:
    """Finds the function and the statement around a place of a file."""

    def __init__(self, tree: ast.Module) -> None:
        self._named = list(_named(tree, ""))
        self._statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]

    def within(self, line: int) -> str:
        """The innermost function or class around a line."""
        around = [(name, node) for name, node in self._named if line in _span(node)]
        return min(around, key=lambda pair: len(_span(pair[1])), default=("", None))[0]

    def statement(self, line: int, column: int) -> tuple[int, ...]:
        """The lines of the smallest statement around a place; of one with a body, those before the body."""
        around = [each for each in self._statements if _holds(each, line, column)]
        smallest = min(around, key=lambda each: len(_span(each)))
        return tuple(_head(smallest))

    def inside(self, line: int, column: int) -> bool:
        """Whether a function's body holds a place, and not its decorators or its defaults."""
        return any(
            isinstance(node, _FUNCTIONS)
            and _holds(node, line, column)
            and (line, column) >= (node.body[0].lineno, node.body[0].col_offset)
            for _, node in self._named
        )


def _named(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.stmt]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{prefix}{child.name}"
            yield name, child
            yield from _named(child, f"{name}.")
        else:
            yield from _named(child, prefix)


def _span(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _head(node: ast.stmt) -> range:
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not body:
        return _span(node)
    first = body[0].pattern if isinstance(body[0], ast.match_case) else body[0]
    return range(node.lineno, max(first.lineno, node.lineno + 1))


def _holds(node: ast.stmt, line: int, column: int) -> bool:
    start = (node.lineno, node.col_offset)
    end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
    return start <= (line, column) < end
