"""Patterns as other people write them: a whole top-level domain is one too."""

from __future__ import annotations

import re
from typing import Final

from wsus_egress.names.hosts import MAX_NAME, InvalidName, Pattern

_LENIENT: Final = re.compile(
    r"(\*\.)?((?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)"
)


def pattern(text: str) -> Pattern | None:
    """A pattern of whatever form a rule may have; None for what no name can be.

    Args:
        text: `host.example.com`, `*.example.com`, and what settings refuse: `*.com`, `a_b.example`.
    """
    try:
        return Pattern.parse(text)
    except InvalidName:
        found = _LENIENT.fullmatch(text.lower())
        if found is None or len(text) > MAX_NAME:
            return None
        return Pattern(found[2], wildcard=found[1] is not None)
