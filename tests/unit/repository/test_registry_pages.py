"""The pages that a Pulumi registry shows."""

from __future__ import annotations

import re

import pytest
import yaml
from paths import ROOT

EXAMPLES = {
    "typescript": "typescript/index.ts",
    "python": "python/__main__.py",
    "go": "go/main.go",
    "yaml": "yaml/Pulumi.yaml",
}


@pytest.mark.parametrize("name", ["_index", "installation-configuration"])
def test_the_registry_can_read_it(name: str) -> None:
    """Its front matter has what the registry asks for, and each shortcode that opens also closes."""
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    front = yaml.safe_load(text.split("---\n")[1])
    words = re.findall(r"\{\{[<%] (/?\w+)", text)

    assert ({"title", "meta_desc", "layout"}, "package") == (set(front), front["layout"])
    for word in {word for word in words if not word.startswith("/")}:
        assert words.count(word) == words.count(f"/{word}")


def test_its_example_is_the_tested_one() -> None:
    """Each language's block is the file that the tests deploy, to the letter."""
    text = (ROOT / "docs" / "_index.md").read_text(encoding="utf-8")
    blocks = re.findall(
        r"\{\{% choosable language (\w+) %\}\}\n\n```\w+\n(.*?)```", text, re.DOTALL
    )
    (offered,) = re.findall(r'\{\{< chooser language "([\w,]+)" >\}\}', text)

    assert list(EXAMPLES) == offered.split(",")
    assert {
        language: (ROOT / "docs" / "examples" / path).read_text(encoding="utf-8")
        for language, path in EXAMPLES.items()
    } == dict(blocks)
