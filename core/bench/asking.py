"""What can be measured and with which settings: the same words for the command line, a job and a page. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.errors import InputError

Kind = Literal["latency", "throughput", "vram", "stability", "stress", "index"]
KINDS: dict[Kind, str] = {
    "latency": "응답 시간",
    "throughput": "처리량",
    "vram": "VRAM",
    "stability": "안정성",
    "stress": "동시 요청",
    "index": "근사 색인",
}
CALLS: dict[Kind, int] = {"latency": 200, "throughput": 10, "vram": 5, "stability": 1000, "stress": 200, "index": 100}
"""Calls where nothing else is said: of each series (latency: of text, image and both each; throughput and vram: of each batch
size; stability: in all; stress: of each number of callers)."""
BATCHES = (1, 2, 4, 8, 16, 32)
CALLERS = (1, 4, 16)
SIDES = (256, 512, 768, 1024)
"""Pixels: pictures of at most SIDE × SIDE, for VRAM by pixels."""
WARM_UP = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A bench as somebody asks for it."""

    kind: Kind
    system: str = "A"
    """Name or letter, with a variant's suffixes if any."""
    calls: int | None = None
    """None: ``CALLS``."""
    precision: str | None = None
    """``fp16``, ``nf4`` …: the same as the variant's suffix."""
    budget_gb: float | None = None
    """Hard cap of the engine's GPU memory in GiB; the engine is started anew for it."""
    device: str | None = None
    """``cpu`` or ``cuda``: where the engine computes, started anew for it; None: the setting's."""
    warm_up: int = WARM_UP
    collection: str | None = None
    """None: the setting's."""
    rows: int | None = None
    """Of the synthetic collection an index is measured on; None: as many as the whole bank has."""

    def __post_init__(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            InputError: a number is out of bounds.
        """
        if self.kind not in KINDS:
            raise InputError(f"'{self.kind}' 측정은 없습니다. 쓸 수 있는 이름: {', '.join(KINDS)}.")
        if self.calls is not None and not 1 <= self.calls <= 1_000_000:
            raise InputError(f"호출 수 {self.calls:,}은(는) 쓸 수 없습니다. 1부터 1,000,000 사이로 정해 주세요.")
        if self.device not in (None, "cpu", "cuda"):
            raise InputError(f"장치 '{self.device}'은(는) 없습니다. cpu나 cuda로 정해 주세요.")
        if not 0 <= self.warm_up <= 10_000:
            raise InputError(f"준비 호출 수 {self.warm_up:,}은(는) 쓸 수 없습니다. 0부터 10,000 사이로 정해 주세요.")
        if self.rows is not None and not 1000 <= self.rows <= 10_000_000:
            raise InputError(f"합성 컬렉션의 크기 {self.rows:,}은(는) 쓸 수 없습니다. 1,000부터 10,000,000 사이로 정해 주세요.")
        if self.budget_gb is not None and not 0 < self.budget_gb <= 1024:
            raise InputError(f"메모리 한도 {self.budget_gb} GB는 쓸 수 없습니다. 0보다 크고 1024 이하로 정해 주세요.")

    @property
    def times(self) -> int:
        """Calls of each series."""
        return self.calls if self.calls is not None else CALLS[self.kind]

    @property
    def name(self) -> str:
        """The system with its precision: ``A@nf4``."""
        return f"{self.system}@{self.precision}" if self.precision else self.system

    @property
    def title(self) -> str:
        """What a list of jobs calls it."""
        return f"측정: {KINDS[self.kind]}" + ("" if self.kind == "index" else f" · {self.name}")

    @property
    def arguments(self) -> tuple[str, ...]:
        """The command line's words, also a job's: ``launching.start(database, asked.arguments, title=asked.title, …)``."""
        words = ["bench", self.kind, *([] if self.kind == "index" else ["--system", self.system])]
        given = {"--rows": self.rows, "--calls": self.calls, "--precision": self.precision, "--budget": self.budget_gb,
                 "--device": self.device, "--collection": self.collection, "--warm-up": None if self.warm_up == WARM_UP else self.warm_up}
        for option, value in given.items():
            if value is not None:
                words += [option, f"{value:g}" if isinstance(value, float) else str(value)]
        return tuple(words)
