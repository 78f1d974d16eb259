"""Tries mutants, each in a process of its own that is forked from one that has loaded everything.

    python -m mutants.running measure WORK    which test reaches which line
    python -m mutants.running try WORK        tries the mutants of a work file; one line of JSON for each

A mutant of a function's body is put into the functions in memory, where the tests are collected already. One of a constant, a default
or a class's body, and one that an import has run, is tried from the start: the tests import the mutated file anew.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from mutants import changing, measuring
from mutants.records import KILLED, SURVIVED, UNTESTED, Record, killer_digest

_CANNOT: Final = "cannot"
_MEMORY: Final = 6 * 2**30
_LEAST_SECONDS: Final = 10
_FACTOR: Final = 5
_SLOW_MACHINE: Final = 8


def main(stage: str, work: Path) -> None:
    """Does one stage of a work file."""
    given = json.loads(work.read_text(encoding="utf-8"))
    package, measured = Path(given["package"]), Path(given["measured"])
    if stage == "measure":
        measuring.write(package, given["tests"], measured)
        return
    runner = _Runner(package, given, measuring.read(measured))
    runner.try_all(given["mutants"])


class _Runner:
    def __init__(
        self, package: Path, given: Mapping[str, Any], measured: measuring.Measured
    ) -> None:
        self._package = package
        self._tests: list[str] = given["tests"]
        self._all_tests: str = given["digest"]
        self._results = Path(given["results"])
        self._options = [*measuring.OPTIONS, f"--basetemp={given['scratch']}"]
        self._measured = measured
        # The test that noticed the last mutant of a function often notices its next one.
        self._last: dict[tuple[str, str], str] = {}

    def try_all(self, mutants: Sequence[Mapping[str, Any]]) -> None:
        """Try those of functions first, from one process that has collected the tests; then the others."""
        quick = [each for each in mutants if each["inside"]]
        waiting = [each for each in mutants if not each["inside"]]
        for name in self._measured.loaded:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        if quick:
            reader, writer = os.pipe()
            child = os.fork()
            if not child:
                os.close(reader)
                self._collected(quick, lambda each: os.write(writer, f"{each['key']}\n".encode()))
            os.close(writer)
            with os.fdopen(reader, encoding="utf-8") as stream:
                left = set(stream.read().split())
            if os.waitpid(child, 0)[1]:
                raise SystemExit(1)
            waiting += [each for each in quick if each["key"] in left]
        for mutant in waiting:
            tests = self._ordered(
                mutant, self._measured.tests_of(mutant["file"], tuple(mutant["lines"]))
            )
            if not (mutant["inside"] and tests):
                tests = self._ordered(mutant, self._measured.tests_of_file(mutant["file"]))
            self._note(mutant, *self._forked(tests, partial(self._anew, mutant, tests)))

    def _collected(
        self, mutants: Sequence[Mapping[str, Any]], put_off: Callable[[Mapping[str, Any]], object]
    ) -> None:
        """Collects the tests, and tries the mutants from here; those that need an import are put off."""
        runner = self
        parent = os.getppid()

        class Tries:
            def pytest_runtestloop(self, session: pytest.Session) -> bool:
                loaded = changing.Loaded(runner._package)
                items = {item.nodeid: item for item in session.items}
                for mutant in mutants:
                    if os.getppid() != parent:
                        os._exit(1)  # Somebody has ended the run.
                    lines = tuple(mutant["lines"])
                    tests = runner._ordered(
                        mutant, runner._measured.tests_of(mutant["file"], lines)
                    )
                    imported = runner._measured.ran_at_import(mutant["file"], lines)
                    if not tests and not imported:
                        runner._note(mutant, UNTESTED, "")
                        continue

                    def attempt(
                        tell: Callable[[str], None],
                        mutant: Mapping[str, Any] = mutant,
                        tests: list[str] = tests,
                    ) -> None:
                        if not loaded.change(runner._package / mutant["file"], mutant["code"]):
                            tell(_CANNOT)
                            return
                        _run(session, [items[test] for test in tests], tell)

                    status, killer = runner._forked(tests, attempt)
                    if killer == _CANNOT or (status == SURVIVED and imported):
                        put_off(mutant)
                    else:
                        runner._note(mutant, status, killer)
                return True

        status = pytest.main([*self._options, *self._tests], plugins=[Tries(), measuring.Settled()])
        os._exit(0 if status == pytest.ExitCode.OK else 1)

    def _anew(
        self, mutant: Mapping[str, Any], tests: Sequence[str], tell: Callable[[str], None]
    ) -> None:
        changing.change_import(self._package / mutant["file"], mutant["code"])
        order = {test: place for place, test in enumerate(tests)}

        class Chosen:
            def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
                items[:] = sorted(
                    (item for item in items if item.nodeid in order),
                    key=lambda item: order[item.nodeid],
                )

            def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
                if report.failed:
                    tell(report.nodeid)

            def pytest_collectreport(self, report: pytest.CollectReport) -> None:
                if report.failed:
                    tell(report.nodeid)

        files = sorted({test.split("::")[0] for test in tests})
        status = pytest.main(
            ["-x", *self._options, *files], plugins=[Chosen(), measuring.Settled()]
        )
        if status != pytest.ExitCode.OK:
            tell("import")

    def _forked(
        self, tests: Sequence[str], attempt: Callable[[Callable[[str], None]], None]
    ) -> tuple[str, str]:
        """Runs an attempt in a process of its own; what it tells first is the test that noticed."""
        seconds = _LEAST_SECONDS + _FACTOR * sum(self._measured.seconds[test] for test in tests)
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(reader)
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds) + 1))
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))

            def tell(test: str) -> None:
                os.write(writer, test.encode())
                os._exit(1)

            try:
                attempt(tell)
            except BaseException as error:  # noqa: BLE001 - a mutant may raise anything
                tell(type(error).__name__)
            os._exit(0)
        os.close(writer)
        status = _wait(child, seconds * _SLOW_MACHINE)
        with os.fdopen(reader, encoding="utf-8", errors="replace") as stream:
            # A process of a test that outlives it could keep the pipe open: the mutant's group is dead by now.
            said = stream.read()
        if os.WIFSIGNALED(status):
            return KILLED, "time"
        return (KILLED, said) if os.WEXITSTATUS(status) else (SURVIVED, "")

    def _ordered(self, mutant: Mapping[str, Any], tests: list[str]) -> list[str]:
        last = {mutant.get("killer", ""), self._last.get((mutant["file"], mutant["within"]), "")}
        return sorted(tests, key=lambda test: test not in last)

    def _note(self, mutant: Mapping[str, Any], status: str, killer: str) -> None:
        if killer:
            self._last[mutant["file"], mutant["within"]] = killer
        tests = killer_digest(Path.cwd(), killer, self._all_tests)
        record = Record(mutant["key"], status, killer, mutant["source"], tests)
        with self._results.open("a", encoding="utf-8") as results:
            results.write(f"{record.line}\n")


def _run(
    session: pytest.Session, items: Sequence[pytest.Item], tell: Callable[[str], None]
) -> None:
    for item, following in zip(items, [*items[1:], None], strict=True):
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        except BaseException:  # noqa: BLE001 - as above
            tell(item.nodeid)
        if session.testsfailed:
            tell(item.nodeid)


def _wait(child: int, seconds: float) -> int:
    """The status of a process, which is ended with its own children when the time is over."""
    deadline = time.monotonic() + seconds
    pause = 0.002
    while time.monotonic() < deadline:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            return status
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    os.killpg(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
