"""Stands in for a service's command: `migrate`, `apply` and `serve` with a health page, nothing else."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME, VERB = sys.argv[1:3]
VALUES = os.environ  # noqa: TID251 -- a program of its own


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(
            {"status": "ok", "instance": VALUES["CALLSNARE_INSTANCE"], "name": NAME, "path": self.path}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    if VERB != "serve":
        print(json.dumps({"event": f"{VERB} done", "level": "info", "data": VALUES["CALLSNARE_DATA"]}))
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    host, port = VALUES["CALLSNARE_HTTP"].split(":")
    ThreadingHTTPServer((host, int(port)), Health).serve_forever()


main()
