"""One comment on a pull request, kept up to date: found by a hidden marker, over pages of comments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol
from urllib.parse import quote

from wsus_egress.cli.pull_request.marker import USUAL_KEY, marker
from wsus_egress.cli.pull_request.rest import Refused, Service

Outcome = Literal["created", "updated", "unchanged", "not needed"]

PER_PAGE: Final = 100
# Search no further than this: a second comment is better than a job that never ends.
MOST_PAGES: Final = 100


class NoPlace(ValueError):  # noqa: N818 - as InvalidName
    """The job has no pull request to comment on, or does not say enough about it."""


@dataclass(frozen=True, slots=True)
class Comment:
    """An existing comment.

    Attributes:
        place: The platform's identifier of the comment.
        is_bot: Whether the platform says that no human wrote it.
    """

    place: str
    author: str
    body: str
    is_bot: bool = False


class Platform(Protocol):
    """Where pull requests are."""

    @property
    def limit(self) -> int:
        """Characters that a comment may have."""
        ...

    def me(self) -> str | None:
        """The account that the token writes as; a marker in another account's comment is a forgery.

        None where the platform does not say, and the token is a bot's.
        """
        ...

    def comments(self) -> Iterator[Comment]:
        """The pull request's comments, the oldest first."""
        ...

    def create(self, body: str) -> None:
        """Write a new comment."""
        ...

    def update(self, comment: Comment, body: str) -> None:
        """Replace a comment's text."""
        ...


def publish(platform: Platform, body: str, key: str, *, create: bool = True) -> Outcome:
    """Create the comment, or update it if its text differs.

    Args:
        platform: Where the pull request is.
        body: The comment's text.
        key: Tells the comments of several projects apart.
        create: Whether to write a comment where there is none.

    Raises:
        InvalidKey: When the key cannot stand in the mark.
        NoPlace: When the text is longer than the platform takes.
        Refused: When the platform refuses.
    """
    mark = marker(key)
    # The preview has written the usual marker already; under another key it must go.
    text = f"{mark}\n{body.removeprefix(marker(USUAL_KEY)).removeprefix(mark).lstrip()}"
    if len(text) > platform.limit:
        what = f"the comment has {len(text)} characters, and the platform takes at most {platform.limit}"
        raise NoPlace(f"{what}; attach the file instead")
    try:
        me = platform.me()
        ours = (c for c in platform.comments() if (c.is_bot if me is None else c.author == me))
        there = next((c for c in ours if c.body.startswith(mark)), None)
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused(0, f"the platform's answer has an unknown shape: {error!r}") from error
    if there is None:
        if not create:
            return "not needed"
        platform.create(text)
        return "created"
    if _lines(there.body) == _lines(text):
        return "unchanged"
    platform.update(there, text)
    return "updated"


def _lines(text: str) -> list[str]:
    """Lines without what platforms change: line ends, and space at the end."""
    return [line.rstrip() for line in text.strip().splitlines()]


@dataclass(frozen=True, slots=True)
class GitHub:
    """GitHub, including Enterprise Server."""

    service: Service
    repository: str
    number: str
    limit: int = 65_536

    def me(self) -> str | None:
        """The token's user; a workflow's own token and an App's may not ask.

        They write as `github-actions[bot]` and `<the App>[bot]`, and nothing that they may read
        says which. No human can write as a bot.
        """
        try:
            return str(self.service.get("/user")["login"])
        except Refused as error:
            if error.status in (401, 403, 404):
                return None
            raise

    def comments(self) -> Iterator[Comment]:
        """Page by page."""
        path = f"/repos/{self.repository}/issues/{self.number}/comments"
        for found in _pages(lambda page: self.service.get(path, per_page=PER_PAGE, page=page)):
            user, body = found["user"], str(found["body"] or "")
            yield Comment(str(found["id"]), str(user["login"]), body, user.get("type") == "Bot")

    def create(self, body: str) -> None:
        """On the issue that a pull request is as well."""
        self.service.send(
            "POST", f"/repos/{self.repository}/issues/{self.number}/comments", {"body": body}
        )

    def update(self, comment: Comment, body: str) -> None:
        """By the comment's own number."""
        self.service.send(
            "PATCH", f"/repos/{self.repository}/issues/comments/{comment.place}", {"body": body}
        )


@dataclass(frozen=True, slots=True)
class GitLab:
    """GitLab, wherever it runs; comments are notes there."""

    service: Service
    project: str
    number: str
    limit: int = 1_000_000

    @property
    def _notes(self) -> str:
        return f"/projects/{quote(self.project, safe='')}/merge_requests/{self.number}/notes"

    def me(self) -> str:
        """The token's user."""
        return str(self.service.get("/user")["username"])

    def comments(self) -> Iterator[Comment]:
        """Page by page."""
        for found in _pages(
            lambda page: self.service.get(self._notes, per_page=PER_PAGE, page=page, sort="asc")
        ):
            author = str(found["author"]["username"])
            yield Comment(str(found["id"]), author, str(found["body"]))

    def create(self, body: str) -> None:
        """As a note."""
        self.service.send("POST", self._notes, {"body": body})

    def update(self, comment: Comment, body: str) -> None:
        """By the note's number."""
        self.service.send("PUT", f"{self._notes}/{comment.place}", {"body": body})


@dataclass(frozen=True, slots=True)
class AzureDevOps:
    """Azure DevOps; a comment is the first one of a thread, which is closed so that it blocks nothing."""

    service: Service
    project: str
    repository: str
    number: str
    limit: int = 150_000

    @property
    def _threads(self) -> str:
        project, repository = quote(self.project), quote(self.repository)
        return f"/{project}/_apis/git/repositories/{repository}/pullRequests/{self.number}/threads"

    def me(self) -> str:
        """The token's identity."""
        found = self.service.get("/_apis/connectionData", **{"api-version": "7.1-preview"})
        return str(found["authenticatedUser"]["id"])

    def comments(self) -> Iterator[Comment]:
        """All threads come at once."""
        threads = self.service.get(self._threads, **{"api-version": "7.1"})["value"]
        for thread in threads:
            for comment in thread.get("comments", ()):
                place = f"{thread['id']}/comments/{comment['id']}"
                author = str(comment["author"]["id"])
                yield Comment(place, author, str(comment.get("content") or ""))

    def create(self, body: str) -> None:
        """As a thread of its own."""
        comment = {"parentCommentId": 0, "content": body, "commentType": "text"}
        thread = {"comments": [comment], "status": "closed"}
        self.service.send("POST", f"{self._threads}?api-version=7.1", thread)

    def update(self, comment: Comment, body: str) -> None:
        """By the thread's number and the comment's in it."""
        path = f"{self._threads}/{comment.place}?api-version=7.1"
        self.service.send("PATCH", path, {"content": body})


def _pages(get: Callable[[int], Any]) -> Iterator[Mapping[str, Any]]:
    for page in range(1, MOST_PAGES + 1):
        found = get(page)
        yield from found
        if len(found) < PER_PAGE:
            return


def platform_of(variables: Mapping[str, str], number: str | None = None) -> Platform:
    """The platform that a job runs on, by the variables that its CI sets.

    Args:
        variables: The environment's; the token is among them.
        number: The pull request's, where the CI does not say it.

    Raises:
        NoPlace: With every variable that is missing, and what it is for.
    """
    if "GITHUB_ACTIONS" in variables:
        need = _needed(variables, "GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN")
        found = number or _of_ref(variables.get("GITHUB_REF", ""))
        service = Service(
            need["GITHUB_API_URL"], {"Authorization": f"Bearer {need['GITHUB_TOKEN']}"}
        )
        return GitHub(service, need["GITHUB_REPOSITORY"], _number(found))
    if "GITLAB_CI" in variables:
        need = _needed(variables, "CI_API_V4_URL", "CI_PROJECT_ID", "GITLAB_TOKEN")
        service = Service(need["CI_API_V4_URL"], {"PRIVATE-TOKEN": need["GITLAB_TOKEN"]})
        found = number or variables.get("CI_MERGE_REQUEST_IID", "")
        return GitLab(service, need["CI_PROJECT_ID"], _number(found))
    if "TF_BUILD" in variables:
        need = _needed(variables, "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT",
                       "BUILD_REPOSITORY_ID", "SYSTEM_ACCESSTOKEN")  # fmt: skip
        service = Service(
            need["SYSTEM_COLLECTIONURI"], {"Authorization": f"Bearer {need['SYSTEM_ACCESSTOKEN']}"}
        )
        found = number or variables.get("SYSTEM_PULLREQUEST_PULLREQUESTID", "")
        project, repository = need["SYSTEM_TEAMPROJECT"], need["BUILD_REPOSITORY_ID"]
        return AzureDevOps(service, project, repository, _number(found))
    raise NoPlace(
        "this is not a GitHub Actions, GitLab CI or Azure Pipelines job: none of GITHUB_ACTIONS, "
        "GITLAB_CI and TF_BUILD is set; run it in one of them"
    )


def _needed(variables: Mapping[str, str], *names: str) -> Mapping[str, str]:
    missing = [name for name in names if not variables.get(name)]
    if missing:
        raise NoPlace(
            f"not set: {', '.join(missing)}; see docs/pull-requests.md for what a job must pass on"
        )
    return {name: variables[name] for name in names}


def _of_ref(ref: str) -> str:
    """The number in `refs/pull/7/merge`."""
    parts = ref.split("/")
    return parts[2] if parts[:2] == ["refs", "pull"] and len(parts) > 2 else ""


def _number(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        what = (
            f"{text!r} is not a pull request number"
            if text
            else "this job does not run for a pull request"
        )
        raise NoPlace(f"{what}; run it for a pull request, or pass --number")
    return text
