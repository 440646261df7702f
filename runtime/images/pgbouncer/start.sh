#!/bin/sh
# PgBouncer's files from the variables of contract.environment.PgBouncerEnv, then PgBouncer in the place of this shell.
set -eu
umask 077
folder=$(mktemp -d /tmp/pgbouncer.XXXXXX)

# A value in the connection string of [databases], and one in the list of users.
in_single() { printf "'%s'" "$(printf %s "$1" | sed "s/'/''/g")"; }
in_double() { printf '"%s"' "$(printf %s "$1" | sed 's/"/""/g')"; }

printf '%s %s\n' "$(in_double "$DATABASE_USER")" "$(in_double "$DATABASE_PASSWORD")" > "$folder/users.txt"
unset DATABASE_PASSWORD

# Clients encrypt and check no name (sslmode require): the load balancer before this task has another one every day.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=pgbouncer \
    -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2> /dev/null

cat > "$folder/pgbouncer.ini" <<INI
[databases]
$DATABASE_NAME = host=$(in_single "$DATABASE_HOST") port=$DATABASE_PORT dbname=$(in_single "$DATABASE_NAME")

[pgbouncer]
listen_addr = 0.0.0.0
listen_port = $LISTEN_PORT
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $folder/users.txt
pool_mode = transaction
max_client_conn = $MAX_CLIENT_CONNECTIONS
default_pool_size = $SERVER_POOL_SIZE
max_db_connections = $SERVER_POOL_SIZE
server_idle_timeout = ${SERVER_IDLE_SECONDS:-600}
client_tls_sslmode = require
client_tls_key_file = $folder/key.pem
client_tls_cert_file = $folder/certificate.pem
server_tls_sslmode = ${DATABASE_SSLMODE:-verify-full}
server_tls_ca_file = /opt/rds.pem
log_connections = 0
log_disconnections = 0
INI

# Each connection is a file: 1,024, the usual limit, would be the number of clients.
ulimit -n "$(ulimit -H -n)"
exec pgbouncer "$folder/pgbouncer.ini"
