# shellcheck shell=bash disable=SC2034  # its variables are used by the scripts that source it
# Sourced. A small private cloud of network namespaces, with rules like the security groups people publish.
#
#   person 203.0.113.10 ── 203.0.113.1 gateway 10.0.0.2 ── 10.0.0.1 router 10.0.1.1 ─┬─ agent 10.0.1.10
#                                                                                    └─ db    10.0.1.20
#
# The person has a route to the private subnet: what keeps the person out is the rules, not a missing route.
# LAB_NAME makes the namespaces' names unique to one run. `ip netns exec` shows each namespace its own /etc/hosts from /etc/netns.

NET_GATEWAY_PUBLIC=203.0.113.1
NET_GATEWAY_PRIVATE=10.0.0.2
NET_AGENT=10.0.1.10
NET_DB=10.0.1.20
NET_PARTS=(person gateway router agent db)

# Whether this machine lets us make namespaces; a probe, undone at once.
network_allowed() {
    local probe=postern-probe-$$
    [ "$(id -u)" = 0 ] || return 1
    ip netns add "$probe" 2>/dev/null || return 1
    local status=0
    { ip netns exec "$probe" ip link set lo up && ip netns exec "$probe" nft list tables; } >/dev/null 2>&1 || status=1
    ip netns del "$probe"
    return $status
}

# in_part PART COMMAND...: runs a command in a namespace, replacing the shell that calls it.
in_part() {
    local part=$1
    shift
    ip netns exec "$LAB_NAME-$part" "$@"
}

# link PART_A NAME_A PART_B NAME_B: a cable between two namespaces.
link() {
    ip link add "$2" netns "$LAB_NAME-$1" type veth peer name "$4" netns "$LAB_NAME-$3"
    ip -n "$LAB_NAME-$1" link set "$2" up
    ip -n "$LAB_NAME-$3" link set "$4" up
}

# address PART INTERFACE ADDRESS/LENGTH
address() { ip -n "$LAB_NAME-$1" address add "$3" dev "$2"; }

# route PART DESTINATION NEXT_HOP
route() { ip -n "$LAB_NAME-$1" route add "$2" via "$3"; }

network_up() {
    local part
    for part in "${NET_PARTS[@]}"; do
        ip netns add "$LAB_NAME-$part"
        ip -n "$LAB_NAME-$part" link set lo up
    done
    link person net0 gateway public
    link gateway private router gateway
    link agent net0 router agent
    link db net0 router db
    ip -n "$LAB_NAME-router" link add subnet type bridge
    ip -n "$LAB_NAME-router" link set subnet up
    ip -n "$LAB_NAME-router" link set agent master subnet
    ip -n "$LAB_NAME-router" link set db master subnet

    address person net0 203.0.113.10/24
    address gateway public $NET_GATEWAY_PUBLIC/24
    address gateway private $NET_GATEWAY_PRIVATE/24
    address router gateway 10.0.0.1/24
    address router subnet 10.0.1.1/24
    address agent net0 $NET_AGENT/24
    address db net0 $NET_DB/24

    route person default $NET_GATEWAY_PUBLIC
    route gateway 10.0.1.0/24 10.0.0.1
    route router default $NET_GATEWAY_PRIVATE
    route agent default 10.0.1.1
    route db default 10.0.1.1
    in_part gateway sysctl -qw net.ipv4.ip_forward=1
    in_part router sysctl -qw net.ipv4.ip_forward=1

    network_rules
    # A name that only the private subnet knows.
    for part in agent db; do
        mkdir -p "/etc/netns/$LAB_NAME-$part"
        printf '127.0.0.1 localhost\n%s db.private\n' $NET_DB >"/etc/netns/$LAB_NAME-$part/hosts"
    done
}

# The rules, in the words of security groups:
#   gateway  in: 443 from anywhere
#   agent    in: nothing                            out: 443 to the gateway, 5432 and 3306 to the database
#   db       in: 5432 and 3306 from the agent       out: nothing
network_rules() {
    in_part gateway nft -f - <<NFT
table inet lab {
    chain input {
        type filter hook input priority 0; policy drop
        iif lo accept
        ct state established,related accept
        tcp dport 443 accept
    }
}
NFT
    in_part agent nft -f - <<NFT
table inet lab {
    chain input {
        type filter hook input priority 0; policy drop
        iif lo accept
        ct state established,related accept
    }
    chain output {
        type filter hook output priority 0; policy drop
        oif lo accept
        ct state established,related accept
        ip daddr $NET_GATEWAY_PRIVATE tcp dport 443 accept
        ip daddr $NET_DB tcp dport { 5432, 3306 } accept
    }
}
NFT
    in_part db nft -f - <<NFT
table inet lab {
    chain input {
        type filter hook input priority 0; policy drop
        iif lo accept
        ct state established,related accept
        ip saddr $NET_AGENT tcp dport { 5432, 3306 } accept
    }
    chain output {
        type filter hook output priority 0; policy drop
        oif lo accept
        ct state established,related accept
    }
}
NFT
}

# Ends whatever still runs in this run's namespaces and removes them. Safe to call when only a part of them is there.
network_down() {
    local part pids
    for part in "${NET_PARTS[@]}"; do
        ip netns list 2>/dev/null | grep -q "^$LAB_NAME-$part\b" || continue
        mapfile -t pids < <(ip netns pids "$LAB_NAME-$part")
        [ "${#pids[@]}" = 0 ] || kill -KILL "${pids[@]}" 2>/dev/null || true
        ip netns del "$LAB_NAME-$part"
        rm -rf "/etc/netns/$LAB_NAME-$part"
    done
}

# reaches PART ADDRESS PORT: whether a connection opens within 2 s.
reaches() {
    # shellcheck disable=SC2016  # expanded by the inner shell
    in_part "$1" timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$2" "$3" 2>/dev/null
}
