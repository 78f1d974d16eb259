"""Writes the schema files anew: `python -m wsus_egress.schemas`."""

from pathlib import Path

from wsus_egress.schemas import render

for file_name, text in render().items():
    Path(__file__).with_name(file_name).write_text(text, encoding="utf-8")
