JSON='Content-Type: application/json'
get() { python3 -c 'import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1:]: value = value[int(key) if isinstance(value, list) else key]
print(value)' "$@"; }
as() { curl -s -H "Authorization: Bearer $(curl -s -u "$1:$(get "$1" < "$S/clients.json")" \
         -d grant_type=client_credentials "$I/oauth/token" | get access_token)" "${@:2}"; }
finished() { until as "$1" "$2" | grep -Eq '"state":"(succeeded|failed)"'; do sleep 1; done; }
