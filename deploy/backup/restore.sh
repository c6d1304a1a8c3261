#!/bin/sh
# Puts back what backup.sh has kept.
set -eu

usage() {
  cat <<'end'
restore.sh [--replace] [--data FOLDER] ARCHIVE

Puts back what is in ARCHIVE, whose .sha256 lies beside it: what was in Redis, and those of .env, .env.models, waystation.yaml,
docker-compose.override.yml and the files of site/ that are not there. Files that are there stay as they are, and are named
where they differ.

Redis is the one of the Compose stack beside this script, which must be stopped: docker compose down. Without Docker, --data
names the folder of a Redis that is stopped. Where it holds data already, nothing is done, unless --replace puts them aside.
end
}

fail() {
  echo "restore.sh: $1" >&2
  exit 1
}

replace=
data=
archive=
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage && exit ;;
    --replace) replace=replace ;;
    --data)
      [ $# -gt 1 ] || fail '--data what? See --help'
      data=$2
      shift
      ;;
    -*) fail "there is no $1; see --help" ;;
    *) archive=$1 ;;
  esac
  shift
done
[ -f "$archive" ] || fail "${archive:+there is no $archive; }name an archive of backup.sh; see --help"
[ -z "$data" ] || [ -d "$data" ] || fail "there is no folder $data"

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
(cd "$(dirname "$archive")" && sha256sum --status -c "$(basename "$archive").sha256") ||
  fail "$archive is not what backup.sh wrote: its checksum differs or is missing"

if [ -z "$data" ]; then
  runs=$(cd "$root" && docker compose ps -q) || fail 'Compose does not say whether the stack runs'
  [ -z "$runs" ] || fail 'the stack runs: docker compose down'
fi

umask 077
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
tar --numeric-owner -xzf "$archive" -C "$scratch"

(cd "$scratch" && find . ! -type d ! -path ./redis.rdb) | while read -r file; do
  file=${file#./}
  if [ ! -e "$root/$file" ] && [ ! -L "$root/$file" ]; then
    echo "$file is back."
  elif ! cmp -s "$scratch/$file" "$root/$file"; then
    echo "$file is another one here, and stays: tar -xzOf $archive $file"
  fi
done
# Links and modes as they were: certbot's certificates are links, and a folder may keep others from the secrets in it.
tar --numeric-owner --skip-old-files --exclude=redis.rdb -xpzf "$archive" -C "$root"

status=0
if [ -n "$data" ] && { command -v redis-server || command -v valkey-server; } >/dev/null; then
  sh "$here/load.sh" "$data" $replace <"$scratch/redis.rdb" || status=$?
elif [ -n "$data" ]; then
  docker run --rm -i --user "$(stat -c %u:%g "$data")" -v "$(cd "$data" && pwd):/data" -v "$here:/backup:ro" redis:8-alpine \
    sh /backup/load.sh /data $replace <"$scratch/redis.rdb" || status=$?
else
  cd "$root"
  docker compose --progress quiet run --rm -T --no-deps -v "$here:/backup:ro" redis sh /backup/load.sh /data $replace \
    <"$scratch/redis.rdb" || status=$?
fi
[ $status != 3 ] || fail 'Redis holds data already, and nothing was changed in it: --replace puts them aside'
[ $status = 0 ] || fail 'Redis is as it was'
# Redis itself may run as somebody else.
[ -z "$data" ] || chown -R "$(stat -c %u:%g "$data")" "$data"
