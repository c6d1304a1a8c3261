#!/bin/sh
# Gives Elasticsearch the index template, and Kibana its login and the saved search. Done twice, it changes nothing.
set -eu
ours=${0%/*}
elasticsearch=http://elasticsearch:9200
kibana=http://kibana:5601

[ "${ELASTIC_PASSWORD:-}" ] || { echo 'ELASTIC_PASSWORD is missing in .env: openssl rand -hex 32' >&2; exit 1; }
quoted=$(printf %s "$ELASTIC_PASSWORD" | sed 's/["\\]/\\&/g')

# Through its stdin: a process's arguments can be read by every user of the machine.
ask() { printf 'user = "elastic:%s"\n' "$quoted" | curl --silent --show-error --fail-with-body --write-out '\n' --config - "$@"; }
with_json() { ask --header 'Content-Type: application/json' "$@"; }

with_json --request PUT "$elasticsearch/_index_template/waystation-logs" --data-binary "@$ours/index-template.json"
umask 077
printf '{"password":"%s"}' "$quoted" >/tmp/login.json
with_json --request POST "$elasticsearch/_security/user/kibana_system/_password" --data-binary @/tmp/login.json
rm /tmp/login.json

for _ in $(seq 60); do
  said=$(ask --header 'kbn-xsrf: true' --form "file=@$ours/saved-search.ndjson" \
    "$kibana/api/saved_objects/_import?overwrite=true" 2>&1) || :
  case $said in *'"success":true'*) exit 0 ;; esac
  sleep 5
done
echo "Kibana takes no saved search: $said" >&2
exit 1
