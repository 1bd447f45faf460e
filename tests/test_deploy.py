"""The guide's own nginx block in front of a running dashboard: what people, their browsers and their attackers get through it."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import time
from urllib.parse import urlencode

import pytest

from core.accounts import users
from core.items.schemas import plan
from core.settings import PROJECT_DIR
from tests.fixtures_browser import PATIENCE, free_port, served
from tests.test_items_sampling import item

NGINX, OPENSSL = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"), shutil.which("openssl")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not (NGINX and OPENSSL), reason="nginx or openssl is not installed")]
NAME, SECRET = "labels.example.com", "맑은-가을-하늘"
FORGED = ("X-Forwarded-For", "X-Real-IP", "Forwarded")


@pytest.fixture(scope="module")
def proxy(elsewhere, prepared, tmp_path_factory):
    """The port of nginx in front of a dashboard where a developer has an account."""
    users.add(elsewhere, name="개발자", role="developer", password=SECRET)
    folder = tmp_path_factory.mktemp("proxy")
    subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run([OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    folder / "labels.key", "-out", folder / "labels.pem", "-days", "2", *subject], check=True, capture_output=True)
    environment = {"DATABASE_URL": elsewhere.conninfo, "STREAMLIT_SERVER_ALLOWED_HOSTS": f"127.0.0.1 localhost {NAME}"}
    with served(environment, folder / "log") as (address, _):
        port = free_port()
        (folder / "nginx.conf").write_text(_configured(folder, port, address), encoding="utf-8")
        server = subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-e", folder / "errors"], stderr=subprocess.PIPE)
        try:
            _listening(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=60)


def _configured(folder, port: int, address: str) -> str:
    """Return the guide's server block as a whole configuration, moved to this port, these files and this dashboard alone."""
    guide = (PROJECT_DIR / "docs" / "deploy.md").read_text(encoding="utf-8")
    block = re.search(r"```nginx\n(.*?)```", guide, re.DOTALL).group(1)
    moved = {"listen 443 ssl": f"listen 127.0.0.1:{port} ssl", "/etc/ssl/": f"{folder}/", "http://127.0.0.1:8501": address}
    for written, here in moved.items():
        assert written in block
        block = block.replace(written, here)
    kept = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # As root, nginx would hand its workers to somebody who may not enter the test's folder.
    user = "" if os.getuid() else "user root;\n"
    return f"{user}daemon off;\nworker_processes 1;\npid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{kept}\n{block}}}\n"


def _listening(port: int, server: subprocess.Popen) -> None:
    for _ in range(300):
        assert server.poll() is None, server.stderr.read().decode()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("nginx did not start")


def ask(port: int, path: str, *, method: str = "GET", body: str = "", come_from: str = "127.0.0.1", **headers: str):
    """Send one request to the proxy under the dashboard's name; return status, headers and text."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    conn = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context, source_address=(come_from, 0))
    try:
        told = {name.replace("_", "-"): text for name, text in headers.items()}
        conn.request(method, path, body or None, {"Host": f"{NAME}:{port}"} | told)
        answer = conn.getresponse()
        text = "" if answer.status == 101 else answer.read().decode("utf-8", "replace")
        return answer.status, answer.headers, text
    finally:
        conn.close()


def sign_in(port: int, password: str = SECRET, **options: str):
    form = urlencode({"name": "개발자", "password": password})
    sent = {"Origin": f"https://{NAME}:{port}", "Content-Type": "application/x-www-form-urlencoded"}
    return ask(port, "/login", method="POST", body=form, **(sent | options))


def test_a_login_is_marked_secure_and_only_this_site_may_send_it_or_open_its_socket(proxy):
    status, headers, _ = sign_in(proxy)
    assert status == 303 and "; Secure" in headers["set-cookie"]
    assert sign_in(proxy, Origin="https://evil.example")[0] == 403
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Protocol": "streamlit",
               "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(), "Cookie": headers["set-cookie"].partition(";")[0]}
    opened = [ask(proxy, "/_stcore/stream", **upgrade, Origin=origin)[0] for origin in (f"https://{NAME}:{proxy}", "https://evil.example")]
    assert opened == [101, 403]


def test_failed_logins_count_for_the_address_they_come_from_whatever_they_claim(proxy):
    for number in range(5):
        assert sign_in(proxy, "wrong", come_from="127.0.0.2", **dict.fromkeys(FORGED, f"10.0.0.{number}"))[0] == 401
    status, _, text = sign_in(proxy, come_from="127.0.0.2", **dict.fromkeys(FORGED, "10.0.0.9"))
    assert status == 401 and "여러 번 실패" in text
    assert sign_in(proxy, come_from="127.0.0.3")[0] == 303


def test_pages_live_behind_the_proxy_and_take_a_bank_larger_than_a_picture(proxy, browser, tmp_path):
    bank = tmp_path / "문항.json"
    bank.write_text(json.dumps({"items": [plan.write(item("새-1"))]}, ensure_ascii=False) + " " * (12 * 1024 * 1024), encoding="utf-8")
    context = browser.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"https://127.0.0.1:{proxy}/data")
        page.get_by_label("이름").fill("개발자")
        page.get_by_label("비밀번호").fill(SECRET)
        page.get_by_role("button", name="로그인").click()
        page.locator("input[type=file]").set_input_files(bank)
        page.get_by_text("새로 1건, 바뀐 0건을 가져올 수 있습니다.").wait_for()
    finally:
        context.close()
