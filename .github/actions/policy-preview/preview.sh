#!/usr/bin/env bash
# Previews a change, writes the pull request's comment and the job's summary, and keeps the gate's verdict for later.
set -euo pipefail

mkdir -p "$OUTPUT"
markdown=$OUTPUT/policy-preview.md
status=0
existing=()
if [ "$CHANGED" = false ]; then
  printf '## Policy preview\n\nNothing of the policy changed.\n' >"$markdown"
  # An earlier push may have changed it, and have a comment that is true no more.
  existing=(--existing)
else
  wsus-egress preview --project "$PROJECT" --base "$BASE" --format markdown >"$markdown" 2>"$OUTPUT/errors.txt" || status=$?
  cat "$OUTPUT/errors.txt" >&2
  if [ ! -s "$markdown" ]; then
    wsus-egress failure "$OUTPUT/errors.txt" >"$markdown"
    [ "$status" -ne 0 ] || status=2
  fi
  # The report is an extra: whatever stops it also stops the preview, which then says why.
  wsus-egress report --project "$PROJECT" --base "$BASE" -o "$OUTPUT/policy-report.html" >/dev/null 2>&1 || true
fi

cat "$markdown" >>"$GITHUB_STEP_SUMMARY"
if told=$(wsus-egress comment "$markdown" --key "$KEY" "${existing[@]}" 2>&1); then
  echo "$told"
else
  # A workflow command is one line, with these escapes.
  told=${told//'%'/%25}
  told=${told//$'\r'/%0D}
  told=${told//$'\n'/%0A}
  echo "::notice::The comment was not written, and an earlier one stays as it was. The preview is in this job's summary. $told"
fi
echo "status=$status" >>"$GITHUB_OUTPUT"
