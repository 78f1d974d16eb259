"""What a reader must know of a project's lists and files, although nothing of it is wrong.

For example `endpoints/wsus.yaml` of a project is used instead of the package's list `wsus`, and the
note says which hosts only one of them has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from wsus_egress.config.files import ProjectFiles
from wsus_egress.config.lists import is_own_checkout, replaced_lists
from wsus_egress.config.yamlfile import file_bytes
from wsus_egress.model.environment import Environment
from wsus_egress.model.policy import EXTRA
from wsus_egress.problems import Location
from wsus_egress.release import VERSION
from wsus_egress.review.finding import Finding

_SHOWN = 3
# How the settings that `new` writes mark what is not the user's own.
_PLACEHOLDER = "  # replace: "


def own_lists(files: ProjectFiles) -> Iterator[Finding]:
    """The project's lists that are used instead of the package's, where they differ.

    Raises:
        PolicyErrors: With all problems of these lists.
    """
    for each in replaced_lists(files.root, files.lists_folder):
        instead = "rename it to have both, or remove it to have the package's"
        yield Finding("own-list", "", "", str(each), instead, Location(each.file, 1))


def skipped_stacks(files: ProjectFiles) -> Iterator[Finding]:
    """The stacks without settings of this package, in one note."""
    if not files.others:
        return
    shown = ", ".join(map(files.project.stack_file, files.others[:_SHOWN]))
    more = len(files.others) - _SHOWN
    shown += f" and {more} more" if more > 0 else ""
    what = f"skipped, for want of a wsus-egress: setting: {shown}"
    yield Finding("stack-skipped", "", "", what, "nothing, where these are other programs' stacks")


def placeholders(files: ProjectFiles) -> Iterator[Finding]:
    """The settings in which placeholders of `new` are left, a note for each file."""
    for name in files.environments:
        file = files.project.stack_file(name)
        try:
            lines = file_bytes(files.root / file).decode("utf-8", "replace").splitlines()
        except OSError:
            continue  # Loading the settings says what is wrong.
        found = [number for number, line in enumerate(lines, 1) if _PLACEHOLDER in line]
        if found:
            where = f"line{'s' if len(found) > 1 else ''} {', '.join(map(str, found))}"
            what = f"placeholders of `wsus-egress new` are left, in {where}"
            instead = "write your own values, and remove the comments"
            yield Finding("placeholder", name, "", what, instead, Location(file, found[0]))


def moved_package(
    files: ProjectFiles, moved: Location | None, environments: Iterable[Environment]
) -> Iterator[Finding]:
    """That the change moves the package's version, where lists come from the package."""
    if moved and (lists := packaged_in_use(files, environments)):
        what = (
            f"the change asks for another version of pulumi-wsus-egress, whose lists ({', '.join(lists)}) "
            f"may differ; both sides of this preview have those of {VERSION}"
        )
        instead = (
            "look at `pulumi preview` of the new version before you deploy; a copy in "
            f"{files.lists_folder}/ changes in pull requests only"
        )
        yield Finding("package-moved", "", "", what, instead, moved)


def packaged_in_use(files: ProjectFiles, environments: Iterable[Environment]) -> tuple[str, ...]:
    """The lists of the package that environments get endpoints from, sorted."""
    folder = files.lists_folder
    if is_own_checkout(files.root, folder):
        return ()
    used = {point.list for each in environments for point in each.policy.endpoints} - {EXTRA}
    own = {path.stem for path in Path(files.root / folder).glob("*.yaml")}
    return tuple(sorted(used - own))
