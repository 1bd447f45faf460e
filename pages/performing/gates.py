"""판정 기준: one line a gate on speed, memory and stability, with the evidence that counts or why there is none."""

from __future__ import annotations

from collections.abc import Sequence

from core.bench import overview, standing
from core.bench.standing import Standing
from core.evaluation.verdict import wording
from core.store.measurements import Measurement
from pages.measuring import gate_table
from pages.performing import data
from pages.widgets import markup
from pages.widgets.text import attribute, inline

_OPEN = {"uncounted": (None, "세지 않음"), "nothing": (None, "측정 안 됨")}
_WORDS = {"go": {"pass": (True, "통과"), "fail": (False, "못 미침"), **_OPEN},
          # What a No-Go condition says is bad: clear of it is good.
          "no-go": {"pass": (True, "해당 없음"), "fail": (False, "해당"), **_OPEN}}
_HEADERS = ("", "기준", "값", "문턱", "근거")
_NUMBERS = ("값", "문턱")


def draw(listed: Sequence[Measurement]) -> None:
    """Draw the lines, exactly as 지표와 판정 sees them."""
    known = {each.id: each for each in listed}
    head = "".join(f'<th class="{"ib-number" if name in _NUMBERS else ""}">{name}</th>' for name in _HEADERS)
    rows = "".join(_row(each, known) for each in standing.standings(listed))
    markup.draw(f'<div class="ib-scroll"><table class="ib-gates ib-standings"><thead><tr>{head}</tr></thead>'
                f"<tbody>{rows}</tbody></table></div>")


def _row(each: Standing, known: dict[int, Measurement]) -> str:
    passed, words = _WORDS[each.gate.kind][each.word]
    found = each.evidence
    value = "–" if found.value is None else attribute(wording.value_text(each.gate.unit, found.value))
    ends = "" if found.value is None or found.low is None or found.high is None else (
        f"{wording.value_text(each.gate.unit, found.low)} – {wording.value_text(each.gate.unit, found.high)}")
    faint = " ib-uncounted" if passed is None else ""
    calls = f", {found.samples:,}번" if found.samples > 1 else ""
    links = "".join(f'<a href="{attribute(data.link(number))}" target="_self">측정 {number}</a> '
                    f"{data.badges(overview.marks(known[number]))}<br>" for number in each.measurements if number in known)
    kind = "" if each.gate.kind == "go" else "<small>No-Go 조건</small>"
    told = " ".join(filter(None, [found.lacking, found.remark]))
    unmet = ' class="ib-unmet"' if passed is False else ""
    return (f'<tr{unmet} data-gate="{attribute(each.gate.name)}" data-word="{each.word}"><td>{gate_table.sign(passed, words)}</td>'
            f'<td class="ib-gate-what"><span class="ib-gate-name">{attribute(each.gate.title)}</span>{kind}</td>'
            f'<td class="ib-number"><span class="ib-gate-value{faint}">{value}</span>'
            f"{f'<small>{attribute(ends)}{attribute(calls)}</small>' if ends else ''}</td>"
            f'<td class="ib-number">{attribute(gate_table.limit(each.gate))}</td>'
            f'<td class="ib-evidence">{links}{inline(told)}</td></tr>')
