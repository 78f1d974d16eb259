"""Records which functions of the package call which, while the command or the program runs.

Run as a script in a process of its own, it prints the calls as JSON:
`python walked.py preview dev` runs `wsus-egress preview` for `dev`, and
`python walked.py program staging` runs the Pulumi program for `staging` under Pulumi's mocks.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import runpy
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "components" / "wsus_egress"
PROGRAM: Final = ROOT / "__main__.py"


@dataclass(frozen=True)
class Call:
    """One call of a function.

    Attributes:
        path: The function's file, relative to the package; `__main__.py` for the program.
        name: The function's qualified name, such as `Pattern.parse`; `__main__` for the program.
        caller: The position of the call that made this one, or -1.
    """

    path: str
    name: str
    caller: int


class Recorder:
    """A profile function that keeps every call of a named function of the package or program."""

    def __init__(self) -> None:
        """Start without calls."""
        self.calls: list[Call] = []
        self._running: dict[FrameType, int] = {}

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        """Record a call; forget the frame when it returns."""
        if event == "return":
            self._running.pop(frame, None)
        if event == "call" and (found := _function(frame.f_code)):
            self._running[frame] = len(self.calls)
            self.calls.append(Call(*found, self._caller(frame)))

    def _caller(self, frame: FrameType) -> int:
        """The nearest recorded frame: comprehensions, wrappers and libraries are passed over."""
        outer = frame.f_back
        while outer is not None:
            if outer in self._running:
                return self._running[outer]
            outer = outer.f_back
        return -1


@functools.cache
def _function(code: CodeType) -> tuple[str, str] | None:
    """The file and name of a function of ours; None for classes' bodies, lambdas and libraries."""
    path = Path(code.co_filename)
    if path == PROGRAM and code.co_name == "<module>":
        return path.name, "__main__"
    if "<" in code.co_name or not code.co_flags & CO_OPTIMIZED:
        return None
    if path == PROGRAM:
        return path.name, code.co_qualname
    if not path.is_relative_to(PACKAGE):
        return None
    return path.relative_to(PACKAGE).as_posix(), code.co_qualname


def recorded(run: Callable[[], object]) -> list[Call]:
    """The calls that a function makes, in their order."""
    recorder = Recorder()
    sys.setprofile(recorder)
    try:
        run()
    finally:
        sys.setprofile(None)
    return recorder.calls


def preview(environment: str) -> None:
    """Run `wsus-egress preview` for one environment, with its documents."""
    from wsus_egress.cli.main import main  # noqa: PLC0415 - The program's walk loads no click.

    with contextlib.suppress(SystemExit):
        main(["preview", "--project", str(ROOT), "--env", environment, "--format", "json"])


def program(environment: str) -> None:
    """Run the Pulumi program for one environment, against mocks that accept every resource."""
    import pulumi  # noqa: PLC0415 - The command's walk loads no Pulumi.
    import yaml  # noqa: PLC0415

    class Mocks(pulumi.runtime.Mocks):
        """Each resource gets its inputs as outputs; each look-up gets an empty answer."""

        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
            """An id made from the name."""
            return f"{args.name}-id", dict(args.inputs)

        def call(
            self, _args: pulumi.runtime.MockCallArgs
        ) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
            """Nothing is known about networks outside the stack."""
            return {}, []

    text = (ROOT / "config" / f"Pulumi.{environment}.yaml").read_text()
    settings = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in yaml.safe_load(text)["config"].items()
    }
    pulumi.runtime.set_all_config(settings)
    pulumi.runtime.set_mocks(Mocks(), stack=environment)
    in_mocks: Callable[..., Any] = pulumi.runtime.test
    in_mocks(lambda: runpy.run_path(str(PROGRAM)) and None)()


if __name__ == "__main__":
    kind, name = sys.argv[1:]
    with contextlib.redirect_stdout(io.StringIO()):
        walk = recorded(lambda: {"preview": preview, "program": program}[kind](name))
    sys.stdout.write(json.dumps([asdict(call) for call in walk]))
