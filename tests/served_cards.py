"""Runs the dashboard on a machine that seems to have two cards of 8 GiB: ``python tests/served_cards.py run app.py …``.

The driver's module and the engine's word are replaced before Streamlit starts; nothing of the product knows of it.
"""

from __future__ import annotations

import sys
import time
from functools import cache
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parent.parent))

from core.engine.client import EngineClient
from core.engine.messages import EngineStatus, Event, Memory, ModelStatus
from core.models import registry, sizes
from core.models.contract import LoadedModel

GIB = 2**30
NAMES = ("NVIDIA GeForce RTX 2070 SUPER", "NVIDIA GeForce GTX 1080")
BEGAN = time.time()
LOADED = (("kure-v1", "fp16", 400.0), ("qwen3-vl-embedding-2b", "nf4", 5.0))
EVENTS = tuple(Event(BEGAN - back, kind, key, precision, said) for back, kind, key, precision, said in (
    (200, "loaded", "kure-v1", "fp16", "올렸습니다."), (160, "loaded", "qwen3-vl-reranker-2b", "fp16", "올렸습니다."),
    (120, "evicted", "qwen3-vl-reranker-2b", "fp16", "자리를 내주었습니다."), (80, "oom", "qwen3-vl-embedding-2b", "fp16", "모자랐습니다."),
    (60, "stepped", "qwen3-vl-embedding-2b", "nf4", "4비트로 낮추었습니다.")))


def steps() -> int:
    """Return bytes that rise and fall by a step every two seconds."""
    return (int(time.time() - BEGAN) // 2 % 4) * GIB // 2


@cache
def looked() -> float:
    """Return when the engine was first asked about; a server may take long to come up."""
    return time.time()


def status(client: object, **ignored: object) -> EngineStatus:
    """Say how an engine on the first card would be; some seconds later another process that had to start again."""
    later = time.time() - looked() > 6
    taken = 4 * GIB + steps()
    return EngineStatus(
        running=True, pid=8 if later else 7, device=NAMES[0], activity="대기 중", loaded=tuple(_model(*each) for each in LOADED),
        rss_bytes=GIB, memory=Memory(8 * GIB, True, GIB // 2, taken - GIB, taken - GIB // 2, taken, taken, None, taken + GIB, 8 * GIB, 1),
        events=EVENTS, calls=12, ooms=1, restarts=int(later))


def _model(key: str, precision: str, idle: float) -> ModelStatus:
    record = registry.record(key)
    weights = sizes.weights_bytes(record, precision, device="cuda")
    loaded = LoadedModel(key, record.hub_id, "r", precision, "cuda", record.dims, None, False)
    return ModelStatus(loaded, weights, 3, idle, 2.0, False, weights, last_for="query")


def _pynvml() -> SimpleNamespace:
    return SimpleNamespace(
        NVML_TEMPERATURE_GPU=0, nvmlInit=lambda: None, nvmlDeviceGetCount=lambda: 2, nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetUUID=lambda card: f"GPU-{card}", nvmlDeviceGetName=lambda card: NAMES[card],
        nvmlDeviceGetMemoryInfo=lambda card: SimpleNamespace(used=GIB if card else 5 * GIB + steps(), total=8 * GIB),
        nvmlDeviceGetPowerUsage=lambda card: 9_000 if card else 120_000 + steps() // 2**16,
        nvmlDeviceGetTemperature=lambda card, kind: 33 if card else 61,
        nvmlDeviceGetUtilizationRates=lambda card: SimpleNamespace(gpu=0 if card else 30 + steps() * 40 // GIB),
        nvmlDeviceGetComputeRunningProcesses=lambda card: [])


if __name__ == "__main__":
    sys.modules["pynvml"] = _pynvml()
    EngineClient.status = status
    from streamlit.web import cli

    cli.main()
