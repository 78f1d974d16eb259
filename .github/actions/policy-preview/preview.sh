#!/usr/bin/env bash
# Previews a change, writes the pull request's comment and the job's summary, and keeps the gate's verdict for later.
set -euo pipefail

mkdir -p "$OUTPUT"
markdown=$OUTPUT/policy-preview.md
status=0
wsus-egress preview --project "$PROJECT" --base "$BASE" --format markdown >"$markdown" 2>"$OUTPUT/errors.txt" || status=$?
cat "$OUTPUT/errors.txt" >&2
if [ ! -s "$markdown" ]; then
  { printf '## Policy preview: failed\n\nNothing could be previewed.\n\n'; sed 's/^/    /' "$OUTPUT/errors.txt"; } >"$markdown"
  [ "$status" -ne 0 ] || status=2
fi
# The report is an extra: what stops it stops the preview too, and is said there.
wsus-egress report --project "$PROJECT" --base "$BASE" -o "$OUTPUT/policy-report.html" >/dev/null 2>&1 || true

cat "$markdown" >>"$GITHUB_STEP_SUMMARY"
if ! wsus-egress comment "$markdown" --key "$KEY"; then
  echo "::notice::The comment was not written: a pull request from a fork has a token that may only read. The preview is in this job's summary."
fi
echo "status=$status" >>"$GITHUB_OUTPUT"
