# shellcheck shell=bash disable=SC2034  # its variables are used by the scripts that source it
# Sourced. What a demonstration says and counts: steps, the commands to repeat them, a report of what passed.

STEPS_PASSED=0
STEPS_FAILED=0
STEPS=$(mktemp) # one line a step: passed|failed TAB name TAB message

title() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }

# show: what a command printed, on standard input, for a terminal of 80 columns.
show() { fold -s -w 75 | sed 's/^/   | /'; }

# by_hand COMMAND: a line to copy into another terminal.
by_hand() { printf '   $ %s\n' "$*"; }

passed() {
    STEPS_PASSED=$((STEPS_PASSED + 1))
    printf 'passed\t%s\t\n' "$1" >>"$STEPS"
    printf '   ok      %s\n' "$1"
}

failed() {
    STEPS_FAILED=$((STEPS_FAILED + 1))
    printf 'failed\t%s\t%s\n' "$1" "$(tr '\t\n' '  ' <<<"${2:-}")" >>"$STEPS"
    printf '   FAILED  %s\n' "$1"
    [ -z "${2:-}" ] || sed 's/^/           /' <<<"$2"
}

skipped() {
    printf 'skipped\t%s\t%s\n' "$1" "$2" >>"$STEPS"
    printf '   skipped %s: %s\n' "$1" "$2"
}

# expect NAME PATTERN COMMAND...: a step that passes when the command's output matches. The output is shown.
expect() {
    local name=$1 pattern=$2 output
    shift 2
    output=$("$@" 2>&1 </dev/null) || true
    [ -z "$output" ] || show <<<"$output"
    if grep -qE -- "$pattern" <<<"$output"; then passed "$name"; else failed "$name" "expected: $pattern"; fi
}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$end" ]; then
            echo "gave up waiting for $what" >&2
            return 1
        fi
        sleep 0.05
    done
}

# report_to FILE: the steps in the Common Test Report Format.
report_to() {
    python3 - "$STEPS" >"$1" <<'PY'
import json, sys
rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[1])]
print(json.dumps({"results": {"tests": [{"name": "lab: " + name, "status": status, "message": message} for status, name, message in rows]}}))
PY
}
