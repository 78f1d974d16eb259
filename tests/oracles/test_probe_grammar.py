"""A grammar of PowerShell as judge of the script of `probe`: no PowerShell can be installed where the tests run."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from paths import ROOT

from wsus_egress.cli.main import main

PUNCTUATION = b"(){}"


def parse(script: bytes) -> Any:
    """The root of the script's tree."""
    grammar = importlib.import_module("tree_sitter_powershell")
    sitter = importlib.import_module("tree_sitter")
    return sitter.Parser(sitter.Language(grammar.language())).parse(script).root_node


def nodes(node: Any) -> Iterator[Any]:
    """A node and all below it."""
    yield node
    for child in node.children:
        yield from nodes(child)


def mistakes(script: bytes) -> list[int]:
    """The lines where the grammar does not know what is written, or misses something."""
    wrong = (node for node in nodes(parse(script)) if node.is_error or node.is_missing)
    return sorted({node.start_point[0] + 1 for node in wrong})


@pytest.fixture(params=["head", "hub"])
def script(request: pytest.FixtureRequest) -> bytes:
    """The script for a server of each cloud."""
    arguments = ["probe", "--project", str(ROOT), "--env", "prod", "--server", request.param]
    done = CliRunner().invoke(main, arguments)
    assert 0 == done.exit_code, done.output
    return done.stdout_bytes


def test_the_grammar_takes_the_script(script: bytes) -> None:
    """All of it, as functions and statements and not as one long word."""
    assert [] == mistakes(script)
    kinds = {node.type for node in nodes(parse(script))}
    assert {"function_statement", "try_statement", "foreach_statement"} <= kinds


def test_the_grammar_notices_what_is_missing(script: bytes) -> None:
    """Without one bracket of ten, taken in turn, the script is not PowerShell."""
    places = [at for at, byte in enumerate(script) if byte in PUNCTUATION][::10]
    noticed = [at for at in places if mistakes(script[:at] + script[at + 1 :])]
    assert len(places) >= 20
    assert len(noticed) >= 0.9 * len(places)
