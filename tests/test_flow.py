"""What one person may ask of the server that all share: how much at once, in how many tabs, and who waits where."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, defaultdict

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from core.accounts import entrance, logins
from core.accounts.person import Person
from core.errors import InputError
from pages import _flow, _login, _uploads, _wall
from tests.apart import run

RATER, OTHER, SENIOR = Person("라벨러", "rater"), Person("다른 이", "rater"), Person("선임", "senior")
MB = 1024 * 1024
SAME = {"Host": "testserver", "Origin": "http://testserver", "Cookie": f"{logins.COOKIE}=a"}


@pytest.fixture(autouse=True)
def nobody_yet(monkeypatch):
    monkeypatch.setattr(_flow, "_due", {})
    monkeypatch.setattr(_flow, "_named", {})
    monkeypatch.setattr(_flow, "_open", Counter())
    monkeypatch.setattr(_uploads, "_under_way", Counter())
    monkeypatch.setattr(_uploads, "_sessions", defaultdict(set))
    monkeypatch.setattr(logins, "demanded", lambda: True)
    monkeypatch.setattr(logins, "person_of", lambda cookie: {"a": RATER, "b": OTHER}.get(cookie))


def sizes(said: list[int]):
    """Return an application behind the wall whose socket answers each message, and notes its size."""
    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                said.append(len(await socket.receive_bytes()))
                await socket.send_bytes(b"!")
        except WebSocketDisconnect:
            pass

    async def page(request) -> PlainTextResponse:
        return PlainTextResponse("화면")

    return _wall.Wall(Starlette(routes=[Route("/label", page), WebSocketRoute("/_stcore/stream", stream), *_login.ROUTES]))


def message(size: int) -> bytes:
    back = BackMsg()
    back.rerun_script.query_string = "x" * size
    return back.SerializeToString()


def test_whoever_hurries_waits_in_a_line_of_their_own():
    assert [_flow.wait("가", 10, now=100.0) for _ in range(100)] == [0.0] * 100
    late = [_flow.wait("가", 10, now=100.0) for _ in range(40)]
    assert late == sorted(late) and late[-1] == pytest.approx(2.0)
    assert _flow.wait("나", 10, now=100.0) == 0.0
    # Rested, they may come at once again, however long ago it was.
    assert _flow.wait("가", 10, now=100.0 + 2 + 5) == 0.0
    assert [_flow.wait("가", 10, now=9_000.0) for _ in range(101)][99:] == [0.0, pytest.approx(0.05)]


def test_the_log_names_whoever_floods_and_not_at_every_message(caplog):
    for now in (100.0, 120.0, 200.0):
        for _ in range(500):
            _flow.wait("가", 10, now=now)
    for _ in range(120):
        _flow.wait("나", 10, now=100.0)
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["the browsers of 가 send more than one person may"] * 2


def test_a_large_message_counts_as_many():
    assert _flow.wait("가", _flow.LARGEST, now=0.0) == 0.0
    assert _flow.wait("가", _flow.LARGEST, now=0.0) == pytest.approx(2 * 65 / 20 - 5)


def test_a_message_waits_for_its_persons_turn(monkeypatch):
    said, waited = [], []

    async def asleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(_flow, "_AT_ONCE", 2)
    monkeypatch.setattr(_wall.asyncio, "sleep", asleep)
    with TestClient(sizes(said)) as client, client.websocket_connect("/_stcore/stream", headers=SAME) as socket:
        for _ in range(4):
            socket.send_bytes(message(5))
            socket.receive_bytes()
    assert len(said) == 4 and 0 < len(waited) <= 2


def test_a_message_that_no_page_sends_ends_the_socket_unread():
    said = []
    with TestClient(sizes(said)) as client:
        with client.websocket_connect("/_stcore/stream", headers=SAME) as socket:
            socket.send_bytes(message(_flow.LARGEST - 100))
            assert socket.receive_bytes() == b"!"
            socket.send_bytes(message(_flow.LARGEST))
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_bytes()
        assert closed.value.code == 1009 and len(said) == 1


def test_the_tab_over_the_most_is_told_so_and_a_closed_one_makes_room(monkeypatch):
    monkeypatch.setattr(_flow, "MOST_SOCKETS", 2)
    asked = {"Accept": "text/html", "Cookie": SAME["Cookie"]}
    with TestClient(sizes([])) as client:
        with client.websocket_connect("/_stcore/stream", headers=SAME):
            assert client.get("/label", headers=asked).status_code == 200
            with client.websocket_connect("/_stcore/stream", headers=SAME):
                told = client.get("/label", headers=asked)
                assert (told.status_code, told.text) == (429, _flow.TOO_MANY)
                with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream", headers=SAME):
                    pass
                # Others' tabs, and what an open page fetches, are as before.
                assert client.get("/label", headers=asked | {"Cookie": f"{logins.COOKIE}=b"}).status_code == 200
                assert client.get("/label", headers={"Cookie": SAME["Cookie"]}).status_code == 200
        assert _flow._open == {} and client.get("/label", headers=asked).status_code == 200


class Kept:
    """Stands in for Streamlit's runtime, with its own store of files."""

    def __init__(self) -> None:
        self.uploaded_file_mgr = MemoryUploadedFileManager("")

    def keep(self, session: str, size: int) -> None:
        # Only its length is asked for.
        self.uploaded_file_mgr.add_file(session, UploadedFileRec(f"f{size}", "a", "b", range(size)))


@pytest.fixture
def kept(monkeypatch):
    found = Kept()
    monkeypatch.setattr(_uploads.runtime, "exists", lambda: True)
    monkeypatch.setattr(_uploads.runtime, "get_instance", lambda: found)
    return found


def sent(size: int) -> Headers:
    return Headers({"content-length": str(size)})


def test_one_persons_files_fill_no_more_than_their_share(kept):
    answer = _uploads.refused
    assert answer(sent(10 * MB), RATER) is None
    during = []

    async def app(scope, receive, send) -> None:
        during.append(answer(sent(10 * MB), RATER))
        kept.keep("one", 80 * MB)

    def send(session: str, who: Person) -> None:
        told = [(b"content-length", b"%d" % (80 * MB))]
        scope = {"type": "http", "method": "PUT", "path": f"{_uploads.PATH}{session}/f", "headers": told}
        run(lambda: _uploads.counted(app, who.name)(scope, None, None))

    send("one", RATER)
    # On the way it counts already, kept it counts on, and nobody else's share is touched.
    assert during == [_uploads.TOO_MANY] and answer(sent(10 * MB), RATER) == _uploads.TOO_MANY
    assert answer(sent(8 * MB), RATER) is None is answer(sent(10 * MB), OTHER)
    kept.uploaded_file_mgr.remove_session_files("one")
    assert answer(sent(10 * MB), RATER) is None and not _uploads._sessions["라벨러"]
    # Whoever brings items in has room for a bank and the one that replaces it.
    assert answer(sent(201 * MB), SENIOR) is None
    kept.keep("two", 201 * MB)
    _uploads._sessions["선임"] = {"two"}
    assert answer(sent(201 * MB), SENIOR) is None
    kept.keep("two", 202 * MB)
    assert answer(sent(201 * MB), SENIOR) == _uploads.TOO_MANY


@pytest.mark.parametrize("path", [_login.company.PATH, f"{_login.company.BACK}?state=a&code=b", "/login"])
def test_whoever_is_in_goes_on_while_those_outside_wait_for_a_server_that_does_not_answer(monkeypatch, path):
    answering = threading.Event()

    def silent(*words, **named):
        answering.wait(60)
        raise InputError("끝")

    for name in ("by_name", "by_company", "depart"):
        monkeypatch.setattr(entrance, name, silent)
    monkeypatch.setattr(_login.company, "offered", lambda: True)
    monkeypatch.setattr(_login.logins, "person_of", lambda cookie: RATER if cookie == "a" else None)

    async def asked() -> tuple[int, list[int]]:
        there = httpx2.ASGITransport(sizes([]))
        async with httpx2.AsyncClient(transport=there, base_url="http://testserver", timeout=None) as client:
            method = "POST" if path == "/login" else "GET"
            outside = [asyncio.create_task(client.request(method, path, content=b"name=a", headers={"Origin": "http://testserver"}))
                       for _ in range(60)]
            try:
                inside = await asyncio.wait_for(client.get("/label", headers={"Cookie": SAME["Cookie"]}), 30)
                waiting = sum(not each.done() for each in outside)
            finally:
                answering.set()
                await asyncio.gather(*outside)
        return inside.status_code, waiting

    assert run(asked) == (200, 60)
