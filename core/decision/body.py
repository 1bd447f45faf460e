"""What a decision freezes: the gates as registered, what they computed, and a hash of every piece of evidence.

``sha256_of`` is over the body as JSON with sorted keys, no blanks, UTF-8: anybody can recompute it from ``decision show --json``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from core.errors import InputError
from core.evaluation.results import Evaluation
from core.evaluation.scenarios import SCENARIOS
from core.evaluation.verdict.outcome import Decision
from core.labels.versions import truth as truths
from core.store import evidence_hashes, measurements, states

FORM = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence and its hash. ``ref`` finds it again: a number, or how many events there were."""

    kind: str
    ref: int | None
    title: str
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """Return it as the body has it."""
        return {"kind": self.kind, "ref": self.ref, "title": self.title, "sha256": self.sha256}


def body_of(conn: Connection, evaluation: Evaluation, decision: Decision, *, choice: str, reason: str, by: str,
            report: tuple[int, str] | None, supersedes: str) -> dict[str, Any]:
    """Return the body.

    Args:
        report: number and hash of the report that is decided on.
        supersedes: hash of the decision that this one replaces; empty: it is the first.

    Raises:
        InputError: the computed decision is a "what if".
    """
    if decision.hypothetical:
        raise InputError("기준값을 바꾸어 본 가정은 결정으로 적을 수 없습니다. 등록된 기준으로 다시 판정해 주세요.")
    kept = ("name", "title", "kind", "value", "low", "high", "threshold", "direction", "unit", "passed", "reason")
    text = decision.gate_file.path.read_bytes()
    if hashlib.sha256(text).hexdigest() != decision.gate_file_sha256:
        raise InputError("판정하는 동안 판정 기준 파일이 바뀌었습니다. 다시 시도해 주세요.")
    return {
        "form": FORM, "collection": decision.collection, "choice": choice, "reason": reason, "recorded_by": by,
        "supersedes": supersedes, "miniature": _miniature(evaluation, decision),
        "computed": {"verdict": decision.verdict, "title": decision.title, "headline": decision.headline,
                     "invalid": list(decision.invalid), "missing": list(decision.missing),
                     "cautions": list(decision.cautions),
                     "gates": [{name: getattr(gate, name) for name in kept} for gate in decision.gates]},
        "gate_file": {"name": decision.gate_file.path.name, "sha256": decision.gate_file_sha256, "text": text.decode("utf-8")},
        "evidence": [piece.as_json() for piece in pieces(conn, evaluation, decision, report)],
    }


def pieces(conn: Connection, evaluation: Evaluation, decision: Decision, report: tuple[int, str] | None) -> Iterator[Piece]:
    """Yield every piece of evidence as it is now."""
    cid, truth = evaluation.collection_id, evaluation.truth
    yield Piece("gates", None, f"판정 기준 {decision.gate_file.path.name}", decision.gate_file_sha256)
    yield Piece("truth", truth.version.number if truth.version else None, f"정답 {truth.title}", truth_sha256(conn, evaluation))
    yield Piece("items", None, f"{decision.collection}의 문항", states.of_items(conn, cid))
    found = runs_of(evaluation)
    hashed = evidence_hashes.of_runs(conn, found)
    for number, title in sorted(found.items()):
        yield Piece("run", number, title, hashed[number])
    measured = {each.id: f"{each.id}번 측정 {each.kind} · {each.system} · {each.device}" for each in measurements.listing(conn)}
    hashed = evidence_hashes.of_measurements(conn, measured)
    for number, title in sorted(measured.items()):
        yield Piece("measurement", number, title, hashed[number])
    for kind, title, read in EVENTS:
        count, sha256 = read(conn, cid)
        yield Piece(kind, count, title, sha256)
    if report is not None:
        yield Piece("report", report[0], f"보고서 {report[0]}번", report[1])


EVENTS = (("critical", "치명적 오류 등록부", evidence_hashes.of_critical), ("stated", "사람이 적은 값", evidence_hashes.of_stated))


def runs_of(evaluation: Evaluation) -> dict[int, str]:
    """Return every run that a number comes from, by number, in words."""
    return {run.run_id: f"실행 {run.run_id} · {run.label} · {SCENARIOS[scenario].title}{' · 축소 모델' if run.miniature else ''}"
            for scenario, result in reversed(evaluation.scenarios.items()) for run in result.systems}


def truth_sha256(conn: Connection, evaluation: Evaluation) -> str:
    """Return the hash of the ground truth, recomputed from its rows where it is frozen."""
    truth = evaluation.truth
    return truths.verify(conn, truth.version).found if truth.version else truth.sha256


def sha256_of(body: Mapping[str, Any]) -> str:
    """Return the hash over a body."""
    packed = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(packed.encode()).hexdigest()


def signature_sha256(*, role: str, name: str, account: str, comment: str, decision_sha256: str) -> str:
    """Return the hash over a signature's words and the decision that they stand under."""
    return sha256_of({"role": role, "name": name, "account": account, "comment": comment, "decision_sha256": decision_sha256})


def _miniature(evaluation: Evaluation, decision: Decision) -> bool:
    return decision.miniature or any(run.miniature for result in evaluation.scenarios.values() for run in result.systems)
