"""One environment as one Pulumi stack: its settings to components, their ids to outputs."""

from wsus_egress.program import run

run()
