#!/bin/sh
# Puts containers of the present image and settings in the place of the old ones, without a moment in which nobody answers:
# one at a time, a new one starts beside the old ones, and once it is ready an old one stops, which hands over its work.
# Should it not become ready, or this script be broken off, it is taken away again, and the old ones go on.
set -eu

if [ $# -gt 0 ]; then
  echo "usage: deploy/upgrade.sh" >&2
  echo "After \`git pull\` and \`docker compose build\`, or a change in .env." >&2
  echo "There are as many containers afterwards as before." >&2
  exit 2
fi
cd "$(dirname "$0")/.."

# The folder, not this file, which `git pull` may put another in the place of.
exec 9<.
flock --nonblock 9 || { echo "upgrade: another one is under way" >&2 && exit 1; }
docker compose config --quiet

ready_within=120 # s: a start waits for Redis, and a gateway for its platform
starts=3
alone_for=31     # s: nginx may have asked a gateway before it listened, and then leaves it alone (fail_timeout)

# Read twice: at first the hash leaves out the files of env_file (docker/compose#14001), and then no container has it.
hashes=$(docker compose --profile '*' config | docker compose --profile '*' --file - config --hash '*')

running() { docker compose ps --quiet "$1"; }

# A service's containers that are of another image or of other settings; the image's name is one of the settings.
outdated() {
  hash=$(echo "$hashes" | sed -n "s/^$1 //p")
  for container in $(running "$1"); do
    is=$(docker inspect --format '{{index .Config.Labels "com.docker.compose.config-hash"}} {{.Image}}' "$container")
    name=$(docker inspect --format '{{.Config.Image}}' "$container")
    image=$(docker image inspect --format '{{.Id}}' "$name" 2>/dev/null || :)
    if [ "$is" != "$hash $image" ]; then echo "$container"; fi
  done
}

# Leaves in `why` what is missing. A container that dies while it is asked is not ready.
is_ready() {
  why=$(docker exec "$1" node -e '
    fetch(`http://127.0.0.1:${process.env.PORT}/readyz`)
      .then(async answer => answer.ok ? undefined : await answer.text(), () => "it does not listen")
      .then(why => { if (why) { console.log(why); process.exitCode = 1 } })' 2>&1)
}

# While a service is replaced one of its containers is too many: the new one, until it is ready and an old one may go.
service='' before='' surplus=''

newcomers() { docker compose ps --all --quiet "$service" | grep -vxF "$before" || :; }

take_surplus_away() {
  for container in ${surplus:-$(newcomers)}; do
    docker stop "$container" >/dev/null || :
    docker rm --force "$container" >/dev/null
  done
}

break_off() {
  [ "$service" ] || return 0
  trap '' HUP INT TERM
  take_surplus_away
  echo "upgrade: there are as many of $service as before, and the old ones go on." >&2
}
trap break_off EXIT
trap 'exit 1' HUP INT TERM

replace() {
  # One that was stopped would be started in place of a new one.
  docker compose ps --quiet --status exited "$1" | xargs -r docker rm >/dev/null
  before=$(running "$1")
  service=$1 surplus=''
  count=$(echo "$before" | wc -l)
  echo "upgrade: a new $service starts beside the old"
  docker compose --progress quiet up -d --no-deps --no-recreate --scale "$service=$((count + 1))" "$service"
  new=$(newcomers)
  waited=0
  until is_ready "$new"; do
    if [ $waited -ge $ready_within ] || [ "$(docker inspect --format '{{.RestartCount}}' "$new")" -ge $starts ]; then
      docker logs --tail 20 "$new" >&2
      echo "upgrade: the new $service is not ready after $waited s: $why" >&2
      exit 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
  case $service in gateway-*) sleep $alone_for ;; esac
  surplus=$2
  take_surplus_away
  echo "upgrade: one $service of $count replaced"
  service=''
}

# Who reads comes before who writes, so that nobody meets what only a newer one understands.
chosen=$(docker compose config --services)
scales=
for tier in sender inference gateway-web gateway-telegram gateway-feishu alerts; do
  present=$(running "$tier" | wc -l)
  [ "$present" -gt 0 ] || continue
  if ! echo "$chosen" | grep -qx "$tier"; then
    docker compose --progress quiet rm --stop --force "$tier" >/dev/null
    echo "upgrade: $tier is taken away, for .env does not choose it any more"
    continue
  fi
  scales="$scales --scale $tier=$present"
  # Not in the head of the loop, where a failure would pass for "none".
  olds=$(outdated "$tier")
  for old in $olds; do replace "$tier" "$old"; done
done

# The rest: nginx and Redis only if they changed, for they cannot run twice, and what was not there before.
# shellcheck disable=SC2086
docker compose up -d --wait $scales
docker compose exec -T nginx /etc/nginx/waystation/reload.sh
echo "upgrade: all are of the present image and settings"
