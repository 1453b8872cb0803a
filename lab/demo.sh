#!/usr/bin/env bash
# shellcheck disable=SC2034  # its variables are used by the parts it sources
# ./dev demo: a person, a gateway and a private subnet with an agent and two real databases; the whole job, step by step.
# Everything lives in one folder and in namespaces of its own, and is gone when it ends, whatever ends it.
set -euo pipefail
ROOT=${ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
for part in requirements steps network databases demo_parts; do
    # shellcheck source=/dev/null
    . "$ROOT/lab/$part.sh"
done

CHECK='' REPORT=''
while [ $# -gt 0 ]; do
    case $1 in
        --check) CHECK=1 ;;
        --report) REPORT=${2:?--report needs a file}; shift ;;
        *) echo "dev demo: unknown option '$1'" >&2; exit 2 ;;
    esac
    shift
done

require_dotnet
require "${NEEDS_LAB[@]}"
"$ROOT/lab/build.sh"

LAB=$(mktemp -d /tmp/postern-XXXXXX)
LAB_NAME=${LAB##*/}
LAB_PIDS=()
PASSWORD=$(od -An -N9 -tx1 /dev/urandom | tr -d ' \n')
chmod 755 "$LAB"

clean_up() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    [ -z "$REPORT" ] || report_to "$REPORT" || true
    stop_all
    network_down
    rm -rf "$LAB" "$STEPS"
    exit $status
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if network_allowed; then
    MODE=namespaces
else
    MODE=loopback
fi

started=$SECONDS
lab_start
direct_way
gateway_and_node
shell_step
tunnel_steps
title "Done in $((SECONDS - started)) s: $STEPS_PASSED passed, $STEPS_FAILED failed"

if [ -n "$CHECK" ]; then
    [ "$STEPS_FAILED" = 0 ]
    exit
fi

invitation
# Wakes up for signals only; the gateway ending by itself ends the demonstration, too.
wait "$GATEWAY_PID" || true
