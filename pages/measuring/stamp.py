"""The verdict as a stamp: a word and a sign, with what stands behind it in one sentence."""

from __future__ import annotations

from core.evaluation.verdict.gates import GateFile
from core.evaluation.verdict.outcome import Decision
from pages.measuring import named
from pages.widgets import origin
from pages.widgets.text import attribute, inline

_SIGNS = {"go": "✓", "no-go": "✕", "hold": "‖", "undetermined": "?"}


def draw(decision: Decision) -> str:
    """Return the markup of the stamp beside why it says so."""
    return (f'<div class="ib-verdict">{_stamp(decision)}<div class="ib-why"><b>{inline(decision.headline)}</b>'
            f"<span>{attribute(subject(decision.gate_file))}</span></div></div>{_cautions(decision)}")


def _cautions(decision: Decision) -> str:
    """Return the markup of what must be read together with the verdict, empty where there is nothing."""
    told = "".join(f"<li>{inline(each)}</li>" for each in decision.cautions)
    return f'<div class="ib-cautions"><b>함께 보아야 할 것</b><ul>{told}</ul></div>' if told else ""


def assumed(decision: Decision) -> str:
    """Return the markup of what would be said under other thresholds, smaller and called an assumption."""
    return (f'<div class="ib-verdict ib-verdict-assumed"><em>가정</em>{_stamp(decision)}<div class="ib-why">'
            f"<b>{inline(decision.headline)}</b></div></div>")


def _stamp(decision: Decision) -> str:
    classes = f"ib-stamp ib-stamp-{decision.verdict}{' ib-stamp-borderline' if decision.borderline else ''}"
    return (f'<div class="{classes}" role="status"><i aria-hidden="true">{_SIGNS[decision.verdict]}</i>'
            f"<span>{attribute(decision.title)}</span></div>")


def subject(file: GateFile) -> str:
    """Return what is judged against what, as registered."""
    subject = file.subject
    return (f"판정 대상: {named.short(subject.system)} · {subject.precision} · {origin.pixels(subject.max_pixels)} · {subject.dims}차원 · "
            f"{subject.target_device} · 기준 시스템: {named.short(file.baseline.system)} · 기준 파일 {file.sha256[:8]}")
