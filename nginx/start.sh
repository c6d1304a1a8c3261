#!/bin/sh
# Becomes nginx, and reloads it when site/tls holds another certificate: whoever renews it may be in another container.
set -eu
ours=$(cd "$(dirname "$0")" && pwd)
run=${RUNTIME_DIRECTORY:-/tmp/nginx}

certificate() { cat "${ours%/*}/site/tls/fullchain.pem" "${ours%/*}/site/tls/privkey.pem" 2>/dev/null | cksum; }

# $$ stays the number of this process, which is nginx's by then.
reload_on_renewal() {
  while sleep 5 && kill -0 $$ 2>/dev/null; do
    now=$(certificate)
    if [ "$now" = "$used" ]; then continue; fi
    used=$now
    "$ours/reload.sh" || continue
  done
}

used=$(certificate)
"$ours/prepare.sh"
cp "$run/prepared" "$run/loaded"

# nginx opens /dev/stdout, which a socket does not allow, and systemd's journal is one.
if [ -S /dev/stdout ]; then
  rm -f "$run/log"
  mkfifo "$run/log"
  cat <"$run/log" &
  exec >"$run/log"
fi

reload_on_renewal &
exec nginx -e stderr -p "$run" -c nginx.conf
