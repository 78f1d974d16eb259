"""Measures once which test reaches which line, and how long it takes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import coverage
import pytest

OPTIONS = (
    *("-q", "--no-header", "--no-summary", "--no-cov", "--capture=sys", "--hypothesis-seed=0"),
    *("-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
"""What pytest gets in each run: one process, nothing measured, nothing kept."""


@dataclass(frozen=True)
class Measured:
    """What the tests do without a mutant.

    Attributes:
        seconds: How long each test takes, by its id.
        reached: The tests that reach a line, by file and line.
        imported: The lines of each file that an import runs.
        loaded: Modules of other packages that the tests load.
        failed: The tests that fail.
    """

    seconds: Mapping[str, float]
    reached: Mapping[str, Mapping[str, list[str]]]
    imported: Mapping[str, list[int]]
    loaded: list[str]
    failed: list[str]

    def tests_of(self, file: str, lines: tuple[int, ...]) -> list[str]:
        """The tests that reach one of the lines, the fastest first."""
        by_line = self.reached.get(file, {})
        found = {test for line in lines for test in by_line.get(str(line), ())}
        return sorted(found, key=lambda test: (self.seconds[test], test))

    def tests_of_file(self, file: str) -> list[str]:
        """Every test: first those that reach the file, the fastest first."""
        near = {test for tests in self.reached.get(file, {}).values() for test in tests}
        return sorted(self.seconds, key=lambda test: (test not in near, self.seconds[test], test))

    def ran_at_import(self, file: str, lines: tuple[int, ...]) -> bool:
        """Whether an import runs one of the lines: a module may call its own functions."""
        return not set(lines).isdisjoint(self.imported.get(file, ()))


def read(path: Path) -> Measured:
    """What `write` has written."""
    return Measured(**json.loads(path.read_text(encoding="utf-8")))


class Settled:
    """A plugin that gives Hypothesis neither a deadline nor a memory: a busy machine must not look like a mutant that a test noticed."""

    def pytest_configure(self) -> None:
        """Set the profile that tests without settings of their own get."""
        from hypothesis import HealthCheck, settings  # noqa: PLC0415 - pytest wants to load it first

        checks = list(HealthCheck)
        settings.register_profile(
            "mutants", deadline=None, database=None, suppress_health_check=checks
        )
        settings.load_profile("mutants")


class _Watch:
    """A plugin that takes the time of each test, and tells coverage which one runs."""

    def __init__(self, measurer: coverage.Coverage) -> None:
        self._measurer = measurer
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        started = time.process_time()
        self._measurer.switch_context(item.nodeid)
        try:
            return (yield)
        finally:
            self._measurer.switch_context("")
            self.seconds[item.nodeid] = round(time.process_time() - started, 4)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


def write(package: Path, tests: list[str], path: Path) -> None:
    """Run the tests once, and write what they do."""
    # Another core than C's cannot tell contexts apart on every version.
    measurer = coverage.Coverage(data_file=None, source=[str(package)], config_file=False)
    watch = _Watch(measurer)
    before = set(sys.modules)
    measurer.start()
    pytest.main([*OPTIONS, *tests], plugins=[watch, Settled()])
    measurer.stop()
    data = measurer.get_data()
    reached: dict[str, dict[str, list[str]]] = {}
    imported: dict[str, list[int]] = {}
    for name in sorted(data.measured_files()):
        file = Path(name).relative_to(package).as_posix()
        contexts = sorted(data.contexts_by_lineno(name).items())
        imported[file] = [line for line, tests in contexts if "" in tests]
        reached[file] = {str(line): sorted(set(tests) - {""}) for line, tests in contexts}
    top = package.parent.parent
    loaded = sorted(name for name in set(sys.modules) - before if _is_foreign(name, top))
    measured = Measured(watch.seconds, reached, imported, loaded, sorted(set(watch.failed)))
    path.write_text(json.dumps(asdict(measured)), encoding="utf-8")


def _is_foreign(name: str, top: Path) -> bool:
    """Whether a module is neither of the tree nor pytest's own: the plugins want to load those themselves."""
    module: Any = sys.modules.get(name)
    file = getattr(module, "__file__", None) or ""
    plugin = name.split(".", maxsplit=1)[0] in {
        "pytest",
        "_pytest",
        "pytest_cov",
        "hypothesis",
        "_hypothesis_globals",
        "__main__",
    }
    return bool(file) and not plugin and not file.startswith(str(top)) and "site-packages" in file
