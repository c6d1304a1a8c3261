#!/bin/sh
# Alertmanager with what prepare.sh wrote. Debian's package calls the program prometheus-alertmanager.
set -eu

sh "${0%/*}/prepare.sh"
program=$(command -v alertmanager || command -v prometheus-alertmanager)
exec "$program" --config.file="${RUNTIME_DIRECTORY:-/tmp/alertmanager}/alertmanager.yml" "$@"
