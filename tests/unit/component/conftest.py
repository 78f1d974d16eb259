"""What tests that run whole programs begin and end with."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator

import pytest
from paths import ROOT
from pulumi.runtime import set_all_config
from pulumi.runtime.settings import ROOT as ROOT_RESOURCE
from pulumi.runtime.settings import SETTINGS, _get_rpc_manager


@pytest.fixture
def one_run(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A loop and the project's folder for the program; no configuration is left behind."""
    monkeypatch.chdir(ROOT)
    # The shell of somebody who deploys; settings of tests do not say where.
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    # Whatever another test left waiting belongs to a loop that is closed: waiting for it never ends.
    _get_rpc_manager().clear()
    SETTINGS.outputs.clear()
    ROOT_RESOURCE.set(None)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    # A program that is refused leaves it off: its process ends there.
    gc.enable()
    set_all_config({})
    # What a test registered and did not wait for ends here, not in the middle of another test.
    waiting = asyncio.all_tasks(loop)
    for task in waiting:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
    asyncio.set_event_loop(None)
    loop.close()
