#!/bin/sh
# Lets nginx take what changed: certificate, gateways' addresses, files. What is wrong is told, and changes nothing.
set -eu
"$(dirname "$0")/prepare.sh"
exec nginx -e stderr -p "${RUNTIME_DIRECTORY:-/tmp/nginx}" -c nginx.conf -s reload
