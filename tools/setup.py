"""`make setup`: installs everything that the project runs on; it needs only Python.

    .venv           the pinned dependencies and the project itself
    the engine      the user's own Pulumi, or one in the per-user cache
    Suricata        the user's own, or one in the per-user cache; only tests need it
    .sandbox        a private Pulumi home with the clouds' stand-ins, and the sandbox's state

Nothing outside the checkout and the per-user cache changes. What is there already is left alone.
This file keeps to what old Pythons can read, to be able to say that they are too old.
"""

import sys

OLDEST_PYTHON = (3, 11)


def main() -> "int | str":  # quoted: see above
    """Sets up, unless this Python is too old for it or somebody asks what this is."""
    if sys.argv[1:]:
        if sys.argv[1] in ("-h", "--help"):
            print(__doc__)
            return 0
        return (
            "error: the set-up takes no arguments, and '"
            + sys.argv[1]
            + "' is one: nothing is done"
        )
    if sys.version_info[:2] < OLDEST_PYTHON:
        return (
            "error: this is Python {}.{}: the project needs 3.11 or newer. "
            "Install one and say which: `make PYTHON=python3.12 setup`"
        ).format(*sys.version_info[:2])

    from bootstrap import steps  # noqa: PLC0415 - an older Python could not read it

    return steps.main()


if __name__ == "__main__":
    sys.exit(main())
