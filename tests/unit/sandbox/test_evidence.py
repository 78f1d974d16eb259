"""Each behaviour of a stand-in has a source or is marked as believed, and the page lists the latter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import believed_page
from providers.evidence import behaviours, believed, written

MARKED = ("aws", "azure")
"""The folders and modules below `sandbox/providers/` in which everything is marked."""


def modules(root: Path) -> Iterator[Path]:
    """Their files."""
    for name in MARKED:
        path = root / "sandbox" / "providers" / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """What is in a function, but not in functions inside it."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)


def refuses(function: ast.FunctionDef) -> bool:
    """Whether a function answers for the cloud: raises, yields a problem, or words a refusal."""
    said = ast.unparse(function.returns) if function.returns else ""
    return said.startswith("CloudError") or any(
        (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call))
        or (isinstance(node, ast.Yield) and isinstance(node.value, ast.Call))
        for node in own_nodes(function)
    )


def is_type(node: ast.ClassDef) -> bool:
    """Whether a class is a resource type: its replacements, defaults and outputs are behaviour."""
    return any(
        isinstance(target, ast.Name) and target.id in ("replaced_by", "type_name")
        for part in node.body
        if isinstance(part, ast.Assign | ast.AnnAssign) and part.value is not None
        for target in (part.targets if isinstance(part, ast.Assign) else [part.target])
    )


def is_marked(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether `@written` or `@believed` is over it."""
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Name)
        and each.func.id in ("written", "believed")
        for each in node.decorator_list
    )


def unmarked(source: str) -> list[str]:
    """The names in a module that lack a mark."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.FunctionDef) and refuses(node) and not is_marked(node))
        or (isinstance(node, ast.ClassDef) and is_type(node) and not is_marked(node))
    ]


def test_every_behaviour_is_marked(root: Path) -> None:
    """Whatever refuses, and every resource type, says where that is written or that it is believed."""
    assert {} == {
        str(path.relative_to(root)): names
        for path in modules(root)
        if (names := unmarked(path.read_text(encoding="utf-8")))
    }


def test_a_behaviour_without_a_mark_is_found() -> None:
    """The search finds what it looks for: raised, yielded, worded, and types."""
    assert unmarked("""
class Kind:
    type_name: str
class Route(Kind):
    type_name = "r"
    def admit(self):
        raise aws_error("no")
@believed("b")
class Other(Kind):
    replaced_by = frozenset()
    @written("a", "b", "2026-11")
    def admit(self):
        raise aws_error("no")
def problems():
    yield Problem("a")
    yield from others()
def worded() -> CloudError | None:
    return None
def quiet():
    raise
    yield 1
""") == ["Route", "problems", "worded", "admit"]


def test_the_page_is_current(root: Path) -> None:
    """The committed page is what the stand-ins say now."""
    assert believed_page.render() == (root / believed_page.PAGE).read_text(encoding="utf-8")


def test_the_page_lists_the_believed_and_counts_the_rest() -> None:
    """Both clouds are on the page, and each believed behaviour once."""
    page = believed_page.render()

    for cloud, title in believed_page.CLOUDS.items():
        assert f"## {title}\n" in page
        for each in behaviours(cloud):
            assert page.count(f"- `{each.place}`: {each.what}.\n") == (not each.where)


def test_a_source_has_a_date() -> None:
    """A source without a date, or a date without a source, is refused where it stands."""
    for where, read in (("vpc_route.go", ""), ("", "2026-11"), ("vpc_route.go", "2026-13")):
        with pytest.raises(ValueError, match="needs a source and the month"):
            written("a target is set in place", where, read)


def test_a_decorator_changes_nothing() -> None:
    """What is decorated stays what it is."""

    def answer() -> int:
        return 1

    assert believed("it answers")(answer) is answer


def test_the_page_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make schemas` writes the page where the site has it."""
    told: dict[Path, str] = {}
    monkeypatch.setattr(Path, "write_text", lambda path, text, **_: told.update({path: text}))
    believed_page.main()

    assert {believed_page.ROOT / believed_page.PAGE: believed_page.render()} == told
