"""Stores what a stand-in cloud holds in one JSON file, which a person can edit between runs.

The file is the out-of-band door: change a value in it, run `pulumi refresh`, and the engine finds
the drift. Every write is atomic (a new file renamed over the old one), and a lock file keeps two
providers, of two stacks or of one killed and one new `up`, from losing each other's changes.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

Record = dict[str, Any]
# Resource type -> physical id -> what the cloud holds, in the names of the type's inputs.
Records = dict[str, dict[str, Record]]

_ABOUT: Final = (
    "A stand-in for {cloud}, for trying and testing: nothing here exists in a cloud. "
    "Edit a value and run `pulumi refresh` to see drift; delete the file to start afresh."
)


class StoreError(Exception):
    """The file cannot be used."""


def cloud_folder() -> Path:
    """`$WSUS_EGRESS_SANDBOX_CLOUD`, by default `.sandbox/cloud` in the checkout."""
    default = Path(__file__).resolve().parents[2] / ".sandbox" / "cloud"
    return Path(os.environ.get("WSUS_EGRESS_SANDBOX_CLOUD") or default)


class Store:
    """One cloud's file."""

    def __init__(self, cloud: str, folder: Path | None = None) -> None:
        """A store in `folder`, made when the first thing is kept."""
        self._cloud = cloud
        self._path = (folder or cloud_folder()) / f"{cloud}.json"

    @property
    def folder(self) -> Path:
        """Where the file is."""
        return self._path.parent

    def read(self) -> Records:
        """What the cloud holds now. Atomic writes make this safe without the lock."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{self._path}: cannot be read: {error}") from error
        try:
            resources = json.loads(text)["resources"]
            return {
                kind: {id_: dict(record) for id_, record in held.items()}
                for kind, held in resources.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                f"{self._path}: not what the stand-in wrote ({error!r}): "
                "fix the JSON, or delete the file to start with an empty cloud"
            ) from error

    @contextmanager
    def change(self) -> Iterator[Records]:
        """The cloud's content, to be changed in place; kept when the block ends without an error."""
        with self._writing():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = self._path.with_suffix(".lock").open("w")
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            records = self.read()
            yield records
            with self._writing():
                self._write(records)

    def count(self, step: str, token: str) -> None:
        """Note an operation of a provider, for tests that ask what it took: `create aws:ec2/...`."""
        with self._writing():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.with_suffix(".operations").open("a", encoding="utf-8") as file:
                file.write(f"{step} {token}\n")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A full disk or a folder that may not be written, in one sentence."""
        try:
            yield
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be written: {error.strerror}") from error

    def _write(self, records: Records) -> None:
        held = {kind: rows for kind, rows in records.items() if rows}
        content = {"about": _ABOUT.format(cloud=self._cloud), "resources": held}
        text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        try:
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self._path)
        finally:
            fresh.unlink(missing_ok=True)  # What a full disk took of it.
