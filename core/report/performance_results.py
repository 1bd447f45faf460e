"""``performance_results.csv`` as the plan's 12.2 draws it, with what the plan left out behind its columns; and the same as Excel.

A row is a system under one configuration on one device, by the newest measurement of each kind. ``latency_mean`` and
``latency_p95`` are those of the slowest of text, image and both, as the gate takes them; ``throughput`` is items encoded a second
at the best batch; ``vram_gb`` is the process's peak (10⁹ bytes).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from core.bench import overview, standing
from core.evaluation import naming
from core.evaluation.verdict import wording
from core.evaluation.verdict.gates import Gate
from core.moments import ZONE, moment
from core.report import tables
from core.report.book import Book, Column, Sheet
from core.store.measurements import Measurement

PLAN = ("model", "latency_mean", "latency_p95", "throughput", "vram_gb")
_CONFIG = ("precision", "dims", "max_pixels", "budget_gb")
_KINDS = ("latency", "throughput", "vram", "stability", "stress")
_OURS = ("device", "target_device", "miniature", "marks", *_CONFIG, "collection", "latency_of", "latency_p50", "latency_p99",
         "latency_p95_low", "latency_p95_high", "latency_calls", "latency_failures", *(f"latency_p95_{part}" for part in overview.PARTS),
         "latency_cold", "best_batch", "throughput_low", "throughput_high", "pairs_per_s", "vram_weights", "vram_allocated",
         "vram_reserved", "rss_mb", "stability_calls", "stability_failures", "stability_nan", "stability_crashes", "success",
         "failure_bound", "leak", "partial", *(f"{kind}_measured_at" for kind in _KINDS), *(f"{kind}_sha256" for kind in _KINDS))
_ABOUT = ("응답 시간은 글, 그림, 글+그림 가운데 가장 느린 것이며 단위는 ms입니다. GB는 10⁹바이트, MB는 10⁶바이트입니다. "
          f"빈칸은 재지 않은 값, 때는 {ZONE}입니다.")
_SMALL = "축소 모델로 잰 값이 있습니다. 실제 모델의 속도나 메모리가 아닙니다."
_ELSEWHERE = "대상 카드가 아닌 장치에서 잰 값이 있습니다. 판정의 근거가 되지 않습니다."
_RANDOM = "가중치를 무작위로 채운 모델로 잰 값이 있습니다."


def as_csv(measured: Sequence[Measurement]) -> bytes:
    """Return the file (UTF-8 with BOM): the plan's columns first, in its order and names.

    Args:
        measured: of all kinds, the newest first, as ``overview.listing`` gives them.
    """
    headers = (*PLAN, *_OURS)
    return tables.as_csv(headers, ([row.get(name) for name in headers] for row in rows(measured)))


def rows(measured: Iterable[Measurement]) -> list[dict[str, Any]]:
    """Return a row by column for each system, configuration and device."""
    groups: dict[tuple[Any, ...], dict[str, Measurement]] = {}
    for each in measured:
        if each.kind in _KINDS:
            key = (each.system, each.device, each.miniature, bool(each.config.get("random_weights")),
                   *(each.config.get(name) for name in _CONFIG))
            groups.setdefault(key, {}).setdefault(each.kind, each)
    return [_row(found) for _, found in sorted(groups.items(), key=lambda entry: str(entry[0]))]


def as_xlsx(measured: Sequence[Measurement], *, made_at: datetime | None = None) -> bytes:
    """Return an Excel file: the rows of the CSV, a sheet for each kind, and what everything ran on."""
    given = [each for each in measured if each.kind in _KINDS]
    warnings = [words for words, said in ((_SMALL, any(each.miniature for each in given)),
                                          (_ELSEWHERE, any(not overview.on_target(each) for each in given)),
                                          (_RANDOM, any("무작위" in overview.marks(each) for each in given))) if said]
    book = Book(title="성능 측정 결과", about=_ABOUT, warnings=warnings, made_at=made_at or datetime.now(UTC))
    sheet = book.sheet("요약", "성능 측정 결과")
    sheet.table([Column("시스템", width=30), Column("응답 평균 ms", "amount"), Column("응답 P95 ms", "amount"), Column("문항/초", "amount"),
                 Column("VRAM GB", "value"), Column("RAM MB", "amount"), Column("성공률", "value"), Column("누수", width=10),
                 Column("장치", width=34), Column("정밀도"), Column("표시", "long", 34)],
                [[naming.title(row["model"]),
                  *(row.get(name) for name in (*PLAN[1:], "rss_mb", "success", "leak", "device", "precision", "marks"))]
                 for row in rows(given)], freeze=1, filtered=True)
    if given:
        _gates(book.sheet("판정 기준", "판정 기준에서"), given)
    for kind, make in (("latency", _latency), ("throughput", _throughput), ("vram", _vram), ("stability", _stability), ("stress", _stress),
                       ("index", _index), ("together", _together)):
        own = [each for each in measured if each.kind == kind]
        if own:
            make(book.sheet(overview.kind_title(kind), overview.kind_title(kind)), own)
    _environments(book.sheet("환경", "측정한 환경"), [each for each in measured if each.kind in (*_KINDS, "index", "together")])
    return book.close()


def _row(found: dict[str, Measurement]) -> dict[str, Any]:
    any_of = next(iter(found.values()))
    told = {kind: found[kind].result if kind in found else {} for kind in _KINDS}
    part, latency = overview.worst(told["latency"]) or (None, {})
    vram, stability = told["vram"].get("vram_gb") or {}, told["stability"]
    best = (told["throughput"].get("by_batch") or {}).get(str(told["throughput"].get("best_batch")), {})
    return {
        "model": any_of.system, "latency_mean": latency.get("mean"), "latency_p95": latency.get("p95"),
        "throughput": told["throughput"].get("items_per_s"), "vram_gb": overview.peak_gb(told["vram"]),
        "device": any_of.device, "target_device": overview.on_target(any_of), "miniature": any_of.miniature,
        "marks": " · ".join(dict.fromkeys(mark for each in found.values() for mark in overview.marks(each).split(" · ") if mark)),
        **{name: any_of.config.get(name) for name in _CONFIG}, "collection": any_of.config.get("collection"), "latency_of": part,
        **{f"latency_{name}": latency.get(name) for name in ("p50", "p99", "p95_low", "p95_high")},
        "latency_calls": latency.get("n"), "latency_failures": latency.get("failures"),
        **{f"latency_p95_{each}": (told["latency"].get("latency_ms") or {}).get(each, {}).get("p95") for each in overview.PARTS},
        "latency_cold": told["latency"].get("cold_ms"), "best_batch": told["throughput"].get("best_batch"),
        "throughput_low": best.get("low"), "throughput_high": best.get("high"), "pairs_per_s": told["throughput"].get("pairs_per_s"),
        **{f"vram_{name}": vram.get(name) for name in ("weights", "allocated", "reserved")},
        "rss_mb": max((each["rss_mb"] for each in told.values() if each.get("rss_mb") is not None), default=None),
        **{f"stability_{name}": stability.get(name) for name in ("calls", "failures", "nan", "crashes")},
        **{name: stability.get(name) for name in ("success", "failure_bound", "leak")},
        "partial": any(each.partial for each in found.values()),
        **{f"{kind}_measured_at": each.measured_at for kind, each in found.items()},
        **{f"{kind}_sha256": each.sha256 for kind, each in found.items()},
    }


_LEAD = (Column("측정", "count", 7), Column("시스템", width=30))
_TAIL = (Column("장치", width=34), Column("잰 때", width=18), Column("표시", "long", 34))


def _table(sheet: Sheet, columns: Sequence[Column], cells: Iterable[tuple[Measurement, Sequence[object]]]) -> None:
    sheet.table([*_LEAD, *columns, *_TAIL],
                [[each.id, naming.title(each.system), *own, each.device, moment(each.measured_at), overview.marks(each)]
                 for each, own in cells], freeze=2, filtered=True)


def _latency(sheet: Sheet, measured: Sequence[Measurement]) -> None:
    names = {"mean": "평균 ms", **{f"{name}{end}": f"{name.upper()}{words} ms" for name in ("p50", "p95", "p99")
                                  for end, words in (("", ""), ("_low", " 하한"), ("_high", " 상한"))}}
    phases = ("encode", "search", "rerank")
    _table(sheet, [Column("쿼리"), *(Column(title, "amount") for title in names.values()), Column("호출", "count"), Column("실패", "count"),
                   *(Column(f"{title} P50 ms", "amount") for title in ("인코딩", "검색", "재순위")), Column("첫 호출 ms", "amount")],
           ((each, [overview.PARTS.get(part, part), *(told.get(name) for name in names), told.get("n"), told.get("failures"),
                    *(((each.result.get("phases") or {}).get(part, {}).get(phase) or {}).get("p50") for phase in phases),
                    each.result.get("cold_ms")])
            for each in measured for part, told in overview.parts(each.result)))


def _throughput(sheet: Sheet, measured: Sequence[Measurement]) -> None:
    _table(sheet, [Column("무엇"), Column("한 번에", "count"), Column("1초에", "amount"), Column("95 % 하한", "amount"),
                   Column("95 % 상한", "amount"),
                   Column("호출", "count"), Column("실패", "count"), Column("VRAM GB", "value"), Column("RAM MB", "amount")],
           ((each, [unit, int(size), *(told.get(name) for name in ("items_per_s", "low", "high", "calls", "failures")),
                    (told.get("vram_gb") or {}).get("process"), told.get("rss_mb")])
            for each in measured for name, unit in (("by_batch", "문항"), ("by_pairs", "쌍"))
            for size, told in (each.result.get(name) or {}).items()))


def _vram(sheet: Sheet, measured: Sequence[Measurement]) -> None:
    names = {"weights": "가중치", "allocated": "할당", "reserved": "예약", "process": "프로세스", "driver": "드라이버가 본 프로세스",
             "device": "카드 전체"}
    _table(sheet, [Column("언제", width=26), *(Column(f"{title} GB", "value") for title in names.values()), Column("RAM MB", "amount")],
           ((each, [stage, *(told.get(name) for name in names), told.get("rss_mb")])
            for each in measured for stage, told in _stages(each.result)))


def _stages(result: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("가장 많을 때", (result.get("vram_gb") or {}) | {"rss_mb": result.get("rss_mb")}),
            *((f"{told['model']} 올린 뒤", told) for told in result.get("after_load") or []),
            *((f"한 번에 {size}문항", told) for size, told in (result.get("by_batch") or {}).items()),
            *((f"그림 {side}×{side}", told) for side, told in (result.get("by_pixels") or {}).items())]


def _stability(sheet: Sheet, measured: Sequence[Measurement]) -> None:
    _table(sheet, [Column("호출", "count"), Column("실패", "count"), Column("NaN", "count"), Column("엔진 중단", "count"),
                   Column("성공률", "value"), Column("실패율 상한", "probability"), Column("누수"), Column("RAM 바이트/호출", "value", 16),
                   Column("P95 ms", "amount")],
           ((each, [*(each.result.get(name) for name in ("calls", "failures", "nan", "crashes", "success", "failure_bound", "leak")),
                    ((each.result.get("memory") or {}).get("rss") or {}).get("slope"), (each.result.get("latency_ms") or {}).get("p95")])
            for each in measured))


def _stress(sheet: Sheet, measured: Sequence[Measurement]) -> None:
    _table(sheet, [Column("동시", "count"), Column("답/초", "amount"), Column("P50 ms", "amount"), Column("P95 ms", "amount"),
                   Column("P99 ms", "amount"), Column("호출", "count"), Column("실패", "count")],
           ((each, [int(callers), told.get("answers_per_s"), *((told.get("latency_ms") or {}).get(name) for name in ("p50", "p95", "p99")),
                    told.get("calls"), told.get("failures")])
            for each in measured for callers, told in (each.result.get("by_callers") or {}).items()))


def _index(sheet: Sheet, measured: Sequence[Measurement]) -> None:
    _table(sheet, [Column("문항 수", "count"), Column("검색", width=12), Column("차원", "count"), Column("ef_search", "count"),
                   Column("재현율@10", "value"), Column("P50 ms", "amount"), Column("P95 ms", "amount"), Column("만드는 초", "amount"),
                   Column("색인 MB", "amount")],
           ((each, [each.result.get("rows"), *cells]) for each in measured for cells in _searches(each.result)))


def _together(sheet: Sheet, measured: Sequence[Measurement]) -> None:
    fits = {True: "올라감", False: "넘침", None: "알 수 없음"}
    _table(sheet, [Column("조합", width=34), Column("함께", width=12), Column("프로세스 GB", "value"), Column("예상 GB", "value"),
                   Column("예산 GiB", "value"), Column("RAM MB", "amount"), Column("멈춘 곳", "long", 40)],
           ((each, [overview.combination(told["name"]), fits[told["fits"]], told["vram_gb"]["process"], told["planned_gb"],
                    each.config.get("budget_gb"), told["rss_mb"], overview.stopped_at(told)])
            for each in measured for told in each.result.get("combinations") or []))


def _searches(result: dict[str, Any]) -> list[list[object]]:
    found: list[list[object]] = [["정확", told.get("dims"), None, *_recall(told), None, None] for told in result.get("exact") or []]
    for built in result.get("indexes") or []:
        found += [[built["type"], built["dims"], int(ef), *_recall(told), built["build_s"], built["bytes"] / 1e6]
                  for ef, told in sorted(built["by_ef"].items(), key=lambda pair: int(pair[0]))]
    return found


def _recall(told: dict[str, Any]) -> list[object]:
    return [told.get("recall_10"), *((told.get("latency_ms") or {}).get(name) for name in ("p50", "p95"))]


def _gates(sheet: Sheet, measured: Sequence[Measurement]) -> None:
    """Write how the gates stand with these measurements, as the verdict sees them."""
    words = {"pass": "통과", "fail": "못 미침", "uncounted": "세지 않음", "nothing": "측정 안 됨"}
    sheet.table([Column("기준", width=20), Column("종류"), Column("값", width=14), Column("조건"), Column("결과", width=14),
                 Column("측정", width=10),
                 Column("까닭", "long", 60)],
                [[each.gate.title, "Go" if each.gate.kind == "go" else "No-Go",
                  wording.value_text(each.gate.unit, each.evidence.value), _asked(each.gate), words[each.word],
                  ", ".join(map(str, each.measurements)), " ".join(filter(None, [each.evidence.lacking, each.evidence.remark]))]
                 for each in standing.standings(measured)], freeze=1)


def _asked(gate: Gate) -> str:
    return wording.threshold_text(gate) if gate.kind == "go" else wording.condition_text(gate)


def _environments(sheet: Sheet, measured: Sequence[Measurement]) -> None:
    _table(sheet, [Column("무엇"), Column("드라이버"), Column("프로세서", width=30), Column("코어", "count"), Column("부하", width=18),
                   Column("모델", "long", 60), Column("버전", "long", 60), Column("설정", "long", 60), Column("SHA-256", width=66)],
           ((each, [overview.kind_title(each.kind), each.environment.get("driver"), each.environment.get("cpu"),
                    each.environment.get("cores"), " ".join(f"{load:.1f}" for load in each.environment.get("load_average") or []),
                    ", ".join(" ".join(filter(None, (model.get("key"), model.get("precision"), (model.get("revision") or "")[:12])))
                              for model in each.environment.get("models") or []),
                    _pairs(each.environment.get("versions")), _pairs(each.config), each.sha256]) for each in measured))


def _pairs(told: dict[str, Any] | None) -> str:
    return ", ".join(f"{name}={value}" for name, value in (told or {}).items() if value is not None)
