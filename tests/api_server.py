"""A service on this machine that behaves as a test tells it: well, or as servers do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Request:
    """One request as it came; `answer` and `handler` write what goes back."""

    handler: BaseHTTPRequestHandler
    method: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    body: str

    def answer(self, body: Any, status: int = 200, **headers: str) -> None:
        """JSON of `body`, or the bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.handler.send_response(status)
        for name, value in {"content-length": str(len(data)), **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.write(data)


@dataclass
class Service:
    """A running service: its address and the requests that it got."""

    url: str
    requests: list[Request] = field(default_factory=list)


@contextmanager
def serving(behave: Callable[[Request], None], context: Any = None) -> Iterator[Service]:
    """Answer requests with `behave` on a free port of 127.0.0.1, until the block ends; with TLS given a context."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            length = int(self.headers.get("content-length", 0))
            request = Request(
                handler=self,
                method=self.command,
                path=address.path,
                parameters={name: values[-1] for name, values in parse_qs(address.query).items()},
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length).decode(),
            )
            service.requests.append(request)
            try:
                behave(request)
            except OSError:
                self.close_connection = True

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: Any) -> None:
            pass  # a client that hangs up is what the tests are about

    server = Server(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    service = Service(f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
