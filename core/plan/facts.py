"""What the store shows of the plan's tasks. Where there is a fact nobody ticks: a task is done when what it was to leave is there.

Miniature models fulfil no task that a number comes from: the fact says so and stays open.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from psycopg import Connection

from core.errors import UserError
from core.evaluation import assembling
from core.evaluation.results import Evaluation
from core.evaluation.scenarios import GATE, TUNED
from core.evaluation.verdict import gates
from core.models import registry
from core.models.registry import MINI_SUFFIX
from core.plan.tasks import TASKS
from core.report.final import making
from core.search.sets import JOINED
from core.store import decisions, embedding_sets, embeddings, error_cases, items, measurements, reports, reviews
from core.store.collections import Collection
from core.store.decisions import Signature, StoredDecision
from core.store.embedding_sets import SetSummary
from core.store.measurements import Measurement
from core.store.reports import ReportEntry

_MODELS = ("qwen3-vl-embedding-2b", "qwen3-vl-reranker-2b", "kure-v1", "siglip-base")
_CONTENTS = {"qwen3-vl-embedding-2b": "all", "kure-v1": "text", "siglip-base": "image", "kure-v1+siglip-base": "all"}
_SAMPLE = 100
_SMALL = "축소 모델로만 되어 있습니다."


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a task."""

    done: bool
    words: str
    """One Korean sentence: what is there, or what is lacking."""


@dataclass(frozen=True)
class _Known:
    """All that facts are read from, read once."""

    collection: Collection
    items: int
    frozen_sample: bool
    evaluation: Evaluation
    sets: list[SetSummary]
    pending: Mapping[int, int]
    """Vectors that are lacking or stale, by set."""
    measured: list[Measurement]
    reports: list[ReportEntry]
    report_stale: bool
    decision: StoredDecision | None
    signatures: list[Signature]
    cases: int
    models: Mapping[str, str] = field(default_factory=dict)
    """By key of the plan's models: '' where the real one is there, else why not."""


def of(conn: Connection, collection: Collection) -> dict[str, Fact]:
    """Return what is known, by task; a task without an entry is ticked by people."""
    known = _read(conn, collection)
    return {task.name: _FACTS[task.name](known) for task in TASKS if task.name in _FACTS}


def _read(conn: Connection, collection: Collection) -> _Known:
    listed = reports.listing(conn, collection.id)
    decided = next(iter(decisions.listing(conn, collection.id)), None)
    subject = gates.load().subject.system
    sets = embedding_sets.sets(conn, collection.id)
    return _Known(
        collection=collection, items=len(items.ids(conn, collection.id)), frozen_sample=bool(reviews.freezes(conn, collection.id)),
        evaluation=assembling.load(conn, collection.name), sets=sets,
        pending={each.set.id: embeddings.count_pending(conn, each.set.id) for each in sets if not each.set.identity.miniature},
        measured=measurements.listing(conn), reports=listed,
        report_stale=bool(listed) and making.stale(conn, collection.id, listed[0]), decision=decided,
        signatures=decisions.signatures(conn, decided.id) if decided else [],
        cases=len(error_cases.latest(conn, collection.id, scenario=GATE, system=subject)),
        models={key: _model(key) for key in _MODELS})


def _model(key: str) -> str:
    try:
        return _SMALL if registry.resolve(key).miniature else ""
    except UserError as error:
        return str(error)


def _there(words: str) -> Callable[[_Known], Fact]:
    return lambda known: Fact(True, words)


def _installed(known: _Known) -> Fact:
    lacking = [key for key, why in known.models.items() if why]
    if lacking:
        return Fact(False, f"실제 모델이 없습니다: {', '.join(lacking)}. `python -m core models download`로 내려받아 주세요.")
    return Fact(True, f"모델 {len(_MODELS)}개가 설치되어 있습니다.")


def _loaded(known: _Known) -> Fact:
    checked = [each for each in known.measured if each.kind == "parity" and not each.miniature and each.result.get("ok")]
    keys = {each.system for each in checked} & set(_MODELS)
    if len(keys) < len(_MODELS):
        small = " 축소 모델의 점검은 세지 않습니다." if any(each.kind == "parity" and each.miniature for each in known.measured) else ""
        return Fact(False, f"실제 모델 {len(_MODELS)}개 가운데 {len(keys)}개를 올려 점검했습니다. `python -m core models verify`를 "
                           f"실행해 주세요.{small}")
    return Fact(True, "모델을 올려 공식 추론과 같은지 점검했습니다.")


def _sampled(known: _Known) -> Fact:
    if known.items < _SAMPLE:
        return Fact(False, f"문항이 {known.items:,}건입니다({_SAMPLE}건 필요).")
    told = "검수하고 굳혔습니다." if known.frozen_sample else "검수는 굳히지 않았습니다."
    return Fact(True, f"문항 {known.items:,}건이 있습니다. {told}")


def _labelled(known: _Known) -> Fact:
    truth = known.evaluation.truth
    if truth.version is None:
        return Fact(False, f"굳힌 정답이 없습니다(판정 {len(truth.rows):,}건).")
    people = truth.origins.get("human", 0) + truth.origins.get("adjudicated", 0)
    if people < len(truth.rows):
        return Fact(False, f"{truth.title}: 등급 {len(truth.rows):,}개 가운데 사람이 매긴 것은 {people:,}개입니다.")
    return Fact(True, f"{truth.title}: 등급 {len(truth.rows):,}개를 사람이 매겼습니다.")


def _embedded(*keys: str) -> Callable[[_Known], Fact]:
    def fact(known: _Known) -> Fact:
        found = [_set(known, key) for key in keys]
        open_ = [each for each in found if not each.done]
        return open_[0] if open_ else Fact(True, " ".join(each.words for each in found))
    return fact


def _set(known: _Known, key: str) -> Fact:
    """Return how the vectors of a model stand; a key with ``+`` is of joined vectors."""
    parts = key.split(JOINED)
    fitting = [each for each in known.sets if each.set.identity.content == _CONTENTS[key]
               and [name.removesuffix(MINI_SUFFIX) for name in each.set.identity.model_key.split(JOINED)] == parts]
    real = [each for each in fitting if not each.set.identity.miniature]
    if not real:
        return Fact(False, f"{key}: {_SMALL if fitting else '벡터가 없습니다.'}")
    best = min(real, key=lambda each: known.pending[each.set.id])
    if pending := known.pending[best.set.id]:
        return Fact(False, f"{key}: 새로 만들 벡터가 {pending:,}개 있습니다.")
    return Fact(True, f"{key} 벡터 {best.vectors:,}개.") if best.vectors else Fact(False, f"{key}: 벡터가 없습니다.")


def _run(*systems: str) -> Callable[[_Known], Fact]:
    def fact(known: _Known) -> Fact:
        found = [run for run in known.evaluation.scenarios[GATE].systems if run.system in systems]
        if not found:
            return Fact(False, "판정용 쿼리의 실행이 없습니다. `python -m core evaluate`로 평가해 주세요.")
        run = found[-1]
        if run.miniature or run.stale:
            return Fact(False, f"실행 {run.run_id}번: {_SMALL if run.miniature else '그 뒤에 문항이나 벡터가 바뀌었습니다.'}")
        return Fact(True, f"실행 {run.run_id}번 · {known.evaluation.truth.title}")
    return fact


def _analysed(known: _Known) -> Fact:
    return _run("qwen3-vl")(known)


def _cases(known: _Known) -> Fact:
    if not known.cases:
        return Fact(False, "원인을 적은 오류 케이스가 없습니다. 지표와 판정의 오류 사례에서 적어 주세요.")
    return Fact(True, f"오류 케이스 {known.cases:,}건에 사람이 원인을 적었습니다.")


def _measured(kind: str, what: Callable[[Measurement], bool] = lambda each: True) -> Callable[[_Known], Fact]:
    def fact(known: _Known) -> Fact:
        file = gates.load()
        found = [each for each in known.measured if each.kind == kind and not each.partial and what(each)
                 and each.system.partition("@")[0] == file.subject.system]
        counting = [each for each in found if not each.miniature and file.subject.on_target(each.device)]
        if counting:
            return Fact(True, f"{counting[0].id}번 측정 · {counting[0].device}")
        if found:
            why = "축소 모델" if found[0].miniature else "대상 카드가 아님"
            return Fact(False, f"{found[0].id}번 측정은 세지 않습니다({why}, {found[0].device}).")
        return Fact(False, f"측정 안 됨. {file.subject.target_device}에서 재야 합니다.")
    return fact


def _enough(each: Measurement) -> bool:
    return (each.result.get("calls") or 0) >= gates.load().floors.stability_calls


def _leaks_told(each: Measurement) -> bool:
    return each.result.get("leak") is not None


def _reported(known: _Known) -> Fact:
    if not known.reports:
        return Fact(False, "보고서가 없습니다. 보고서와 결정 화면에서 만들어 주세요.")
    newest = known.reports[0]
    if known.report_stale:
        return Fact(False, f"보고서 {newest.id}번을 만든 뒤 근거가 바뀌었습니다.")
    if newest.watermarked:
        return Fact(False, f"보고서 {newest.id}번은 축소 모델의 것입니다.")
    return Fact(True, f"보고서 {newest.id}번 ({newest.sha256[:8]})")


def _charted(known: _Known) -> Fact:
    return _reported(known)


def _decided(known: _Known) -> Fact:
    if known.decision is None:
        return Fact(False, "결정을 적지 않았습니다.")
    small = known.decision.body.get("miniature")
    return Fact(not small, f"{known.decision.id}번 결정{': ' + _SMALL if small else ''}")


def _approved(known: _Known) -> Fact:
    wanted = 3
    if known.decision is None:
        return Fact(False, "서명할 결정이 없습니다.")
    told = ", ".join(each.name for each in known.signatures)
    return Fact(len(known.signatures) == wanted, f"{known.decision.id}번 결정에 서명 {len(known.signatures)}/{wanted}"
                                                 + (f" ({told})" if told else ""))


_FACTS: dict[str, Callable[[_Known], Fact]] = {
    "1.2": _there(f"Python {platform.python_version()}에서 돌고 있습니다."), "1.3": _installed, "1.4": _loaded,
    "1.5": _there("데이터베이스와 pgvector가 돌고 있습니다."), "1.6": _sampled, "1.7": _labelled,
    "2.1": _there("`python -m core embed --system A`"), "2.2": _embedded("qwen3-vl-embedding-2b"), "2.3": _embedded("kure-v1"),
    "2.4": _embedded("siglip-base"), "2.5": _there("`python -m core embed --system D@concat`"), "2.6": _embedded("kure-v1+siglip-base"),
    "2.7": _embedded(*_CONTENTS),
    "3.1": _there("`python -m core evaluate`"), "3.2": _run("qwen3-vl"), "3.3": _run("kure-v1"), "3.4": _run("kure+siglip", TUNED),
    "3.5": _run("qwen3-vl+rerank"), "3.6": _analysed, "3.7": _analysed, "3.8": _cases,
    "4.1": _there("`python -m core bench latency`"), "4.2": _measured("latency"), "4.3": _measured("throughput"),
    "4.4": _measured("vram"), "4.5": _measured("stability", _enough), "4.6": _measured("stability", _leaks_told),
    "5.1": _charted, "5.2": _decided, "5.3": _reported, "5.4": _approved,
}

KNOWN = frozenset(_FACTS)
"""Tasks that the store tells of."""
