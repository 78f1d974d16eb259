"""A stand-in for three platforms' comments: pages, authors, failures, on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "s3cret-token"
BOT = "github-actions[bot]"


class Api:
    """Comments by number, and every request that came.

    Attributes:
        failures: Answers to give first, one a request: status and headers.
        writer: Who the token writes as.
    """

    def __init__(self) -> None:
        """Begin without comments."""
        self.comments: list[dict[str, str]] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.failures: list[tuple[int, dict[str, str]]] = []
        self.known = True
        self.writer = BOT
        self.base = ""

    def write(self, author: str, *bodies: str) -> None:
        """Have comments there already."""
        self.comments += [{"author": author, "body": body} for body in bodies]

    def of(self, author: str = BOT) -> list[str]:
        """An author's comments."""
        return [comment["body"] for comment in self.comments if comment["author"] == author]

    @property
    def methods(self) -> list[str]:
        """The methods of all requests, in their order."""
        return [method for method, _, _ in self.requests]

    def answer(
        self, method: str, path: str, query: dict[str, list[str]], body: Any
    ) -> tuple[int, Any]:
        """What the platforms would answer."""
        if path == "/user":
            if not self.known:
                return 403, {"message": "Resource not accessible by integration"}
            return 200, {"login": self.writer, "username": self.writer}
        if path.endswith("/_apis/connectionData"):
            return 200, {"authenticatedUser": {"id": self.writer}}
        if method == "POST":
            text = body["body"] if "body" in body else body["comments"][0]["content"]
            self.comments.append({"author": self.writer, "body": text})
            return 201, {"id": len(self.comments)}
        if method in ("PATCH", "PUT"):
            parts = path.split("/")
            number = int(parts[parts.index("threads") + 1] if "threads" in parts else parts[-1])
            self.comments[number - 1]["body"] = body.get("body") or body["content"]
            return 200, {"id": number}
        return 200, self._listed(path, query)

    def _listed(self, path: str, query: dict[str, list[str]]) -> Any:
        if path.endswith("/threads"):
            return {"value": [
                {"id": n, "comments": [{"id": 1, "author": {"id": c["author"]}, "content": c["body"]}]}
                for n, c in enumerate(self.comments, start=1)
            ]}  # fmt: skip
        size, page = int(query["per_page"][0]), int(query["page"][0])
        return [
            {"id": n, "user": {"login": c["author"], "type": _kind(c["author"])}, "author": {"username": c["author"]},
             "body": c["body"].replace("\n", "\r\n")}
            for n, c in enumerate(self.comments, start=1)
        ][size * (page - 1) : size * page]  # fmt: skip


def _kind(login: str) -> str:
    """What GitHub calls the account; no human's login has a bracket in it."""
    return "Bot" if login.endswith("[bot]") else "User"


@contextmanager
def serve() -> Iterator[Api]:
    """The stand-in, for as long as it is needed."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            parts = urlsplit(self.path)
            body = json.loads(
                self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null"
            )
            api.requests.append((self.command, self.path, dict(self.headers)))
            headers: dict[str, str] = {}
            if api.failures:
                status, headers = api.failures.pop(0)
                value: Any = {"message": f"no, {TOKEN}"}
            else:
                status, value = api.answer(self.command, parts.path, parse_qs(parts.query), body)
            content = json.dumps(value).encode()
            self.send_response(status)
            for name, text in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = _any  # noqa: N815 - the names that the base calls

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
