"""A stack's settings, from its configuration as the engine gives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from wsus_egress.config.project import settings_from_engine
from wsus_egress.config.stacks import read_project, read_stack


def test_settings_of_the_engine() -> None:
    """Plain words stay words, all else is JSON, and other packages' settings are left out."""
    config = {
        "aws:region": "eu-west-1",
        "wsus-egress:mode": "open",
        "wsus-egress:schemes": "as-listed",
        "wsus-egress:lists": '["wsus"]',
        "wsus-egress:ipv6": "true",
    }

    assert {
        "mode": "open",
        "schemes": "as-listed",
        "lists": ["wsus"],
        "ipv6": True,
    } == settings_from_engine(config)


def test_what_is_not_json_stays_text() -> None:
    """The settings' own check says what a text should have been, with the line where it stands."""
    assert {"lists": "wsus]"} == settings_from_engine({"wsus-egress:lists": "wsus]"})


@pytest.mark.parametrize("text", ["true", '"true"'])
def test_a_file_that_the_engine_has_rewritten_says_the_same(text: str, tmp_path: Path) -> None:
    """`pulumi stack init` adds a salt to the file, and writes true and false as text."""
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "Pulumi.mine.yaml"
    settings = (
        f"  wsus-egress:ipv6: {text}\n  wsus-egress:mode: open\n  wsus-egress:lists: [wsus]\n"
    )
    file.write_text(f"config:\n{settings}", encoding="utf-8")
    stack = read_stack(tmp_path, "mine", read_project(tmp_path))

    assert {"ipv6": True, "mode": "open", "lists": ["wsus"]} == stack.settings
