"""Stacks that somebody wrote by hand, without a component of this package, in ways that vary by a seed.

A form is a function that changes such a stack. `PLANTED` of `handwritten_aws` and `handwritten_azure`
has forms that open a server to more than the policy; `CLEAN` has their neighbours that do not.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from wsus_egress.controls.base import Document

SERVER: Final = "10.20.0.10"
HOSTS: Final = ("windowsupdate.microsoft.com", "download.microsoft.com", "ntservicepack.microsoft.com",
                "go.microsoft.com")  # fmt: skip
BELOW: Final = ("windowsupdate.microsoft.com", "update.microsoft.com", "windowsupdate.com",
                "delivery.mp.microsoft.com")  # fmt: skip


@dataclass
class Stack:
    """Documents by name; `${name.id}` refers to another one.

    Attributes:
        random: What varies.
        styles: How the base was written, for the line that a failing test prints.
    """

    random: random.Random
    documents: dict[str, Document] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, name: str, /, **properties: Any) -> str:
        """One more resource; its name."""
        assert name not in self.documents, name
        self.documents[name] = Document(kind, name, properties)
        return name

    def change(self, name: str, /, **properties: Any) -> str:
        """Change a resource's properties; a function gets what was there. Its name."""
        old = self.documents[name]
        now = {k: v(old.properties.get(k)) if callable(v) else v for k, v in properties.items()}
        merged = {k: v for k, v in {**old.properties, **now}.items() if v is not None}
        self.documents[name] = Document(old.type, name, merged)
        return name

    def has(self, name: str) -> Mapping[str, Any]:
        """A resource's properties."""
        return self.documents[name].properties

    def style(self, what: str, *choices: str) -> str:
        """One of several ways to write something."""
        self.styles[what] = self.random.choice(choices)
        return self.styles[what]

    def pick(self, *choices: Any) -> Any:
        """One of them."""
        return self.random.choice(choices)


Form = Callable[[Stack], str]
"""Changes a stack; the names of which a finding has to have one, separated by spaces."""
