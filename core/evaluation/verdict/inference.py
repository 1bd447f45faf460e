"""Automatic check: were the models run as their makers run them (pooling, prompts, pixels)?

A model with the wrong pooling still finds something, and its numbers look like any other's. ``models verify`` holds each
checkpoint against an independent reading of the published rules; its outcome counts for exactly that checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from psycopg import Connection

from core.evaluation.results import SystemRun
from core.evaluation.verdict.outcome import Proof
from core.models.parity.labels import LABELS
from core.store import measurements
from core.store.measurements import Measurement

if TYPE_CHECKING:
    from core.models.parity.verify import Report

KIND = "parity"


@dataclass(frozen=True, slots=True)
class Verified:
    """What is known of the models behind a run."""

    passed: bool | None
    """None: not every one of them was verified, and none failed."""
    detail: str
    """One Korean sentence: what was found, or what to do."""
    measurements: tuple[Measurement, ...]


def keep(conn: Connection, report: Report) -> Measurement:
    """Store what verifying a model came to."""
    model = report.model
    return measurements.add(
        conn, kind=KIND, system=model.key, device=model.device, miniature=model.miniature,
        config={"hub_id": model.id, "revision": model.revision, "precision": model.precision, "max_pixels": model.max_pixels},
        environment={name: version(name) for name in ("torch", "transformers", "sentence-transformers")},
        result={"ok": report.ok, "unchecked": list(report.unchecked),
                "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in report.checks]},
        measured_at=datetime.now(UTC))


def of_run(run: SystemRun | None, measured: Sequence[Measurement]) -> Verified:
    """Return what is known of a run's models: each by the newest outcome for its very checkpoint."""
    models = list(_models(run)) if run is not None else []
    if not models:
        return Verified(None, "어떤 모델로 만든 실행인지 알 수 없어 점검하지 못했습니다. `python -m core evaluate`로 평가해 주세요.", ())
    found = {model["model_key"]: _of(model, measured) for model in models}
    known = tuple(each for each in found.values() if each is not None)
    wrong = [f"{key}: {', '.join(_failed(each))}" for key, each in found.items() if each is not None and not each.result.get("ok")]
    if wrong:
        return Verified(False, f"공개 규칙과 다르게 계산합니다({' · '.join(wrong)}). 고친 뒤 다시 임베딩하고 평가해 주세요.", known)
    if open_ := [key for key, each in found.items() if each is None]:
        told = f"점검하지 않은 모델이 있습니다({', '.join(open_)})."
        return Verified(None, f"{told} `python -m core models verify` 명령을 실행해 주세요.", known)
    return Verified(True, f"모두 공개 규칙대로 계산합니다({', '.join(found)}).", known)


def proofs(verified: Verified) -> tuple[Proof, ...]:
    """Return the outcomes as evidence."""
    return tuple(Proof(f"측정 {each.id} · {each.system} · {each.config.get('revision', '')[:12]} · {each.measured_at:%Y-%m-%d}",
                       {"measurement": str(each.id)}) for each in verified.measurements)


def _models(run: SystemRun) -> Iterable[dict[str, Any]]:
    """Return the checkpoints behind a run, each once: ``model_key``, ``hub_id``, ``revision``, ``miniature``."""
    reranker = run.config.get("reranker")
    told = [*run.config.get("sets", ()), *([reranker] if reranker else [])]
    return {each["model_key"]: each for each in told if each.get("model_key")}.values()


def newest(key: str, *, hub_id: str | None, revision: str | None, miniature: bool, measured: Sequence[Measurement]) -> Measurement | None:
    """Return the newest outcome for one very checkpoint, None where it was never verified."""
    own = [each for each in measured if each.kind == KIND and each.system == key and not each.partial and each.miniature == miniature
           and (each.config.get("hub_id"), each.config.get("revision")) == (hub_id, revision)]
    return max(own, key=lambda each: each.measured_at, default=None)


def _of(model: dict[str, Any], measured: Sequence[Measurement]) -> Measurement | None:
    return newest(model["model_key"], hub_id=model.get("hub_id"), revision=model.get("revision"),
                  miniature=bool(model.get("miniature")), measured=measured)


def _failed(measurement: Measurement) -> list[str]:
    return [LABELS.get(check["name"], check["name"]) for check in measurement.result.get("checks", ()) if not check["ok"]]
