#!/bin/sh
# Looks at the MCP server with other people's tools: the Inspector's strict check of the tools, and the conformance scenarios that are
# about what this server offers. Needs Node 22.19 or later (npx) and the network; run by `make mcp-outside`.
# The suite cannot send a token, so its server is made here without one, on this machine, over an empty folder, and starts no set.
set -eu

folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=
export XDG_STATE_HOME="$folder/state"

npx --yes @modelcontextprotocol/inspector@2 --cli --strict --method tools/list ifmem mcp -C "$folder" </dev/null >"$folder/tools.json"
echo "inspector --strict tools/list: passed"

port=${PORT:-18765}
python - "$folder" "$port" 2>"$folder/server.log" <<'PYTHON' &
import sys
from ifmem.bridge.folders import Folders
from ifmem.bridge.place import Place
from ifmem.bridge.post import Post
from ifmem.bridge.server import build
from ifmem.config.loading import load

folder, port = sys.argv[1:]
server = build(Folders(Place(folder), may_start=False), Post(load(folder)))
server.run("streamable-http", host="127.0.0.1", port=int(port))
PYTHON
server=$!
until curl --silent --output /dev/null "http://127.0.0.1:$port/mcp"; do
    kill -0 "$server" || { cat "$folder/server.log" >&2; exit 1; }
    sleep 0.2
done

for scenario in server-initialize ping tools-list resources-list prompts-list dns-rebinding-protection; do
    npx --yes @modelcontextprotocol/conformance@0.1 server --url "http://127.0.0.1:$port/mcp" --scenario "$scenario" \
        --output-dir "$folder/results" >"$folder/$scenario.log" 2>&1 || { cat "$folder/$scenario.log" >&2; exit 1; }
    echo "conformance $scenario: passed"
done
