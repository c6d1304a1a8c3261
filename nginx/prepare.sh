#!/bin/sh
# Before nginx starts or reloads: puts all its files into one directory, filled in for this server. The certificate is the
# one in site/tls, or, so that nginx comes up before there is one, a self-signed one that browsers warn of.
set -eu
ours=$(cd "$(dirname "$0")" && pwd)
run=${RUNTIME_DIRECTORY:-/tmp/nginx}
export SITE="${ours%/*}/site"
export LISTEN_HTTP="${LISTEN_HTTP:-8080}"
export LISTEN_HTTPS="${LISTEN_HTTPS:-8443}"
export TRUSTED_PROXY="${TRUSTED_PROXY:-127.0.0.1}"

mkdir -p "$run/tls"
cd "$run"
cp "$ours/proxy.conf" .
sed "s|/dev/stdout waystation|${ACCESS_LOG:-/dev/stdout} ${LOG_FORMAT:-waystation}|" "$ours/nginx.conf" >nginx.conf

# The names alone, for envsubst: all other $… are nginx's own.
# shellcheck disable=SC2016
envsubst '$SITE $LISTEN_HTTP $LISTEN_HTTPS $TRUSTED_PROXY' <"$ours/waystation.conf.template" >waystation.conf
# Before 1.25.1 it is a word behind `listen`.
case $(nginx -v 2>&1) in
*/1.1* | */1.2[0-4].*) sed -i 's/ ssl;$/ ssl http2;/; /^ *http2 on;$/d' waystation.conf ;;
esac

# nginx would ask the DNS for a gateway that does not run again and again, and complain each time.
rm -rf channels
for directory in "$ours"/channels/*; do
  channel=${directory##*/}
  servers=$(printenv "GATEWAY_$(echo "$channel" | tr '[:lower:]' '[:upper:]')_SERVERS" || :)
  case ",web,${CHANNELS-},${servers:+$channel}," in *",$channel,"*) ;; *) continue ;; esac
  mkdir -p "channels/$channel"
  cp "$directory/locations.conf" "channels/$channel"
  # In place of the name that the DNS is asked for, each of the given servers.
  awk -v given="$servers" '
    given != "" && / resolve / {
      count = split(given, servers, " ")
      for (i = 1; i <= count; i++) { line = $0; sub(/[^ ]+ resolve /, servers[i] " ", line); print line }
      next
    }
    { print }
  ' "$directory/upstream.conf" >"channels/$channel/upstream.conf"
done

if [ -r "$SITE/tls/fullchain.pem" ] && [ -r "$SITE/tls/privkey.pem" ]; then
  ln -sf "$SITE/tls/fullchain.pem" "$SITE/tls/privkey.pem" tls
  echo "certificate: $SITE/tls" >&2
elif [ ! -e tls/privkey.pem ]; then
  rm -f tls/*
  umask 077
  said=$(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 \
    -subj /CN=waystation -keyout tls/privkey.pem -out tls/fullchain.pem 2>&1) ||
    { echo "certificate: none can be made: $said" >&2 && exit 1; }
  echo "certificate: self-signed, for there is no readable $SITE/tls/fullchain.pem with its privkey.pem" >&2
fi

# By which it is known whether there is anything to reload.
cat nginx.conf proxy.conf waystation.conf channels/*/* tls/* | cksum >prepared
