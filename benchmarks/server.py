"""nginx on loopback with the prepared replies of a world: as fast as possible, or with a delay of 20 ms.

It serves one world on a free port, with a temporary folder of its own. In the stateful variant, the id of an update is kept
in memory until `forget`, and a `get` of that id is answered from the second set of replies.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.world import PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.world import World

MODULES: Final = Path("/usr/lib/nginx/modules")
PACKAGES: Final = {"nginx": "nginx-light", "curl": "curl"}
LUA_PACKAGE: Final = "libnginx-mod-http-lua"

_CONF: Final = """
load_module {modules}/ndk_http_module.so;
load_module {modules}/ngx_http_lua_module.so;
daemon off;
worker_processes 1;
{user}pid {run}/pid;
error_log stderr error;
events {{ worker_connections 512; }}
http {{
  access_log off;
  default_type application/json;
  keepalive_requests 10000000;
  keepalive_timeout 120s;
  sendfile off;
  tcp_nodelay on;
  client_body_temp_path {run}/body;
  proxy_temp_path {run}/proxy;
  fastcgi_temp_path {run}/fastcgi;
  uwsgi_temp_path {run}/uwsgi;
  scgi_temp_path {run}/scgi;
  lua_shared_dict written 16m;
  lua_package_path "/usr/share/lua/5.1/?.lua;;";
  limit_conn_zone $server_name zone=all:1m;
  map $arg_action $row_or_list {{
    get /CUSTOM/get/$arg_objectid.json;
    default /CUSTOM/list/$arg_tenant.json;
  }}
  map $arg_object $reply {{
    CUSTOMTYPES /types.json;
    default $row_or_list;
  }}
  server {{
    listen 127.0.0.1:{port};
    root {root};
    set $state replies;
    location = {path} {{
      {answer}
      try_files /$state$reply =404;
    }}
    location = /forget {{ content_by_lua_block {{ ngx.shared.written:flush_all() }} }}
    location = /ready {{ content_by_lua_block {{ ngx.say("ready") }} }}
  }}
}}
"""
#: A program with more than 16 requests in flight is refused, so it cannot cheat.
_SLOW: Final = "limit_conn all 16; rewrite_by_lua_block { ngx.sleep(0.02) }"
_STATEFUL: Final = """rewrite_by_lua_block {
        if ngx.req.get_method() == "POST" then
          ngx.req.read_body()
          ngx.shared.written:set(ngx.var.arg_objectid, true)
          ngx.print("update cu_customs set ... where cu_id=" .. ngx.var.arg_objectid)
          return ngx.exit(200)
        end
        if ngx.shared.written:get(ngx.var.arg_objectid or "") then ngx.var.state = "after" end
      }"""
_ANSWERS: Final = {"fast": "", "slow": _SLOW, "stateful": _STATEFUL}


def install() -> str | None:
    """Install nginx, its Lua module and curl from Debian if they are missing. Returns the problem, or None."""
    missing = [package for command, package in PACKAGES.items() if shutil.which(command, path=_path()) is None]
    if not (MODULES / "ngx_http_lua_module.so").exists():
        missing.append(LUA_PACKAGE)
    if not missing:
        return None
    if shutil.which("apt-get") is None:
        return f"install {', '.join(missing)}: apt-get is not available to do it"
    root = [] if os.geteuid() == 0 else ["sudo"]
    # RUNLEVEL=1 keeps the package from starting its own server.
    quiet = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get"]
    for command in ([*quiet, "update", "-qq"], [*quiet, "install", "-yqq", "--no-install-recommends", *missing]):
        if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
            return f"apt-get could not install {', '.join(missing)}"
    return None


@contextlib.contextmanager
def serving(world: World, how: str = "fast") -> Iterator[Server]:
    """Serve a world: `fast`, `slow` (20 ms per answer, at most 16 at a time) or `stateful` (fast, accepts updates)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="pbxsync-bench-") as run:
        conf = Path(run) / "nginx.conf"
        user = "user root;\n" if os.geteuid() == 0 else ""
        values = {"modules": MODULES, "run": run, "port": port, "root": world.folder, "path": PATH, "user": user}
        conf.write_text(_CONF.format(answer=_ANSWERS[how], **values))
        command = [shutil.which("nginx", path=_path()) or "nginx", "-p", run, "-c", str(conf), "-e", "stderr"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            yield _ready(Server(port), process)
        finally:
            process.terminate()
            process.wait()


class Server:
    """A running server."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.url = self.origin + PATH

    def control(self, path: str) -> None:
        """Send a control request."""
        urllib.request.urlopen(self.origin + path, timeout=5).close()  # noqa: S310 - our own server on loopback

    def forget(self) -> None:
        """Forget all updates."""
        self.control("/forget")


def _ready(server: Server, process: subprocess.Popen[bytes]) -> Server:
    for _ in range(200):
        with contextlib.suppress(OSError):
            server.control("/ready")
            return server
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError("nginx did not start: run `nginx -t` to see why")


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
