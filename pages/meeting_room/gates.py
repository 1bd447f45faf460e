"""Gates at a glance: sign, what, value, limit; why one does not count in small print."""

from __future__ import annotations

from collections.abc import Iterable

from core.evaluation.verdict import wording
from core.evaluation.verdict.gates import Gate
from core.evaluation.verdict.outcome import GateResult
from pages.measuring import gate_table
from pages.widgets.text import attribute, inline


def asked(gates: Iterable[Gate], title: str) -> str:
    """Return conditions before anything is measured."""
    rows = "".join(f'<tr title="{attribute(gate.about)}"><td><b>{attribute(gate.title)}</b></td>'
                   f'<td class="ib-number">{attribute(gate_table.limit(gate))}</td></tr>' for gate in gates)
    return _table(title, rows)


def told(gates: Iterable[GateResult], title: str, *, reasons: bool = False) -> str:
    """Return gates with their values; ``reasons`` adds why one does not count."""
    return _table(title, "".join(_row(gate, reasons=reasons) for gate in gates))


def _row(gate: GateResult, *, reasons: bool) -> str:
    # What was never measured says so as its value; the commands that measure it are on the pages.
    why = f"<small>{inline(first_sentence(gate.reason))}</small>" if reasons and gate.reason and gate.value is not None else ""
    uncounted = " ib-uncounted" if gate.passed is None else ""
    spread = wording.interval_text(gate)
    return (f'<tr data-gate="{attribute(gate.name)}"><td>{gate_table.sign(gate.passed, gate_table.said(gate))}</td>'
            f'<td><b>{attribute(gate.title)}</b> <span class="ib-meet-limit">{attribute(gate_table.limit(gate))}</span>{why}</td>'
            f'<td class="ib-number"><span class="ib-gate-value{uncounted}">{attribute(wording.gate_value_text(gate))}</span>'
            f'{f"<small>{attribute(spread)}</small>" if spread else ""}</td></tr>')


def first_sentence(words: str) -> str:
    """Return what is the matter, without what to do about it."""
    first, stop, _ = words.partition(". ")
    return f"{first}." if stop else words


def _table(title: str, rows: str) -> str:
    return f'<div class="ib-meet-gates"><b>{attribute(title)}</b><table><tbody>{rows}</tbody></table></div>'
