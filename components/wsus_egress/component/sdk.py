"""Members of Pulumi's packages for the clouds, whichever thread asks for them first."""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Any, Final

_LOADING: Final = threading.RLock()


def member(sdk: ModuleType, module: str, name: str) -> Any:
    """A class or function of a package's module: `member(aws, "ec2", "get_vpc")`.

    Pulumi's packages load their modules by importlib's LazyLoader, of which a second thread sees a
    half. A program with several stacks, of the Automation API for one, has a thread for each.
    """
    with _LOADING:
        return getattr(getattr(sdk, module), name)
