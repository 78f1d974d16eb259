"""The pictures of the documentation: drawn by what is committed, of what the command says today."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path, PurePosixPath

import pytest
import yaml
from paths import ROOT

import pictures
from website import blocks, comment

IMAGES = ROOT / "docs" / "images"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", sorted(pictures.render()))
def test_a_drawing_is_current(name: str) -> None:
    """`make pictures` would write what is committed."""
    assert pictures.render()[name] == (IMAGES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(pictures.render()))
def test_a_drawing_shows_listed_names_and_no_others_as_passing(name: str) -> None:
    """What passes is in the list `wsus`; what is crossed out is not; and it says what it shows."""
    listed = yaml.safe_load((ROOT / "config/endpoints/wsus.yaml").read_text(encoding="utf-8"))
    known = {entry["pattern"] for entry in listed["endpoints"]}
    drawing = ET.fromstring(pictures.render()[name])  # noqa: S314 - written by the project itself
    texts = [element for element in drawing.iter(f"{SVG}text") if "." in (element.text or "")]
    crossed = {element.text for element in texts if element.get("text-decoration")}
    passing = {element.text for element in texts} - crossed - {"10.20.0.10"}

    assert len(passing) == 3
    assert passing <= known
    assert crossed == {"example.com", "*.contoso.com"}
    assert pictures.ALTERNATIVE == drawing.findtext(f"{SVG}title")


def test_the_comment_is_what_the_command_says_now() -> None:
    """Each picture carries its text's fingerprint; if this fails, `make pictures` takes them anew."""
    said = comment.text()
    taken = sorted(IMAGES.glob("comment*.png"))

    assert said.startswith("<!-- wsus-egress:preview -->")
    assert "Blocked: opens every host below contoso.com" in said
    assert 4 == len(taken)
    assert {comment.fingerprint(said)} == {comment.mark(path.read_bytes()) for path in taken}


def test_a_picture_is_marked_inside_the_file() -> None:
    """The mark stands before the last chunk; another text has another one, and no mark is no text's."""
    png = (IMAGES / "comment-light.png").read_bytes()
    again = comment.marked(png.replace(b"wsus-egress text", b"wsus-egress none"), "other")

    assert comment.fingerprint("other") == comment.mark(again)
    assert again.endswith(png[-12:])
    assert comment.fingerprint("") != comment.mark(b"\x89PNG")


PICTURE = """<picture>
  <source media="(max-width: 600px) and (prefers-color-scheme: dark)" srcset="images/a-narrow-dark.svg">
  <source media="(max-width: 600px)" srcset="images/a-narrow-light.svg">
  <source media="(prefers-color-scheme: dark)" srcset="images/a-dark.svg">
  <img src="images/a-light.svg" alt="A">
</picture>"""


@pytest.mark.parametrize(("page", "up"), [("", ""), ("aws/", "../")])
def test_a_picture_follows_the_sites_switch(page: str, up: str) -> None:
    """Each scheme has a picture of its own, whose sources ask the system only for the width."""
    shown = blocks.with_pictures(f"<p>{PICTURE}</p>", PurePosixPath(page))

    assert "prefers-color-scheme" not in shown
    assert [
        ("only-light", f"{up}images/a-narrow-light.svg", f"{up}images/a-light.svg"),
        ("only-dark", f"{up}images/a-narrow-dark.svg", f"{up}images/a-dark.svg"),
    ] == re.findall(r'class="(.*?)">.*?srcset="(.*?)".*?src="(.*?)"', shown, re.DOTALL)


def test_programs_stand_side_by_side(tmp_path: Path) -> None:
    """Each file is a tab of its language with its own text; a settings file is called one."""
    (tmp_path / "__main__.py").write_text("print()\n")
    (tmp_path / "Pulumi.yaml").write_text("name: x\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("# yaml-language-server: x\nconfig:\n  a: b\n")
    names = "__main__.py Pulumi.yaml Pulumi.dev.yaml"
    page = f"Before\n\n<!-- tabs: {names} -->\n\nAfter"
    shown = blocks.with_tabs(page, tmp_path)

    assert ["Python", "YAML", "Settings file"] == re.findall(r'^=== "(.*)"$', shown, re.MULTILINE)
    assert '    ```python title="__main__.py"\n    print()\n    ```\n' in shown
    assert "    config:\n      a: b\n" in shown
    assert "language-server" not in shown
    assert names.split() == blocks.named(page)
