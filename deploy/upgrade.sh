#!/bin/sh
# Puts containers of the present image and settings in the place of the old ones, without a moment in which nobody answers:
# one at a time, a new one starts beside the old ones, and once it is ready an old one stops, which hands over its work.
# Should it not become ready, it is taken away again, and the old ones go on.
set -eu

if [ $# -gt 0 ]; then
  echo "usage: deploy/upgrade.sh" >&2
  echo "After \`git pull\` and \`docker compose build\`, or a change in .env. There are as many containers afterwards as before." >&2
  exit 2
fi
cd "$(dirname "$0")/.."

ready_within=120 # s: a start waits for Redis, and a gateway for its platform
starts=3
alone_for=31     # s: nginx may have asked a gateway before it listened, and then leaves it alone (fail_timeout)

running() { docker compose ps --quiet "$1"; }

# A service's containers that are of another image or of other settings.
outdated() {
  hash=$(docker compose config --hash "$1" | cut -d' ' -f2)
  image=$(docker image inspect --format '{{.Id}}' "$(docker compose config --images "$1" | head -n 1)")
  for container in $(running "$1"); do
    is=$(docker inspect --format '{{index .Config.Labels "com.docker.compose.config-hash"}} {{.Image}}' "$container")
    if [ "$is" != "$hash $image" ]; then echo "$container"; fi
  done
}

# Prints what is missing, if so.
missing() {
  docker exec "$1" node -e '
    fetch(`http://127.0.0.1:${process.env.PORT}/readyz`)
      .then(async answer => answer.ok || console.log(await answer.text()))
      .catch(() => console.log("it does not listen"))' 2>&1 || true
}

replace() {
  service=$1 old=$2 before=$(running "$1")
  count=$(echo "$before" | wc -l)
  docker compose --progress quiet up -d --no-deps --no-recreate --scale "$service=$((count + 1))" "$service"
  new=$(running "$service" | grep -vxF "$before")
  waited=0
  while why=$(missing "$new") && [ -n "$why" ]; do
    if [ $waited -ge $ready_within ] || [ "$(docker inspect --format '{{.RestartCount}}' "$new")" -ge $starts ]; then
      docker logs --tail 20 "$new" >&2
      docker rm --force "$new" >/dev/null
      echo "upgrade: the new $service is not ready after $waited s: $why" >&2
      echo "upgrade: it is gone again, and the old ones go on." >&2
      exit 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
  case $service in gateway-*) sleep $alone_for ;; esac
  docker stop "$old" >/dev/null
  docker rm "$old" >/dev/null
  echo "upgrade: one $service of $count replaced"
}

# Who reads comes before who writes, so that nobody meets what only a newer one understands.
scales=
for service in sender inference gateway-web gateway-telegram gateway-feishu; do
  count=$(running "$service" | wc -l)
  [ "$count" -gt 0 ] || continue
  scales="$scales --scale $service=$count"
  for old in $(outdated "$service"); do replace "$service" "$old"; done
done

# The rest: nginx and Redis only if they changed, for they cannot run twice, and what was not there before.
# shellcheck disable=SC2086
docker compose up -d --wait $scales
docker compose exec -T nginx /etc/nginx/waystation/reload.sh
