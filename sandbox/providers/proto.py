"""Pulumi's gRPC messages, loaded without the rest of the SDK.

`import pulumi.runtime.proto` runs `pulumi/__init__.py` first, which loads the whole SDK. Without
it a stand-in is ready in 0.13 s instead of 0.23 s (2026-11), and every preview starts two. Empty packages in the place
of `pulumi` and `pulumi.runtime` lead Python straight to the messages. Where the SDK is loaded
already (in a test), it stays.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from types import ModuleType


def _skip_the_sdk() -> None:
    if "pulumi" in sys.modules:
        return
    path: list[str] | None = None
    for name in ("pulumi", "pulumi.runtime"):
        spec = PathFinder.find_spec(name, path)
        if spec is None or spec.submodule_search_locations is None:
            return  # Not laid out as expected: the ordinary import below says what is wrong.
        path = list(spec.submodule_search_locations)
        module = ModuleType(name)
        module.__path__ = path
        module.__spec__ = spec
        sys.modules[name] = module


def load_without_sdk() -> None:
    """Import the messages alone; for the stand-in's own process, where nothing else needs the SDK."""
    _skip_the_sdk()
    import pulumi.runtime.proto.provider_pb2_grpc  # noqa: F401, PLC0415
