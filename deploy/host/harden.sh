#!/bin/bash
# Closes a server: SSH on port 2222 with keys alone, a firewall, bans, security updates. In two steps, so that nobody is
# locked out: the new port opens beside the old ones, and these close once somebody has come in by the new one.
set -euo pipefail

usage() {
  cat <<'end'
harden.sh [--dry-run] [--finish | --undo]

For Debian 12 and Ubuntu 22.04 or 24.04, as root. It may be run again: what is so already stays as it is.

  (nothing)   SSH also listens on port 2222, where neither root nor a password is let in; the ports it had, and who may
              log in there, stay. ufw lets in SSH, 80 and 443 alone. fail2ban watches SSH. Security updates install
              themselves. Refuses unless somebody who may become root has a key.
  --finish    The old SSH ports close. Refuses unless such a person is logged in from another machine by port 2222.
  --undo      Takes back what the other two did; packages stay.
  --dry-run   Prints what would change, and changes nothing.
end
}

fail() {
  echo "harden.sh: $1" >&2
  exit 1
}

new=2222
web='80 443'
packages='ufw fail2ban python3-systemd nftables unattended-upgrades' # fail2ban reads the journal and bans by nft
state=/var/lib/waystation-host
# Of sshd's values the first counts, of the others' the last.
sshd_file=/etc/ssh/sshd_config.d/00-waystation.conf
socket_file=/etc/systemd/system/ssh.socket.d/zz-waystation.conf
jail_file=/etc/fail2ban/jail.d/waystation.local
upgrades_file=/etc/apt/apt.conf.d/90waystation

header='# By Waystation: deploy/host/harden.sh, which also takes it away.'
logins='PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no'

step=open dry_run='' changes=0
declare -A before

main() {
  for argument; do
    case $argument in
      --help) usage && exit ;;
      --dry-run) dry_run=yes ;;
      --finish | --undo)
        [ "$step" = open ] || fail '--finish and --undo exclude each other'
        step=${argument#--}
        ;;
      *) fail "there is no $argument; see --help" ;;
    esac
  done
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  export LC_ALL=C
  [ "$(id -u)" = 0 ] || fail 'it must be root: sudo deploy/host/harden.sh'
  # shellcheck disable=SC1091
  case $(. /etc/os-release && echo "$ID $VERSION_ID") in
    'debian 12' | 'ubuntu 22.04' | 'ubuntu 24.04') ;;
    *) fail 'it knows Debian 12, Ubuntu 22.04 and Ubuntu 24.04' ;;
  esac
  for program in sshd ss sudo; do
    command -v $program >/dev/null || fail "it needs $program: apt install openssh-server iproute2 sudo"
  done
  exec 9</etc/ssh
  flock --nonblock 9 || fail 'another one is under way'
  # Without it sshd -t fails; where systemd listens, nobody has made it before the first login.
  [ -d /run/sshd ] || mkdir -m 755 /run/sshd
  $step
  [ $changes != 0 ] || echo 'harden.sh: nothing to change'
}

open() {
  local old
  sshd -t || fail 'sshd does not accept its configuration as it is; mend that first'
  ! has_addresses || fail 'sshd_config names a ListenAddress: take it out, and let the firewall choose who may come'
  [ "$(administrators)" ] || fail 'nobody who may become root has a key that sshd reads: you would be locked out'
  # A login there can only be tried beside the old ones.
  [ -e $state/ports ] || ! are_open $new || fail "port $new is taken already, be it by sshd: that has to move first"
  install_packages
  remember
  old=$(old_ports)
  ensure_upgrades
  ensure_firewall "$old"
  ensure_sshd "$old"
  ensure_jail "$old"
  if [ -z "$dry_run" ] && ! [ -e $state/finished ]; then
    echo "harden.sh: keep this session. From your machine: ssh -p $new $(administrators | sed -n 1p)@<this server>, and there:"
    echo "harden.sh: sudo $(realpath "$0") --finish"
  fi
}

finish() {
  local who
  [ -e $state/ports ] || fail 'the first step comes first: harden.sh without --finish'
  [ "$(administrators)" ] || fail 'nobody who may become root has a key that sshd reads: you would be locked out'
  if ! [ -e $state/finished ]; then
    who=$(come_by_the_new_port)
    [ "$who" ] || fail "nobody who may become root is logged in from another machine by port $new: do that, and try again"
    echo "harden.sh: $who is logged in by port $new"
  fi
  ensure_sshd ''
  ensure_jail ''
  ensure_firewall ''
  [ -e $state/finished ] || change 'note that it is finished' touch $state/finished
}

undo() {
  local old policy rule port reload=''
  [ -e $state/ports ] || fail 'there is nothing to undo'
  old=$(<$state/ports) policy=$(<$state/policy)
  # First the doors that there were, so that there is one at any moment.
  [ "$(<$state/firewall)" = active ] || ! is_active || change 'ufw off' quietly ufw disable
  while read -r rule; do
    # shellcheck disable=SC2086 # A rule is several words.
    grep -qxF -- "$rule" < <(rules) || change "$rule" quietly $rule
  done <$state/rules
  if take_away $sshd_file; then reload=yes; fi
  if take_away $socket_file; then reload=yes; fi
  if [ $reload ]; then change 'sshd reads its configuration' apply_sshd; fi
  [ "$dry_run" ] || soon are_open "$old" || fail "sshd does not listen on $old: keep this session, and see journalctl -u ssh"
  for port in $new $web $old; do
    grep -qx "ufw allow $port/tcp" $state/rules || ! has_rule "$port" ||
      change "ufw delete allow $port/tcp" quietly ufw delete allow "$port/tcp"
  done
  [ "$(incoming)" = "$policy" ] || change "ufw default $policy incoming" quietly ufw default "$policy" incoming
  if take_away $jail_file; then change 'fail2ban reads its configuration' systemctl try-restart fail2ban; fi
  take_away $upgrades_file || :
  change 'forget how it was' rm -r $state
}

# --- what is known of this server ---------------------------------------------------------------------------------------

has_addresses() {
  find /etc/ssh/sshd_config /etc/ssh/sshd_config.d -type f ! -path $sshd_file -exec grep -qiE '^\s*ListenAddress' {} +
}

# Who has a shell, a key that sshd reads, and root by sudo: without a password, or with one that is set.
administrators() {
  local name id home shell may
  while IFS=: read -r name _ id _ _ home shell; do
    if [ "$id" -lt 1000 ] || ! grep -qxF "$shell" /etc/shells || ! has_key "$name" "$home"; then continue; fi
    may=$(sudo -ln -U "$name" </dev/null 2>/dev/null) || continue
    if ! grep -qE '^ +\(ALL( : ALL)?\) NOPASSWD: ALL$' <<<"$may"; then
      grep -qE '^ +\(ALL( : ALL)?\) ALL$' <<<"$may" || continue
      [ "$(passwd -S "$name" | cut -d' ' -f2)" = P ] || continue
    fi
    echo "$name"
  done < <(getent passwd)
}

has_key() {
  local file
  for file in $(effective "$1" | sed -n 's/^authorizedkeysfile //p'); do
    file=${file//%h/$2} file=${file//%u/$1}
    [[ $file = /* ]] || file=$2/$file
    if [ -s "$file" ] && ssh-keygen -l -f "$file" >/dev/null 2>&1; then return; fi
  done
  return 1
}

# What holds for somebody who comes by the new port.
effective() { sshd -T -C "user=$1,host=elsewhere,addr=192.0.2.1,laddr=192.0.2.2,lport=$new"; }

# An administrator whose session, not merely a connection, is on the new port and comes from another machine.
come_by_the_new_port() {
  local address processes title name known pid
  known=$(administrators)
  while read -r _ _ _ address processes; do
    address=${address%:*} address=${address#[} address=${address%]} address=${address#::ffff:}
    [[ $(ip route get "${address%\%*}" 2>/dev/null) =~ ^(local|$) ]] && continue
    while read -r pid; do
      # Until the login has succeeded, its processes are called "sshd: name [priv]" and "sshd: name [net]".
      title=$({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null) || continue
      name=$(sed -nE 's/^sshd(-session)?: ([^ @]+)@.*/\2/p' <<<"$title")
      if [ "$name" ] && grep -qxF "$name" <<<"$known"; then echo "$name" && return; fi
    done < <(grep -oE 'pid=[0-9]+' <<<"$processes" | cut -d= -f2)
  done < <(ss -tnpH state established "sport = :$new")
}

# Where sshd is to be reached beside the new port.
old_ports() {
  if [ -e $state/finished ]; then return; fi
  if [ -e $state/ports ]; then cat $state/ports; else present_ports; fi
}

present_ports() {
  if has_socket; then
    systemctl show ssh.socket --property Listen | grep -oE '[0-9]+ \(Stream\)' | cut -d' ' -f1
  else
    sshd -T | sed -n 's/^port //p'
  fi | sort -nu | sed "/^$new$/d" | paste -sd ' '
}

# Ubuntu's way since 22.10: systemd listens, and what sshd_config says of ports has no say beside a drop-in for the socket.
has_socket() { systemctl is-active --quiet ssh.socket; }

are_open() {
  local port
  for port in $1; do [ "$(ss -ltnH "sport = :$port")" ] || return 1; done
}

# The new port and these are open, and no old one is that is not among them.
ports_are() {
  local port
  are_open "$new $1" || return 1
  for port in $(<$state/ports); do
    [[ " $1 " = *" $port "* ]] || ! are_open "$port" || return 1
  done
}

# A reload returns before sshd has begun anew.
soon() {
  for _ in {1..50}; do
    if "$@"; then return; fi
    sleep 0.1
  done
  return 1
}

rules() { ufw show added | grep '^ufw ' || :; }
has_rule() { grep -qx "ufw allow $1/tcp" < <(rules); }
is_active() { ufw status | grep -qx 'Status: active'; }
incoming() {
  sed -n '/^DEFAULT_INPUT_POLICY=/ { s/.*="\(.*\)"/\1/; s/DROP/deny/; s/ACCEPT/allow/; s/REJECT/reject/; p }' /etc/default/ufw
}

# --- what it makes so ---------------------------------------------------------------------------------------------------

install_packages() {
  local package missing=''
  for package in $packages; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
  done
  [ -z "$missing" ] || change "install$missing" apt_install "$missing"
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  # shellcheck disable=SC2086 # Several words.
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $1 >/dev/null
}

# What --undo goes back to. The ports come last: where they are, all of it is.
remember() {
  if [ -e $state/ports ] || [ "$dry_run" ]; then return; fi
  install -d -m 700 $state
  if is_active; then echo active; else echo inactive; fi >$state/firewall
  rules >$state/rules
  incoming >$state/policy
  present_ports >$state/ports.new
  mv $state/ports.new $state/ports
}

ensure_upgrades() {
  put $upgrades_file "${header/'#'/'//'}"'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";' || :
}

# SSH's rules come before the firewall. One that keeps others out already lets the old ports in, for whom it does. What others
# let in stays, and is named.
ensure_firewall() {
  local port open="$new $web" others known
  if ! command -v ufw >/dev/null; then
    change "ufw on, for ${1:+$1 }$new $web" :
    return
  fi
  if ! is_active || [ "$(incoming)" != deny ]; then open="$1 $open"; fi
  for port in $open; do
    has_rule "$port" || change "ufw allow $port/tcp" quietly ufw allow "$port/tcp"
  done
  [ "$(incoming)" = deny ] || change 'ufw default deny incoming' quietly ufw default deny incoming
  is_active || change 'ufw on' quietly ufw --force enable
  if [ -z "$1" ]; then close_old_ports; fi
  known="${1:+$1 }$new $web"
  others=$(rules | grep -vxE "ufw allow (${known// /|})/tcp" || :)
  if [ -z "$dry_run" ] && [ "$others" ]; then printf 'harden.sh: ufw has other rules, which stay:\n%s\n' "$others"; fi
}

close_old_ports() {
  local rule port
  while read -r rule; do
    for port in $(<$state/ports); do
      case $rule in
        "ufw allow $port" | "ufw allow $port/tcp" | "ufw limit $port" | "ufw limit $port/tcp") ;;
        'ufw allow OpenSSH' | 'ufw limit OpenSSH') ;;
        *) continue ;;
      esac
      # shellcheck disable=SC2086 # A rule is several words.
      change "ufw delete ${rule#ufw }" quietly ufw delete ${rule#ufw }
      break
    done
  done < <(rules)
}

ensure_sshd() {
  local changed=''
  if put $sshd_file "$(sshd_settings "$1")"; then changed=yes; fi
  if has_socket && put $socket_file "$(socket_settings "$1")"; then changed=yes; fi
  # It may have been broken off between the two.
  if [ -z "$changed" ] && ports_are "$1"; then return; fi
  change 'sshd reads its configuration' :
  if [ "$dry_run" ]; then return; fi
  if ! sshd -t || ! is_as_said; then
    put_back
    fail "sshd does not take $sshd_file, or something in /etc/ssh overrules it; it is as it was, and sshd was told nothing"
  fi
  apply_sshd || :
  if soon ports_are "$1"; then return; fi
  put_back
  apply_sshd
  fail "sshd did not listen on $new${1:+ $1} alone; it is as it was"
}

# Addresses, not ports, for a Port that somebody wrote elsewhere would be added.
sshd_settings() {
  local port
  echo "$header"
  for port in $new $1; do printf 'ListenAddress 0.0.0.0:%s\nListenAddress [::]:%s\n' "$port" "$port"; done
  if [ -z "$1" ]; then echo "$logins"; fi
  # The first block that there is, so that no other allows more. On the old ports all is as it was.
  printf 'Match LocalPort %s\n%s\n' $new "$logins"
}

# For both families at once: Ubuntu's own lines are for one each.
socket_settings() {
  local port
  printf '%s\n[Socket]\nBindIPv6Only=both\nListenStream=\n' "$header"
  for port in $new $1; do echo "ListenStream=$port"; done
}

is_as_said() {
  local name line
  for name in root $(administrators); do
    while read -r line; do grep -qxF "$line" < <(effective "$name") || return 1; done <<<"${logins,,}"
  done
}

# Whoever is logged in stays so.
apply_sshd() {
  if ! has_socket; then
    systemctl reload ssh.service
    return
  fi
  systemctl daemon-reload
  # While a service runs, systemd does not open its socket.
  systemctl stop ssh.service
  systemctl restart ssh.socket
}

ensure_jail() {
  put $jail_file "$header
[sshd]
enabled = true
port = $new${1:+,${1// /,}}
backend = systemd
banaction = nftables-multiport" || ! systemctl is-active --quiet fail2ban || return 0
  change 'fail2ban reads its configuration' systemctl restart fail2ban
}

# --- how it changes something -------------------------------------------------------------------------------------------

change() {
  changes=$((changes + 1))
  echo "${dry_run:+would: }$1"
  [ "$dry_run" ] || "${@:2}"
}

quietly() { "$@" >/dev/null; }

# 1: the file has this text already.
put() {
  local difference
  if difference=$(diff --new-file -U 99 "$1" - <<<"$2"); then return 1; fi
  change "write $1" write "$1" "$2" || fail "cannot write $1"
  sed '1,3d; s/^/    /' <<<"$difference"
}

write() {
  if [ -e "$1" ]; then before[$1]=$(<"$1"); else before[$1]=''; fi
  mkdir -p "${1%/*}" && echo "$2" >"$1"
}

put_back() {
  local file
  for file in "${!before[@]}"; do
    if [ "${before[$file]}" ]; then echo "${before[$file]}" >"$file"; else rm -f "$file"; fi
  done
}

# 1: there is no such file.
take_away() {
  [ -e "$1" ] || return 1
  change "remove $1" rm "$1"
}

# Read by another script it only says how.
[ "${BASH_SOURCE[0]}" != "$0" ] || main "$@"
