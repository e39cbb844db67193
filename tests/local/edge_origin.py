"""A little HTTP/1.1 origin for the tests of the edge: it echoes what it got, or misbehaves as its paths say."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Origin:
    """Listens on a free port of 127.0.0.1; `received` holds "METHOD path" in order."""

    def __init__(self, port: int = 0) -> None:
        origin = self
        self.received: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet
            answered = 0

            def handle_one_request(self) -> None:
                super().handle_one_request()
                if getattr(self, "raw_requestline", b""):
                    self.answered += 1

            def serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                origin.received.append(f"{self.command} {self.path}")
                if self.path.endswith("/break") or (self.path.endswith("/stale") and self.answered):
                    self.close_connection = True
                    return
                if self.path.endswith("/slow"):
                    time.sleep(3)
                origin.answer(self, body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = serve  # noqa: N815 - names of the base class

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def process_request(self, request: Any, client_address: Any) -> None:
                origin.connections.append(request)
                super().process_request(request, client_address)

        self.connections: list[Any] = []
        self._server = Server(("127.0.0.1", port), Handler)
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/base"

    @staticmethod
    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """Tell what came, with headers that a proxy must not lose."""
        told = {
            "method": handler.command,
            "path": handler.path,
            "headers": [[name.lower(), value] for name, value in handler.headers.items()],
            "body": base64.b64encode(body).decode(),
        }
        content = b"\x1f\x8b\x00\xff binary" if handler.path.endswith("/binary") else json.dumps(told).encode()
        handler.send_response(302 if handler.path.endswith("/moved") else 201)
        for name, value in (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Location", "/elsewhere"), ("X-Own", "yes")):
            handler.send_header(name, value)
        if handler.path.endswith("/binary"):
            handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the listening socket and every connection, as the end of a process does."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            connection.close()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
