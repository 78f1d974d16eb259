"""The page of a preview that failed."""

from __future__ import annotations

from wsus_egress.cli.pull_request.failure import render

HEAD = "## Policy preview: failed\n\nThe preview could not be made."


def test_errors_are_quoted() -> None:
    """Each line is code, and no line end of another kind ends it."""
    assert f"{HEAD}\n\n    a\n    # b\n    c\\u001b[1m\n" == render("a\n# b\rc\x1b[1m")


def test_without_errors() -> None:
    """A command that says nothing is said to have."""
    assert f"{HEAD} No reason was given.\n" == render("")


def test_a_page_holds_to_its_budget() -> None:
    """Whole lines are left out from the end, and counted; what fits exactly is whole."""
    errors = "\n".join(f"line {n}" for n in range(500))
    whole = render(errors)
    assert whole == render(errors, len(whole))
    for budget in (300, len(whole) - 1):
        page = render(errors, budget)
        shown = page.count("    line ")
        note = f"**{500 - shown} more lines left out, because the comment would be too long:** "
        assert (True, True) == (
            len(page) <= budget,
            page.endswith(f"{note}see the job's log.\n"),
        )
        assert whole.startswith(page.partition("\n\n**")[0])


def test_one_line_may_be_too_long() -> None:
    """A line longer than a reader reads is cut, and says so."""
    assert f"{HEAD}\n\n    {'x' * 1997}...\n" == render("x" * 100_000)
