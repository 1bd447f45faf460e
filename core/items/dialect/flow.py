r"""Take prose out of formulas.

Some sources set whole sentences, or whole items, as one formula: ``\begin{array}{l}\text{다음 } x\text{의 값은?}\\ …``.
Prose cannot wrap inside a formula and is no formula to a model, so it becomes text again, with formulas in it. Short
words that belong to a formula (``\frac{\text{거리}}{\text{시간}}``, ``(가로) \times (세로)``) stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.items.dialect.nodes import Atom, Group, Node, Nodes, Space, Table, Thin, Words
from core.items.dialect.tokens import HANGUL
from core.items.dialect.write import flat

_HANGUL = re.compile(rf"[{HANGUL}]")
_SENTENCE = re.compile(rf"[{HANGUL}]\s+\S|\S\s+[{HANGUL}]")
_LINE_TABLES = ("array", "darray", "aligned", "gathered", "split")

Flow = list[str | Nodes]
"""Words and formulas in turn."""


def flow(nodes: Nodes) -> Flow | None:
    """Return the prose and the formulas in it, or None for a formula that is one."""
    nodes = flat(nodes)
    body = [node for node in nodes if not isinstance(node, Space | Thin)]
    if len(body) == 1 and isinstance(body[0], Table):
        return _lines(body[0])
    return _split(nodes) if _has_prose(nodes) else None


def _lines(table: Table) -> Flow | None:
    if table.environment not in _LINE_TABLES or any(len(row) > 1 for row in table.rows):
        return None
    if not any(_has_hangul(row[0]) for row in table.rows):
        return None
    found: Flow = []
    for place, (cell,) in enumerate(table.rows):
        if place:
            found.append("\n")
        found.extend(flow(cell) or _split(cell))
    return found


def _has_hangul(nodes: Nodes) -> bool:
    return any(
        (isinstance(node, Words) and _HANGUL.search(node.text) is not None)
        or (isinstance(node, Group) and _has_hangul(node.body))
        or (isinstance(node, Table) and any(_has_hangul(cell) for row in node.rows for cell in row))
        for node in nodes
    )


def _has_prose(nodes: Nodes) -> bool:
    spots = [place for place, node in enumerate(nodes) if isinstance(node, Words) and _HANGUL.search(node.text)]
    edges = (0, len(nodes) - 1)
    return any(place in edges or _SENTENCE.search(nodes[place].text) for place in spots)


def _split(nodes: Nodes) -> Flow:
    found: Flow = []
    formula: list[Node] = []
    for node in (*nodes, Words("")):
        if not isinstance(node, Words):
            formula.append(node)
            continue
        found.extend(_chunk(tuple(formula)))
        formula = []
        if node.text:
            found.append(node.text)
    return found


def _chunk(nodes: Nodes) -> Iterator[str | Nodes]:
    """Yield a stretch between words: a formula, or plain text where it is nothing but punctuation."""
    if not nodes:
        return
    if all(isinstance(node, Space | Thin) or (isinstance(node, Atom) and node.latex in ",.?!:;()[]") for node in nodes):
        yield "".join(node.latex if isinstance(node, Atom) else " " for node in nodes)
        return
    kept = list(nodes)
    for side in (-1, 0):
        while kept and _is_blank(kept[side]):
            kept.pop(side)
    if _is_blank(nodes[0]):
        yield " "
    if kept:
        yield flat(kept)
    if _is_blank(nodes[-1]):
        yield " "


def _is_blank(node: Node) -> bool:
    return isinstance(node, Space | Thin) or node in (Atom(r"\quad"), Atom(r"\qquad"), Atom(r"\;"))
