#!/bin/sh
# From a bare Debian or Ubuntu to a running stack: Docker Engine with Compose from Docker's own packages, an .env with a Redis
# password, node-exporter. It may be run again: what is there stays.
set -eu
cd "$(dirname "$0")/../.."

case ${1:-} in
  '') ;;
  --help)
    cat <<'end'
PUBLIC_URL=https://bot.example.com SERVER_SIZE=basic install.sh

As root. Both variables are optional, and go into an .env that is made; one that is there stays as it is. With PUBLIC_URL a
certificate is got from Let's Encrypt: the name must lead here already.
end
    exit
    ;;
  *) echo "install.sh: there is no $1; see --help" >&2 && exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { echo 'install.sh: it must be root' >&2 && exit 1; }

export DEBIAN_FRONTEND=noninteractive
apt_get() { apt-get -o DPkg::Lock::Timeout=600 -qq "$@" >/dev/null; }

if ! docker compose version >/dev/null 2>&1; then
  apt_get update
  apt_get install -y --no-install-recommends ca-certificates curl
  install -d -m 755 /etc/apt/keyrings
  # shellcheck disable=SC1091
  . /etc/os-release
  curl -fsSL --retry 5 -o /etc/apt/keyrings/docker.asc "https://download.docker.com/linux/$ID/gpg"
  cat >/etc/apt/sources.list.d/docker.sources <<end
Types: deb
URIs: https://download.docker.com/linux/$ID
Suites: $VERSION_CODENAME
Components: stable
Signed-By: /etc/apt/keyrings/docker.asc
end
  apt_get update
  apt_get install -y --no-install-recommends docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin
fi

# Without it Redis may fail to rewrite its AOF when memory is short.
echo 'vm.overcommit_memory=1' >/etc/sysctl.d/60-redis.conf
sysctl --quiet --load=/etc/sysctl.d/60-redis.conf

if ! [ -e .env ]; then
  umask 077
  password=$(openssl rand -hex 32)
  # By printf, which is of the shell: another program's arguments can be read by everybody.
  while IFS= read -r line; do
    case $line in
      REDIS_PASSWORD=) line=$line$password ;;
      SERVER_SIZE=*) line=SERVER_SIZE=${SERVER_SIZE:-basic} ;;
      PUBLIC_URL=) line=$line${PUBLIC_URL:-} ;;
      COMPOSE_PROFILES=*) line=$line${PUBLIC_URL:+,tls} ;;
    esac
    printf '%s\n' "$line"
  done <.env.example >.env.new
  mv .env.new .env
  umask 022
fi

# Prometheus in a container comes by one of Docker's networks; from elsewhere the firewall keeps the port shut.
if ! dpkg-query -W prometheus-node-exporter >/dev/null 2>&1; then
  apt_get update
  apt_get install -y --no-install-recommends prometheus-node-exporter
fi
if command -v ufw >/dev/null; then ufw allow from 172.16.0.0/12 to any port 9100 proto tcp >/dev/null; fi

docker compose up -d --build --wait
