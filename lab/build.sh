#!/usr/bin/env bash
# ./dev build: publishes the programs to out/. A program is published again only when its sources changed.
set -euo pipefail
ROOT=${ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
# shellcheck source=lab/requirements.sh
. "$ROOT/lab/requirements.sh"
cd "$ROOT"

OUT=$ROOT/out
# machine: what people run. runtime: programs that need the installed .NET runtime, built in a third of the time, for somebody who changes them all day.
FORM=${POSTERN_FORM:-machine}
case $FORM in
    machine | runtime) ;;
    *) echo "build: POSTERN_FORM is '$FORM'; it may be machine or runtime" >&2; exit 2 ;;
esac
RID=${POSTERN_RID:-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/; s/armv7l/arm/')}

# One line that changes when anything that goes into a program changes.
fingerprint() {
    {
        echo "$RID $FORM"
        dotnet --version
        find "$@" global.json Directory.Build.props Directory.Packages.props lab/build.sh \
            \( -name bin -o -name obj \) -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    } | sha256sum
}

# publish NAME PROJECT OPTIONS...: one file out/NAME. Its intermediate files are apart from those of `dotnet build`, so that neither undoes the other.
# The compiler server that it may start outlives it and must not inherit the lock.
publish() {
    local name=$1 project=$2
    shift 2
    local work=$OUT/.publish log=$OUT/.publish/$name.log
    dotnet publish "$project" -c Release -r "$RID" --artifacts-path "$work" -o "$work/$name" -nologo -v q \
        -p:DebugType=embedded "$@" >"$log" 2>&1 </dev/null 9>&-
}

publish_for_runtime() {
    publish "$@" --no-self-contained -p:PublishSingleFile=true -p:PublishTrimmed=false || { cat "$OUT/.publish/$1.log" >&2; exit 1; }
}

# build NAME PROJECT SOURCES OPTIONS...: publishes when needed: machine code, which starts in milliseconds and compiles nothing later; where the compiler
# or a linker is not to be had, a program that needs the installed runtime.
build() {
    local name=$1 project=$2 sources=$3 now started=$SECONDS
    shift 3
    # shellcheck disable=SC2086  # a list of folders
    now=$(fingerprint $sources)
    if [ -x "$OUT/$name" ] && [ "$now" = "$(cat "$OUT/.publish/$name.stamp" 2>/dev/null)" ]; then
        return 0
    fi
    rm -f "$OUT/.publish/$name.stamp"
    if [ "$FORM" = runtime ]; then
        publish_for_runtime "$name" "$project" "$@"
    elif ! publish "$name" "$project" -p:PublishAot=true "$@"; then
        if ! grep -qE 'NU1101|NU1102|NU1103|NU1301|NETSDK1112|Platform linker' "$OUT/.publish/$name.log"; then
            cat "$OUT/.publish/$name.log" >&2
            exit 1
        fi
        echo "build: no machine code for $RID here ($(grep -oEm1 '(NU[0-9]+|NETSDK1112|Platform linker).*' "$OUT/.publish/$name.log" | cut -c1-120)); $name will use the installed .NET runtime" >&2
        publish_for_runtime "$name" "$project" "$@"
    fi
    # A running program keeps its old file: the new one takes the name. Native libraries lie beside it, so that nothing is unpacked at start.
    local file
    for file in "$OUT/.publish/$name/$name" "$OUT/.publish/$name"/*.so; do
        [ -e "$file" ] || continue
        cp "$file" "$OUT/.new"
        mv -f "$OUT/.new" "$OUT/${file##*/}"
    done
    echo "$now" >"$OUT/.publish/$name.stamp"
    echo "build: out/$name ($(du -h --apparent-size "$OUT/$name" | cut -f1)) in $((SECONDS - started)) s"
}

require_dotnet
[ "$FORM" = runtime ] || require_linker
mkdir -p "$OUT/.publish"
exec 9>"$OUT/.publish/lock"
flock 9

build postern-server src/Server/Postern.Server.csproj 'src/Server src/Protocol'
build postern-agent src/Agent/Postern.Agent.csproj 'src/Agent src/Protocol'
build postern src/Cli/Postern.Cli.csproj 'src/Cli src/Client src/Protocol'
# The same program under the name that AWS's tools look for.
ln -f "$OUT/postern" "$OUT/session-manager-plugin"
