#!/bin/bash
# Tries harden.sh on a Debian 12 that is made for it and thrown away: with its own systemd, sshd, firewall and journal, and an
# "outside" that has to come through the firewall. By hand, as root; the first time it fetches some 100 MB of packages.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ "$(id -u)" = 0 ] || { echo 'SKIPPED: it must be root'; exit; }
for program in debootstrap systemd-nspawn nsenter; do
  command -v $program >/dev/null || { echo "SKIPPED: it needs $program: apt install debootstrap systemd-container"; exit; }
done

base=/var/tmp/waystation-try/bookworm
hardening=$(sed -n "s/^packages='\(.*\)'.*/\1/p" deploy/host/harden.sh)
if ! [ -e $base.made ]; then
  rm -rf $base
  mkdir -p $base
  debootstrap --variant=minbase bookworm $base >$base.log
  export DEBIAN_FRONTEND=noninteractive
  apt() { chroot $base apt-get -qq --no-install-recommends "$@" >>$base.log 2>&1; }
  apt install -y systemd-sysv dbus sudo iproute2 openssh-server openssh-client sshpass python3
  # harden.sh installs them itself, in a machine without a network.
  # shellcheck disable=SC2086 # Several words.
  apt install -y --download-only $hardening
  # This machine's, which it would take for its own.
  rm -f $base/etc/hostname
  touch $base.made
fi

# A copy of it, which goes with the machine.
systemd-nspawn --quiet --ephemeral --register=no --keep-unit --private-network --machine=waystation-try \
  --directory=$base --bind-ro="$PWD:/opt/waystation" --boot >$base.boot.log 2>&1 </dev/null &
nspawn=$!
trap 'kill -KILL $leader 2>/dev/null; wait $nspawn || :' EXIT
leader=
is_up() {
  leader=$(pgrep --parent $nspawn) || return 1
  nsenter --target "$leader" --all systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'
}
until is_up; do
  kill -0 $nspawn 2>/dev/null || { cat $base.boot.log && exit 1; }
  sleep 0.5
done
nsenter --target "$leader" --all /opt/waystation/deploy/host/promises.sh
