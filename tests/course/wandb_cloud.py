"""A server that takes and remembers what `wandb sync` sends: W&B's, as far as it is asked."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BUCKET = {
    "id": "b", "name": "run", "displayName": "run", "config": "{}", "historyLineCount": 0,
    "project": {"id": "p", "name": "project", "entity": {"id": "e", "name": "team"}},
}  # fmt: skip
ARTIFACT = {"id": "a", "state": "COMMITTED", "artifactSequence": {"latestArtifact": {"id": "a"}}}
ANSWERS = {
    "Viewer": {"viewer": {"id": "1", "entity": "team", "username": "ada", "flags": "{}"}},
    "UpsertBucket": {"upsertBucket": {"bucket": BUCKET, "inserted": True}},
    "CreateArtifact": {"createArtifact": {"artifact": ARTIFACT}},
    "UseArtifact": {"useArtifact": {"artifact": {"id": "a"}}},
    "CreateRunFiles": {"createRunFiles": {"runID": "b", "uploadHeaders": [], "files": []}},
}


class Cloud:
    """What was asked of it: GraphQL operations by name, and the rows of curves."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.rows: list[str] = []

    def variables(self, operation: str) -> list[dict[str, Any]]:
        return [variables for name, variables in self.asked if name == operation]


@contextmanager
def cloud() -> Iterator[Cloud]:
    """The server, for as long as the block runs."""
    remembered = Cloud()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Content-Encoding") == "gzip":
                content = gzip.decompress(content)
            answer: dict[str, Any] = {}
            if self.path == "/graphql":
                query = json.loads(content)
                name = query.get("operationName") or ""
                remembered.asked.append((name, query.get("variables") or {}))
                answer = {"data": ANSWERS.get(name, {})}
            elif self.path.endswith("/file_stream"):
                files = json.loads(content).get("files") or {}
                remembered.rows += files.get("wandb-history.jsonl", {}).get("content", [])
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    remembered.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield remembered
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
