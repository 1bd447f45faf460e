"""What this machine has, what it lacks and the command that mends it."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import UserError
from core.models import registry
from core.settings import PROJECT_DIR

FREE_DISK_GB = 5.0
REAL_MODELS_GB = 12.0


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. ``fix`` is a command or a sentence, empty when nothing is to be done."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
    needed: bool = True
    """Whether the product cannot work without it."""


def examine() -> list[Check]:
    """Run every check; one that fails never stops the next."""
    return [check for group in (_python, _packages, _disk, _database, _models, _gpu, _browser, _fonts) for check in group()]


def _python() -> Iterator[Check]:
    good = sys.version_info >= (3, 11)
    yield Check("Python", good, platform.python_version(), "" if good else "Python 3.11 이상을 설치한 뒤 `make install`을 실행해 주세요.")


def _packages() -> Iterator[Check]:
    wrong = []
    for line in (PROJECT_DIR / "requirements.txt").read_text(encoding="utf-8").splitlines():
        pinned = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", line.strip())
        if pinned is None:
            continue
        name, version = pinned.groups()
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "없음"
        if found.split("+")[0] != version:
            wrong.append(f"{name} {found} (필요: {version})")
    yield Check("Python 패키지", not wrong, ", ".join(wrong) or "모두 정한 버전입니다", "make install" if wrong else "")


def _disk() -> Iterator[Check]:
    free = shutil.disk_usage(PROJECT_DIR).free / 1e9
    good = free >= FREE_DISK_GB
    yield Check("디스크", good, f"{free:.0f} GB 남음", "" if good else f"{FREE_DISK_GB:.0f} GB 이상 비워 주세요.")
    if good and free < REAL_MODELS_GB + FREE_DISK_GB:
        yield Check("실제 모델용 디스크", False, f"실제 모델을 받으려면 {REAL_MODELS_GB:.0f} GB가 더 필요합니다",
                    "디스크를 비우거나 MODELS_DIR을 다른 디스크로 정해 주세요.", needed=False)


def _database() -> Iterator[Check]:
    from core.store import open_database, server

    try:
        with open_database().connection() as conn:
            postgresql, vector = server.versions(conn)
        yield Check("PostgreSQL + pgvector", True, f"PostgreSQL {postgresql} · pgvector {vector}")
    except UserError as error:
        yield Check("PostgreSQL + pgvector", False, str(error), "위 문장을 따른 뒤 `python -m core doctor`를 다시 실행해 주세요.")


def _models() -> Iterator[Check]:
    for record in registry.REAL:
        try:
            used = registry.resolve(record.key)
        except UserError as error:
            yield Check(f"모델 {record.key}", False, str(error), f"python -m core models download {record.key}")
            continue
        if used.miniature:
            yield Check(f"모델 {record.key}", used.installed, "축소 모델로 동작합니다 (판정에는 쓸 수 없음)",
                        f"실제 모델을 쓰려면: python -m core models download {record.key}" if used.installed else "make mini-models")
        else:
            yield Check(f"모델 {record.key}", True, f"{used.hub_id} 설치됨")


def _gpu() -> Iterator[Check]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        yield Check("GPU", False, "NVIDIA GPU가 없어 CPU로 동작합니다", "", needed=False)
        return
    query = [tool, "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
    if answer.returncode != 0:
        yield Check("GPU", False, "드라이버가 응답하지 않습니다", "NVIDIA 드라이버를 다시 설치하고 컴퓨터를 다시 켜 주세요.", needed=False)
        return
    yield Check("GPU", True, answer.stdout.strip().replace("\n", " / "), needed=False)
    import torch

    usable = torch.cuda.is_available()
    yield Check("CUDA", usable, f"PyTorch {torch.__version__} · CUDA {torch.version.cuda or '없음'}",
                "" if usable else "CUDA 13용 드라이버(580 이상)를 설치하고 `make install`을 다시 실행해 주세요.", needed=False)


def _browser() -> Iterator[Check]:
    found = shutil.which("chromium")
    fix = "" if found else "sudo apt install chromium"
    yield Check("Chromium (브라우저 시험용)", found is not None, found or "없음", fix, needed=False)


def _fonts() -> Iterator[Check]:
    font = PROJECT_DIR / "data" / "fonts" / "PretendardVariable.woff2"
    yield Check("한글 글꼴", font.is_file(), font.name, "" if font.is_file() else "git checkout -- data/fonts")
