"""A small hub on a local port: what the model hub answers about one repository, and its files with ranges."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """Serves a folder as one repository. What it does wrong is set from outside; what it was asked is kept."""

    folder: Path
    repository: str
    cut_after: int = 0
    """Bytes after which the first answer of each file breaks off; 0: never."""
    lies: dict[str, str] = field(default_factory=dict)
    """Checksums announced instead of the true ones, by file."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """File and Range header of each request."""
    url: str = ""

    def __post_init__(self) -> None:
        self._cut: set[str] = set()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub._answer(self)

            do_HEAD = do_GET

            def log_message(self, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        """Go away."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.split("?")[0]
        if re.fullmatch(rf"/api/models/{self.repository}(/revision/\w+)?", path):
            return self._send(request, json.dumps(self._description()).encode())
        found = re.fullmatch(rf"/{self.repository}/resolve/{COMMIT}/(.+)", path)
        if found is None or not (self.folder / found[1]).is_file():
            request.send_response(404)
            request.send_header("X-Error-Code", "RepoNotFound")
            request.end_headers()
            return None
        return self._file(request, found[1])

    def _description(self) -> dict:
        siblings = []
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                data, name = path.read_bytes(), path.relative_to(self.folder).as_posix()
                blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
                described = {"rfilename": name, "size": len(data), "blobId": self.lies.get(name, blob)}
                if name.endswith((".safetensors", ".bin")):
                    sha256 = self.lies.get(name, hashlib.sha256(data).hexdigest())
                    described["lfs"] = {"size": len(data), "sha256": sha256, "pointerSize": 130}
                siblings.append(described)
        return {"id": self.repository, "sha": COMMIT, "siblings": siblings, "cardData": {"license": "mit"}}

    def _file(self, request: BaseHTTPRequestHandler, name: str) -> None:
        data = (self.folder / name).read_bytes()
        wanted = request.headers.get("Range", "")
        self.asked.append((name, wanted))
        start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
        if self.cut_after and name not in self._cut and len(data) - start > self.cut_after:
            self._cut.add(name)
            self._send(request, data[start:], stop=self.cut_after, start=start, whole=len(data))
        else:
            self._send(request, data[start:], start=start, whole=len(data))

    def _send(self, request: BaseHTTPRequestHandler, body: bytes, *, start: int = 0, whole: int = 0, stop: int | None = None) -> None:
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(body)))
        if start:
            request.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        request.end_headers()
        request.wfile.write(body[:stop])
        if stop is not None:
            request.close_connection = True
