"""Text that an attacker, or an accident, puts where a name or a sentence is expected."""

from __future__ import annotations

from typing import Final

from wsus_egress.problems import visible

FORGED: Final = "FORGED"
"""Begins a line that only a new line in a value could begin."""
# What a text of the settings may have in it: no control character, but marks that nobody sees or that turn the writing.
FREE: Final = (
    "a\u202eb", "a\u2066b\u2069", "a\u200bb", "a\u200d\ufeffb", f"a\u2028{FORGED}", f"a\u2029{FORGED}", "a\u3164b", "a\ufe0fb",
    "a\U000e0041b", "a\u00adb", "@everyone", "#12 GH-12", "[t](http://x.example)", "http://x.example www.x.example", "`c` ``` c",
    "<script>alert(1)</script>", "a|b", "<!-- x", "*a* _b_ ~c~", "{{ 7 }}", "]]>", "&amp;", "'; exit", "$(x) `x`",
)  # fmt: skip
# What only files, names of files, logs, events and other people's rules can have in it besides.
CONTROLS: Final = (
    f"a\n{FORGED}", f"a\r\n{FORGED}", f"a\x0b{FORGED}", f"a\x85{FORGED}", "a\x1b[31mb", "a\x1b]0;t\x07b", "a\x9b2Jb", "a\x08b",
    "a\tb", "a\x7fb", "a\x00b",
)  # fmt: skip
TEXTS: Final = (*FREE, *CONTROLS)


def is_safe(text: str) -> bool:
    """Whether all of a text is shown, line by line, and no value begins a line."""
    lines = text.split("\n")
    return all(visible(line) == line and not line.startswith(FORGED) for line in lines)
