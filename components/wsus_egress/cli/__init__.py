"""The command line `wsus-egress`, one module an output format."""

from __future__ import annotations

import gc
import importlib
import sys
from types import ModuleType
from typing import Any, Final

from wsus_egress.extras import needing

_PLUGINS: Final = "pydantic.plugin._loader"


def _without_plugins() -> None:
    """Let pydantic find no plugins, since this program uses none.

    Looking for them takes 10 % of a `check`. Pydantic's own switch, PYDANTIC_DISABLE_PLUGINS, leaves half of
    that, the import of `importlib.metadata`, and child processes inherit it. Whatever else a pydantic
    asks of its module it gets from the module itself (2.11 to 2.14 ask for `get_plugins` only).
    """
    plugins: Any = ModuleType(_PLUGINS)

    def original(name: str) -> object:
        if name.startswith("__"):  # Python itself asks whether it is a package.
            raise AttributeError(name)
        sys.modules.pop(_PLUGINS, None)
        return getattr(importlib.import_module(_PLUGINS), name)

    plugins.get_plugins, plugins.__getattr__ = tuple, original
    sys.modules.setdefault(_PLUGINS, plugins)


def main() -> None:
    """Run the command line; without the extra `cli` say so and exit with 2, since that is not a finding."""
    # A command runs for a moment and leaves few cycles: collecting them costs 5 % of its time.
    gc.disable()
    _without_plugins()
    try:
        with needing("click", "cli"):
            from wsus_egress.cli.main import main as run  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)
    try:
        run()
    finally:
        # As the process ends Python searches everything for cycles, which costs a tenth.
        gc.freeze()
