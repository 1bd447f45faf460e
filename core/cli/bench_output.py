"""What ``bench`` prints of a measurement: its figures as tables, what to beware of, what it ran on."""

from __future__ import annotations

from typing import Any

from core.bench import overview
from core.cli.output import print_table
from core.store.measurements import Measurement

LEAK = {True: "늘어남(누수)", False: "늘지 않음", None: "알 수 없음"}
GAUGES = {"rss": "RAM", "allocated": "VRAM 할당", "reserved": "VRAM 예약", "process": "VRAM 프로세스"}


def print_measurement(measurement: Measurement) -> None:
    """Print the figures of a measurement by its kind."""
    result = measurement.result
    print(f"{overview.kind_title(measurement.kind)} · {measurement.system} · {measurement.device}")
    if marks := overview.marks(measurement):
        print(f"주의: {marks}")
    for remark in overview.remarks(measurement):
        print(remark)
    show = _SHOWN.get(measurement.kind)
    if show is not None:
        show(result)
    for part, reason in (result.get("left_out") or {}).items():
        print(f"{overview.PARTS.get(part, part)}: 재지 않음. {reason}")
    for error in (result.get("errors") or [])[:5]:
        print(f"실패 {error['place']}번째 {error['input']}: {error['error']}")


def print_environment(measurement: Measurement) -> None:
    """Print what a measurement ran on."""
    told = measurement.environment
    rows = [("장치", measurement.device), ("드라이버", told.get("driver")), ("프로세서", f"{told.get('cpu')} · 코어 {told.get('cores')}"),
            ("평균 부하", _listed(told.get("load_average"))), ("클럭", told.get("clocks")), ("Python", told.get("python")),
            *((name, version) for name, version in (told.get("versions") or {}).items()),
            *((f"모델 {each['key']}", f"{each['precision']} · {each['device']} · {each['revision'][:12]}"
               + (" · 축소 모델" if each["miniature"] else "")) for each in told.get("models") or []),
            ("설정", ", ".join(f"{name}={value}" for name, value in measurement.config.items() if value is not None)),
            ("해시", measurement.sha256)]
    print()
    print_table(("환경", ""), [(name, "측정 안 됨" if value is None else value) for name, value in rows])


def _latency(result: dict[str, Any]) -> None:
    phases = {"encode": "인코딩 p50", "search": "검색 p50", "rerank": "재순위 p50"}
    told = result.get("phases") or {}
    there = [name for name in phases if any((told.get(part) or {}).get(name) for part in told)]
    print_table(("쿼리", "평균", "p50", "p95", "p95 95% 구간", "p99", "호출", "실패", *(phases[name] for name in there)), [
        (overview.PARTS[part], *(_ms(figures.get(name)) for name in ("mean", "p50", "p95")),
         _ends(figures.get("p95_low"), figures.get("p95_high")), _ms(figures.get("p99")), figures.get("n"), figures.get("failures"),
         *(_ms(((told.get(part) or {}).get(name) or {}).get("p50")) for name in there))
        for part, figures in overview.parts(result)])
    print(f"단위 ms. 모델을 내린 뒤의 첫 호출 {_ms(result.get('cold_ms'))} ms")


def _throughput(result: dict[str, Any]) -> None:
    print_table(("한 번에", "문항(쌍)/초", "95% 구간", "p50 ms", "VRAM GB", "RAM MB", "실패", ""), [
        (f"{size}{unit}", _one(told["items_per_s"]), _ends(told["low"], told["high"]), _ms(told["latency_ms"]["p50"]),
         _two(told["vram_gb"]["process"]), _one(told["rss_mb"]), told["failures"], "" if told["fits"] else "들어가지 않았거나 실패했습니다")
        for name, unit in (("by_batch", ""), ("by_pairs", "쌍")) for size, told in (result.get(name) or {}).items()])
    print(f"가장 빠른 크기: {overview.throughput(result)}")


def _vram(result: dict[str, Any]) -> None:
    stages = [(f"{told['model']} 올린 뒤", told) for told in result["after_load"]]
    stages += [(f"한 번에 {size}문항", told) for size, told in result["by_batch"].items()]
    stages += [(f"그림 {side}×{side}", told) for side, told in result["by_pixels"].items()]
    print_table(("언제", "할당 GB", "예약 GB", "프로세스 GB", "장치 GB", "RAM MB", "실패"), [
        (name, *(_two(told.get(key)) for key in ("allocated", "reserved", "process", "device")), _one(told.get("rss_mb")),
         told.get("failures") or "")
        for name, told in stages])
    print(f"가장 많을 때 {overview.vram(result)}")


def _stability(result: dict[str, Any]) -> None:
    bound = result.get("failure_bound")
    print(f"{result.get('asked') or 0:,}번 가운데 {result['calls']:,}번 호출 · 실패 {result['failures']:,} · NaN {result['nan']:,} · "
          f"엔진 중단 {result['crashes']:,} · 실패율은 95 % 확신으로 {'–' if bound is None else f'{bound * 100:.2f} %'} 이하")
    print_table(("메모리", "호출마다 바이트", "99% 구간", "처음 MB", "끝 MB", ""), [
        (GAUGES[name], _one(told["slope"]), f"{_one(told['low'])} – {_one(told['high'])}", _mb(told["first"]), _mb(told["last"]),
         LEAK[told["leak"]]) for name, told in result["memory"].items()])


def _stress(result: dict[str, Any]) -> None:
    print_table(("동시", "답/초", "평균 ms", "p50", "p95", "p99", "호출", "실패"), [
        (callers, _one(told["answers_per_s"]), *(_ms(told["latency_ms"][name]) for name in ("mean", "p50", "p95", "p99")),
         told["calls"], told["failures"]) for callers, told in result["by_callers"].items()])


def _index(result: dict[str, Any]) -> None:
    exact = {told["dims"]: told for told in result["exact"]}
    print_table(("색인", "차원", "ef_search", "recall@10", "p50 ms", "p95 ms", "만든 시간 s", "크기 MB"), [
        *(("정확한 검색", dims, "", _three(told["recall_10"]), *_two_times(told), "", _mb(result.get("table_bytes")))
          for dims, told in exact.items()),
        *((f"HNSW {each['type']}", each["dims"], ef, _three(told["recall_10"]), *_two_times(told), _ms(each["build_s"]), _mb(each["bytes"]))
          for each in result["indexes"] for ef, told in sorted(each["by_ef"].items(), key=lambda entry: int(entry[0])))])


FITS = {True: "✓ 올라감", False: "✕ 넘침", None: "알 수 없음"}


def _together(result: dict[str, Any]) -> None:
    print_table(("조합", "함께", "프로세스 GB", "예상 GB", "RAM MB", ""), [
        (overview.combination(told["name"]), FITS[told["fits"]], _two(told["vram_gb"]["process"]), _two(told["planned_gb"]),
         _one(told["rss_mb"]), overview.stopped_at(told)) for told in result["combinations"]])


def _two_times(told: dict[str, Any]) -> tuple[str, str]:
    return _ms(told["latency_ms"]["p50"]), _ms(told["latency_ms"]["p95"])


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


_SHOWN = {"latency": _latency, "throughput": _throughput, "vram": _vram, "stability": _stability, "stress": _stress,
          "index": _index, "together": _together}


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


_one = _ms


def _ends(low: float | None, high: float | None) -> str:
    """Return both ends of an interval; few calls leave one of them open, or both."""
    if low is None:
        return "–"
    return f"{low:,.1f} 이상" if high is None else f"{low:,.1f} – {high:,.1f}"


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:,.2f}"


def _mb(value: int | None) -> str:
    return "–" if value is None else f"{value / 1e6:,.1f}"


def _listed(values: list[float] | None) -> str | None:
    return " ".join(f"{each:.1f}" for each in values) if values else None
