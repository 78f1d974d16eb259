"""What an optional part of the package needs, and the word about how to install it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def needing(package: str, extra: str) -> Iterator[None]:
    """Import what stands on an extra of the distribution.

    Args:
        package: The module that only the extra brings.
        extra: The extra's name.

    Raises:
        ModuleNotFoundError: Where it is not installed; says what to install.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        what = f'{package} is not installed: pip install "pulumi-wsus-egress[{extra}]"'
        raise ModuleNotFoundError(what, name=package) from None
