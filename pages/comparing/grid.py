"""The columns as markup: one CSS grid, rank by rank, so that the cells of a row share its height."""

from __future__ import annotations

import html
from itertools import zip_longest

from core.search import variants
from core.search.comparison import Column
from core.search.rank import Hit
from core.search.service import SearchResult
from core.store.items import StoredItem
from pages.comparing.view import View
from pages.widgets import cards, origin
from pages.widgets.address import written
from pages.widgets.palette import colour
from pages.widgets.text import attribute, sentence

MEASURES = {"nDCG@10": "NDCG@10", "cR@5": "R@5", "RR": "RR"}
"""Those that stand above a column; all are in the table below."""
_ROOMY = 3
"""So many columns leave room to say precision, device and dimensions, which else stand in the line's title."""
_WAITING = '<div class="ib-cell ib-wait" role="status">찾고 있습니다…</div>'
_NONE = '<div class="ib-cell ib-none"></div>'
_NOTHING = '<div class="ib-cell ib-wait">맞는 문항이 없습니다.</div>'


def of(view: View) -> str:
    """Return the whole comparison for one ``st.markdown`` call."""
    asked = view.address
    rows = [_top(view, system) for system in asked.systems]
    columns = [_cells(view, system) for system in asked.systems]
    for row in zip_longest(*columns):
        if asked.diff and _agreed(view, row):
            continue
        rows.extend(cell[1] if cell else _NONE for cell in row)
    classes = " ".join(["ib-grid", f"ib-of-{len(asked.systems)}", "ib-large" if asked.size else "",
                        "" if asked.figures else "ib-bare"])
    body = "\n\n".join(rows)
    return f'<div class="{classes}" style="--ib-columns:{len(asked.systems)}" data-depth="{asked.k}">\n\n{body}\n\n</div>'


def _agreed(view: View, row: tuple[tuple[str, str] | None, ...]) -> bool:
    """Whether every column has the same item at this rank."""
    return view.whole and len({cell[0] if cell else None for cell in row}) == 1


def _cells(view: View, system: str) -> list[tuple[str, str]]:
    """Return (item id, markup) of a column's cells, best first."""
    column = view.columns.get(system)
    if column is None:
        return [("", _WAITING)]
    if column.result is None:
        return [("", f'<div class="ib-cell ib-wait" role="alert">\n\n{sentence(column.error or "")}\n\n</div>')]
    hits = column.result.hits
    lengths = cards.bar_lengths([hit.score for hit in hits])
    return [(hit.item_id, _cell(view, system, hit, length)) for hit, length in zip(hits, lengths, strict=True)] or [("", _NOTHING)]


def _cell(view: View, system: str, hit: Hit, length: float) -> str:
    stored = view.items.get(hit.item_id)
    folded = view.address.diff and view.whole and hit.item_id in view.common
    only = hit.item_id in view.unique.get(system, ())
    classes = " ".join(filter(None, ["ib-cell", "ib-folded" if folded else "", "ib-only" if only else ""]))
    opened = (f'<article class="{classes}" tabindex="0" data-item="{attribute(hit.item_id)}" data-system="{attribute(system)}" '
              f'data-rank="{hit.rank}" style="--ib-accent:{colour(system)}">')
    if stored is None:
        return f'{opened}<div class="ib-head"><span class="ib-rank">{hit.rank}</span>검색하는 사이에 지워진 문항입니다.</div></article>'
    head = (f'<div class="ib-bar"><i style="width:{length:.1f}%"></i></div>'
            f'<div class="ib-head"><span class="ib-rank">{hit.rank}</span>{_move(view, system, hit.item_id)}'
            f'<span class="ib-meta" title="{attribute(hit.item_id)}">{attribute(stored.item.unit)}</span>'
            f'{_grade(view, hit.item_id)}<span class="ib-score" title="점수">{cards.score(hit.score)}</span></div>')
    if folded:
        return f'{opened}{head}\n\n<div class="ib-main">\n\n{cards.words(stored.item.text)}\n\n</div>{_doors(view, stored)}</article>'
    figure = cards.figures(stored) if view.address.figures else ""
    return "\n\n".join(filter(None, [
        opened, head, f'<div class="ib-main">{figure}<div class="ib-words">', cards.words(stored.item.text), "</div></div>",
        f'<div class="ib-foot">{_places(view, system, hit.item_id, only=only)}{_doors(view, stored)}</div>', "</article>",
    ]))


def _move(view: View, system: str, item_id: str) -> str:
    if system == view.address.baseline or system not in view.moves:
        return ""
    by = view.moves[system][item_id]
    if by is None:
        return '<span class="ib-move ib-new" title="기준의 목록에는 없는 문항">신규</span>'
    if by == 0:
        return '<span class="ib-move" title="기준과 같은 순위">＝</span>'
    return (f'<span class="ib-move ib-up" title="기준보다 {by}계단 위">▲{by}</span>' if by > 0
            else f'<span class="ib-move ib-down" title="기준보다 {-by}계단 아래">▼{-by}</span>')


def _grade(view: View, item_id: str) -> str:
    if view.grades is None:
        return ""
    return cards.grade(view.grades.get(item_id))


def _places(view: View, system: str, item_id: str, *, only: bool) -> str:
    if only:
        return '<span class="ib-place ib-here">여기만</span>' if view.whole else ""
    others = [f'<span class="ib-place" style="--ib-accent:{colour(other)}"><b>{attribute(_called(other))}</b> {ranks[item_id]}위</span>'
              for other, ranks in view.ranks.items() if other != system and item_id in ranks]
    return f'<span class="ib-places">{"".join(others)}</span>'


def _doors(view: View, stored: StoredItem) -> str:
    whole, similar = view.address.showing(stored.item.id), view.address.similar_to(stored.item.id)
    links = ((whole, "열기", "문항을 통째로 보고 등급을 매깁니다"), (similar, "비슷한", "이 문항과 비슷한 문항을 찾습니다"))
    return '<span class="ib-doors">' + "".join(
        f'<a href="{html.escape(to.link())}" target="_self" title="{said}">{word}</a>' for to, word, said in links) + "</span>"


def _top(view: View, system: str) -> str:
    variant = variants.find(system)
    column = view.columns.get(system)
    _, at, suffixes = system.partition("@")
    letter = f"<b>{variant.system.letter}</b>" if variant.system.letter else ""
    small = f" <small>{attribute(at + suffixes)}</small>" if suffixes else ""
    base = '<span class="ib-base">기준</span>' if system == view.address.baseline else ""
    # The line that tells of the models is left out on a projector; that they are miniatures is not.
    small_models = _badges(column.result) if view.address.size and column is not None and column.result is not None else ""
    name = (f'<div class="ib-name"><span class="ib-called" title="{attribute(variant.system.description)}">{letter}'
            f'{attribute(variant.system.title)}{small}</span>{base}{small_models}<span class="ib-where"></span></div>')
    lines = [f'<div class="ib-told">{line}</div>' for line in _lines(view, system, column)]
    return (f'<div class="ib-top" data-system="{attribute(system)}" style="--ib-accent:{colour(system)}">{name}{"".join(lines)}</div>')


def _lines(view: View, system: str, column: Column | None) -> list[str]:
    found = column.result if column is not None else None
    measured = [_measured(view, system)] if view.grades is not None else []
    costs = [] if view.address.size else [_cost(view, found) if found is not None else ""]
    return [*measured, _held(view, system), *costs]


def _measured(view: View, system: str) -> str:
    values = view.measured.get(system)
    if values is None:
        return ""
    words = " · ".join(f"{short} <b>{number(values.get(name))}</b>" for name, short in MEASURES.items())
    return f'<span title="{attribute(f"이 쿼리 하나의 값. R@5는 상한을 보정한 재현율. 정답: {view.truth}")}">{words}</span>'


def number(value: float | None) -> str:
    """Return a measure or overlap in two places; a dash where it says nothing."""
    return "–" if value is None else f"{value:.2f}"


def _held(view: View, system: str) -> str:
    held = view.held.get(system)
    alone = f"여기만 {len(view.unique[system])}" if view.whole and system in view.unique else ""
    if held is None:
        return alone
    words = f"겹침 <b>{held.common}</b> · Jaccard {number(held.jaccard)} · RBO {number(held.rbo)}"
    return f'<span title="기준({attribute(_called(view.address.baseline))}) 대비">{words}</span>' + (f" · {alone}" if alone else "")


def _cost(view: View, found: SearchResult) -> str:
    encoding = f"{found.encode_ms:,.0f}" if found.encode_ms or not found.shared else ""
    spans = [f"인코딩 {encoding}" if encoding else "", "인코딩 공유" if found.shared else "", f"검색 {found.search_ms:,.0f}",
             f"재순위 {found.rerank_ms:,.0f}" if found.rerank_ms else ""]
    if not found.models:
        spans = spans[2:]
    words = " · ".join(filter(None, spans)) + " ms"
    if found.models and len(view.address.systems) <= _ROOMY:
        words += f" · {origin.short(found.models)}"
    depth = f"재순위 N={view.address.n}" if found.rerank_ms else ""
    whole = attribute(" / ".join(filter(None, [origin.full(found.models), depth, *found.notes])))
    shared = attribute(f"앞 열이 이미 인코딩한 것을 씀: {', '.join(found.shared)}") if found.shared else ""
    badges = _badges(found)
    mark = f'<span class="ib-noted" title="{whole}">!</span>' if found.notes else ""
    return f'{badges}{mark}<span title="{shared or whole}">{attribute(words)}</span>'


def _badges(found: SearchResult) -> str:
    whole = attribute(origin.full(found.models))
    return "".join(f'<span class="ib-mini" title="{whole}">{badge}</span>' for badge in origin.badges(found.models))


def _called(system: str) -> str:
    name = written(system)
    return "BM25" if name == "bm25" else name
