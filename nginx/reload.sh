#!/bin/sh
# Lets nginx take what changed: certificate, gateways' addresses, files. What is wrong is told, and changes nothing.
set -eu
run=${RUNTIME_DIRECTORY:-/tmp/nginx}
"$(dirname "$0")/prepare.sh"
# A reload ends open pages' connections, and may end one on which a request is just coming.
if cmp -s "$run/prepared" "$run/loaded"; then exit; fi
nginx -e stderr -p "$run" -c nginx.conf -s reload
cp "$run/prepared" "$run/loaded"
