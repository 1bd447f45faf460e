"""``serve``: start the dashboard and print its address."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading

from core.accounts import logins
from core.cli.output import say
from core.errors import SettingError
from core.settings import PROJECT_DIR, settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("--port", type=int, default=8501, help="포트 (기본 8501)")
    parser.add_argument("--address", default="127.0.0.1", help="열 주소 (기본 127.0.0.1, 이 컴퓨터만; 0.0.0.0: 모든 네트워크)")
    parser.add_argument("--allow-host", action="append", default=[], metavar="HOST",
                        help="다른 컴퓨터가 주소창에 쓸 이름이나 IP (여러 번 쓸 수 있습니다)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; the models warm up behind the page."""
    settings()
    _refuse_taken(arguments.port)
    hosts = _hosts(arguments.address, arguments.allow_host)
    here = arguments.address in hosts[:2]
    through = f", 프록시를 거쳐 {', '.join(arguments.allow_host)}" if here and arguments.allow_host else ""
    say(f"대시보드 주소: http://{'127.0.0.1' if here else hosts[-1]}:{arguments.port}{through}  (멈추려면 Ctrl+C)")
    command = [sys.executable, "-m", "streamlit", "run", str(PROJECT_DIR / "app.py"), "--server.port", str(arguments.port),
               "--server.headless", "true", "--server.address", arguments.address]
    for host in hosts:
        command += ["--server.allowedHosts", host]
    with subprocess.Popen(command, cwd=PROJECT_DIR, env=os.environ | {"PYTHONPATH": str(PROJECT_DIR)}) as server:
        # Whoever ends this process means the dashboard: left alone, the server would hold the port.
        signal.signal(signal.SIGTERM, lambda number, frame: server.terminate())
        threading.Thread(target=_warm_up, daemon=True).start()
        try:
            return server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()
            return 0


def _hosts(address: str, named: list[str]) -> list[str]:
    """Return the host names to answer to; the last one is where people find the dashboard.

    Raises:
        SettingError: others are to come in, but there is nobody to log in or no name to come in by.
    """
    own = ["localhost", "127.0.0.1"]
    if address in own and not named:
        return own
    if not logins.demanded():
        raise SettingError(
            "로그인할 사람이 없어 다른 컴퓨터에 열지 않았습니다. "
            "`python -m core users add 이름 --role developer`로 먼저 사람을 더해 주세요."
        )
    if not named and address in ("0.0.0.0", "::", ""):
        raise SettingError(
            "다른 컴퓨터가 주소창에 쓸 이름이나 IP를 `--allow-host`로 적어 주세요. 예: serve --address 0.0.0.0 --allow-host 192.0.2.10"
        )
    return [*own, *(named or [address])]


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SettingError(
                f"포트 {port}을(를) 다른 프로그램이 쓰고 있습니다. `make run PORT=8502`처럼 다른 포트로 열어 주세요."
            ) from error


def _warm_up() -> None:
    """Start the engine and load the models, so that the first search does not wait; a failure shows at that search."""
    import logging

    from core.engine.client import engine
    from core.errors import UserError
    from core.models import registry

    try:
        for record in registry.REAL:
            engine().load(registry.resolve(record.key).key)
    except UserError:
        logging.getLogger(__name__).warning("the models could not be warmed up", exc_info=True)
