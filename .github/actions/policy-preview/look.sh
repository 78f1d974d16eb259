#!/usr/bin/env bash
# Looks whether a change touches the policy at all. Where it cannot be told, for example for want of the base, it does.
set -euo pipefail

# The cache of downloads is of this lock file.
echo "lock=$(git hash-object "$GITHUB_ACTION_PATH/requirements.txt")" >>"$GITHUB_OUTPUT"

cd "$PROJECT"
# Wherever Pulumi.yaml says that the stacks' files are.
files=(Pulumi.yaml ':(glob)**/Pulumi.*.yaml' ':(glob)**/endpoints/*.yaml' ':(glob)*.py' ':(glob)**/__main__.py' uv.toml Pipfile)
changed=true
# The package's lists come with its version. A link or a submodule leads to files elsewhere, whose changes would
# not be seen here.
if [ -e Pulumi.yaml ] && git diff --quiet "$BASE" HEAD -- "${files[@]}" \
  && [ -z "$(git diff "$BASE" HEAD -- requirements.txt pyproject.toml | grep -iE '^[-+](.*pulumi[-_.]wsus[-_.]egress|.*://|.* @ |--?[a-z]|[./])')" ] \
  && [ -z "$(git ls-files --stage | grep '^1[26]0000 ')" ]; then
  changed=false
  echo "Nothing of the policy changed: the change touches neither Pulumi.yaml nor settings, lists or the program in $PROJECT."
fi
echo "changed=$changed" >>"$GITHUB_OUTPUT"
