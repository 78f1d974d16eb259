"""Pulumi's packages in several threads, as the Automation API's programs have them."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import threading
import pulumi_aws
from wsus_egress.component.sdk import member

found, start = [], threading.Barrier(8)

def ask():
    start.wait()
    try:
        found.append(member(pulumi_aws, "ec2", "get_vpc"))
    except AttributeError as error:
        found.append(str(error))

threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len(found) == 8, found
assert {callable(each) for each in found} == {True}, found
"""


def test_no_thread_sees_half_a_module() -> None:
    """Whoever asks first loads it; the others wait."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stderr)
