"""The plan's further criteria (2.3): how much simpler the pipeline, how many days saved, what the figures gain."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from core.errors import InputError
from core.evaluation.resampling import Resampling
from core.evaluation.results import Evaluation
from core.evaluation.scenarios import BASELINE
from core.evaluation.verdict import gates
from core.evaluation.verdict.gates import BandLimits, GateFile
from core.evaluation.verdict.outcome import NOT_MEASURED, Band, BandWord, Proof
from core.evaluation.verdict.subject import part_of, subject_of
from core.evaluation.verdict.wording import value_text
from core.search import systems
from core.store import stated_values
from core.store.stated_values import StatedValue

DAYS = "days_saved"
_MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Parts:
    """What a pipeline consists of, counted from its definition."""

    steps: tuple[str, ...]
    """Of one search, in Korean: a query is encoded and scored once for each vector, then joined or read again."""
    models: tuple[str, ...]
    vectors: int
    """Stored for each item."""

    @property
    def number(self) -> int:
        """All together."""
        return len(self.steps) + len(self.models) + self.vectors


def parts(name: str) -> Parts:
    """Count a system's steps, models and vectors.

    Raises:
        NotFoundError: there is no such system.
    """
    system = systems.find(name)
    titles = [channel.model for channel in system.channels]
    steps = [f"{step} ({title})" for title in titles for step in ("쿼리 인코딩", "벡터 검색")]
    if system.method == "fusion":
        steps.append("점수 표준화와 가중합")
    if system.reranker:
        steps.append(f"다시 매기기 ({system.reranker})")
    models = dict.fromkeys([*titles, *([system.reranker] if system.reranker else [])])
    return Parts(tuple(steps), tuple(models), len(titles))


def of(conn: Connection, evaluation: Evaluation, gate_file: GateFile | None = None) -> tuple[Band, ...]:
    """Return the bands in the gate file's order."""
    return told(evaluation, gate_file or gates.load(), stated_values.latest(conn, evaluation.collection_id, DAYS))


def told(evaluation: Evaluation, file: GateFile, days: StatedValue | None) -> tuple[Band, ...]:
    """Return the bands from what is known, reading nothing."""
    known: dict[str, Callable[[BandLimits], Band]] = {
        "complexity": lambda limits: _complexity(limits, file),
        DAYS: lambda limits: _days(limits, days),
        "multimodal_gain": lambda limits: _gain(limits, evaluation, file),
    }
    return tuple(known[limits.name](limits) for limits in file.bands if limits.name in known)


def state(conn: Connection, collection_id: int, *, name: str = DAYS, value: float, note: str = "", by: str,
          uuid: UUID | None = None) -> None:
    """Store a number nobody can compute, under a name.

    Raises:
        InputError: it is no number of days, or nobody stands for it.
    """
    if name != DAYS:
        raise InputError(f"'{name}'은(는) 사람이 넣는 값이 아닙니다. 넣을 수 있는 값: {DAYS}.")
    if not by.strip():
        raise InputError("이 값을 적는 사람의 이름을 적어 주세요.")
    if not math.isfinite(value) or abs(value) > _MOST_DAYS:
        raise InputError(f"줄어드는 날수는 −{_MOST_DAYS:,}에서 {_MOST_DAYS:,} 사이의 숫자여야 합니다.")
    stated_values.append(conn, collection_id, name=name, value=value, note=note.strip(), by=by.strip(), uuid=uuid)


def band_of(limits: BandLimits, value: float) -> BandWord:
    """Return the band of a value: 우수 above ``good``, 양호 from ``fair`` on."""
    return "우수" if value > limits.good else "양호" if value >= limits.fair else "미흡"


def limits_text(limits: BandLimits) -> str:
    """Return the bands in words: ``우수 > 50 % · 양호 30–50 % · 미흡 < 30 %``."""
    good, fair = (f"{value * 100:g}" if limits.unit == "%" else f"{value:g}" for value in (limits.good, limits.fair))
    unit = limits.unit if limits.unit == "일" else f" {limits.unit}"
    return f"우수 > {good}{unit} · 양호 {fair}–{good}{unit} · 미흡 < {fair}{unit}"


def _complexity(limits: BandLimits, file: GateFile) -> Band:
    new, old = parts(file.subject.system), parts(BASELINE)
    counted = {"단계": (len(old.steps), len(new.steps)), "모델": (len(old.models), len(new.models)), "벡터": (old.vectors, new.vectors)}
    value = 1 - new.number / old.number
    alone = ", ".join(f"{name} {before} → {after} ({value_text('%', 1 - after / before)} 감소)"
                      for name, (before, after) in counted.items())
    sentence = f"부품 {old.number}개가 {new.number}개로 줄어듭니다: {alone}."
    words = {band_of(limits, 1 - after / before) for before, after in counted.values()}
    if len(words) > 1:
        sentence += " 무엇을 세느냐에 따라 등급이 달라지므로 셋을 함께 보아 주세요."
    proofs = (Proof(f"D의 단계: {', '.join(old.steps)}"), Proof(f"A의 단계: {', '.join(new.steps)}"))
    return Band(limits.name, limits.title, value, None, None, limits.unit, band_of(limits, value), limits_text(limits), sentence, proofs)


def _days(limits: BandLimits, days: StatedValue | None) -> Band:
    if days is None:
        return _unknown(limits, "아직 아무도 적지 않았습니다. 줄어드는 날수를 이름과 함께 적어 주세요.")
    sentence = f"{days.by} 님이 {days.at:%Y-%m-%d}에 적은 값입니다." + (f" {days.note}" if days.note else "")
    return Band(limits.name, limits.title, days.value, None, None, limits.unit, band_of(limits, days.value), limits_text(limits),
                sentence, (Proof(f"담당자 입력 · {days.by} · {days.at:%Y-%m-%d}"),))


def _gain(limits: BandLimits, evaluation: Evaluation, file: GateFile) -> Band:
    result = evaluation.scenarios[limits.scenario]
    whole, part = subject_of(result, file), part_of(result, file, "text-only")
    if whole.run is None or part.run is None or not result.queries:
        return _unknown(limits, whole.lacking or part.lacking or "글과 그림이 다 있는 쿼리가 없습니다. 그런 쿼리를 판정해 주세요.")
    runs = (whole.run, part.run)
    own, other = (result.of(run.system, limits.measure) for run in runs)
    proofs = tuple(Proof(f"실행 {run.run_id} · {run.label} · {run.precision}", {"run": str(run.run_id)}) for run in runs)
    if not other.mean():
        return _unknown(limits, "글만 쓴 A의 값이 0이라 비율을 구할 수 없습니다. 실행과 정답을 확인해 주세요.", proofs)
    interval, _ = Resampling(result.groups).ratio(own, other)
    sentence = (f"{limits.measure}: 함께 쓸 때 {own.mean():.3f}, 글만 쓸 때 {other.mean():.3f} "
                f"(쿼리 {interval.queries:,}개, 묶음 {interval.groups:,}개).")
    lacking = " ".join(dict.fromkeys(filter(None, (whole.lacking, part.lacking))))
    if any(run.miniature for run in runs):
        lacking = f"축소 모델의 값이라 등급을 매기지 않습니다. {lacking}".strip()
    if lacking:
        return Band(limits.name, limits.title, interval.value, interval.low, interval.high, limits.unit, NOT_MEASURED,
                    limits_text(limits), f"{sentence} {lacking}", proofs)
    word = band_of(limits, interval.value)
    if {band_of(limits, interval.low), band_of(limits, interval.high)} != {word}:
        sentence += " 95 % 구간이 여러 등급에 걸쳐 있습니다."
    return Band(limits.name, limits.title, interval.value, interval.low, interval.high, limits.unit, word, limits_text(limits), sentence,
                proofs)


def _unknown(limits: BandLimits, sentence: str, proofs: tuple[Proof, ...] = ()) -> Band:
    return Band(limits.name, limits.title, None, None, None, limits.unit, NOT_MEASURED, limits_text(limits), sentence, proofs)
