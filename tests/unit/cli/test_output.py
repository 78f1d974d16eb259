"""Where a command writes: files as a whole, links followed, devices written to."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from wsus_egress.cli.output import CannotWrite, write

Run = Callable[..., Result]


def left(folder: Path) -> list[str]:
    """The names in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_pipe_stays_one(root: Path, run: Run, tmp_path: Path) -> None:
    """A pipe or device receives the text and is not replaced by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    result = run("preview", root, "--env", "dev", "--format", "junit", "-o", str(pipe))
    still = stat.S_ISFIFO(pipe.stat().st_mode)
    if not still:  # Let the reader go, whatever became of its pipe.
        pipe.unlink()
    assert (0, True) == (result.exit_code, still)
    reader.join(10)
    assert "<testsuites" in read[0]
    assert ["pipe"] == left(tmp_path)


def test_a_device_stays_one() -> None:
    """A terminal's device gets the text; its kind and name stay."""
    master, device = os.openpty()
    try:
        path = Path(os.ttyname(device))
        write(path, "text")
        assert (b"text", True) == (os.read(master, 99), stat.S_ISCHR(path.stat().st_mode))
    finally:
        os.close(master)
        os.close(device)


def test_a_link_stays_one(tmp_path: Path) -> None:
    """The file that a link leads to is written, beside nothing left over."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to("real")
    write(link, "new")
    assert (True, "new") == (link.is_symlink(), real.read_text())
    assert ["link", "real"] == left(tmp_path)


def test_a_circle_of_links(tmp_path: Path) -> None:
    """A loop of links causes no traceback: the text is written, or the message says why not."""
    link = tmp_path / "link"
    link.symlink_to("link")
    try:
        write(link, "new")
    except CannotWrite as error:
        assert f"{link} cannot be written (" in str(error)  # noqa: PT017 - either is right
    else:
        assert "new" == link.read_text()
    assert ["link"] == left(tmp_path)


def test_what_utf_8_cannot_express(tmp_path: Path) -> None:
    """A name that is not text is reported, the old file stays, and no temporary file is left."""
    output = tmp_path / "page.html"
    output.write_text("old")
    with pytest.raises(CannotWrite) as caught:
        write(output, "a \udcff b")
    expected = (
        f"{output} cannot be written: the text has '\\udcff' in it, which UTF-8 cannot encode; "
        "rename whatever has that name"
    )
    assert (expected, "old", ["page.html"]) == (
        str(caught.value),
        output.read_text(),
        left(tmp_path),
    )
