"""Tells a file's format by its contents, and reads it. The file's name decides nothing."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from wsus_egress.readers.formats import (
    arm,
    aws_cli,
    azure_cli,
    cloudformation,
    pulumi,
    terraform,
    texts,
    yaml_template,
)
from wsus_egress.readers.formats.things import Contents, NotReadable

_STDIN: Final = Path("-")
MAX_BYTES: Final = 512 * 1024 * 1024
_SHOW: Final = "run `terraform show -json PLAN` and give what it prints"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f]")
# Files of sources, which a tool has to work out first.
_SOURCES: Final = (
    (re.compile(r'^\s*(resource|module|provider|variable|data)\s+"', re.MULTILINE), "Terraform source",
     "run `terraform plan -out p && terraform show -json p`"),
    (re.compile(r"^\s*(param|resource|module|targetScope|var)\s+\w+.*=|^targetScope", re.MULTILINE),
     "Bicep source", "run `bicep build` and give the JSON file"),
)  # fmt: skip


def decoded(raw: bytes) -> str:
    """A file's text, whatever encoding a shell gave it.

    Raises:
        NotReadable: It is not text.
    """
    if raw[:2] == b"PK":
        raise NotReadable(f"this is a ZIP file, as a binary Terraform plan is; {_SHOW}")
    if raw[:2] == b"\x1f\x8b":
        raise NotReadable("this is a gzip file; unpack it")
    # PowerShell 5 writes UTF-16 with a mark.
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if raw.startswith(mark):
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError as error:
                raise NotReadable(
                    f"this is not {encoding} text (byte {error.start}); save it as UTF-8"
                ) from error
            break
    if _CONTROL.search(text[:100_000]):
        raise NotReadable("this is a binary file; give the JSON, YAML or text that a tool printed")
    return text


def read_file(path: Path, name: str, parameters: Mapping[str, Any]) -> Contents:
    """What a file has.

    Args:
        path: The file.
        name: What messages call it.
        parameters: Values for a template's parameters, from files of parameters.

    Raises:
        NotReadable: It is none of the formats, or broken.
    """
    return read_text(file_text(path), name, parameters)


def file_text(path: Path) -> str:
    """A file's text; that of standard input for `-`.

    Raises:
        NotReadable: It cannot be read, is too large or is not text.
    """
    try:
        if path == _STDIN:
            raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with path.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotReadable(
            f"the file cannot be read ({(error.strerror or str(error)).lower()})"
        ) from error
    if len(raw) > MAX_BYTES:
        raise NotReadable(f"the file is larger than {MAX_BYTES >> 20} MiB; split it")
    return decoded(raw)


def parameters_of(text: str) -> dict[str, Any] | None:
    """The values of an ARM parameters file, or of CloudFormation's list; None for any other file."""
    if '"' not in text or "arameter" not in text:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(data, Mapping) and str(data.get("$schema")).endswith(
        "deploymentParameters.json#"
    ):
        return {
            str(key): each["value"]
            for key, each in (data.get("parameters") or {}).items()
            if isinstance(each, Mapping) and "value" in each
        }
    if (
        isinstance(data, list)
        and data
        and all(isinstance(e, Mapping) and "ParameterKey" in e for e in data)
    ):
        return {str(e["ParameterKey"]): e.get("ParameterValue") for e in data}
    return None


def read_text(text: str, name: str, parameters: Mapping[str, Any]) -> Contents:
    """What a text has: as `read_file`."""
    found = Contents(name, "", text=text)
    head = text.lstrip()[:1]
    if not head:
        raise NotReadable("the file is empty")
    if head in "{[":
        _of_json(found, text, parameters)
    else:
        _of_text(found, text, parameters)
    return found


def _of_text(found: Contents, text: str, parameters: Mapping[str, Any]) -> None:
    if re.search(r"^Resources:", text, re.MULTILINE):
        found.format, found.lines = "a CloudFormation template", "yaml"
        data = yaml_template.load(text)
        _refuse_ill_formed(found, lambda: cloudformation.template(found, data, parameters))
        return
    found.lines = "text"
    if texts.is_suricata(text):
        found.format = "Suricata rules"
        texts.suricata(found, text)
        return
    for pattern, what, instead in _SOURCES:
        if pattern.search(text):
            raise NotReadable(f"this is {what}; {instead}")
    found.format = "a list of names"
    texts.names(found, text)


def _of_json(found: Contents, text: str, parameters: Mapping[str, Any]) -> None:
    twice: list[str] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        body = dict(members)
        if len(body) != len(members):
            keys = [key for key, _ in members]
            twice.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return body

    try:
        data = json.loads(text, object_pairs_hook=pairs)
    except RecursionError as error:
        raise NotReadable("the JSON is nested too deeply") from error
    except ValueError as error:
        raise NotReadable(_broken(text, error)) from error
    for key in dict.fromkeys(twice):
        found.gap(f"the key {key!r} stands twice in one object, and only the last one counts")
    _refuse_ill_formed(found, lambda: _of_data(found, data, parameters))


def _broken(text: str, error: ValueError) -> str:
    first = text.lstrip().splitlines()[0]
    if first.startswith("{") and first.endswith("}") and '"@level"' in first:
        return f"this is the log of `terraform plan -json`, not the plan; {_SHOW}"
    line = getattr(error, "lineno", 1)
    at_end = getattr(error, "pos", 0) >= len(text.rstrip()) - 1
    cut = at_end or "Unterminated string" in str(error)
    return f"line {line}: this is not JSON ({getattr(error, 'msg', error)})" + (
        "; the file seems to be cut off" if cut else ""
    )


def _refuse_ill_formed(found: Contents, read: Any) -> None:
    """Run a reader; a value of an unexpected type ends it with a clear line, not a traceback."""
    try:
        read()
    except NotReadable:
        raise
    except (AttributeError, TypeError, KeyError, IndexError, ValueError) as error:
        raise NotReadable(
            f"{found.format or 'the file'} is not formed as its tool writes it ({error})"
        ) from error


def _of_data(found: Contents, data: Any, parameters: Mapping[str, Any]) -> None:
    if isinstance(data, Mapping):
        for name, test, read in _OBJECTS:
            if test(data):
                found.format = name
                if read in (arm.template, cloudformation.template):
                    read(found, data, parameters)
                else:
                    read(found, data)
                return
    if azure_cli.is_answer(data):
        found.format = "an answer of Azure"
        azure_cli.answer(found, data)
        return
    if isinstance(data, Mapping) and "@level" in data:
        raise NotReadable(f"this is the log of `terraform plan -json`, not the plan; {_SHOW}")
    if isinstance(data, list) and not data:
        raise NotReadable("the list is empty: nothing to judge")
    raise NotReadable(
        "this JSON is none of the formats that are read; give the whole output of `terraform show -json`, "
        "`aws ... --output json`, `az ... -o json` or `pulumi stack export` without --query or jq, or a template"
    )


def _is_template(data: Mapping[str, Any]) -> bool:
    resources = data.get("Resources")
    return isinstance(resources, Mapping) and any(
        isinstance(each, Mapping) and "::" in str(each.get("Type")) for each in resources.values()
    )


def _is_import(data: Mapping[str, Any]) -> bool:
    resources = data.get("resources")
    return isinstance(resources, list) and bool(resources) and all(
        isinstance(each, Mapping) and "type" in each and "name" in each and ":" in str(each["type"])
        for each in resources
    )  # fmt: skip


_OBJECTS: Final[tuple[tuple[str, Callable[[Mapping[str, Any]], bool], Callable[..., None]], ...]] = (
    ("a Terraform plan", lambda d: "format_version" in d and ("planned_values" in d or "resource_changes" in d), terraform.plan),
    ("a Terraform state", lambda d: "format_version" in d, terraform.state),
    ("a Terraform state file", lambda d: d.get("version") == 4 and ("lineage" in d or "serial" in d), terraform.raw_state),
    ("a Pulumi export", lambda d: isinstance(d.get("deployment"), Mapping) or isinstance(d.get("checkpoint"), Mapping), pulumi.export),
    ("a Pulumi preview", lambda d: isinstance(d.get("steps"), list), pulumi.preview),
    ("an ARM template", lambda d: str(d.get("$schema")).lower().endswith("deploymenttemplate.json#"), arm.template),
    ("a Pulumi import file", _is_import, pulumi.import_file),
    ("a CloudFormation template", _is_template, cloudformation.template),
    ("an answer of the AWS CLI", aws_cli.is_answer, aws_cli.answer),
)  # fmt: skip
