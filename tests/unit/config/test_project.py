"""A stack's settings, from its configuration as the engine gives it."""

from __future__ import annotations

from wsus_egress.config.project import settings_from_engine


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
