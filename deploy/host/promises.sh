#!/bin/bash
# What harden.sh promises, tried by try.sh inside the machine that it makes; on any other it would lock somebody out.
set -euo pipefail
[ "$(systemd-detect-virt) $(hostname)" = 'systemd-nspawn waystation-try' ] || { echo 'run try.sh' >&2 && exit 2; }

harden=/opt/waystation/deploy/host/harden.sh
said=/tmp/said
failed=0

# promise SENTENCE COMMAND…: the command succeeds. A sentence with "not" is no exception: its command says so by itself.
promise() {
  if ( set -e; "${@:2}" ) >$said.full 2>&1; then
    echo "ok      $1"
  else
    echo "FAILED  $1"
    sed 's/^/        /' $said.full
    failed=$((failed + 1))
  fi
}

not() { ! "$@"; }
says() { grep -qF -- "$1" $said || { cat $said; return 1; }; }
refuses() { # WORDS ARGUMENT…
  if $harden "${@:2}" >$said 2>&1; then cat $said && return 1; fi
  says "$1"
}
changes_nothing() { # ARGUMENT…
  local was
  was=$(state_of_etc)
  $harden "$@" >$said
  [ "$was" = "$(state_of_etc)" ] || { echo '/etc is another'; return 1; }
}
has_nothing_to_do() { changes_nothing "$@" && says 'nothing to change'; }
state_of_etc() { find /etc /var/lib/waystation-host -type f -exec sha256sum {} + 2>/dev/null | sort; }

outside() { ip netns exec outside timeout 20 "$@"; }
ask='-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=3'
# shellcheck disable=SC2086 # Several words.
by_key() { outside ssh $ask -o BatchMode=yes -i /root/key -p "$2" "$1@192.0.2.1" "${@:3}"; }
# shellcheck disable=SC2086
by_password() {
  outside sshpass -p "$1-word" ssh $ask -o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1 -p "$2" "$1@192.0.2.1" true
}
answers() { outside bash -c "exec 3<>/dev/tcp/192.0.2.1/$1"; }
within() { # SECONDS COMMAND…
  for _ in $(seq "$1"); do if "${@:2}" 2>/dev/null; then return; fi; sleep 1; done
  return 1
}

# --- the machine, before anything -----------------------------------------------------------------------------------------
ip link set lo up
ip netns add outside
ip link add inner type veth peer name outer netns outside
ip addr add 192.0.2.1/24 dev inner
ip link set inner up
ip -n outside addr add 192.0.2.2/24 dev outer
ip -n outside link set outer up
useradd --create-home --shell /bin/bash keeper
usermod --append --groups sudo keeper
printf 'keeper:keeper-word\nroot:root-word\n' | chpasswd
ssh-keygen -q -t ed25519 -N '' -f /root/key
install -D -m 600 /root/key.pub /root/.ssh/authorized_keys
for port in 80 8080; do python3 -m http.server $port >/dev/null 2>&1 & done
within 20 answers 8080

promise 'without a key of an administrator it refuses' refuses 'you would be locked out'
install -d -m 700 -o keeper -g keeper /home/keeper/.ssh
install -m 600 -o keeper -g keeper /dev/stdin /home/keeper/.ssh/authorized_keys <<<'ssh-ed25519 not-a-key'
promise 'nor does a file do in which there is no key' refuses 'you would be locked out'
cat /root/key.pub >/home/keeper/.ssh/authorized_keys
passwd -q --lock keeper
promise 'nor somebody who cannot become root, for there is no password' refuses 'you would be locked out'
passwd -q --unlock keeper
echo 'Nonsense yes' >/etc/ssh/sshd_config.d/50-nonsense.conf
promise 'nor does it begin where sshd refuses its configuration' refuses 'mend that first'
rm /etc/ssh/sshd_config.d/50-nonsense.conf
python3 -m http.server 2222 >/dev/null 2>&1 &
within 20 answers 2222
promise 'nor where the new port is taken' refuses 'port 2222 is taken already'
kill $!
promise 'the second step does not go before the first' refuses 'the first step comes first' --finish
promise 'a dry run changes nothing' changes_nothing --dry-run
promise 'and names what it would do' says 'would: install ufw fail2ban'
find /etc/ssh -type f -exec sha256sum {} + | sort >/tmp/ssh-before

# --- the first step -------------------------------------------------------------------------------------------------------
sed -i 's/^Include/#Include/' /etc/ssh/sshd_config
promise 'where sshd_config includes no drop-ins it refuses' refuses 'it is as it was'
promise 'and leaves none' not test -e /etc/ssh/sshd_config.d/00-waystation.conf
sed -i 's/^#Include/Include/' /etc/ssh/sshd_config

promise 'the first step is done' $harden
promise 'and changes nothing when it is done again' has_nothing_to_do
promise 'a dry run then has nothing to do' has_nothing_to_do --dry-run
promise 'a key opens the new port' by_key keeper 2222 true
promise 'a password does not' not by_password keeper 2222
promise 'nor is root let in there, with a key' not by_key root 2222 true
promise 'the old port is as it was: by key' by_key keeper 22 true
promise 'by password' by_password keeper 22
promise 'and root by key' by_key root 22 true
promise 'port 80 is open' answers 80
promise 'another port is not' not answers 8080
promise 'updates install themselves' bash -c 'apt-config dump | grep -qxF "APT::Periodic::Unattended-Upgrade \"1\";"'

# --- the second step ------------------------------------------------------------------------------------------------------
promise 'nobody came by the new port: it refuses to close the old' refuses 'nobody who may become root is logged in' --finish
outside bash -c 'exec 3<>/dev/tcp/192.0.2.1/2222; sleep 15' &
within 10 bash -c 'ss -tnH state established "sport = :2222" | grep -q .'
promise 'a connection without a login is no proof' refuses 'nobody who may become root is logged in' --finish
kill %?sleep
# shellcheck disable=SC2086
ssh $ask -i /root/key -p 2222 keeper@192.0.2.1 sleep 60 &
within 10 pgrep -f 'sshd: keeper@' >/dev/null
promise 'nor is one from the machine itself' refuses 'nobody who may become root is logged in' --finish
kill $!
promise 'the old port is open yet' by_key keeper 22 true
(by_key keeper 2222 'sleep 8; echo lives' >/tmp/session) &
session=$!
finish() { by_key keeper 2222 "echo keeper-word | sudo -S $harden --finish"; }
promise 'from a login by the new port it closes the old' finish
promise 'which nobody answers any more' not answers 22
promise 'nor does sshd listen there' bash -c '! ss -ltnH "sport = :22" | grep .'
wait $session || :
promise 'a session that was open goes on' grep -qx lives /tmp/session
promise 'a key opens the new port still' by_key keeper 2222 true
promise 'a password does not' not by_password keeper 2222
promise 'nor is root let in' not by_key root 2222 true
promise 'the second step changes nothing when it is done again' has_nothing_to_do --finish
promise 'nor does the first open the old port again' has_nothing_to_do
systemctl restart ssh
promise 'sshd starts like that' by_key keeper 2222 true

# --- bans -----------------------------------------------------------------------------------------------------------------
for _ in 1 2 3 4 5 6; do by_key stranger 2222 true >/dev/null 2>&1 || :; done
promise 'who tries again and again is banned' within 20 bash -c 'fail2ban-client get sshd banip | grep -q 192.0.2.2'
promise 'and gets no answer' not by_key keeper 2222 true
fail2ban-client unban 192.0.2.2 >/dev/null
promise 'until the ban is lifted' by_key keeper 2222 true

# --- back -----------------------------------------------------------------------------------------------------------------
promise 'a dry run of the undo changes nothing' changes_nothing --undo --dry-run
promise 'the undo is done' $harden --undo
promise 'the old port is as it was' by_password keeper 22
promise 'the new one is shut' not answers 2222
promise 'the firewall is off, as it was' answers 8080
promise 'and sshd has the files that it had' bash -c 'diff /tmp/ssh-before <(find /etc/ssh -type f -exec sha256sum {} + | sort)'
promise 'nothing of ours is left' bash -c '! find /etc /var/lib -name "*waystation*" | grep .'
promise 'there is nothing more to undo' refuses 'nothing to undo' --undo

# --- a firewall that was on, with rules of its own ------------------------------------------------------------------------
{ ufw limit OpenSSH && ufw allow 8080/tcp && ufw --force enable; } >/dev/null 2>&1
ufw show added >/tmp/rules-before
promise 'with rules of others the first step is done' $harden
promise 'and theirs is kept' answers 8080
promise 'it closes the old port' finish
promise 'by their rule too' bash -c '! ufw show added | grep OpenSSH'
promise 'the undo gives the rule back' $harden --undo
promise 'so that all are there again' bash -c 'diff <(sort /tmp/rules-before) <(ufw show added | sort)'
promise 'and the firewall is on' bash -c 'ufw status | grep -qx "Status: active"'
ufw disable >/dev/null
ufw delete limit OpenSSH >/dev/null
{ ufw default allow incoming && ufw --force enable; } >/dev/null 2>&1
promise 'where the firewall let everybody in the first step is done' $harden
promise 'and the old port is as it was' by_password keeper 22
promise 'the undo is done' $harden --undo
promise 'and the firewall lets everybody in' bash -c 'ufw status verbose | grep "allow (incoming)"'
{ ufw disable && ufw default deny incoming; } >/dev/null

# --- systemd listens, on addresses as Ubuntu writes them ------------------------------------------------------------------
mkdir -p /etc/systemd/system/ssh.socket.d
cat >/etc/systemd/system/ssh.socket.d/addresses.conf <<'end'
[Socket]
BindIPv6Only=ipv6-only
ListenStream=
ListenStream=0.0.0.0:22
ListenStream=[::]:22
end
systemctl daemon-reload
systemctl disable --quiet --now ssh.service 2>/dev/null
systemctl enable --quiet --now ssh.socket 2>/dev/null
promise 'where systemd listens the first step is done' $harden
promise 'a key opens the new port' by_key keeper 2222 true
promise 'a password does not' not by_password keeper 2222
promise 'the old port is as it was' by_password keeper 22
promise 'and it changes nothing when it is done again' has_nothing_to_do
promise 'from a login by the new port it closes the old' finish
promise 'which nobody answers any more' not answers 22
promise 'the undo is done' $harden --undo
promise 'and the old port is open' by_password keeper 22
promise 'the new one is shut' not answers 2222

[ $failed = 0 ] || { echo "$failed failed" && exit 1; }
echo 'all promises are kept'
