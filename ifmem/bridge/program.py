"""What `ifmem mcp` runs: a server over the folder that an option names, or that its client has open."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from mcp.server import MCPServer
from mcp.shared.exceptions import MCPDeprecationWarning

from ifmem.bridge.folders import Folders
from ifmem.bridge.place import Place
from ifmem.bridge.post import Post
from ifmem.bridge.server import build
from ifmem.bridge.serving import HOST, PATH, check_port, http_options, http_token, serve_http, serve_stdio
from ifmem.config import Config

HTTP_TOKEN = "mcp-http.token"


def run(
    config: Config,
    *,
    folder: str | None,
    redis_url: str | None,
    namespace: str | None,
    may_start: bool,
    http_port: int | None,
    note: Callable[[str], None],
) -> None:
    """Serve, and end this process when done. Nothing may be printed to stdout on the way here: it belongs to the protocol."""
    warnings.simplefilter("ignore", MCPDeprecationWarning)  # hosts of the older protocol are served on purpose
    place = Place(folder or (str(config.folder) if http_port else None))  # over HTTP several clients share one folder
    folders = Folders(place, redis_url=redis_url, namespace=namespace, may_start=may_start)
    post = Post(config)
    if http_port is None:
        serve_stdio(build(folders, post), tidy=post.tidy, close=post.close)
    else:
        check_port(http_port)
        token_file = config.user_state / HTTP_TOKEN
        server: MCPServer[Any] = build(folders, post, **http_options(http_port, http_token(token_file)))
        note(f"listening on http://{HOST}:{http_port}{PATH}; the bearer token is in {token_file}")
        serve_http(server, http_port, post.close)
