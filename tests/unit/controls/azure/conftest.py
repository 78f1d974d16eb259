"""Builds an Azure target from settings, and proves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure_path import Build, Compile
from sample import AZURE, TODAY

from wsus_egress.controls import Control, compile_target
from wsus_egress.model.environment import Environment
from wsus_egress.proof.proof import Proof, prove


@pytest.fixture
def compiled(environment: Build) -> Compile:
    """An environment with one Azure target, some of whose settings are replaced, and its controls."""

    def build(
        own: dict[str, Any] | None = None, **settings: Any
    ) -> tuple[Environment, tuple[Control, ...]]:
        built = environment(aws=None, azure={**AZURE, **(own or {})}, **settings)
        return built, compile_target(built, built.targets[0])

    return build


@pytest.fixture
def proof(compiled: Compile) -> Callable[..., Proof]:
    """The proof of such a target."""

    def of(own: dict[str, Any] | None = None, **settings: Any) -> Proof:
        built, controls = compiled(own, **settings)
        return prove(built, built.targets[0], controls, TODAY)

    return of
