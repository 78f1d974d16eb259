"""Deviations of a security group alone, and the settings that accept them."""

from __future__ import annotations

NAMES = "aws/aws-security-group/wider/names"
NAMELESS = "aws/aws-security-group/wider/nameless"


def accepted(*whats: str, expires: str = "2026-12-31") -> str:
    """The end of a configuration file that accepts deviations."""
    entries = "".join(
        f"    - {{what: {what}, reason: Known, expires: {expires}}}\n" for what in whats
    )
    return f"  wsus-egress:accept:\n{entries}"
