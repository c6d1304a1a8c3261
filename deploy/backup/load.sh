#!/bin/sh
# Turns a copy of Redis, an RDB on stdin, into the data of a Redis with AOF, which would not read it: load.sh FOLDER [replace].
# Where FOLDER already holds data it exits 3, or, with `replace`, puts them aside.
set -eu
cd "$1"
replace=${2:-}

fail() {
  echo "$1" >&2
  exit 1
}

held=
for path in appendonlydir appendonly.aof dump.rdb; do [ ! -e "$path" ] || held="$held $path"; done
[ -z "$held" ] || [ "$replace" = replace ] || exit 3

program=$(command -v redis-server || command -v valkey-server)
cli=$(command -v redis-cli || command -v valkey-cli)

umask 077
rm -rf restoring
mkdir restoring
scratch=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null || true; rm -rf "$scratch" restoring' EXIT
trap 'exit 1' HUP INT TERM
cat >restoring/redis.rdb

# Nobody else reaches it: it has no port.
"$program" - <<end >"$scratch/log" 2>&1 &
port 0
unixsocket $scratch/socket
dir $PWD/restoring
dbfilename redis.rdb
appendonly no
save ""
end
server=$!
ask() { REDISCLI_AUTH='' "$cli" -s "$scratch/socket" "$@" 2>/dev/null; }

until [ "$(ask ping)" = PONG ]; do
  kill -0 "$server" 2>/dev/null || fail "Redis cannot read this copy: $(tail -n 2 "$scratch/log")"
  sleep 0.2
done
ask config set appendonly yes >"$scratch/said"
while ask info persistence | grep -Eq 'aof_rewrite_(in_progress|scheduled):1'; do sleep 0.2; done
ask info persistence | grep -q aof_last_bgrewrite_status:ok || fail 'Redis cannot write its AOF: is the disk full?'
keys=$(ask dbsize)
in_boxes() {
  ask eval "
    local count = 0
    for _, conversation in ipairs(redis.call('zrange', KEYS[1], 0, -1)) do
      count = count + redis.call('llen', 'waystation:{' .. conversation .. '}:$1')
    end
    return count" 1 "waystation:{$1}:filled"
}
messages=$(in_boxes inbox)
replies=$(in_boxes outbox)
ask shutdown || true
wait "$server" || fail "Redis does not end well: $(tail -n 1 "$scratch/log")"
server=

if [ -n "$held" ]; then
  aside=replaced-$(date -u +%Y%m%dT%H%M%SZ)
  mkdir "$aside"
  # shellcheck disable=SC2086 # They are several, and hold no blanks.
  mv $held "$aside/"
  echo "What was there before is in $PWD/$aside."
fi
rm restoring/redis.rdb
mv restoring/* .
echo "$keys keys. Messages that will be answered: $messages; answers that will be sent: $replies."
