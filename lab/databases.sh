# shellcheck shell=bash disable=SC2034  # its variables are used by the scripts that source it
# Sourced. A real PostgreSQL and a real MariaDB in a folder of their own, each with a small table to ask for.
# RUN is the command (an array) that starts a program where the databases live; LAB_PIDS collects what was started.

DB_NAME=shop
DB_USER=demo

# as_service ACCOUNT COMMAND...: what to write before a command so that it does not run as root (neither server starts as root).
as_service() {
    local account=$1
    if [ "$(id -u)" = 0 ]; then
        AS=(setpriv "--reuid=$account" "--regid=$account" --clear-groups)
    else
        AS=(env)
    fi
}

# postgres_start DIR ADDRESS PORT PASSWORD
postgres_start() {
    local dir=$1 address=$2 port=$3 password=$4 bin
    bin=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)")
    as_service postgres
    mkdir -p "$dir"
    [ "$(id -u)" != 0 ] || chown postgres: "$dir"
    (cd "$dir" && "${AS[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust --no-sync --no-instructions -E UTF8 --locale=C) >"$dir/log" 2>&1
    printf "host all %s 0.0.0.0/0 scram-sha-256\nlocal all postgres trust\n" "$DB_USER" >"$dir/data/pg_hba.conf"
    (cd "$dir" && exec "${RUN[@]}" "${AS[@]}" "$bin/postgres" -D "$dir/data" -c "listen_addresses=$address" -c "port=$port" \
        -c "unix_socket_directories=$dir" -c fsync=off -c logging_collector=off) >>"$dir/log" 2>&1 &
    LAB_PIDS+=($!)
    wait_for 20 "PostgreSQL (log: $dir/log)" "$bin/pg_isready" -q -h "$dir" -p "$port"
    "${AS[@]}" psql -q -v ON_ERROR_STOP=1 -h "$dir" -p "$port" -U postgres postgres >>"$dir/log" 2>&1 <<SQL
create role $DB_USER login password '$password';
create database $DB_NAME owner $DB_USER;
\\connect $DB_NAME
create table orders (id int primary key, item text, euros numeric(8, 2));
insert into orders values (1, 'lamp', 39.90), (2, 'desk', 249.00), (3, 'chair', 119.50);
alter table orders owner to $DB_USER;
SQL
}

# mariadb_start DIR ADDRESS PORT PASSWORD
mariadb_start() {
    local dir=$1 address=$2 port=$3 password=$4 account=mysql
    as_service $account
    [ "$(id -u)" = 0 ] || account=$(id -un)
    mkdir -p "$dir"
    [ "$(id -u)" != 0 ] || chown $account: "$dir"
    (cd "$dir" && "${AS[@]}" mariadb-install-db --no-defaults "--datadir=$dir/data" --auth-root-authentication-method=normal --skip-test-db) >"$dir/log" 2>&1
    # One statement a line: that is what an init file may hold.
    cat >"$dir/init.sql" <<SQL
CREATE DATABASE $DB_NAME;
CREATE TABLE $DB_NAME.orders (id INT PRIMARY KEY, item VARCHAR(40), euros DECIMAL(8, 2));
INSERT INTO $DB_NAME.orders VALUES (1, 'lamp', 39.90), (2, 'desk', 249.00), (3, 'chair', 119.50);
CREATE USER '$DB_USER'@'%' IDENTIFIED BY '$password';
GRANT ALL ON $DB_NAME.* TO '$DB_USER'@'%';
SQL
    chmod 644 "$dir/init.sql"
    (cd "$dir" && exec "${RUN[@]}" "${AS[@]}" "$(command -v mariadbd || echo /usr/sbin/mariadbd)" --no-defaults "--datadir=$dir/data" "--socket=$dir/socket" \
        "--bind-address=$address" "--port=$port" "--pid-file=$dir/pid" --skip-name-resolve --innodb-flush-log-at-trx-commit=0 \
        "--init-file=$dir/init.sql") >>"$dir/log" 2>&1 &
    LAB_PIDS+=($!)
    wait_for 20 "MariaDB (log: $dir/log)" mariadb-admin --no-defaults "--socket=$dir/socket" -u root --silent ping
}
