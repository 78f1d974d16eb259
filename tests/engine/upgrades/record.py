"""Records a stack of the sandbox as a fixture: its state and what the stand-in clouds hold.

    pulumi stack export --stack prod > state.json
    python tests/engine/upgrades/record.py state.json CLOUDS FIXTURE

What differs from one run or machine to the next is left out: times, source positions, the salt.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

CLOUDS = ("aws", "azure-native")
_OF_THE_RUN = ("created", "modified", "sourcePosition", "stackTrace")


def cleaned(state: dict[str, Any]) -> dict[str, Any]:
    """The state without what only this run had.

    Raises:
        ValueError: When it has a secret, which nobody else could read, or an update under way.
    """
    deployment = state["deployment"]
    if deployment.get("pending_operations"):
        raise ValueError("the state has pending operations: run `pulumi up` to its end first")
    resources = [
        {key: value for key, value in resource.items() if key not in _OF_THE_RUN}
        for resource in deployment["resources"]
    ]
    if "ciphertext" in json.dumps(resources):
        raise ValueError("the state has a secret: record a stack without")
    return {"version": state["version"], "deployment": {"manifest": {}, "resources": resources}}


def main(arguments: list[str]) -> int:
    """Read the state and the clouds' folder, write the fixture's."""
    if len(arguments) != 3:
        sys.stderr.write("usage: record.py STATE.json CLOUDS FIXTURE\n")
        return 2
    exported, clouds, fixture = map(Path, arguments)
    fixture.mkdir(parents=True, exist_ok=True)
    files = {"state": cleaned(json.loads(exported.read_text(encoding="utf-8")))}
    for cloud in CLOUDS:
        held = clouds / f"{cloud}.json"
        if held.is_file():
            files[cloud] = json.loads(held.read_text(encoding="utf-8"))
    for name, data in files.items():
        text = json.dumps(data, indent=1, sort_keys=True)
        (fixture / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
