"""Systems and numbers in words, the same in every section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.evaluation import naming
from core.evaluation.results import ScenarioResult, SystemRun
from core.evaluation.scenarios import SCENARIOS, TUNED
from core.report import provenance
from pages.widgets.address import written

system = naming.label
"""A system's name in full: ``A · Qwen3-VL``, ``D · KURE + SigLIP (가중치 조정)``."""
TUNED_SHORT = "D 조정"


def short(system: str) -> str:
    """Return a system's name for a narrow column: ``A``, ``D 조정``, ``A@512``."""
    return TUNED_SHORT if system == TUNED else "BM25" if system == "bm25" else written(system)


def marks(run: SystemRun) -> str:
    """Return what a reader must know of a run beside its name; empty where there is nothing."""
    return provenance.marks([run])


def main(result: ScenarioResult) -> tuple[SystemRun, ...]:
    """Return the runs of plain systems and of tuned D: what a meeting speaks of. Where there is none, all."""
    return tuple(run for run in result.systems if "@" not in run.system or run.system == TUNED) or result.systems


def scenario(key: str) -> str:
    """Return a scenario's name in words: ``S2 글 → 그림 있는 문항``."""
    found = SCENARIOS[key]
    return f"{key} {found.title}" if key.startswith("S") else found.title


def ends(low: float, high: float) -> str:
    """Return an interval in words; where its ends are not numbers there are too few families for one."""
    return f"95 % 구간 {low:.3f} – {high:.3f}" if low <= high else "문항군이 적어 구간 없음"


def span(low: float, high: float) -> str:
    """Return an interval for a narrow place: ``0.77 – 0.85``."""
    return f"{low:.2f} – {high:.2f}" if low <= high else "구간 없음"


def chance(p: float | None) -> str:
    """Return a p value in words; it is never 0."""
    return "–" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def counted(reasons: Mapping[str, Sequence[str]]) -> str:
    """Return how many queries do not count, by reason; empty where all count."""
    return " · ".join(f"{reason} {len(ids):,}개" for reason, ids in reasons.items() if ids)


def listed(words: Iterable[str]) -> str:
    """Return the words that say something, side by side."""
    return " · ".join(filter(None, words))
