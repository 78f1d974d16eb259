"""The command starts without what it does not use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from wsus_egress import cli

PLUGINS = "pydantic.plugin._loader"

LOADED_BY = """
import sys
before = set(sys.modules)
from wsus_egress.cli import main
sys.argv = ["wsus-egress", "check", "--project", sys.argv[1]]
try:
    main()
finally:
    print(*sorted(set(sys.modules) - before))
"""

# Each takes 2 % of a `check` or more.
UNUSED = {"importlib.metadata", "jinja2", "rich", "idna", "wsus_egress.review.change"}


def test_a_check_loads_only_what_it_uses(root: Path) -> None:
    """Neither the search for pydantic's plugins, nor what compares, nor what writes other formats."""
    command = [sys.executable, "-c", LOADED_BY, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "wsus_egress.review.analysis" in loaded
    assert set() == loaded & UNUSED


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What pydantic asks for its plugins once the command has started; afterwards as before."""
    monkeypatch.setitem(sys.modules, PLUGINS, ModuleType("some other"))
    monkeypatch.delitem(sys.modules, PLUGINS)
    cli._without_plugins()
    return sys.modules[PLUGINS]


def test_pydantic_finds_no_plugins(plugins: ModuleType) -> None:
    """Whatever is installed beside this program."""
    assert () == plugins.get_plugins()


def test_another_pydantic_finds_its_own_module(plugins: ModuleType) -> None:
    """What is asked of the module besides the plugins comes from pydantic itself."""
    assert "pydantic" == plugins.PYDANTIC_ENTRY_POINT_GROUP
    assert sys.modules[PLUGINS] is not plugins
    with pytest.raises(AttributeError):
        _ = plugins.what_no_pydantic_has
