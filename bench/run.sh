#!/usr/bin/env bash
# ./dev bench: builds the programs and the load generator, then measures.
set -euo pipefail
ROOT=${ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
# shellcheck source=lab/requirements.sh
. "$ROOT/lab/requirements.sh"

require_dotnet
require "${NEEDS_BENCH[@]}"
"$ROOT/lab/build.sh"
dotnet build "$ROOT/bench/Postern.Bench.csproj" -c Release -v q -nologo
exec dotnet "$ROOT/bench/bin/Release/net10.0/Postern.Bench.dll" "$@"
