"""Every kind of input that somebody else writes, and how it is run: through the command line, or as a component's arguments.

What does not change between cases, such as the package's lists and the proof of one small environment, is worked out once.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pulumi
from click.testing import CliRunner
from pulumi.errors import InputPropertyError
from sample import GOOD_LIST

from fuzz import samples
from fuzz.cases import Kind, Outcome
from fuzz.mutations import MARKS, bytes_of, string_of, text_of, tree_of
from wsus_egress.cli import change_command
from wsus_egress.cli.main import main
from wsus_egress.component.base import Component
from wsus_egress.component.checked import wrong_arguments
from wsus_egress.component.errors import refuse
from wsus_egress.component.given import by_their_names, given_twice, of_pulumi
from wsus_egress.config import lists as endpoint_lists
from wsus_egress.config import project as projects
from wsus_egress.plugin import WsusEgressProvider, components
from wsus_egress.policy_file import policy_from_file
from wsus_egress.review import analysis

_TODAY: Final = "2026-11-24"
_PREVIEWS: Final = ("text", "markdown", "json", "html", "sarif", "junit")


def _previews(rng: random.Random) -> Sequence[str]:
    """The formats of a preview; the two that are long to make come seldom."""
    return _PREVIEWS if rng.random() < 0.1 else ("text", "json", "sarif", "junit")


_FORMS: Final = {"json": "json", "sarif": "json", "junit": "xml", "html": "html"}
# A file that is written for each case is better not on a disk.
_IN_MEMORY: Final = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
_TREE, _BYTES = 0.7, 0.3
"""How many cases mutate the tree; the others mutate the bytes of its text."""


class Place:
    """A folder with a small project that does not change, and one that every case writes anew."""

    def __init__(self, root: Path) -> None:
        """Write the project.

        Args:
            root: An empty folder.
        """
        self.fixed, self.own, self.file = root / "fixed", root / "own", root / "input"
        for project in (self.fixed, self.own):
            (project / "config" / "endpoints").mkdir(parents=True)
            _write(project / "config/endpoints/good.yaml", GOOD_LIST.encode())
            _write(project / "config/Pulumi.x.yaml", json.dumps(samples.SETTINGS).encode())


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


@contextlib.contextmanager
def kinds() -> Iterator[tuple[Kind, ...]]:
    """All kinds of input, with a folder to run them in."""
    with tempfile.TemporaryDirectory(prefix="fuzz", dir=_IN_MEMORY) as folder, _remembered():
        yield tuple(_kinds(Place(Path(folder))))


@contextlib.contextmanager
def _remembered() -> Iterator[None]:
    """Remember what the package's own lists are, and what the project is that does not change."""
    with contextlib.ExitStack() as stack:
        for module, name, same in (
            (endpoint_lists, "load_list", lambda path, _: path.parent == endpoint_lists.shipped_lists()),
            (projects, "load_environments", lambda root, *_: root.name == "fixed"),
            (analysis, "analyse", lambda root, *_: root.name == "fixed"),
            (change_command, "_review", lambda request: request.project.name == "fixed"),
        ):  # fmt: skip
            before: Any = getattr(module, name)
            setattr(module, name, _remembering(before, same))
            stack.callback(setattr, module, name, before)
        yield


def _remembering(function: Callable[..., Any], same: Callable[..., bool]) -> Callable[..., Any]:
    known: dict[str, Any] = {}

    @functools.wraps(function)
    def call(*args: Any, **keywords: Any) -> Any:
        if not same(*args):
            return function(*args, **keywords)
        key = repr((args, keywords))
        if key not in known:
            known[key] = function(*args, **keywords)
        return known[key]

    return call


def run(*arguments: str, form: str = "text", given: str | bytes = "") -> Outcome:
    """Run the command line, as its program does."""
    result = CliRunner().invoke(main, arguments, input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    decode: Callable[[bytes], str] = lambda data: data.decode("utf-8", "surrogateescape")  # noqa: E731
    return Outcome(
        result.exit_code, decode(result.stdout_bytes), decode(result.stderr_bytes), form if result.exit_code != 2 else "text"
    )  # fmt: skip


def _of(trees: Sequence[Any]) -> Callable[[random.Random], bytes]:
    """Makes an input from data, or from a text."""

    def make(rng: random.Random) -> bytes:
        sound = rng.choice(trees)
        if isinstance(sound, bytes):
            return bytes_of(rng, sound)
        if rng.random() < _TREE:
            return text_of(rng, tree_of(rng, sound))
        return bytes_of(rng, text_of(rng, sound))

    return make


def _kinds(place: Place) -> Iterator[Kind]:
    yield from _of_a_project(place)
    yield from _beside_a_project(place)
    yield Kind("component arguments", _arguments, _argued, 115)
    yield Kind("command line", _command, _words, 8)


def _of_a_project(place: Place) -> Iterator[Kind]:
    """What a project consists of."""
    own = str(place.own)

    def a_list(data: bytes, rng: random.Random) -> Outcome:
        _write(place.own / "config/endpoints/good.yaml", data)
        form = rng.choice(("json", "text", "edl", "squid", "csv", ""))
        if form:
            return run(
                "lists",
                "export",
                "good",
                "--project",
                own,
                "--format",
                form,
                form=_FORMS.get(form, "text"),
            )
        return run("lists", "--project", own, "--today", _TODAY)

    def settings(data: bytes, rng: random.Random) -> Outcome:
        _write(place.own / "config/endpoints/good.yaml", GOOD_LIST.encode())
        _write(place.own / "config/Pulumi.x.yaml", data)
        arguments = ("--project", own, "--env", "x", "--today", _TODAY)
        form = rng.choice(("check", "check", "check json", *_previews(rng)))
        if form.startswith("check"):
            told = "json" if form.endswith("json") else "text"
            return run("check", *arguments, "--format", told, form=told)
        return run("preview", *arguments, "--format", form, form=_FORMS.get(form, "text"))

    def a_project(data: bytes, _: random.Random) -> Outcome:
        _write(place.own / "config/endpoints/good.yaml", GOOD_LIST.encode())
        _write(place.own / "config/Pulumi.x.yaml", json.dumps(samples.SETTINGS).encode())
        _write(place.own / "Pulumi.yaml", data)
        try:
            return run("check", "--project", own, "--today", _TODAY)
        finally:
            (place.own / "Pulumi.yaml").unlink()

    def policy_file(data: bytes, _: random.Random) -> Outcome:
        _write(place.file, data)
        try:
            policy_from_file(place.file)
        except pulumi.RunError as error:
            return Outcome(None, str(error))
        return Outcome(None, "")

    yield Kind("list", _of(samples.lists()), a_list, 120)
    yield Kind("settings", _of(samples.settings()), settings, 60)
    yield Kind("project file", _of((_PROJECT,)), a_project, 5)
    yield Kind("policy file", _of((samples.POLICY,)), policy_file, 140)


def _beside_a_project(place: Place) -> Iterator[Kind]:
    """What others write that a project is asked about."""
    fixed, file = str(place.fixed), str(place.file)

    def logs(data: bytes, rng: random.Random) -> Outcome:
        _write(place.file, data)
        form = rng.choice(("text", "markdown", "json"))
        more = ["--suggest"] if rng.random() < 0.1 else []
        told = "lines" if form == "json" else "text"
        return run(
            "logs", file, "--project", fixed, "--today", _TODAY, "--format", form, *more, form=told
        )

    def rules(data: bytes, rng: random.Random) -> Outcome:
        _write(place.file, data)
        form = rng.choice(("text", "markdown", "json", "sarif"))
        return run(
            "audit",
            file,
            "--source",
            "10.20.0.10",
            "--project",
            fixed,
            "--format",
            form,
            form=_FORMS.get(form, "text"),
        )

    def adopted(data: bytes, _: random.Random) -> Outcome:
        _write(place.file, data)
        imported = f"{file}.import"
        return run(
            "adopt", file, "--source", "10.20.0.10", "--project", fixed, "--import", imported
        )

    def refreshed(data: bytes, rng: random.Random) -> Outcome:
        _write(place.file, data)
        form = rng.choice(("text", "markdown", "json"))
        return run(
            "drift", file, "--env", "x", "--project", fixed, "--today", _TODAY, "--format", form, form=_FORMS.get(form, "text")
        )  # fmt: skip

    def url(data: bytes, rng: random.Random) -> Outcome:
        text = data.decode("utf-8", "surrogateescape").replace("\0", "")
        if rng.random() < 0.3:
            return run("explain", "-", "--project", fixed, given=data, form="lines")
        return run("explain", "--project", fixed, "--", text or "-x")

    def events(data: bytes, rng: random.Random) -> Outcome:
        _write(place.file, data)
        form = rng.choice(_previews(rng))
        return run(
            "preview", "--project", fixed, "--today", _TODAY, "--pulumi-events", file, "--format", form, form=_FORMS.get(form, "text")
        )  # fmt: skip

    def probed(data: bytes, _: random.Random) -> Outcome:
        _write(place.file, data)
        return run("probe", "--project", fixed, "--env", "x", "--server", "wsus", "--read", file)

    def page(data: bytes, _: random.Random) -> Outcome:
        _write(place.file, data)
        return run("lists", "compare", "certificate-validation", file, "--project", fixed)

    def errors(data: bytes, _: random.Random) -> Outcome:
        _write(place.file, data)
        return run("failure", file)

    pages = (
        b"# Hosts\n- `*.example.com` by HTTPS\n- [x](https://crl.microsoft.com/) <b>http://a.example.com:80</b>\n",
    )
    said = (
        b"config/Pulumi.x.yaml:3: servers: it is empty; give at least one entry\n1 problem: fix it before you deploy\n",
    )
    yield Kind("log", _of(samples.logs()), logs, 60)
    yield Kind("others' rules", _of(samples.rules()), rules, 80)
    yield Kind("adopted rules", _of(samples.rules()), adopted, 10)
    yield Kind("refresh's events", _lines((samples.refreshed(place.fixed, "x"),)), refreshed, 30)
    yield Kind("URL", _url, url, 200)
    yield Kind("engine events", _events, events, 40)
    yield Kind("probe's result", _of(samples.probed()), probed, 50)
    yield Kind("page", _of(pages), page, 40)
    yield Kind("failed preview", _of(said), errors, 42)


_PROJECT: Final = {
    "name": "wsus-egress", "runtime": {"name": "python", "options": {"virtualenv": "venv"}}, "stackConfigDir": "config",
    "config": {"wsus-egress:mode": {"default": "restricted"}, "wsus-egress:ipv6": {"value": False}, "aws:region": "eu-west-1"},
}  # fmt: skip
_COMMANDS: Final = (
    ("check", "--env", "x"), ("check", "--today", "2026-11-24"), ("explain", "--from", "10.20.0.10", "example.com"),
    ("preview", "--base", "HEAD"), ("lists", "export", "wsus"), ("lists", "wsus"), ("logs", "nothing"), ("audit", "nothing"),
    ("audit", "nothing", "--source", "10.20.0.10"), ("probe", "--env", "x", "--server", "wsus"),
    ("import", "--env", "x", "--id", "wsus-wsus=sg-0a1b2c3d4e5f60718", "--without", "wsus-wsus-egress-http-ipv4"),
    ("comment", "nothing"), ("failure", "nothing"), ("logs", "nothing", "--since", "2026-11-24"), ("lists", "compare", "wsus", "none"),
)  # fmt: skip


def _words(data: bytes, _: random.Random) -> Outcome:
    words = data.decode("utf-8", "surrogateescape").replace("\0", "").split("\n")
    # A word that means a folder of this machine would have all of it read.
    return run(*("nothing" if os.path.isdir(word or ".") else word for word in words))  # noqa: PTH112 - it may be too long


def _command(rng: random.Random) -> bytes:
    words = list(rng.choice(_COMMANDS))
    for _ in range(rng.choice((1, 1, 2))):
        at = rng.randrange(len(words))
        words[at] = string_of(rng, words[at])
    return "\n".join(word.replace("\n", " ") for word in words).encode("utf-8", "surrogatepass")


def _url(rng: random.Random) -> bytes:
    text = rng.choice(samples.URLS)
    for _ in range(rng.choice((1, 1, 2, 3))):
        text = string_of(rng, text)
    data = text.encode("utf-8", "surrogatepass")
    return bytes_of(rng, data) if rng.random() < _BYTES else data


def _events(rng: random.Random) -> bytes:
    """Events, one a line, or a digest."""
    streamed, digest = samples.events()
    if rng.random() < 0.3:
        return _of((digest,))(rng)
    return _lines((streamed,))(rng)


def _lines(trees: Sequence[Any]) -> Callable[[random.Random], bytes]:
    """Makes an input of JSON objects, one a line."""

    def make(rng: random.Random) -> bytes:
        sound = rng.choice(trees)
        if rng.random() < _BYTES:
            return bytes_of(rng, "\n".join(map(json.dumps, sound)).encode())
        tree = tree_of(rng, sound)
        lines = tree if isinstance(tree, list) else [tree]
        return "\n".join(map(json.dumps, lines)).encode()

    return make


def _arguments(rng: random.Random) -> bytes:
    kind, inputs = rng.choice(samples.ARGUMENTS)
    name = (
        "wsus"
        if rng.random() < 0.8
        else rng.choice(("a.b", "a}b", "", "${a.b}", f"w{rng.choice(MARKS)}", "w" * 300))
    )
    return text_of(rng, {"name": name, "kind": kind, "inputs": tree_of(rng, inputs)})


@functools.cache
def _provider() -> tuple[WsusEgressProvider, dict[str, Any]]:
    return WsusEgressProvider(), {each.__name__: each for each in components()}


def _argued(data: bytes, _: random.Random) -> Outcome:
    """Arguments as another language gives them: through the plugin's checks, then through the component's own."""
    given = json.loads(data)
    provider, classes = _provider()
    kind: type[Component] = classes[given["kind"]]
    definition = provider._component_defs[given["kind"]]
    inputs = given["inputs"]
    if wrong := provider.wrong(given["kind"], inputs):
        return Outcome(
            None, "\n".join(f"{each['property_path']}: {each['reason']}" for each in wrong)
        )
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            mapped = provider.map_inputs(inputs, definition)
            _built(kind, given["name"], mapped)
    except (pulumi.RunError, InputPropertyError) as error:
        return Outcome(None, str(error), said.getvalue())
    return Outcome(None, "", said.getvalue())


def _built(kind: type[Component], name: str, args: Any) -> None:
    """What a component does with its arguments before it declares anything."""
    refuse(name, (*of_pulumi(kind.__name__, args, {}), *given_twice(args, {})))
    args, _ = by_their_names(args)
    refuse(name, wrong_arguments(args, kind._arguments))
    kind.__new__(kind)._compile(name, args)


os.environ.setdefault("PULUMI_TEST_MODE", "true")
