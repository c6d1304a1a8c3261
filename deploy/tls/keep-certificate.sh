#!/bin/sh
# In certbot's container: gets a certificate for the host of PUBLIC_URL from Let's Encrypt, renews it in time, and puts it
# into site/tls. Another authority: `server = …` in site/letsencrypt/cli.ini.
set -eu

host=${PUBLIC_URL#https://}
host=${host%%[/:]*}
# nginx's in its container.
nginx_group=101

get_or_renew() {
  certbot certonly --non-interactive --agree-tos --register-unsafely-without-email --keep-until-expiring \
    --webroot --webroot-path /site/acme --domain "$host" --cert-name "$host"
}

put() {
  live=/etc/letsencrypt/live/$host
  cmp -s "$live/fullchain.pem" /site/tls/fullchain.pem ||
    { install -m 440 -g "$nginx_group" "$live/privkey.pem" /site/tls/privkey.pem &&
      install -m 444 "$live/fullchain.pem" /site/tls/fullchain.pem &&
      echo "certificate of $host: put into site/tls"; }
}

while :; do
  if get_or_renew && put; then
    sleep 12h
  else
    # Let's Encrypt allows a host five failures an hour.
    echo "certificate of ${host:-(PUBLIC_URL is not set)}: not this time; again in 30 minutes" >&2
    sleep 30m
  fi
done
