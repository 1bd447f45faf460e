"""What memory is taken right now: figures and a bar for each model."""

from __future__ import annotations

from core.engine import forecast
from core.engine.forecast import Room
from core.engine.messages import EngineStatus, ModelStatus
from core.engine.sampler import View, card_of
from pages.widgets import markup, origin
from pages.widgets.sizes import UNMEASURED, in_gib, in_memory
from pages.widgets.text import attribute

CPU_MODE = ("<b>GPU 없음: CPU 모드</b> 모델은 RAM에 올라갑니다. 아래 숫자는 VRAM이 아니라 RAM이며, VRAM 기준의 판정에는 쓰이지 않습니다.")
CPU_CHOSEN = ("<b>CPU 모드</b> GPU가 있지만 엔진은 CPU로 계산합니다. 아래 숫자는 VRAM이 아니라 RAM입니다. GPU로 바꾸려면 DEVICE 설정을 "
              "auto로 두고 다시 시작해 주세요.")


def figures(view: View, where: Room, *, card: str) -> None:
    """Draw the mode and the figures of the last sample."""
    if not view.samples:
        markup.draw('<div class="ib-vram-mode">첫 표본을 기다리는 중입니다…</div>')
        return
    sample, status = view.samples[-1], view.status
    seen = card_of(sample, card)
    if where.device == "cuda" and seen is not None:
        memory = status.memory
        mode = f"<b>{attribute(seen.name)}</b> {attribute(_engine(view))}"
        tiles = [
            ("장치 사용", _share(seen.used, seen.total), "모든 프로세스 (NVML)"),
            ("엔진 프로세스", _gib(sample.engine_card), "NVML" if memory and memory.process is not None else "예약 + CUDA 자체"),
            ("예산", _gib(where.budget), "할당기가 강제함" if memory and memory.capped else "카드 전체"),
            ("할당 · 예약", f"{_plain(memory and memory.allocated)} · {_plain(memory and memory.reserved)} GiB",
             f"최고 {_plain(memory and memory.peak_allocated)} · {_plain(memory and memory.peak_reserved)} GiB"),
            ("이용률", _unit(seen.utilisation, "%"), f"온도 {_unit(seen.temperature, '°C')}"),
            ("전력", _unit(seen.power, "W"), f"메모리 부족 {status.ooms}번"),
        ]
    else:
        mode = f"{CPU_CHOSEN if sample.cards else CPU_MODE} {attribute(_engine(view))}"
        tiles = [
            ("컴퓨터 RAM", _share(sample.ram.used, sample.ram.total), "모든 프로그램"),
            ("엔진 RAM", in_memory(sample.engine_rss) if sample.engine_rss is not None else "–",
             "RSS" if status.running else "엔진이 꺼져 있음"),
            ("남은 RAM", in_memory(sample.ram.total - sample.ram.used), "모델은 이 가운데 90 %까지"),
            ("VRAM", UNMEASURED, "엔진이 GPU를 쓰지 않음"),
            ("메모리 부족", f"{status.ooms}번", f"뜻밖의 재시작 {status.restarts}번"),
        ]
    cells = "".join(f"<div><span>{attribute(name)}</span><b>{attribute(value)}</b><small>{attribute(under)}</small></div>"
                    for name, value, under in tiles)
    markup.draw(f'<div class="ib-vram-mode">{mode}</div><div class="ib-vram-tiles">{cells}</div>')


def bars(view: View, where: Room) -> None:
    """Draw a bar for each model in memory, and on a card everything together against the budget."""
    loaded, on_card = view.status.loaded, where.device == "cuda"
    if not loaded:
        words = "올라온 모델이 없습니다." if view.status.running else "엔진이 꺼져 있습니다. 처음 검색하거나 모델을 올릴 때 켜집니다."
        markup.draw(f'<div class="ib-models-none">{words}</div>')
        return
    parts = [(each, forecast.size(each), *forecast.working(each)) for each in loaded]
    weights, most = sum(part[1] for part in parts), max(part[2] for part in parts)
    together = where.context + weights + most
    scale = max(together, where.budget or 0)
    rows = "".join(_bar(each, size, working, measured, scale) for each, size, working, measured in parts)
    limit = f" / 예산 {in_gib(where.budget)} GiB" if on_card and where.budget else ""
    taken = in_gib(together) if limit else in_memory(together)
    line = f'<u style="left:{100 * where.budget / scale:.2f}%"></u>' if on_card and where.budget else ""
    own_share = f'<i class="ib-mem-c" style="width:{100 * where.context / scale:.2f}%"></i>' if where.context else ""
    inner = own_share + _filled(weights, most, scale)
    rows += (f'<div class="ib-mem ib-mem-all"><div><b>모두 합쳐</b><span>{taken}{limit}</span></div>'
             f'<p>{inner}{line}</p></div>')
    own = "<span><i class=\"ib-mem-c\"></i>CUDA 자체</span>" if where.context else ""
    markup.draw(f'<div class="ib-mems">{rows}<div class="ib-mem-key">{own}<span><i class="ib-mem-w"></i>가중치</span>'
                '<span><i class="ib-mem-k"></i>계산 메모리 (한 번에 한 모델만 쓰므로 합계에는 가장 큰 것만)</span></div></div>')


def _bar(each: ModelStatus, size: int, working: int, measured: bool, scale: int) -> str:
    badges = "".join(f'<span class="ib-mini">{attribute(words)}</span>' for words in origin.badges([each.model]))
    extra = " · 다시 계산용" if each.temporary else ""
    said = f"가중치 {in_memory(size)} · 계산 {in_memory(working)}{'' if measured else ' 예상'}{extra}"
    return (f'<div class="ib-mem"><div><b>{attribute(each.model.key)}</b><em>{attribute(each.model.precision)}</em>{badges}'
            f"<span>{attribute(said)}</span></div><p>{_filled(size, working, scale)}</p></div>")


def _filled(weights: int, working: int, scale: int) -> str:
    return (f'<i class="ib-mem-w" style="width:{100 * weights / scale:.2f}%"></i>'
            f'<i class="ib-mem-k" style="width:{100 * working / scale:.2f}%"></i>')


def _engine(view: View) -> str:
    status: EngineStatus = view.status
    if not view.answered:
        return "· 엔진이 제때 대답하지 않아 엔진의 숫자는 조금 전 것입니다"
    if not status.running:
        return "· 엔진 꺼짐"
    waiting = status.waiting_interactive + status.waiting_batch
    return f"· 엔진 프로세스 {status.pid} · {status.activity}" + (f" · 기다리는 요청 {waiting}개" if waiting else "")


def _share(used: int | None, total: int | None) -> str:
    return UNMEASURED if used is None or not total else f"{in_gib(used)} / {in_gib(total)} GiB"


def _plain(size: int | None) -> str:
    return UNMEASURED if size is None else in_gib(size)


def _gib(size: int | None) -> str:
    """Return a size in GiB, as the chart beside it and the budget are told: a card's figures are compared with each other."""
    return UNMEASURED if size is None else f"{in_gib(size)} GiB"


def _unit(value: float | None, unit: str) -> str:
    return UNMEASURED if value is None else f"{value:.0f} {unit}"
