#!/usr/bin/env bash
# ./dev lint: the formatting of the C# and the correctness of the shell scripts. Changes nothing.
set -euo pipefail
ROOT=${ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
# shellcheck source=lab/requirements.sh
. "$ROOT/lab/requirements.sh"
cd "$ROOT"

require_dotnet
failed=0
dotnet format Postern.slnx --verify-no-changes --verbosity quiet || { echo "lint: run 'dotnet format' to fix the above"; failed=1; }

if command -v shellcheck >/dev/null || { [ "$(id -u)" = 0 ] && require "${NEEDS_LINT[@]}"; }; then
    mapfile -t scripts < <({ git ls-files -- '*.sh'; echo dev; echo .ci/run; })
    shellcheck -x --severity=warning "${scripts[@]}" || failed=1
else
    echo "lint: skipped shell scripts: shellcheck is not installed (apt-get install shellcheck)"
fi
exit $failed
