"""The JSON Schema of `check --format json`."""

from __future__ import annotations

from typing import Any

from wsus_egress.schemas.shapes import (
    FIDELITY,
    TEXT,
    VERSION,
    YES_OR_NO,
    array,
    deviation,
    document,
    finding,
    obj,
    problem,
)


def check_schema() -> dict[str, Any]:
    """The schema; of problems and environments one is empty."""
    masked = {**array(deviation()), "description": "Deviations that another control hides."}
    target = obj(
        {
            "target": TEXT,
            "fidelity": FIDELITY,
            "deviations": array(deviation()),
            "masked": masked,
        },
        optional=("masked",),
    )
    parity = obj({"admits": TEXT, "denies": TEXT, "witness": TEXT, "surely": YES_OR_NO})
    environment = obj(
        {"environment": TEXT, "targets": array(target), "parity": array(parity)},
        optional=("parity",),
    )
    return document(
        "WSUS egress check",
        obj(
            {
                "version": VERSION,
                "problems": array(problem()),
                "environments": array(environment),
                "findings": array(finding()),
            }
        ),
    )
