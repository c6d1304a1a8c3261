#!/bin/sh
# Writes alertmanager.yml with the values of .env, and beside it the files of secrets that it names, into RUNTIME_DIRECTORY.
# Alertmanager itself reads no variables.
set -eu
umask 077

RUNTIME_DIRECTORY=${RUNTIME_DIRECTORY:-/tmp/alertmanager}
missing() {
  echo "$1 is missing: $2" >&2
  exit 1
}

# A secret is a variable, or a file that <variable>_FILE names.
secret() {
  eval "value=\${$1:-} file=\${$1_FILE:-}"
  # shellcheck disable=SC2154 # Both are set by eval.
  if [ "$file" ]; then value=$(cat "$file" 2>/dev/null) || missing "$1" "its file cannot be read"; fi
  printf %s "$value"
}

# As it stands between double quotes in YAML, and that in the replacement of sed.
replacement() {
  eval "value=\${$1:-}"
  printf %s "$value" | sed 's/[\\"]/\\&/g' | sed 's/[\\&|]/\\&/g'
}

[ "${ALERT_SMTP:-}" ] || missing ALERT_SMTP 'the mail server, smtp.example.com:587'
[ "${ALERT_MAIL_FROM:-}" ] || missing ALERT_MAIL_FROM 'the address that alerts come from'
[ "${ALERT_MAIL_TO:-}" ] || missing ALERT_MAIL_TO 'the address that is told of alerts'
token=$(secret ALERTS_TOKEN)
[ "$token" ] || missing ALERTS_TOKEN 'openssl rand -hex 32, the same as for the service alerts'

mkdir -p "$RUNTIME_DIRECTORY"
printf %s "$token" >"$RUNTIME_DIRECTORY/alerts-token"
secret ALERT_SMTP_PASSWORD >"$RUNTIME_DIRECTORY/smtp-password"
# None of a value is read twice: a line has one variable.
sed \
  -e "s|\${ALERT_SMTP}|$(replacement ALERT_SMTP)|" \
  -e "s|\${ALERT_MAIL_FROM}|$(replacement ALERT_MAIL_FROM)|" \
  -e "s|\${ALERT_MAIL_TO}|$(replacement ALERT_MAIL_TO)|" \
  -e "s|\${ALERT_SMTP_USER}|$(replacement ALERT_SMTP_USER)|" \
  -e "s|\${RUNTIME_DIRECTORY}|$(replacement RUNTIME_DIRECTORY)|" \
  "${0%/*}/alertmanager.yml" >"$RUNTIME_DIRECTORY/alertmanager.yml"
