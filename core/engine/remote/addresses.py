"""ENGINE_URL: ``model[@precision][@revision]=http://host:port[,http://…][;model=…]``."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from core.errors import SettingError
from core.models import registry

SUPPORTED = ("qwen3-vl-embedding", "qwen3-vl-reranker")
"""Kinds of models worth another machine; the others are small and stay with the local engine."""
PRECISIONS = ("fp32", "fp16", "bf16", "fp8", "int8", "nf4", "awq", "gptq")
_REVISION = re.compile(r"[0-9a-f]{7,40}")
_LARGEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """Where one model is served; precision and revision are what the setting declares, None where it says nothing."""

    key: str
    urls: tuple[str, ...]
    precision: str | None = None
    revision: str | None = None


@lru_cache(maxsize=8)
def parse(setting: str) -> dict[str, Address]:
    """Return the addresses by model key; the setting's form has been checked by the settings themselves.

    Raises:
        SettingError: a model is unknown, given twice or not servable, or an option or a URL is not allowed.
    """
    found: dict[str, Address] = {}
    for entry in filter(None, setting.split(";")):
        name, _, urls = entry.partition("=")
        key, *options = name.split("@")
        _check_model(key)
        if key in found:
            raise _refused(entry, f"모델 {key}이(가) 두 번 나옵니다")
        found[key] = Address(key, _urls(entry, urls), **_options(entry, options))
    return found


def _check_model(key: str) -> None:
    servable = [record.key for record in registry.RECORDS if record.kind in SUPPORTED]
    if key not in servable:
        near = difflib.get_close_matches(key, servable, n=3, cutoff=0.7) or [each for each in servable if "-mini" not in each]
        raise _refused(key, f"원격으로 쓸 수 있는 모델의 이름: {', '.join(near)}")


def _options(entry: str, options: list[str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for option in options:
        name = "precision" if option in PRECISIONS else "revision" if _REVISION.fullmatch(option) else None
        if name is None or name in chosen:
            raise _refused(entry, f"@ 뒤에는 정밀도({' · '.join(PRECISIONS)}) 하나와 리비전(16진수 7~40자) 하나를 쓸 수 있습니다")
        chosen[name] = option
    return chosen


def _urls(entry: str, urls: str) -> tuple[str, ...]:
    cleaned = tuple(url.rstrip("/").removesuffix("/v1") for url in urls.split(","))
    if len(set(cleaned)) != len(cleaned):
        raise _refused(entry, "같은 주소가 두 번 나옵니다")
    for url in cleaned:
        port = url.rpartition(":")[2]
        if port.isdigit() and not 0 < int(port) <= _LARGEST_PORT:
            raise _refused(entry, f"포트는 1부터 {_LARGEST_PORT}까지입니다")
    return cleaned


def host(url: str) -> str:
    """Return the machine of a URL, without the port: two servers on one machine are one machine's cost."""
    return urlsplit(url).hostname or url


def _refused(value: str, allowed: str) -> SettingError:
    return SettingError(f"환경 변수 ENGINE_URL의 값 '{value}'은(는) 쓸 수 없습니다. {allowed}.")
