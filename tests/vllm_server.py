"""A local HTTP server that speaks vLLM's shapes: /v1/models, /health, /v1/embeddings, /rerank; and can be made to misbehave.

What it computes is handed in: hashes of the request for tests of the plumbing, the miniature models for tests of the numbers.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from PIL import Image

EMBEDDER, RERANKER = "Qwen/Qwen3-VL-Embedding-2B", "Qwen/Qwen3-VL-Reranker-2B"


class DropError(Exception):
    """Raised by ``trouble``: the connection is closed without an answer."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    """The default of 5 would turn a burst of connections into refused ones."""


@dataclass
class Asked:
    """One request that arrived."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass
class VllmServer:
    """Serves on a free port of 127.0.0.1 from construction to ``stop``.

    ``embed`` returns a vector, ``score`` a list of scores; ``tokens`` counts a prompt; ``trouble`` sees every computing
    request first and may return a status (with an error body), raise DropError, block, or return None.
    """

    root: str = EMBEDDER
    served: str = "served-name"
    dims: int = 2048
    card: dict[str, Any] = field(default_factory=dict)
    embed: Callable[[dict[str, Any]], np.ndarray] | None = None
    score: Callable[[dict[str, Any]], list[float]] | None = None
    tokens: Callable[[dict[str, Any]], int | None] | None = None
    trouble: Callable[[Asked], int | tuple[int, dict[str, str]] | None] = lambda asked: None
    complaint: str = "something is wrong"
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    busiest: int = 0
    connections: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._now, self._lock = 0, threading.Lock()
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def contents(self) -> list[dict[str, Any]]:
        """The computing requests without the checks of the server that come first."""
        return [asked.body for asked in self.asked if not is_probe(asked.body)]

    def stop(self) -> None:
        """Die: close the port and every connection; requests under way get no answer."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any], dict[str, str]]:
        with self._lock:
            self.asked.append(asked)
            self._now += 1
            self.busiest = max(self.busiest, self._now)
        try:
            wrong = self.trouble(asked)
            if wrong is not None:
                status, headers = wrong if isinstance(wrong, tuple) else (wrong, {})
                return status, {"error": {"message": self.complaint, "type": "Error", "code": status}}, headers
            return 200, self._compute(asked), {}
        finally:
            with self._lock:
                self._now -= 1

    def _compute(self, asked: Asked) -> dict[str, Any]:
        body = asked.body
        count = (self.tokens or count_tokens)(body)
        usage = {} if count is None else {"prompt_tokens": count, "total_tokens": count}
        if asked.path == "/v1/embeddings":
            vector = np.asarray((self.embed or self.hashed)(body), dtype="<f4")
            coded = base64.b64encode(vector.tobytes()).decode() if body["encoding_format"] == "base64" else vector.tolist()
            return {"id": "embd-1", "object": "list", "created": 1, "model": body["model"],
                    "data": [{"index": 0, "object": "embedding", "embedding": coded}], "usage": usage}
        scores = (self.score or hashed_scores)(body)
        results = [{"index": row, "document": {"text": ""}, "relevance_score": score} for row, score in enumerate(scores)]
        return {"id": "rerank-1", "model": body["model"], "usage": usage,
                "results": sorted(results, key=lambda result: -(result["relevance_score"] or 0))}

    def hashed(self, body: dict[str, Any]) -> np.ndarray:
        """A vector that the content alone decides, not normalised."""
        seed = hashlib.sha256(json.dumps(body["messages"][1]).encode()).digest()
        return np.random.default_rng(list(seed)).standard_normal(self.dims)


def hashed_scores(body: dict[str, Any]) -> list[float]:
    return [hashlib.sha256(json.dumps([body["query"], each]).encode()).digest()[0] / 256 for each in body["documents"]]


def is_probe(body: dict[str, Any]) -> bool:
    """Whether a request is one of the client's checks of a server (of the text 가)."""
    texts = [body.get("query")] if "query" in body else [part.get("text") for part in body["messages"][1]["content"]]
    return "가" in texts


def picture(part: dict[str, Any]) -> Image.Image:
    """The image of a content part."""
    head, _, data = part["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def count_tokens(body: dict[str, Any]) -> int:
    """As a server would that leaves images as they are: 32 × 32 pixels a token, two around an image, a character each."""
    if "messages" in body:
        parts = [part for message in body["messages"] for part in message["content"]]
        return sum(map(_part_tokens, parts)) + bool(body["add_special_tokens"]) + 11
    sides = [body["query"], *body["documents"]]
    return 11 + sum(len(side) if isinstance(side, str) else sum(map(_part_tokens, side["content"])) for side in sides)


def _part_tokens(part: dict[str, Any]) -> int:
    if part["type"] == "text":
        return len(part["text"])
    image = picture(part)
    return image.width * image.height // 1024 + 2


def _handler(server: VllmServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            server.connections.append(self.connection)

        def do_GET(self) -> None:
            if self.path == "/health":
                self._send(200, {})
            elif self.path == "/v1/models":
                card = {"id": server.served, "object": "model", "created": 1, "owned_by": "vllm", "root": server.root,
                        "parent": None, "max_model_len": 8192, **server.card}
                self._send(200, {"object": "list", "data": [card]})
            else:
                self._send(404, {"detail": "Not Found"})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                status, answer, headers = server.answer(Asked(self.path, body, dict(self.headers)))
            except DropError:
                self.close_connection = True
                return
            self._send(status, answer, headers)

        def _send(self, status: int, answer: dict[str, Any], headers: dict[str, str] | None = None) -> None:
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            with contextlib.suppress(OSError):  # stopped in the meantime
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
