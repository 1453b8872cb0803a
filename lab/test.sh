#!/usr/bin/env bash
# ./dev test: unit, conformance and lab tests. The last line is `N passed, N failed, N skipped`; everything skipped says why above it.
set -euo pipefail
ROOT=${ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
# shellcheck source=lab/requirements.sh
. "$ROOT/lab/requirements.sh"
cd "$ROOT"

suites=(unit conformance lab)
only=''
while [ $# -gt 0 ]; do
    case $1 in
        --unit | --conformance | --lab) suites=("${1#--}") ;;
        --only) only=${2:?--only needs a part of a test name}; shift ;;
        *) echo "dev test: unknown option '$1'" >&2; exit 2 ;;
    esac
    shift
done

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

wanted() { [[ " ${suites[*]} " == *" $1 "* ]]; }

# run_project NAME PROJECT: builds and runs an xunit program, which leaves its report in $results/NAME.json.
run_project() {
    local name=$1 project=$2 arguments=()
    echo "== $name tests"
    if ! dotnet build "$project" -v q -nologo; then
        fail "$name" "the $name tests do not build"
        return 0
    fi
    [ -z "$only" ] || arguments+=(-method "*$only*")
    local program
    program=$(find "$project/bin/Debug/net10.0" -maxdepth 1 -type f -executable -name "Postern.*" ! -name '*.dll' | head -n 1)
    "$program" -noLogo -noColor -ctrf "$results/$name.json" "${arguments[@]}" </dev/null || true
    [ -s "$results/$name.json" ] || fail "$name" "the $name tests ended without a report"
}

# fail NAME MESSAGE: a report that holds one failure, for what never came to count its own.
fail() {
    echo "$2" >&2
    python3 -c 'import json, sys; json.dump({"results": {"tests": [{"name": sys.argv[1], "status": "failed", "message": sys.argv[1]}]}}, open(sys.argv[2], "w"))' \
        "$2" "$results/$1.json"
}

require_dotnet
require "${NEEDS_LAB[@]}" "${NEEDS_TEST[@]}"
"$ROOT/lab/build.sh" || { echo "the programs do not build"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

if wanted unit; then run_project unit tests/Tests; fi
if wanted conformance; then run_project conformance tests/Conformance; fi
if wanted lab && [ -z "$only" ]; then
    echo "== lab"
    "$ROOT/lab/demo.sh" --check --report "$results/lab.json" </dev/null || true
    [ -s "$results/lab.json" ] || fail lab "the lab ended without a report"
fi

python3 "$ROOT/lab/summary.py" "$results"
