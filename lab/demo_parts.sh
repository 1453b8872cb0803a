# shellcheck shell=bash disable=SC2034  # its variables are used by the scripts that source it
# Sourced by demo.sh: the parts of the demonstration, in their order.

lab_start() {
    title "A lab on this machine ($MODE)"
    if [ "$MODE" = namespaces ]; then
        network_up
        GATEWAY_ADDRESS=$NET_GATEWAY_PUBLIC AGENT_SEES=$NET_GATEWAY_PRIVATE GATEWAY_PORT=443
        DB_ADDRESS=$NET_DB DB_HOST=db.private PG_PORT=5432 MY_PORT=3306 PG_LOCAL=15432 MY_LOCAL=13306
        IN_PERSON=(ip netns exec "$LAB_NAME-person") IN_GATEWAY=(ip netns exec "$LAB_NAME-gateway")
        IN_AGENT=(ip netns exec "$LAB_NAME-agent") RUN=(ip netns exec "$LAB_NAME-db")
        cat <<'PICTURE'
   person ------- gateway ------- router --+-- agent  10.0.1.10
   203.0.113.10   203.0.113.1     10.0.1.1 |
                  10.0.0.2                 +-- db     10.0.1.20
   rules: agent out: 443 to the gateway, 5432 and 3306 to the db
          db in: 5432 and 3306 from the agent; nothing else gets through
PICTURE
    else
        note "Namespaces need root on Linux: everything runs on 127.0.0.1, and"
        note "nothing here shows that the direct way is closed."
        GATEWAY_ADDRESS=127.0.0.1 AGENT_SEES=127.0.0.1 DB_ADDRESS=127.0.0.1 DB_HOST=localhost
        read -r GATEWAY_PORT PG_PORT MY_PORT PG_LOCAL MY_LOCAL < <(free_ports 5)
        IN_PERSON=() IN_GATEWAY=() IN_AGENT=() RUN=()
    fi
    postgres_start "$LAB/postgres" "$DB_ADDRESS" "$PG_PORT" "$PASSWORD"
    mariadb_start "$LAB/mariadb" "$DB_ADDRESS" "$MY_PORT" "$PASSWORD"
    passed "PostgreSQL and MariaDB run"
}

free_ports() {
    python3 -c 'import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*[s.getsockname()[1] for s in sockets])' "$1"
}

# Every way around the gateway, tried at once; each must fail. And the ways that must be open.
direct_way() {
    [ "$MODE" = namespaces ] || { skipped "the direct way is closed" "no namespaces on this machine"; return 0; }
    title "The direct way is closed"
    (cd / && in_part gateway python3 -m http.server -b $NET_GATEWAY_PRIVATE 8080) >/dev/null 2>&1 &
    LAB_PIDS+=($!)
    local tries=(
        "closed person $NET_DB 5432 person to PostgreSQL" "closed person $NET_DB 3306 person to MariaDB"
        "closed person $NET_AGENT 22 person to the agent" "closed person $NET_GATEWAY_PUBLIC 22 person to the gateway's port 22"
        "closed gateway $NET_DB 5432 gateway to PostgreSQL" "closed gateway $NET_AGENT 22 gateway to the agent"
        "closed agent $NET_DB 22 agent to the db's port 22" "closed agent $NET_GATEWAY_PRIVATE 8080 agent to the gateway's port 8080"
        "closed agent 203.0.113.10 443 agent to the person" "closed db $NET_GATEWAY_PRIVATE 443 db to the gateway"
        "open agent $NET_DB 5432 agent to PostgreSQL" "open agent $NET_DB 3306 agent to MariaDB"
    )
    local i want part address port what
    for i in "${!tries[@]}"; do
        read -r _ part address port _ <<<"${tries[$i]}"
        { reaches "$part" "$address" "$port" && echo open || echo closed; } >"$LAB/try-$i" &
    done
    for i in "${!tries[@]}"; do
        read -r want part address port what <<<"${tries[$i]}"
        wait_for 5 "the try of $part to $address:$port" test -s "$LAB/try-$i"
        if [ "$(cat "$LAB/try-$i")" = "$want" ]; then passed "$want: $what"; else failed "$want: $what" "it is $(cat "$LAB/try-$i")"; fi
    done
    note "$ psql 'host=$NET_DB user=$DB_USER connect_timeout=2'"
    expect "psql says that the direct way is closed" 'timeout expired|Connection timed out' \
        "${IN_PERSON[@]}" psql "host=$NET_DB user=$DB_USER dbname=$DB_NAME connect_timeout=2" -c 'select 1'
}

# How a person at another terminal gets into a part of the lab.
enter() { echo "${SUDO_USER:+sudo }$LAB/$1"; }

# The scripts $LAB/person and $LAB/agent run a command in that part of the lab, with the environment it has there.
write_entrances() {
    cat >"$LAB/person" <<SH
#!/bin/sh
# Runs a command as the person of the demonstration: person COMMAND...
set -a; . "$LAB/gateway/admin.env"; set +a
AWS_ENDPOINT_URL=https://$GATEWAY_ADDRESS:$GATEWAY_PORT PGPASSWORD=$PASSWORD MYSQL_PWD=$PASSWORD
PGHOST=127.0.0.1 PGUSER=$DB_USER PGDATABASE=$DB_NAME
HOME=$LAB/home PATH=$ROOT/out:\$PATH
export AWS_ENDPOINT_URL PGPASSWORD MYSQL_PWD PGHOST PGUSER PGDATABASE HOME PATH
exec ${IN_PERSON[*]} "\$@"
SH
    cat >"$LAB/agent" <<SH
#!/bin/sh
# Runs a command where the agent runs: agent COMMAND...
PATH=$ROOT/out:\$PATH
export PATH
exec ${IN_AGENT[*]} "\$@"
SH
    mkdir -p "$LAB/home"
    chmod 755 "$LAB/person" "$LAB/agent"
}

gateway_and_node() {
    title "The gateway, and a node that dials out to it"
    local listen=(--listen "$GATEWAY_ADDRESS:$GATEWAY_PORT")
    [ "$AGENT_SEES" = "$GATEWAY_ADDRESS" ] || listen+=(--listen "$AGENT_SEES:$GATEWAY_PORT")
    note "$ postern-server --data $LAB/gateway \\"
    note "      ${listen[*]}"
    "${IN_GATEWAY[@]}" "$ROOT/out/postern-server" --data "$LAB/gateway" "${listen[@]}" >"$LAB/gateway.out" 2>"$LAB/gateway.log" &
    GATEWAY_PID=$!
    LAB_PIDS+=("$GATEWAY_PID")
    wait_for 30 "the gateway (see below)" grep -q ready "$LAB/gateway.out" || { cat "$LAB/gateway.log" >&2; return 1; }
    show <"$LAB/gateway.out"
    passed "the gateway is ready"
    write_entrances

    local activation id code
    NAME=db-net
    if command -v aws >/dev/null; then
        note "$ aws ssm create-activation --iam-role service-role/nodes \\"
        note "      --default-instance-name $NAME"
        activation=$("$LAB/person" aws --endpoint-url "https://$GATEWAY_ADDRESS:$GATEWAY_PORT" --output text ssm create-activation \
            --iam-role service-role/nodes --default-instance-name "$NAME" --query '[ActivationId, ActivationCode]')
    else
        note "$ postern activate --name $NAME"
        activation=$("$LAB/person" postern activate --name "$NAME" --json | python3 -c 'import json, sys; a = json.load(sys.stdin); print(a["activationId"], a["activationCode"])')
    fi
    read -r id code <<<"$activation"
    note "$ postern-agent register --endpoint https://$AGENT_SEES:$GATEWAY_PORT ..."
    "$LAB/agent" postern-agent register --endpoint "https://$AGENT_SEES:$GATEWAY_PORT" --ca "$LAB/gateway/ca.pem" --data "$LAB/node" \
        --activation-id "$id" --activation-code "$code" >"$LAB/agent.log" 2>&1 || { cat "$LAB/agent.log" >&2; return 1; }
    NODE=$(grep -oE 'mi-[0-9a-f]{17}' "$LAB/agent.log" "$LAB/node/registration.json" -h | head -n 1)
    note "$ postern-agent run"
    local wrap=()
    # The user that the agent makes for sessions stays inside the lab.
    if [ "$(id -u)" = 0 ] && "$ROOT/lab/private_root.sh" true 2>/dev/null; then wrap=("$ROOT/lab/private_root.sh"); fi
    "$LAB/agent" "${wrap[@]}" "$ROOT/out/postern-agent" run --data "$LAB/node" >>"$LAB/agent.log" 2>&1 &
    LAB_PIDS+=($!)
    wait_for 20 "the node to come online (log: $LAB/agent.log)" node_online || { cat "$LAB/agent.log" >&2; return 1; }
    passed "the node $NODE ($NAME) is online"
}

node_online() { "$LAB/person" postern nodes | grep "$NODE" | grep -qiE 'online|connected'; }

# Types a command at the shell's prompt and then leaves, as a person would; what appears on the terminal goes to $LAB/shell.log.
use_shell() {
    local keys=$LAB/keys
    mkfifo "$keys"
    timeout 20 script -qefc "$(printf '%q ' "$LAB/person" postern start "$NAME")" /dev/null <"$keys" >"$LAB/shell.log" 2>&1 &
    LAB_PIDS+=($!)
    exec 8>"$keys"
    wait_for 10 "the prompt" grep -q '[$#] $' "$LAB/shell.log" || return 0
    printf 'echo "I am $(id -un) at $(hostname -I)"\r' >&8
    wait_for 5 "the answer" grep -q '^I am' "$LAB/shell.log" || return 0
    printf 'exit\r' >&8
    wait "$!" || true
    exec 8>&-
}

shell_step() {
    title "A shell on the node"
    by_hand "$(enter person) postern start $NAME"
    use_shell
    tr -d '\r' <"$LAB/shell.log" | sed 's/\x1b\[[?0-9;]*[a-zA-Z]//g; /^$/d' | show
    local name="the shell ran a command on the node"
    if grep -q '^I am [a-z]' "$LAB/shell.log"; then passed "$name"; else failed "$name" "expected: I am ..."; fi
}

tunnel_steps() {
    title "Tunnels to the databases, through the node"
    by_hand "$(enter person) postern forward $NAME $PG_LOCAL:$DB_HOST:$PG_PORT"
    by_hand "$(enter person) postern forward $NAME $MY_LOCAL:$DB_HOST:$MY_PORT"
    "$LAB/person" postern forward "$NAME" "$PG_LOCAL:$DB_HOST:$PG_PORT" >"$LAB/tunnel-pg.log" 2>&1 &
    LAB_PIDS+=($!)
    "$LAB/person" postern forward "$NAME" "$MY_LOCAL:$DB_HOST:$MY_PORT" >"$LAB/tunnel-my.log" 2>&1 &
    LAB_PIDS+=($!)
    wait_for 10 "the tunnel to PostgreSQL" tunnel_open "$PG_LOCAL" || cat "$LAB/tunnel-pg.log"
    wait_for 10 "the tunnel to MariaDB" tunnel_open "$MY_LOCAL" || cat "$LAB/tunnel-my.log"

    local query='select sum(euros) as total from orders'
    PSQL="psql -p $PG_LOCAL"
    MYSQL="mysql -h127.0.0.1 -P$MY_LOCAL -u$DB_USER $DB_NAME"
    by_hand "$(enter person) $PSQL \\"
    note "      -c '$query'"
    expect "psql through the tunnel" '408.40' "$LAB/person" psql -p "$PG_LOCAL" -c "$query"
    by_hand "$(enter person) $MYSQL \\"
    note "      -t -e '$query'"
    expect "mysql through the tunnel" '408.40' "$LAB/person" mysql --no-defaults -h127.0.0.1 "-P$MY_LOCAL" "-u$DB_USER" "$DB_NAME" -t -e "$query"
}

tunnel_open() { "${IN_PERSON[@]}" bash -c "exec 3<>/dev/tcp/127.0.0.1/$1"; }

invitation() {
    title "It stays up until Ctrl-C. From another terminal:"
    by_hand "$(enter person) postern start $NAME"
    by_hand "$(enter person) postern forward $NAME $DB_HOST:$PG_PORT"
    note "the two tunnels above are open:"
    by_hand "$(enter person) $PSQL"
    by_hand "$(enter person) $MYSQL"
    note "and with nothing but AWS's own tools:"
    by_hand "$(enter person) aws --endpoint-url https://$GATEWAY_ADDRESS:$GATEWAY_PORT \\"
    note "      ssm start-session --target $NODE"
    note "$LAB/person COMMAND runs as the person,"
    note "$LAB/agent COMMAND where the agent runs; logs: *.log there"
    echo
}

# Ends what was started here, and only that: first politely, then for good.
stop_all() {
    local pid end=$((SECONDS + 5))
    [ "${#LAB_PIDS[@]}" -gt 0 ] || return 0
    kill -TERM "${LAB_PIDS[@]}" 2>/dev/null || true
    for pid in "${LAB_PIDS[@]}"; do
        while kill -0 "$pid" 2>/dev/null && [ "$SECONDS" -lt "$end" ]; do sleep 0.05; done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}
