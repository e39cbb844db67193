"""A Functions host for the tests of the ARM stand-in: the functions are those of `functions.json`, `/api/env` tells a setting.

Not the real local host: it starts in a blink and shows what it was given. Usage: `arm_host.py --app DIR --port N --data DIR`.
"""

import argparse
import fcntl
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEYS = {
    "masterKey": "master-key-of-the-test",
    "functionKeys": {"default": "host-key-of-the-test"},
    "systemKeys": {"durabletask_extension": "system-key-of-the-test"},
    "functions": {"orders": {"default": "function-key-of-the-test"}},
}


def functions(app: Path) -> list[dict[str, Any]]:
    """What the app declares; an app that is broken declares nothing, as the real host shows it."""
    file = app / "functions.json"
    declared = json.loads(file.read_text()) if file.exists() else []
    for function in declared:
        function["isDisabled"] = os.environ.get(f"AzureWebJobs.{function['name']}.Disabled") == "1"
    return list(declared)


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    for name in ("--app", "--port", "--data"):
        parser.add_argument(name, required=True)
    told = parser.parse_args()
    app, data = Path(told.app), Path(told.data)
    time.sleep(float(os.environ.get("HOST_DELAY", "0")))
    if (app / "crash").exists():
        sys.exit("this app ends at once")
    data.mkdir(parents=True, exist_ok=True)
    lock = (data / "host.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("another host uses this folder")
    if not (data / "keys.json").exists():
        (data / "keys.json").write_text(json.dumps(KEYS))
    declared = functions(app)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = parse_qs(url.query)
            if url.path.startswith("/admin/") and self.headers.get("x-functions-key") != KEYS["masterKey"]:
                self._answer(401, {})
            elif url.path == "/admin/host/status":
                self._answer(200, {"state": "Running"})
            elif url.path == "/admin/functions":
                self._answer(
                    200, [{**one, "href": f"http://{self.headers['Host']}/admin/functions/{one['name']}"} for one in declared]
                )
            elif url.path == "/admin/host/drain/status":
                self._answer(200, {"state": "Completed", "outstandingInvocations": 0, "outstandingRetries": 0})
            elif url.path == "/api/env":
                self._answer(200, {"value": os.environ.get(query["name"][0]), "pid": os.getpid()})
            elif url.path == "/api/slow":
                time.sleep(float(query["seconds"][0]))
                self._answer(200, {"pid": os.getpid()})
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/admin/host/drain":
                (data / "drained").touch()
            self._answer(200, {"bytes": len(body), "host": self.headers["Host"]})

        def _answer(self, status: int, body: Any) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    server = ThreadingHTTPServer(("127.0.0.1", int(told.port)), Handler)
    server.daemon_threads = False  # requests in flight are answered before the end
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.02)


if __name__ == "__main__":
    main()
