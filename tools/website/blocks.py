"""What pages show of other files: programs side by side, and pictures that follow the site's colours.

On GitHub a page is plain Markdown: there a comment is invisible and a picture follows the system. So
the pages name the files in comments, and only the site puts the text in, from the files themselves.
"""

import re
from pathlib import Path, PurePosixPath
from typing import Final

_TABS: Final = re.compile(r"^<!-- tabs: (.+?) -->$", re.MULTILINE)
_PICTURE: Final = re.compile(r"<picture>.*?</picture>", re.DOTALL)
_DARK_SOURCE: Final = re.compile(r"\s*<source [^>]*prefers-color-scheme: dark[^>]*>")
_LANGUAGES: Final = {
    ".py": ("Python", "python"),
    ".ts": ("TypeScript", "typescript"),
    ".go": ("Go", "go"),
    ".yaml": ("YAML", "yaml"),
}
_SETTINGS: Final = re.compile(r"^Pulumi\.[^.]+\.yaml$")


def named(markdown: str) -> list[str]:
    """The files that a page shows side by side, as it names them."""
    return [name for found in _TABS.findall(markdown) for name in found.split()]


def with_tabs(markdown: str, folder: Path) -> str:
    """The page with a tab for each file that a comment names, relative to the page's folder."""

    def tabs(found: re.Match[str]) -> str:
        return "\n".join(_tab(folder / name) for name in found[1].split())

    return _TABS.sub(tabs, markdown)


def _tab(path: Path) -> str:
    title, language = _LANGUAGES[path.suffix]
    if _SETTINGS.match(path.name):
        title = "Settings file"
    lines = path.read_text(encoding="utf-8").rstrip().splitlines()
    shown = [line for line in lines if not line.startswith("# yaml-language-server:")]
    block = [f"```{language} title={path.name!a}", *shown, "```"]
    return "\n".join([f"=== {title!a}", "", *(f"    {line}" for line in block), ""]).replace(
        "'", '"'
    )


def with_pictures(html: str, page: PurePosixPath) -> str:
    """The page with two drawings for each picture, of which the style sheet shows one.

    Args:
        html: The page.
        page: Its address below the site's; MkDocs leaves the addresses of pictures in HTML alone.
    """

    def both(found: re.Match[str]) -> str:
        light = _DARK_SOURCE.sub("", found[0])
        light = light.replace("<picture>", '<picture class="only-light">')
        dark = light.replace("-light.", "-dark.").replace("only-light", "only-dark")
        return _from(page, light + dark)

    return _PICTURE.sub(both, html)


def _from(page: PurePosixPath, html: str) -> str:
    """The addresses as seen from a page that is a folder of its own."""
    up = "../" if page.name and page.name != "index.html" else ""
    return re.sub(r'\b(src|srcset)="(?!/|https?:)', rf'\1="{up}', html)
