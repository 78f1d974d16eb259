"""Judges that are programs of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import env
from replay import Suricata


@pytest.fixture(scope="session")
def suricata() -> Suricata:
    """The Suricata that the set-up chose."""
    named = os.environ.get("WSUS_EGRESS_SURICATA")
    program = Path(named) if named else env.suricata_program(env.ROOT)
    if program is None:
        pytest.skip(f"there is no Suricata {env.SURICATA_SERIES}: `make setup` says why")
    return Suricata(program)
