"""Prints what the set-up does: one clear line for an error, and progress for long steps."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

_PLAIN_INTERVAL = 15.0
_TERMINAL_INTERVAL = 1.0
_CLEAR_LINE = "\r\x1b[K"


class SetupError(Exception):
    """An error that the user can act on: what is wrong, why it matters, how to fix it."""

    def __init__(self, what: str, why: str, how: str) -> None:
        """Join the three into one line."""
        super().__init__(f"{what}: {why}. {how}")


def say(message: str) -> None:
    """Print one line immediately, even into a pipe."""
    print(message, flush=True)


def duration(seconds: float) -> str:
    """Seconds as a person reads them: `45 s`, `2 min 05 s`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


@contextmanager
def _ticking(line: Callable[[], str]) -> Iterator[None]:
    """Shows `line()` until the block ends: rewritten in a terminal, now and then elsewhere."""
    terminal = sys.stdout.isatty()
    done = threading.Event()

    def tick() -> None:
        while not done.wait(_TERMINAL_INTERVAL if terminal else _PLAIN_INTERVAL):
            if terminal:
                print(f"{_CLEAR_LINE}  {line()}", end="", flush=True)
            else:
                say(f"  {line()}")

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        done.set()
        ticker.join()
        if terminal:
            print(_CLEAR_LINE, end="", flush=True)


def _nothing(_line: str) -> str:
    return ""


def run_long(  # noqa: PLR0913 - all but the command are named
    command: Sequence[str | os.PathLike[str]],
    *,
    log: Path,
    doing: str,
    estimate: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    phase: Callable[[str], str] = _nothing,
) -> bool:
    """Run a command that takes a while, and show its progress.

    Args:
        command: The program and its arguments.
        log: Receives everything that the command prints.
        doing: What is going on, for the progress line.
        estimate: How long it takes, for the progress line.
        cwd: Where to run it.
        env: Its whole environment; this process's own by default.
        phase: Sees each line of output and says what the command is doing by then.

    Returns:
        Whether the command succeeded.
    """
    started = time.monotonic()
    current = ""

    def line() -> str:
        where = f", {current}" if current else ""
        return f"{doing}: {duration(time.monotonic() - started)} ({estimate} in all){where}"

    with log.open("w", encoding="utf-8") as sink, _ticking(line):
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        try:
            assert process.stdout is not None  # noqa: S101 - asked for above
            for output in _copied(process.stdout, sink):
                current = phase(output) or current
            return process.wait() == 0
        finally:
            # Reached with the process still running when the user stops the set-up.
            if process.poll() is None:
                process.terminate()
                process.wait()


def _copied(source: TextIO | Iterator[str], sink: TextIO) -> Iterator[str]:
    for line in source:
        sink.write(line)
        yield line.strip()


def last_words(log: Path) -> str:
    """The line of a log that best explains a failure: the last error, else the last line."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it said nothing"])[-1]
