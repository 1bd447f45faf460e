"""The login in front of a real server: with accounts nothing is answered without one, without any only this machine is."""

from __future__ import annotations

import base64
import http.client
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from psycopg import sql
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from core.accounts import logins, users
from core.settings import PROJECT_DIR
from tests.fixtures_browser import PATIENCE, served

pytestmark = pytest.mark.slow
SECRET = "맑은-가을-하늘"
BEHIND = ["/", "/label", "/compare?q=a", "/index.html", f"/figures/{'0' * 64}", "/fonts/other.woff2", "/media/x.png", "/app/static/x.png",
          "/_stcore/health", "/_stcore/metrics", "/_stcore/host-config", "/_stcore/upload_file/a/b", "/static/js/x.js", "/%6Cogin/x",
          "//login", "/labels/events"]
SOCKET = "/_stcore/stream"


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """What the server writes, every detail of it."""
    return tmp_path_factory.mktemp("login") / "log"


@pytest.fixture(scope="module")
def address(elsewhere, written) -> Iterator[str]:
    """A server over a database of its own; each test says who has an account."""
    with served({"DATABASE_URL": elsewhere.conninfo, "LOG_LEVEL": "DEBUG", "STREAMLIT_LOGGER_LEVEL": "debug"}, written) as (found, _):
        yield found


@pytest.fixture
def empty(elsewhere):
    """Nobody has an account; left so."""
    yield _cleared(elsewhere)
    _cleared(elsewhere)


def _cleared(database):
    with database.connection() as conn:
        for table in ("logins", "users"):
            conn.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    logins.forget()
    return database


@pytest.fixture
def house(empty, address):
    """A rater and a developer have accounts, and the server knows."""
    users.add(empty, name="라벨러", role="rater", password=SECRET)
    users.add(empty, name="개발자", role="developer", password=SECRET)
    _settled(address, 401)
    return empty


def _settled(address: str, status: int) -> None:
    """Wait until what the server remembers (5 s at most) is what the database says."""
    for _ in range(80):
        if ask(address, "/_stcore/health")[0] == status:
            return
        time.sleep(0.1)
    pytest.fail(f"the server never answered {status}")


def ask(address: str, path: str, *, method: str = "GET", body: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
    """Send one request as written, without following anything."""
    there = address.removeprefix("http://")
    conn = http.client.HTTPConnection(there, timeout=30)
    try:
        conn.request(method, path, body or None, {"Host": there} | {name.replace("_", "-"): value for name, value in headers.items()})
        answer = conn.getresponse()
        # A socket that opens never ends its answer.
        text = "" if answer.status == 101 else answer.read().decode("utf-8", "replace")
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, text
    finally:
        conn.close()


def knock(address: str, **headers: str) -> int:
    """Try to open the page's socket; 101 where it opens."""
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    return ask(address, SOCKET, **{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key,
                                   "Sec-WebSocket-Protocol": "streamlit"} | headers)[0]


def sign_in(address: str, name: str = "개발자", password: str = SECRET, wanted: str = "", **headers: str):
    form = urlencode({"name": name, "password": password, "next": wanted})
    sent = {"Origin": address, "Content-Type": "application/x-www-form-urlencoded"} | headers
    return ask(address, "/login", method="POST", body=form, **sent)


def test_nothing_is_answered_without_a_login_and_everything_with_one(address, house):
    forged = f"{logins.COOKIE}={secrets.token_urlsafe(32)}"
    assert {path: ask(address, path, Cookie=forged)[0] for path in BEHIND} == dict.fromkeys(BEHIND, 401)
    assert ask(address, "/labels/events", method="POST", body="{}", Origin=address)[0] == 401
    assert knock(address, Origin=address) == knock(address, Origin=address, Cookie=forged) == 403
    assert ask(address, "/login")[0] == ask(address, "/fonts/PretendardVariable.woff2")[0] == 200
    status, headers, _ = sign_in(address)
    assert status == 303 and headers["location"] == "/"
    cookie = headers["set-cookie"].partition(";")[0]
    assert {path: status for path in BEHIND if (status := ask(address, path, Cookie=cookie)[0]) in (401, 403)} == {}
    for path in ("/", "/_stcore/health", "/_stcore/metrics", "/_stcore/host-config"):
        assert ask(address, path, Cookie=cookie)[0] == 200
    assert knock(address, Origin=address, Cookie=cookie) == 101
    # A page of another site may not speak through this browser, and a program without a page neither.
    assert knock(address, Cookie=cookie) == knock(address, Cookie=cookie, Origin="http://evil.example") == 403
    assert knock(address, Cookie=f"{cookie}; {forged}", Origin=address) == 403
    assert ask(address, "/logout", method="POST", Cookie=cookie, Origin="http://evil.example")[0] == 200
    assert ask(address, "/", Cookie=cookie)[0] == 200
    assert ask(address, "/logout", method="POST", Cookie=cookie, Origin=address)[0] == 303
    assert ask(address, "/", Cookie=cookie)[0] == 401 and knock(address, Origin=address, Cookie=cookie) == 403


def test_the_form_refuses_other_sites_and_wrong_passwords_alike_for_known_and_unknown_names(address, house):
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}):
        status, answered, _ = sign_in(address, **headers)
        assert status == 403 and "set-cookie" not in answered
    wrong, unknown = sign_in(address, password="wrong-password"), sign_in(address, name="없는 사람")
    assert wrong[0] == unknown[0] == 401 and "set-cookie" not in wrong[1]
    assert wrong[2].replace("개발자", "") == unknown[2].replace("없는 사람", "")
    _, headers, _ = sign_in(address, wanted="/compare?q=%EA%B0%80")
    parts = {part.strip().lower() for part in headers["set-cookie"].split(";")[1:]}
    assert headers["location"] == "/compare?q=%EA%B0%80" and {"httponly", "samesite=lax", "path=/", "max-age=1209600"} <= parts
    assert "secure" not in parts
    # A proxy on this machine says that the browser came over TLS.
    assert "secure" in sign_in(address, X_Forwarded_Proto="https", Origin=f"https://{address[7:]}")[1]["set-cookie"].lower()
    assert sign_in(address, wanted="//evil.example")[1]["location"] == "/"


def test_without_accounts_only_this_machine_is_answered(address, empty):
    _settled(address, 200)
    port = address.rpartition(":")[2]
    assert [ask(address, "/", Host=f"{host}:{port}")[0] for host in ("127.0.0.1", "localhost", "evil.example", "127.0.0.1.evil.example")] \
        == [200, 200, 403, 403]
    assert ask(address, "/", X_Forwarded_For="192.0.2.1")[0] == 403
    assert knock(address, Origin=address) == 101
    assert knock(address, Host="evil.example", Origin="http://evil.example") == 403  # its own name pointed at 127.0.0.1
    assert knock(address, Origin="http://evil.example") == knock(address) == 403
    status, headers, _ = sign_in(address, name="아무개", password="")
    assert status == 303 and "httponly" in headers["set-cookie"].lower()


def test_a_socket_does_not_outlive_its_login(address, house):
    cookie = sign_in(address)[1]["set-cookie"].partition(";")[0]
    with connect(f"ws{address[4:]}{SOCKET}", origin=address, additional_headers={"Cookie": cookie}, subprotocols=["streamlit"]) as page:
        users.set_disabled(house, name="개발자", disabled=True)
        for _ in range(80):
            if ask(address, "/_stcore/health", Cookie=cookie)[0] == 401:
                break
            time.sleep(0.1)
        page.send(b"\n\x00")
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                page.recv(timeout=30)
    assert closed.value.rcvd.code == 1008


@pytest.mark.parametrize("start", [["-m", "core", "serve", "--port", "0", "--address", "0.0.0.0", "--allow-host", "labels.example"],
                                   ["-m", "streamlit", "run", "app.py", "--server.port", "0", "--server.address", "0.0.0.0"]])
def test_a_network_address_without_accounts_is_refused_at_the_start(empty, start):
    environment = os.environ | {"DATABASE_URL": empty.conninfo}
    ended = subprocess.run([sys.executable, *start], cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, timeout=120,
                           check=False)
    assert ended.returncode != 0 and "python -m core users add" in ended.stdout + ended.stderr


def test_a_login_keeps_the_deep_link_and_a_rater_sees_only_the_label_page(browser, address, house):
    def enter(page, name: str) -> None:
        page.get_by_label("이름").fill(name)
        page.get_by_label("비밀번호").fill(SECRET)
        page.get_by_role("button", name="로그인").click()

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/?q={quote('기울기')}&k=20")
    page.wait_for_url(re.compile("/login"))
    enter(page, "개발자")
    page.locator(".ib-person", has_text="개발자").wait_for()
    assert "k=20" in page.url and quote("기울기") in page.url
    for title in ("검색 플레이그라운드", "모델 비교", "정답 라벨링", "데이터와 설정"):
        page.get_by_role("link", name=title).wait_for()
    page.get_by_role("link", name="로그아웃").click()
    page.wait_for_url(re.compile("/login"))
    page.goto(f"{address}/compare")
    page.wait_for_url(re.compile("/login"))
    enter(page, "라벨러")
    page.get_by_text("라벨러 님의 역할(라벨러)로는 볼 수 없습니다").wait_for()
    page.get_by_role("link", name="정답 라벨링").wait_for()
    assert page.get_by_role("link", name="모델 비교").count() == 0 == page.get_by_role("link", name="검색 플레이그라운드").count()
    page.goto(address)
    page.wait_for_url(f"{address}/label")
    page.locator(".ib-person", has_text="라벨러").wait_for()
    context.close()


def test_no_password_and_no_cookie_is_written_to_a_log(address, house, written, data_dir):
    wrong = f"틀린-{secrets.token_hex(8)}"
    assert sign_in(address, password=wrong)[0] != 303 == sign_in(address)[0]
    cookie = sign_in(address)[1]["set-cookie"].partition(";")[0]
    assert knock(address, Cookie=cookie, Origin=address) == 101
    with house.connection() as conn:
        hashes = [hashed for (hashed,) in conn.execute("SELECT password_hash FROM users").fetchall()]
    told = "".join(path.read_text(errors="replace") for path in (written, *data_dir.rglob("*.log")))
    assert len(hashes) == 2 and "uvicorn" in told, "nothing was written at all"
    for each in (SECRET, wrong, quote(SECRET), quote(wrong), cookie.partition("=")[2], *hashes):
        assert each not in told
