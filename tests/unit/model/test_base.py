"""What all settings' types share: which of them an annotation names."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import Field

from wsus_egress.model.base import Settings, WrittenAs, models


class One(Settings):
    """A setting of its own."""


MARK = Field(description="It has a meaning, and names no type.")


@pytest.mark.parametrize(
    ("annotation", "found"),
    [
        (One, [One]),
        (list[One], [One]),
        (One | None, [One]),
        (Annotated[One, MARK], [One]),
        (Annotated[int, MARK], []),
        (Annotated[int, MARK, WrittenAs(list[One], len, list)], [One]),
        (str, []),
    ],
    ids=str,
)
def test_an_annotation_names_types_of_settings(annotation: Any, found: list[type]) -> None:
    """Bare, in a list, or as what a file writes for another type; other marks name none."""
    assert found == list(models(annotation))
