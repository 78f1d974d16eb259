"""Judges that are programs of their own."""

from __future__ import annotations

import pytest

import env
from replay import Suricata


@pytest.fixture(scope="session")
def suricata() -> Suricata:
    """The Suricata that the set-up chose."""
    program = env.suricata_program(env.ROOT)
    if program is None:
        pytest.skip(f"there is no Suricata {env.SURICATA_SERIES}: `make setup` says why")
    return Suricata(program)
