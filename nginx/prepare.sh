#!/bin/sh
# Before nginx starts or reloads: fills in waystation.conf, and puts beside it what it includes. The certificate is the one
# in /etc/nginx/tls, or, so that nginx comes up before there is one, a self-signed one that browsers warn of.
set -eu
ours=/etc/nginx/waystation

# The name alone, for envsubst: all other $… are nginx's own.
# shellcheck disable=SC2016
envsubst '$TRUSTED_PROXY' <$ours/waystation.conf.template >/tmp/waystation.conf

# nginx would ask the DNS for a gateway that does not run again and again, and complain each time.
rm -rf /tmp/channels
mkdir /tmp/channels
for channel in web $(echo "$CHANNELS" | tr , ' '); do
  if [ -d "$ours/channels/$channel" ]; then ln -sfn "$ours/channels/$channel" /tmp/channels/; fi
done

given=/etc/nginx/tls
used=/tmp/tls
mkdir -p "$used"

if [ -r "$given/fullchain.pem" ] && [ -r "$given/privkey.pem" ]; then
  ln -sf "$given/fullchain.pem" "$given/privkey.pem" "$used"
  echo "certificate: $given"
elif [ ! -e "$used/privkey.pem" ]; then
  umask 077
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 \
    -subj /CN=waystation -keyout "$used/privkey.pem" -out "$used/fullchain.pem" 2>/dev/null
  echo "certificate: self-signed, for there is no readable $given/fullchain.pem with its privkey.pem"
fi
