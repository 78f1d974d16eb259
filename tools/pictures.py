"""Draws docs/images/path-*.svg: what passes the firewall, and what does not.

Four files, because the first page and the README show them in light and in dark colours, on a wide and on
a narrow screen. `make pictures` runs it, and a test holds the files to what it writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = "docs/images"
ALTERNATIVE: Final = (
    "A WSUS server reaches the listed names of Microsoft Update through the firewall; "
    "the firewall drops everything else"
)
_SANS: Final = "font-family=\"system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif\""
_MONO: Final = "font-family=\"ui-monospace, Consolas, 'DejaVu Sans Mono', monospace\""
_TITLE: Final = f'{_SANS} font-size="17" font-weight="600"'
_PART: Final = f'{_SANS} font-size="15" font-weight="600"'
_SMALL: Final = f'{_SANS} font-size="13"'
_WORDS: Final = f'{_SANS} font-size="14"'
_HOST: Final = f'{_MONO} font-size="14"'
_CROSSED_OUT: Final = ' text-decoration="line-through"'
_PASSES: Final = ("*.update.microsoft.com", "*.windowsupdate.com", "*.delivery.mp.microsoft.com")
_DROPPED: Final = ("example.com", "*.contoso.com", "any address, any other port")


@dataclass(frozen=True)
class Colours:
    """The report's colours."""

    ground: str
    paper: str
    ink: str
    soft: str
    line: str
    good: str
    good_ground: str
    bad: str
    bad_ground: str


SCHEMES: Final = {
    "light": Colours("#f6f7f9", "#ffffff", "#1a2230", "#536072", "#a9b3c1",
                     "#0f6b3a", "#dff3e6", "#a3182a", "#fbe3e5"),
    "dark": Colours("#12161d", "#1a202a", "#e6eaf1", "#a5b0c0", "#4a566a",
                    "#7fd8a2", "#163524", "#ff9aa5", "#45191f"),
}  # fmt: skip


def render() -> dict[str, str]:
    """Each file's name and text."""
    return {
        f"path{shape}-{scheme}.svg": drawing
        for scheme, colours in SCHEMES.items()
        for shape, drawing in (("", wide(colours)), ("-narrow", narrow(colours)))
    }


def wide(c: Colours) -> str:
    """Server, firewall and names from left to right."""
    parts = [
        _box((24, 118, 150, 96), c.paper, c.line),
        _text((99, 152), "WSUS server", c.ink, _TITLE),
        _text((99, 176), "10.20.0.10", c.soft, _HOST),
        _text((99, 197), "TCP 80, TCP 443", c.soft, _SMALL),
        *_wall(c, 300, 24, 284),
        _line(174, 166, 300, 166, c.soft),
    ]
    for index, name in enumerate(_PASSES):
        y = 48 + 46 * index
        parts += [_curve(344, 166, 452, y, c.good), *_name(460, y, name, c, passes=True)]
    for index, name in enumerate(_DROPPED):
        y = 202 + 34 * index
        parts += [
            _dashed(174, 166, 276, y, c.bad),
            _cross(284, y, c.bad),
            *_name(460, 194 + 46 * index, name, c, passes=False),
        ]
    return _svg(760, 332, c, parts)


def narrow(c: Colours) -> str:
    """The same from top to bottom, for a telephone."""
    parts = [
        _box((80, 16, 200, 84), c.paper, c.line),
        _text((180, 46), "WSUS server", c.ink, _TITLE),
        _text((180, 68), "10.20.0.10", c.soft, _HOST),
        _text((180, 88), "TCP 80, TCP 443", c.soft, _SMALL),
        _line(180, 100, 180, 136, c.soft),
        _box((20, 136, 320, 44), c.paper, c.line),
        _text((180, 163), "Firewall: the list, and nothing else", c.ink, _PART),
    ]
    for index, name in enumerate(_PASSES):
        y = 222 + 44 * index
        parts += [_curve(30, 180, 52, y, c.good), *_name(60, y, name, c, passes=True)]
    for index, name in enumerate(_DROPPED):
        y = 366 + 44 * index
        parts += [_cross(38, y, c.bad), *_name(60, y, name, c, passes=False)]
    return _svg(360, 488, c, parts)


def _svg(width: int, height: int, c: Colours, parts: list[str]) -> str:
    size = f'width="{width}" height="{height}"'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} role="img">',
        f"<title>{escape(ALTERNATIVE)}</title>",
        f'<rect {size} rx="14" fill="{c.ground}"/>',
        *parts,
        "</svg>\n",
    ])  # fmt: skip


def _wall(c: Colours, x: int, top: int, height: int) -> Iterator[str]:
    """Bricks with one gap, where the arrow enters; its name stands below."""
    yield _box((x, top, 44, height - 24), c.paper, c.line)
    for y in range(top + 22, top + height - 24, 22):
        yield f'<path d="M{x} {y}h44" stroke="{c.line}" fill="none"/>'
    yield f'<rect x="{x - 2}" y="156" width="48" height="20" fill="{c.ground}"/>'
    yield _line(x, 166, x + 44, 166, c.good)
    yield _text((x + 22, top + height), "Firewall", c.ink, _PART)


def _name(x: int, y: int, name: str, c: Colours, *, passes: bool) -> Iterator[str]:
    """A name that passes, or one that is crossed out."""
    ground, ink = (c.good_ground, c.good) if passes else (c.bad_ground, c.bad)
    style = (_WORDS if " " in name else _HOST) + ("" if passes else _CROSSED_OUT)
    yield _box((x, y - 17, 278, 34), ground, ground)
    yield _text((x + 14, y + 5), name, ink, f'{style} text-anchor="start"')


def _box(place: tuple[int, int, int, int], fill: str, stroke: str) -> str:
    x, y, width, height = place
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="9"'
        f' fill="{fill}" stroke="{stroke}"/>'
    )


def _text(place: tuple[int, int], words: str, fill: str, style: str) -> str:
    anchor = "" if "text-anchor" in style else ' text-anchor="middle"'
    x, y = place
    return f'<text x="{x}" y="{y}" fill="{fill}"{anchor} {style}>{escape(words)}</text>'


def _line(x1: int, y1: int, x2: int, y2: int, stroke: str) -> str:
    return f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{stroke}" stroke-width="2.5" fill="none"/>'


def _curve(x1: int, y1: int, x2: int, y2: int, stroke: str) -> str:
    """An arrow that leaves the wall level, or hangs down from it, and ends level."""
    bend = (
        f"{(x1 + x2) // 2} {y1} {(x1 + x2) // 2} {y2}" if x2 - x1 > 40 else f"{x1} {y2} {x1} {y2}"
    )
    return (
        f'<path d="M{x1} {y1}C{bend} {x2} {y2}" stroke="{stroke}" stroke-width="2.5" fill="none"/>'
        f'<path d="M{x2 - 7} {y2 - 5}l8 5-8 5" stroke="{stroke}" stroke-width="2.5" fill="none"/>'
    )


def _dashed(x1: int, y1: int, x2: int, y2: int, stroke: str) -> str:
    bend = f"{(x1 + x2) // 2} {y1} {(x1 + x2) // 2} {y2}"
    return (
        f'<path d="M{x1} {y1}C{bend} {x2} {y2}" stroke="{stroke}" stroke-width="2"'
        ' stroke-dasharray="5 5" fill="none" opacity=".7"/>'
    )


def _cross(x: int, y: int, stroke: str) -> str:
    return f'<path d="M{x - 6} {y - 6}l12 12m0-12l-12 12" stroke="{stroke}" stroke-width="3"/>'


def main() -> None:
    """Draw the files anew."""
    for name, text in render().items():
        (ROOT / FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
