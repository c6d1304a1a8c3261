#!/bin/sh
# A copy of what one server must not lose, taken while it runs: what is in Redis, .env, .env.models, waystation.yaml, the
# override file of Compose and site/ without its models, which are large and can be fetched again.
set -eu

usage() {
  cat <<'end'
backup.sh [--to FOLDER] [--keep N] [--redis HOST:PORT]

Writes waystation-<date>.tar.gz and its .sha256 into FOLDER (/var/backups/waystation), readable by their owner alone, and
removes all but the last N (14). Redis is the one of the Compose stack beside this script, or the one at HOST:PORT, whose
password is taken from the variable REDISCLI_AUTH.

An archive holds the secrets of .env and what people wrote, in the clear: encrypt it before it leaves the server.
end
}

fail() {
  echo "backup.sh: $1" >&2
  exit 1
}

to=/var/backups/waystation
keep=14
redis=
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage && exit ;;
    --to | --keep | --redis) [ $# -gt 1 ] || fail "$1 what? See --help" ;;
    *) fail "there is no $1; see --help" ;;
  esac
  case $1 in
    --to) to=$2 ;;
    --keep) keep=$2 ;;
    --redis) redis=$2 ;;
  esac
  shift 2
done
case $keep in '' | 0 | *[!0-9]*) fail '--keep: a number from 1' ;; esac

root=$(cd "$(dirname "$0")/../.." && pwd)
umask 077
mkdir -p "$to"
to=$(cd "$to" && pwd)
draft=$(mktemp -d "$to/.draft-XXXXXX")
trap 'rm -rf "$draft"' EXIT
trap 'exit 1' HUP INT TERM

# As a replica gets it: one moment of Redis, all of it, and without a file on its side.
if [ -n "$redis" ]; then
  cli=$(command -v redis-cli || command -v valkey-cli) ||
    cli='docker run --rm --network host -e REDISCLI_AUTH redis:8-alpine redis-cli'
  # shellcheck disable=SC2086 # Several words.
  $cli -h "${redis%:*}" -p "${redis##*:}" --rdb - >"$draft/redis.rdb" 2>"$draft/said"
else
  # shellcheck disable=SC2016 # Of the container's.
  login='export REDISCLI_AUTH="${REDISCLI_AUTH:-$(cat "$REDIS_PASSWORD_FILE")}"'
  (cd "$root" && docker compose exec -T redis sh -c "$login; redis-cli --rdb -") >"$draft/redis.rdb" 2>"$draft/said"
fi || fail "Redis gives no copy: $(tail -n 1 "$draft/said")"
# What it refuses, a password for instance, need not end redis-cli with an error.
[ "$(head -c 5 "$draft/redis.rdb")" = REDIS ] || fail "Redis gives no copy: $(tail -n 1 "$draft/said")"

set --
for path in .env .env.models waystation.yaml docker-compose.override.yml site; do
  [ ! -e "$root/$path" ] || set -- "$@" -C "$root" "$path"
done
name=waystation-$(date -u +%Y%m%dT%H%M%SZ).tar.gz
tar --numeric-owner --exclude=site/models -czf "$draft/$name" -C "$draft" redis.rdb "$@"
(cd "$draft" && sha256sum "$name" >"$name.sha256")
# The archive last: where it is, it is whole.
sync "$draft/$name" "$draft/$name.sha256"
mv "$draft/$name.sha256" "$draft/$name" "$to/"

# Their names are in the order of their dates.
find "$to" -maxdepth 1 -name 'waystation-????????T??????Z.tar.gz' | sort -r | tail -n "+$((keep + 1))" |
  while read -r old; do rm -f "$old" "$old.sha256"; done
echo "$to/$name"
