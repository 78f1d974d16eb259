"""The comment on a pull request: created once, then updated, over pages, on three platforms."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from comment_api import BOT, TOKEN, Api, serve

from wsus_egress.cli.main import main
from wsus_egress.cli.pull_request import rest
from wsus_egress.cli.pull_request.comment import NoPlace, platform_of, publish
from wsus_egress.cli.pull_request.marker import marker

MARK = marker("preview")
Post = Callable[..., Result]


def variables(platform: str, base: str) -> dict[str, str]:
    """What a CI sets in a job of pull request 7."""
    return {
        "github": {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": base, "GITHUB_TOKEN": TOKEN,
                   "GITHUB_REPOSITORY": "owner/project", "GITHUB_REF": "refs/pull/7/merge"},
        "gitlab": {"GITLAB_CI": "true", "CI_API_V4_URL": base, "GITLAB_TOKEN": TOKEN,
                   "CI_PROJECT_ID": "42", "CI_MERGE_REQUEST_IID": "7"},
        "azure": {"TF_BUILD": "True", "SYSTEM_COLLECTIONURI": f"{base}/", "SYSTEM_ACCESSTOKEN": TOKEN,
                  "SYSTEM_TEAMPROJECT": "My project", "BUILD_REPOSITORY_ID": "repo",
                  "SYSTEM_PULLREQUEST_PULLREQUESTID": "7"},
    }[platform]  # fmt: skip


PATHS = {
    "github": "/repos/owner/project/issues/7/comments",
    "gitlab": "/projects/42/merge_requests/7/notes",
    "azure": "/My%20project/_apis/git/repositories/repo/pullRequests/7/threads",
}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The stand-in; nothing between it and the test, and nobody waits."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda _: None)
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD"):
        monkeypatch.delenv(name, raising=False)
    with serve() as started:
        yield started


@pytest.fixture
def post(api: Api, tmp_path: Path) -> Post:
    """Runs `wsus-egress comment` as a job would."""

    def run(platform: str, body: str, *arguments: str, **changed: str) -> Result:
        path = tmp_path / "preview.md"
        path.write_text(body, encoding="utf-8")
        env = {**variables(platform, api.base), **changed}
        result = CliRunner().invoke(main, ["comment", str(path), *arguments], env=env)
        assert TOKEN not in result.output
        return result

    return run


@pytest.mark.parametrize("platform", PATHS)
def test_one_comment_is_created_then_updated(api: Api, post: Post, platform: str) -> None:
    """The first run creates it, the second leaves it, the third updates it: there is one."""
    told = [post(platform, body).stdout for body in ("one\n\ntwo", "one\n\ntwo", "three")]
    assert ["comment created\n", "comment unchanged\n", "comment updated\n"] == told
    assert [f"{MARK}\nthree"] == api.of()
    writing = [method for method in api.methods if method != "GET"]
    assert ["POST", "PUT" if platform == "gitlab" else "PATCH"] == writing
    assert all(
        path.startswith(PATHS[platform]) for method, path, _ in api.requests if method == "POST"
    )


@pytest.mark.parametrize("platform", PATHS)
def test_the_comment_is_found_over_pages(api: Api, post: Post, platform: str) -> None:
    """It is the 251st: two full pages are passed, and it is updated where it is."""
    api.write("somebody", *map(str, range(250)))
    api.write(BOT, f"{MARK}\nold")
    api.write("somebody", *map(str, range(30)))
    assert (0, "comment updated\n") == ((result := post(platform, "new")).exit_code, result.stdout)
    assert ([f"{MARK}\nnew"], 281) == (api.of(), len(api.comments))


def test_the_last_page_may_be_full(api: Api, post: Post) -> None:
    """A hundred comments are a page; the next one is empty, and the search ends."""
    api.write("somebody", *map(str, range(100)))
    assert "comment created\n" == post("github", "new").stdout
    listed = [path for method, path, _ in api.requests if method == "GET" and "comments" in path]
    assert [f"{PATHS['github']}?per_page=100&page={page}" for page in (1, 2)] == listed


@pytest.mark.parametrize("platform", PATHS)
def test_a_forged_marker_is_not_believed(api: Api, post: Post, platform: str) -> None:
    """A comment of somebody else's with the marker stays, and ours is another one."""
    api.write("evil", f"{MARK}\nNothing to see")
    assert "comment created\n" == post(platform, "new").stdout
    assert ([f"{MARK}\nNothing to see"], [f"{MARK}\nnew"]) == (api.of("evil"), api.of())


@pytest.mark.parametrize("platform", PATHS)
def test_only_an_existing_comment_is_updated(api: Api, post: Post, platform: str) -> None:
    """With --existing nothing is created; what is there is updated."""
    told = [post(platform, body, *more).stdout for body, more in
            (("one", ["--existing"]), ("two", []), ("three", ["--existing"]))]  # fmt: skip
    assert ["comment not needed\n", "comment created\n", "comment updated\n"] == told
    assert [f"{MARK}\nthree"] == api.of()


def test_a_workflows_token_need_not_know_itself(api: Api, post: Post) -> None:
    """GitHub refuses to name a workflow's own user, who is always the same."""
    api.known = False
    assert ["comment created\n", "comment updated\n"] == [post("github", b).stdout for b in "ab"]


def test_an_apps_token_finds_its_comment(api: Api, post: Post) -> None:
    """An App writes as a bot of its own name, and may not ask for it: three runs, one comment."""
    api.known, api.writer = False, "my-app[bot]"
    api.write("evil", f"{MARK}\nNothing to see")
    told = [post("github", body).stdout for body in ("one", "one", "two")]
    assert ["comment created\n", "comment unchanged\n", "comment updated\n"] == told
    assert ([f"{MARK}\ntwo"], 2) == (api.of("my-app[bot]"), len(api.comments))


def test_a_known_user_believes_no_bot(api: Api, post: Post) -> None:
    """Where the platform says who the token writes as, another bot's marker is a forgery too."""
    api.write("other[bot]", f"{MARK}\nNothing to see")
    assert "comment created\n" == post("github", "new").stdout
    assert [f"{MARK}\nNothing to see"] == api.of("other[bot]")


def test_two_projects_have_two_comments(api: Api, post: Post) -> None:
    """The key tells them apart."""
    post("github", "one", "--key", "one")
    post("github", "two", "--key", "a/two_2.x-y")
    assert ["<!-- wsus-egress:one -->\none", "<!-- wsus-egress:a/two_2.x-y -->\ntwo"] == api.of()


@pytest.mark.parametrize("key", ["two --><b>", "a b", "b\u00fcro", ""])
def test_a_key_is_taken_whole_or_not(api: Api, post: Post, key: str) -> None:
    """What could end the marker, or would make two keys one, is refused; nothing is asked."""
    result = post("github", "x", "--key", key)
    told = f"error: {ascii(key)} cannot be a comment's key; write letters, digits, '.', '_', '/' and '-'\n"
    assert (2, told, []) == (result.exit_code, result.stderr, api.requests)


def test_a_text_with_its_marker_gets_no_second_one(api: Api, post: Post) -> None:
    """The preview's own marker is the usual one; under another key it is replaced."""
    post("github", f"{MARK}\n# Title")
    post("github", f"{MARK}\n# Title", "--key", "other")
    assert [f"{MARK}\n# Title", "<!-- wsus-egress:other -->\n# Title"] == api.of()


@pytest.mark.parametrize("status", [429, 503])
def test_an_overloaded_platform_is_asked_again(api: Api, post: Post, status: int) -> None:
    """Twice refused for the moment, the third time taken; as for reading, so for writing."""
    api.failures = [(status, {"Retry-After": "1"}), (status, {})]
    assert "comment created\n" == post("github", "x").stdout
    read = ["GET"] * 3
    assert read == api.methods[:3]

    del api.requests[:]
    api.failures = [(status, {}), (status, {})]
    waited: list[float] = []
    rest.Service(api.base, {}, waited.append).send("POST", PATHS["github"], {"body": "x"})
    assert (["POST"] * 3, [1.0, 2.0]) == (api.methods, waited)


def test_retries_end(api: Api, post: Post) -> None:
    """After four attempts it is given up, with the address and the reason."""
    api.failures = [(502, {})] * 9
    result = post("gitlab", "x")
    error = f"error: GET {api.base}/user: 502 Bad Gateway: no, ***\n"
    assert (2, error, 4) == (result.exit_code, result.stderr, len(api.requests))


def test_a_comment_that_may_be_there_is_not_written_twice(api: Api) -> None:
    """A POST that failed in the middle is not sent again."""
    platform = platform_of(variables("github", api.base))
    api.failures = [(500, {})]
    with pytest.raises(rest.Refused, match="500"):
        platform.create("x")
    assert ["POST"] == api.methods


def test_a_fork_is_told(api: Api, post: Post) -> None:
    """A token without the right to write gets the platform's refusal, and exit status 2."""
    platform_of(variables("github", api.base))
    api.known = False
    api.failures = [(403, {}), (403, {})]
    result = post("github", "x")
    assert (2, True) == (result.exit_code, ": 403 Forbidden: no, ***" in result.stderr)


def test_no_redirect_is_followed(api: Api, post: Post) -> None:
    """The token goes nowhere but to the address that the CI gave."""
    api.failures = [(302, {"Location": f"{api.base}/elsewhere"})]
    result = post("gitlab", "x")
    assert (2, 1) == (result.exit_code, len(api.requests))


def test_a_wait_is_bounded() -> None:
    """However long a platform asks to wait, and whatever it writes there."""
    waits = [rest._wait(told, 2) for told in ("1", "86400", "Wed, 21 Oct 2026 07:28:00 GMT", None)]
    assert [1.0, 30.0, 2.0, 2.0] == waits


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that cannot be reached is an error, for reading and for writing."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}"
        waited: list[float] = []
        service = rest.Service(base, {}, waited.append)
        with pytest.raises(rest.Refused, match="Connection refused"):
            service.get("/user")
        with pytest.raises(rest.Refused, match="Connection refused"):
            service.send("POST", "/x", {})
    assert [1.0, 2.0, 4.0] * 2 == waited


def test_a_token_is_sent_over_https_only() -> None:
    """To another machine nothing is sent by http, and neither refusal nor service shows the token."""
    service = rest.Service("http://git.example.com/api", {"Authorization": f"Bearer {TOKEN}"})
    with pytest.raises(rest.Refused) as caught:
        service.get("/user")
    expected = (
        "'http://git.example.com/api' is not an https address, and a token would be sent there"
    )
    assert (expected, False) == (str(caught.value), TOKEN in repr(service))


@pytest.mark.parametrize("platform", PATHS)
def test_each_platform_gets_the_token_its_way(api: Api, post: Post, platform: str) -> None:
    """As a bearer, or in GitLab's own header; in no address."""
    post(platform, "x")
    name, value = (
        ("PRIVATE-TOKEN", TOKEN) if platform == "gitlab" else ("Authorization", f"Bearer {TOKEN}")
    )
    sent = [{key.lower(): text for key, text in headers.items()} for _, _, headers in api.requests]
    assert {value} == {headers.get(name.lower()) for headers in sent}
    assert not any(TOKEN in path for _, path, _ in api.requests)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"GITHUB_ACTIONS": ""}, None),
        ({"GITHUB_TOKEN": "", "GITHUB_REPOSITORY": ""},
         "error: not set: GITHUB_REPOSITORY, GITHUB_TOKEN; see docs/pull-requests.md for what a job must "
         "pass on\n"),
        ({"GITHUB_REF": "refs/heads/main"},
         "error: this job does not run for a pull request; run it for a pull request, or pass --number\n"),
    ],
)  # fmt: skip
def test_a_job_that_cannot_comment(post: Post, changed: dict[str, str], error: str | None) -> None:
    """Exit status 2, and every variable that is missing."""
    if error is None:
        with pytest.raises(NoPlace, match="none of GITHUB_ACTIONS, GITLAB_CI and TF_BUILD is set"):
            platform_of({})
    else:
        result = post("github", "x", **changed)
        assert (2, error) == (result.exit_code, result.stderr)


def test_a_number_is_a_number(post: Post, api: Api) -> None:
    """A number that is said wins, and is checked."""
    result = post("github", "x", "--number", "7/../../x")
    assert (2, []) == (result.exit_code, api.requests)
    assert "'7/../../x' is not a pull request number" in result.stderr


def test_a_text_that_is_too_long(api: Api, post: Post) -> None:
    """Nothing is cut off silently: exit status 2, with the numbers."""
    result = post("github", "x" * 65_536)
    told = "error: the comment has 65565 characters, and the platform takes at most 65536"
    assert (2, True, []) == (result.exit_code, result.stderr.startswith(told), api.requests)


def test_an_answer_of_another_shape(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something else than the platform behind the address is an error, no traceback."""
    monkeypatch.setattr(api, "answer", lambda *_: (200, ["hello"]))
    with pytest.raises(rest.Refused, match="answer has an unknown shape"):
        publish(platform_of(variables("gitlab", api.base)), "x", "preview")
