# shellcheck shell=bash disable=SC2034  # its variables are used by the scripts that source it
# Sourced. Makes sure that the commands a verb needs are there: installs them with apt when root, else says in one line what to install.

# What is needed, as "the test that it is there|the Debian package that brings it".
NEEDS_LAB=(
    'command -v ip|iproute2' 'command -v nft|nftables' 'command -v unshare|util-linux' 'command -v ps|procps'
    'compgen -G /usr/lib/postgresql/*/bin/initdb|postgresql' 'command -v psql|postgresql-client'
    'command -v mariadbd|mariadb-server' 'command -v mysql|mariadb-client'
    'command -v python3|python3' 'command -v setpriv|util-linux' 'command -v curl|curl'
)
NEEDS_TEST=(
    'test -x /usr/sbin/sshd|openssh-server' 'command -v ssh|openssh-client' 'command -v rsync|rsync'
    'command -v aws|awscli' 'python3 -c "import boto3"|python3-boto3'
    'command -v javac|default-jdk-headless' 'test -e /usr/share/java/postgresql.jar|libpostgresql-jdbc-java'
    'test -e /usr/share/java/mariadb-java-client.jar|libmariadb-java' 'command -v node|nodejs' 'command -v npm|npm'
)
NEEDS_BENCH=('test -x /usr/sbin/sshd|openssh-server' 'command -v ssh|openssh-client' 'command -v ps|procps')
# What turns a program into machine code; without it a program needs the installed runtime.
NEEDS_BUILD=('command -v clang || command -v gcc|gcc' 'test -e /usr/include/stdlib.h|libc6-dev')
NEEDS_LINT=('command -v shellcheck|shellcheck')

# The packages of the given needs that are not there, one a line.
missing_packages() {
    local need
    for need in "$@"; do
        (eval "${need%|*}") >/dev/null 2>&1 || echo "${need##*|}"
    done | sort -u
}

# An SDK that can build this tree, or one clear line and exit 1.
require_dotnet() {
    if ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
        echo "dev: the .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0 (or Debian's dotnet-sdk-10.0 from Microsoft's feed)" >&2
        exit 1
    fi
}

# require NEED...: installs what is missing, or says what is missing and exits 1.
require() {
    local packages
    export PATH=$PATH:/usr/sbin:/sbin
    packages=$(missing_packages "$@" | tr '\n' ' ')
    packages=${packages% }
    [ -n "$packages" ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "dev: missing: $packages; install with: sudo apt-get install -y --no-install-recommends $packages" >&2
        exit 1
    fi
    echo "dev: installing $packages" >&2
    apt_install "$packages" || {
        echo "dev: apt could not install: $packages; try: apt-get update && apt-get install -y --no-install-recommends $packages" >&2
        exit 1
    }
}

# Installs a linker where that can be done; a build goes on without.
require_linker() {
    [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || (require "${NEEDS_BUILD[@]}") || true
}

# Installs without starting the services that come with a package: the lab starts its own, on its own ports.
apt_install() {
    local policy=/usr/sbin/policy-rc.d made_policy='' log status=0
    log=$(mktemp)
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        made_policy=1
    fi
    # shellcheck disable=SC2086  # a list of package names
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $1; } >"$log" 2>&1 </dev/null || status=$?
    [ -z "$made_policy" ] || rm -f "$policy"
    [ "$status" = 0 ] || tail -n 20 "$log" >&2
    rm -f "$log"
    return "$status"
}
