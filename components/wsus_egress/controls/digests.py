"""A number that depends on a text alone, for what must not move when other entries come and go."""

from __future__ import annotations

import hashlib


def digest(text: str) -> int:
    """64 bits of a text: the same on every machine and in every run."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
