"""The international letters that a page can read by itself, exactly as the command line does.

IDNA 2008 has rules for context and for right-to-left scripts, and UTS 46 maps characters to others.
A page has no tables of these. It reads labels of letters that need none of it: valid, mapped to
themselves, left-to-right, not combining. Of all others it says that it cannot tell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


def plain_ranges() -> list[tuple[int, int]]:
    """Ranges of such letters beyond ASCII, both ends inclusive, sorted."""
    ranges: list[tuple[int, int]] = []
    for code in _plain():
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return ranges


def _plain() -> Iterator[int]:
    import idna  # noqa: PLC0415 - large tables that only this needs
    from idna import idnadata  # noqa: PLC0415

    for packed in idnadata.codepoint_classes["PVALID"]:
        for code in range(packed >> 32, packed & 0xFFFFFFFF):
            letter = chr(code)
            if code < 0x80 or unicodedata.bidirectional(letter) != "L":
                continue
            if unicodedata.category(letter)[0] == "M" or letter.lower() != letter:
                continue
            try:
                if idna.uts46_remap(letter, std3_rules=False) == letter:
                    yield code
            except idna.IDNAError:
                continue
