"""From files to values: YAML with line numbers, endpoint lists, settings, environments.

Every mistake of every file is reported in one run, with its line. Imports `model`, `names` and
`problems`.

For example `load_environments(Path())` reads `config/` and returns one environment for each
`Pulumi.<name>.yaml`.
"""
