"""The gates as a table to be read from the far end of a room: sign and word, value on a ruler with its limit, firmness, evidence."""

from __future__ import annotations

import math
from collections.abc import Iterable
from urllib.parse import urlencode

import streamlit as st

from core.evaluation.verdict import wording
from core.evaluation.verdict.gates import Gate
from core.evaluation.verdict.outcome import NOT_MEASURED, GateResult, Proof
from pages.measuring import address
from pages.widgets import markup
from pages.widgets.text import attribute, inline

_HEADERS = ("", "지표", "값", "기준과 95 % 구간", "기준", "굳기", "근거")
_SIGNS = {True: ("yes", "✓"), False: ("no", "✕"), None: ("unknown", "?")}
_WORDS = {"go": {True: "충족", False: "미달"}, "no-go": {True: "해당 없음", False: "해당"}}
_UNCOUNTED, _NOTHING = "세지 않음", "근거 없음"


def draw(gates: Iterable[GateResult]) -> None:
    """Draw gates of one kind."""
    head = "".join(f"<th>{name}</th>" for name in _HEADERS)
    rows = "".join(map(_row, gates))
    markup.draw(f'<div class="ib-scroll"><table class="ib-gates ib-gates-wide"><thead><tr>{head}</tr></thead>'
                f"<tbody>{rows}</tbody></table></div>")


def sign(passed: bool | None, words: str) -> str:
    """Return a sign that says by shape and word what it says by colour."""
    name, drawn = _SIGNS[passed]
    return f'<span class="ib-sign ib-sign-{name}"><i aria-hidden="true">{drawn}</i>{attribute(words)}</span>'


def proofs(evidence: Iterable[Proof]) -> str:
    """Return what a number rests on as markup; what has an address leads there, under the ground truth that is shown."""
    kept = {"gt": st.query_params["gt"]} if st.query_params.get("gt") else {}
    def drawn(proof: Proof) -> str:
        if not proof.link:
            return f"<span>{attribute(proof.words)}</span>"
        # A measurement is shown on a page of its own.
        link = (f"/performance?{urlencode(dict(proof.link))}" if "measurement" in proof.link
                else f"{address.PATH}?{urlencode(kept | dict(proof.link))}")
        return f'<a href="{attribute(link)}" target="_self">{attribute(proof.words)}</a>'

    return "<br>".join(map(drawn, evidence))


def limit(gate: Gate | GateResult) -> str:
    """Return what a Go gate asks, or what a No-Go condition is met by."""
    return wording.threshold_text(gate) if gate.kind == "go" else wording.condition_text(gate)


def _row(gate: GateResult) -> str:
    unmet = ' class="ib-unmet"' if gate.passed is False else ""
    return (f'<tr{unmet} data-gate="{attribute(gate.name)}"><td>{sign(gate.passed, said(gate))}</td>'
            f'<td class="ib-gate-what"><span class="ib-gate-name">{attribute(gate.title)}</span><small>{attribute(gate.about)}</small></td>'
            f'<td class="ib-number">{_value(gate)}</td><td>{_ruler(gate)}</td>'
            f'<td class="ib-number">{attribute(limit(gate))}</td><td>{_firmness(gate)}</td>'
            f'<td class="ib-evidence">{_evidence(gate)}</td></tr>')


def said(gate: GateResult) -> str:
    """Return how a gate stands, in a word."""
    if gate.passed is None:
        return _NOTHING if gate.value is None else _UNCOUNTED
    return _WORDS[gate.kind][gate.passed]


def _value(gate: GateResult) -> str:
    if gate.value is None:
        return f'<span class="ib-gate-value ib-uncounted">{NOT_MEASURED}</span>'
    spread = wording.interval_text(gate)
    uncounted = ' ib-uncounted" title="판정에는 세지 않은 값' if gate.passed is None else ""
    return (f'<span class="ib-gate-value{uncounted}">{attribute(wording.gate_value_text(gate))}</span>'
            + (f"<small>{attribute(spread)}</small>" if spread else ""))


def _ruler(gate: GateResult) -> str:
    """Return the value and its interval on a line, the passing side marked, a stroke at the limit."""
    if gate.value is None or gate.unit == "건":
        return ""
    start, end = _ends(gate)

    def at(value: float) -> float:
        return 100 * (min(max(value, start), end) - start) / (end - start)

    edge = at(gate.threshold)
    left, width = (edge, 100 - edge) if gate.direction == ">=" else (0, edge)
    parts = ['<i class="ib-axis"></i>', f'<i class="ib-good" style="left:{left:.1f}%;width:{width:.1f}%"></i>']
    if gate.low is not None and gate.high is not None:
        parts.append(f'<i class="ib-span" style="left:{at(gate.low):.1f}%;width:{at(gate.high) - at(gate.low):.1f}%"></i>')
    parts += [f'<i class="ib-limit" style="left:{edge:.1f}%"></i>',
              f'<i class="ib-dot{" ib-dot-off" if gate.passed is False else ""}" style="left:{at(gate.value):.1f}%"></i>']
    ends = "".join(f"<span>{attribute(_end(gate.unit, end))}</span>" for end in (start, end))
    return (f'<div class="ib-ruler" title="세로줄이 기준, 초록 쪽이 통과입니다">{"".join(parts)}</div>'
            f'<div class="ib-ends" aria-hidden="true">{ends}</div>')


def _ends(gate: GateResult) -> tuple[float, float]:
    """Return where the ruler begins and ends."""
    values = [value for value in (gate.value, gate.low, gate.high, gate.threshold) if value is not None]
    if gate.source == "relative":
        reach = math.ceil(10 * max(0.3, *map(abs, values))) / 10
        return -reach, reach
    if gate.unit in ("", "%"):
        return max(0.0, math.floor(10 * min(values) - 1) / 10), 1.0
    return 0.0, math.ceil(max(2 * gate.threshold, 1.1 * max(values)))


def _end(unit: str, value: float) -> str:
    number = f"{100 * value:g} %" if unit == "%" else f"{value:g} {unit}".strip()
    return number.replace("-", "−")


def _firmness(gate: GateResult) -> str:
    if gate.firmness is None:
        return ""
    words = f"쿼리를 다시 뽑은 것 가운데 {gate.firmness:.1%}에서 통과합니다."
    return (f'<div class="ib-firm" title="{attribute(words)}"><span><i style="width:{100 * gate.firmness:.1f}%"></i></span>'
            f"<b>{gate.firmness:.0%}</b></div>".replace("%</b>", " %</b>"))


def _evidence(gate: GateResult) -> str:
    told = [proofs(gate.evidence)]
    if gate.passed is not None and gate.unjudged_low is not None and gate.unjudged_low != gate.unjudged_high:
        told.append(attribute(f"판정 안 된 문항을 무관으로 치면 {wording.value_text(gate.unit, gate.unjudged_low)}, "
                              f"관련으로 치면 {wording.value_text(gate.unit, gate.unjudged_high)}"))
    if gate.samples and gate.source != "critical":
        told[0] = " · ".join(filter(None, [told[0], f"n&nbsp;=&nbsp;{gate.samples:,}"]))
    if gate.passed is not None and gate.more_queries:
        told.append(attribute(f"쿼리 묶음 {gate.more_queries:,}개를 더 판정하면 굳습니다."))
    return "<br>".join(filter(None, [f"<em>{inline(gate.reason)}</em>" if gate.reason else "", *told]))
