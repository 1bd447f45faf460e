"""함께 올리기: which models fit into memory side by side, as ``bench gpu-suite`` tried it."""

from __future__ import annotations

from collections.abc import Sequence

from core.bench import overview
from core.moments import brief
from core.store.measurements import Measurement
from pages.performing import curves, data
from pages.widgets import plot, tables
from pages.widgets.plot import Sheet

_HEADERS = ("조합", "함께", "프로세스", "예상", "예산", "멈춘 곳", "측정")
_FITS = {True: "✓ 올라감", False: "✕ 넘침", None: "알 수 없음"}
_REMARK = "하나씩 올린 채로 모두 한 번씩 계산하게 했습니다. 예상은 올리기 전에 크기만으로 셈한 것입니다"


def draw(measured: Sequence[Measurement], *, name: str) -> None:
    """Draw the combinations of models that were tried; nothing where none were.

    Args:
        name: of the file.
    """
    rows = [(each, told) for each in measured for told in each.result.get("combinations") or []]
    if not rows:
        return
    files = [(overview.combination(told["name"]), _FITS[told["fits"]], told["vram_gb"]["process"], told["planned_gb"],
              each.config.get("budget_gb"), told["error"] or "", each.id, each.system, each.device, overview.marks(each))
             for each, told in rows]
    plot.part("함께 올리기", sheet=Sheet((*_HEADERS[:2], "프로세스 GB", "예상 GB", "예산 GiB", "오류", *curves.ABOUT), files),
              name=f"together-{name}", remark=_REMARK)
    tables.draw(_HEADERS, [
        (overview.combination(told["name"]), _FITS[told["fits"]], overview.number(told["vram_gb"]["process"], "GB", 2),
         overview.number(told["planned_gb"], "GB", 2), _budget(each), overview.stopped_at(told) or "–",
         tables.Cell(str(each.id), f"{brief(each.measured_at)}", link=data.link(each.id))) for each, told in rows],
        numbers=frozenset({"프로세스", "예상", "예산", "측정"}))


def _budget(measurement: Measurement) -> str:
    # Without a card there is no budget, whatever the suite was asked for.
    if measurement.environment.get("budget") is None or measurement.config.get("budget_gb") is None:
        return "없음"
    return f"{measurement.config['budget_gb']:g} GiB"
